/** What lies sealed in quarantine because its row had been erased, and who had decided about that. */
import type { RowKey } from '../../model/erasure.ts';
import type { Tx } from '../open.ts';
import { unlessBroken, withKeys } from '../sealing/clinic-keys.ts';
import { openQuarantined, quarantineId } from './push.ts';

export async function heldChanges(
  tx: Tx,
  clinicId: string,
  limit: number,
): Promise<{ deviceId: string; n: number; at: string; change: string }[]> {
  const { rows } = await tx.query<{ deviceId: string; n: number; at: Date; hash: string; change: string }>(
    `select device_id as "deviceId", n, at, hash, change from quarantine
     where clinic_id = $1 and code = 'row/erased' order by at, device_id, n limit $2`,
    [clinicId, limit],
  );
  return withKeys(tx, (keys) =>
    rows.flatMap((row) => {
      const { deviceId, n, hash, at } = row;
      const change = unlessBroken(keys, 'quarantine', quarantineId(deviceId, n, hash), () => openQuarantined(keys, row));
      return change === undefined ? [] : [{ deviceId, n, at: new Date(at).toISOString(), change }];
    }),
  );
}

export async function erasuresBy(tx: Tx, clinicId: string, userId: string): Promise<{ id: string; erased: RowKey[] }[]> {
  const { rows } = await tx.query<{ id: string; erased: RowKey[] }>(
    'select id, erased from erasure where clinic_id = $1 and decided_by_id = $2 and not deleted',
    [clinicId, userId],
  );
  return rows;
}
