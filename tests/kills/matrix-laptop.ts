/**
 * A laptop as a process of its own, to be killed: writes what it is told, says what was answered, and after a quiet moment
 * what it holds. Its timers run ten times as fast, so that a back-off of a minute takes six seconds.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { derivedId } from '#db/model/ids.ts';
import { migrate } from '#db/sqlite/migrate.ts';
import { openDatabase } from '#db/sqlite/open.ts';
import { readCursor } from '#electron/sync/cursor.ts';
import { queueState } from '#electron/sync/outbox.ts';
import { createLaptop, until } from '#tests/sync/laptop.ts';
import { replicaDigests } from '#tests/tools/digest-of.ts';
import { fastTimers, type LaptopOrder } from './matrix-order.ts';

const say = (message: object): void => void process.send?.(message);

function upgrade(home: string): void {
  const file = join(home, 'upgraded.db');
  const opened = openDatabase(file, new Uint8Array(32).fill(3), false);
  if (!opened.ok) throw new Error(opened.code);
  const { db } = opened;
  const migrated = migrate(db);
  const sound = migrated.ok && db.pragma('quick_check', { simple: true }) === 'ok';
  const tables = db.prepare("select count(*) as n from sqlite_schema where type = 'table'").get();
  db.close();
  for (const part of ['', '-wal', '-shm']) rmSync(`${file}${part}`, { force: true });
  say({ upgraded: { sound, tables } });
}

function work(order: LaptopOrder): void {
  const { clinicId, deviceId, person } = order;
  const laptop = createLaptop({
    clinicId,
    deviceId,
    person,
    timers: fastTimers,
    kept: { home: order.home, keySeed: Buffer.from(order.keySeed, 'hex') },
  });
  laptop.connect(order.serverUrl, order.credential);
  process.on('message', (raw) => {
    const { write, check, now } = raw as { write?: string[]; check?: boolean; now?: boolean };
    // Only to reach the next kill sooner; what is judged drains by itself.
    if (now === true) void laptop.engine().syncNow();
    for (const token of write ?? []) {
      laptop.write('section.write', (ctx) => {
        const section = derivedId(order.visit, 'subjective');
        ctx.insert('patient', { givenName: token, familyName: 'Matrise' });
        const text = `${ctx.get('note_section', section)?.text ?? ''}<${token}>`;
        ctx.put('note_section', section, { encounterId: order.visit, key: 'subjective', text });
      });
      // The transaction stands: whatever happens from here on, this must be found.
      say({ saved: token });
      if (process.env['KILL_AT_WRITE'] === token) process.kill(process.pid, 'SIGKILL');
    }
    if (check === true) void settle();
  });
  say({ ready: true });

  const settle = async (): Promise<void> => {
    const began = performance.now();
    await until(
      () => ({ ...queueState(laptop.db), ...laptop.engine().status() }),
      ({ pending, state }) => pending === 0 && state === 'in_sync',
      'the laptop drains',
      60_000,
    ).catch(() => {});
    const { refetching, complete } = readCursor(laptop.db);
    say({
      checked: {
        drainMs: Math.round(performance.now() - began),
        status: laptop.engine().status(),
        whole: complete && !refetching,
        sound: laptop.db.pragma('quick_check', { simple: true }) === 'ok',
        digests: replicaDigests(laptop.db),
      },
    });
  };
}

const order = JSON.parse(process.argv[2] ?? '{}') as LaptopOrder;
if (order.migrating === true) {
  upgrade(order.home);
  process.disconnect?.();
} else work(order);
