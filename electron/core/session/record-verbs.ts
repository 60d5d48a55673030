/** What is done to a laptop's record as a whole: a new key, and making room for another where it cannot be used. */
import { err, ok } from '#electron/contract/verb.ts';
import type { Result } from '#electron/contract/verb.ts';
import { isDamage } from '#db/sqlite/open.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { rotateKey } from '../clinic/key-rotation.ts';
import { setAside } from '../clinic/set-aside.ts';
import { service } from '../use-case.ts';
import { releaseHome } from './home-lock.ts';
import { logged } from './log-session.ts';
import { checkPassphrase, openClinicFiles } from './opening.ts';

/** Every page, not only those that opening reads. */
function isWhole(db: SqliteDatabase): boolean {
  try {
    return db.pragma('quick_check', { simple: true }) === 'ok';
  } catch (error) {
    if (isDamage(error)) return false;
    throw error;
  }
}

export const recordHandlers = [
  service('key.rotate', async (services, { passphrase }) => {
    const { clinic } = services;
    if (clinic === null) return err('session/closed');
    const { clinicId, actor } = clinic;
    const checked = await checkPassphrase(services, clinicId, actor.userId, passphrase);
    if (!checked.ok) return checked;
    await services.closeClinic(true);
    let rotated: Result<null> | { failed: unknown };
    try {
      rotated = rotateKey(checked.folder, checked.secrets.databaseKey);
    } catch (failed) {
      rotated = { failed };
    }
    // The new key, or after a failure the old one: whichever the slot and the file say.
    const again = await checkPassphrase(services, clinicId, actor.userId, passphrase);
    const opened = again.ok
      ? openClinicFiles(again.folder, again.slots, again.secrets, actor.userId, again.guard, services.ports.clock.now())
      : again;
    if (!opened.ok) {
      services.emit({ type: 'session', state: services.state() });
      return opened;
    }
    await services.openClinic(opened.value);
    if ('failed' in rotated) throw rotated.failed;
    if (rotated.ok) logged(services, 'other', { kind: 'key-rotated' });
    return rotated;
  }),

  service(
    'clinic.setAside',
    async (services, { clinicId, userId, passphrase }) => {
      const checked = await checkPassphrase(services, clinicId, userId, passphrase);
      if (!checked.ok) return checked;
      await services.closeClinic();
      const opened = openClinicFiles(checked.folder, checked.slots, checked.secrets, userId, checked.guard, services.ports.clock.now());
      if (opened.ok) {
        const whole = isWhole(opened.value.db);
        opened.value.db.close();
        releaseHome(checked.folder);
        if (whole) return err('clinic/healthy');
      } else if (opened.code !== 'database/damaged' && opened.code !== 'database/rolled-back') return opened;
      setAside(services.ports, clinicId);
      services.ports.log('clinic/set-aside', { code: opened.ok ? 'database/damaged' : opened.code });
      return ok(services.state());
    },
    'any',
  ),
];
