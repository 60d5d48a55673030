/**
 * A laptop that has not been upgraded: what its people write of a patient's work goes under the name the field had in the
 * version before, signed so, and is sent so even after the upgrade.
 */
import { sign } from 'node:crypto';
import { renamed, UPCASTS } from '#db/sync/upcast.ts';
import type { Change } from '#db/sync/change.ts';
import { changeHash } from '#sync-server/core/change-hash.ts';
import type { Laptop } from '#tests/sync/laptop.ts';

const OLD = 1;

/** The server, and every laptop once upgraded, knows how the older version spoke. */
export function knowOldVersion(): void {
  UPCASTS.set(OLD, renamed('patient', 'job', 'occupation'));
}

interface Waiting {
  born: number;
  id: string;
  actor: string;
  verb: string;
  entity: string;
  row_id: string;
  base: string;
  set: string;
  at: string;
}

/** Says again, in the older version's words, what was written here and never sent. */
export function asOldVersion({ db, actor }: Laptop, newest: number): void {
  const waiting = db
    .prepare(`select * from outbox where entity = 'patient' and state in ('open', 'ready') and n is null and schema = ? order by born`)
    .all(newest) as Waiting[];
  for (const { born, id, verb, entity, row_id: rowId, base, set, at } of waiting) {
    const told = {
      id,
      actor: actor.userId,
      verb,
      entity,
      rowId,
      base: older(JSON.parse(base) as Change['base']),
      set: older(JSON.parse(set) as Change['set']),
      at,
      schema: OLD,
    };
    const hash = changeHash(told);
    db.prepare('update outbox set base = ?, "set" = ?, schema = ?, hash = ?, actor_signature = ? where born = ?').run(
      JSON.stringify(told.base),
      JSON.stringify(told.set),
      OLD,
      hash.toString('hex'),
      sign(null, hash, actor.signingKey).toString('base64url'),
      born,
    );
  }
}

function older<V>(record: Readonly<Record<string, V>>): Record<string, V> {
  return Object.fromEntries(Object.entries(record).map(([field, value]) => [field === 'occupation' ? 'job' : field, value]));
}
