/** What revoked devices handed in, as it lies in quarantine, and what was decided about it. */
import { HANDED_IN } from '../../sync/handed-in.ts';
import type { Outcome } from '../../sync/change.ts';
import type { Tx } from '../open.ts';
import { unlessBroken, withKeys } from '../sealing/clinic-keys.ts';
import { openQuarantined, quarantineId } from './push.ts';

export interface HandedInRow {
  deviceId: string;
  n: number;
  at: string;
  /** The whole change as JSON. */
  change: string;
}

const UNDECIDED = `q.clinic_id = $1 and q.code = '${HANDED_IN}' and not exists (
  select from handed_in_decision d where d.clinic_id = q.clinic_id and d.device_id = q.device_id and d.n = q.n)`;

/** Those nobody has decided about, each device's in the order they were written. */
export async function undecided(tx: Tx, clinicId: string, limit: number): Promise<HandedInRow[]> {
  const { rows } = await tx.query<{ deviceId: string; n: number; at: Date; hash: string; change: string }>(
    `select q.device_id as "deviceId", q.n, q.at, q.hash, q.change from quarantine q where ${UNDECIDED} order by q.device_id, q.n limit $2`,
    [clinicId, limit],
  );
  return withKeys(tx, (keys) =>
    rows.flatMap((row) => {
      const { deviceId, n, hash, at } = row;
      // One that does not open stays where it is, undecided and told of.
      const change = unlessBroken(keys, 'quarantine', quarantineId(deviceId, n, hash), () => openQuarantined(keys, row));
      return change === undefined ? [] : [{ deviceId, n, at: new Date(at).toISOString(), change }];
    }),
  );
}

/** One that is still undecided. The clinic's counter must be locked: two who decide at once come one after the other. */
export async function undecidedChange(tx: Tx, clinicId: string, deviceId: string, n: number): Promise<string | undefined> {
  const { rows } = await tx.query<{ hash: string; change: string }>(
    `select q.hash, q.change from quarantine q where ${UNDECIDED} and q.device_id = $2 and q.n = $3`,
    [clinicId, deviceId, n],
  );
  const [found] = rows;
  return found === undefined ? undefined : withKeys(tx, (keys) => openQuarantined(keys, { deviceId, n, ...found }));
}

export async function countUndecided(tx: Tx, clinicId: string, deviceId: string): Promise<number> {
  const { rows } = await tx.query<{ count: number }>(
    `select count(*)::int as count from quarantine q where ${UNDECIDED} and q.device_id = $2`,
    [clinicId, deviceId],
  );
  return rows[0]?.count ?? 0;
}

export async function appendDecision(
  tx: Tx,
  clinicId: string,
  entry: { deviceId: string; n: number; decision: string; decidedBy: string; outcome: Outcome },
): Promise<void> {
  await tx.query(
    'insert into handed_in_decision (clinic_id, device_id, n, decision, decided_by, outcome) values ($1, $2, $3, $4, $5, $6)',
    [clinicId, entry.deviceId, entry.n, entry.decision, entry.decidedBy, JSON.stringify(entry.outcome)],
  );
}
