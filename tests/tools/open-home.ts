/** The replica in a laptop's folder, opened with a passphrase as the app does, for tools that only read. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Audience } from '#db/model/entity.ts';
import type { EntityDigest } from '#db/sync/digest.ts';
import { openDatabase } from '#db/sqlite/open.ts';
import { fileKeyStore } from '#electron/core/keys/key-store.ts';
import { openSlot, readSlots } from '#electron/core/keys/slots.ts';
import { replicaDigests } from './digest-of.ts';

export interface HomeInput {
  home: string;
  passphrase: string;
  /** Which clinic, when the home holds several; otherwise the first that the passphrase opens. */
  clinicId?: string | undefined;
  audience: Audience;
}

/** May run beside the open app: it reads one moment of the database. Throws a sentence when nothing opens. */
export async function laptopDigests({ home, passphrase, clinicId, audience }: HomeInput): Promise<EntityDigest[]> {
  const deviceSecret = await fileKeyStore(join(home, 'device-secret'), false).deviceSecret();
  const clinics = readdirSync(join(home, 'clinics')).filter((id) => clinicId === undefined || id === clinicId);
  for (const id of clinics) {
    const folder = join(home, 'clinics', id);
    const slots = readSlots(folder);
    for (const { userId } of slots?.slots ?? []) {
      const secrets = slots === null ? null : await openSlot(slots, userId, passphrase, deviceSecret);
      if (secrets === null) continue;
      const opened = openDatabase(join(folder, 'ryggrad.db'), secrets.databaseKey);
      secrets.databaseKey.fill(0);
      if (!opened.ok) throw new Error(`The database of ${id} does not open: ${opened.code}.`);
      try {
        return opened.db.transaction(() => replicaDigests(opened.db, audience)).deferred();
      } finally {
        opened.db.close();
      }
    }
  }
  throw new Error(`The passphrase opens no clinic in ${home}.`);
}
