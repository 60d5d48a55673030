/** Erasure by law in Postgres: finding what hangs together, and emptying it as the role that may (guards.sql). */
import { columnName } from '../../model/entity.ts';
import type { EntityName } from '../../model/entities.ts';
import type { Find, Found } from '../../sync/erase.ts';
import type { Tx } from '../open.ts';
import { currentKey, unlessBroken, withKeys } from '../sealing/clinic-keys.ts';
import { sealRow } from '../sealing/sealed-row.ts';
import { openQuarantined, quarantineId } from './push.ts';
import { decode, type RawFound } from './rows.ts';

export async function findRows(tx: Tx, clinicId: string, { entity, field, ids }: Find): Promise<Found[]> {
  if (ids.length === 0) return [];
  return decode(
    tx,
    await tx.query<RawFound>(
      `select '${entity}' as entity, to_jsonb(t) as row from "${entity}" t where clinic_id = $1 and "${columnName(field)}" = any($2::uuid[])`,
      [clinicId, ids],
    ),
  );
}

/** The caller has moved the clinic's clock beyond them, and written the trace. */
export async function eraseRows(tx: Tx, clinicId: string, rows: readonly Found[]): Promise<void> {
  const key = await currentKey(tx);
  const byEntity = Map.groupBy(rows, ({ entity }): EntityName => entity);
  for (const [entity, found] of byEntity) {
    const sorted = found.toSorted((a, b) => a.row.seq - b.row.seq);
    const ordered = await withKeys(tx, (keys) => sorted.map(({ row }) => sealRow(keys, key, entity, row)));
    await tx.query('select ryggrad_erase($1, $2::jsonb)', [entity, JSON.stringify(ordered)]);
  }
  await eraseKept(
    tx,
    clinicId,
    rows.map(({ row }) => row.id),
  );
  // Bytes of attachments, unless another attachment has the very same.
  const hashes = rows.flatMap(({ entity, row }) => (entity === 'attachment' && row.deleted ? [row.id] : []));
  if (hashes.length === 0) return;
  const gone = await tx.query<{ object: string }>(
    `with gone as (delete from content_chunk c where c.clinic_id = $1 and not exists (
       select from attachment a where a.clinic_id = c.clinic_id and a.sha256 = c.sha256 and not a.deleted) returning c.object)
     select object from gone where object is not null`,
    [clinicId],
  );
  // The trigger has noted them; their keys are gone already, and the objects do not wait for backups.
  if (gone.rows.length > 0)
    await tx.query('update content_garbage set urgent = true where clinic_id = $1 and object = any($2::text[])', [
      clinicId,
      gone.rows.map(({ object }) => object),
    ]);
  await tx.query(
    `update content c set complete = false where c.clinic_id = $1 and complete and not exists (
       select from attachment a where a.clinic_id = c.clinic_id and a.sha256 = c.sha256 and not a.deleted)`,
    [clinicId],
  );
}

/** What was refused once and named one of these rows: it lies sealed, so it is opened here to be found. */
async function eraseKept(tx: Tx, clinicId: string, ids: readonly string[]): Promise<void> {
  const { rows } = await tx.query<{ deviceId: string; n: number; hash: string; change: string }>(
    `select device_id as "deviceId", n, hash, change from quarantine where clinic_id = $1 and code <> 'row/erased'`,
    [clinicId],
  );
  const gone = await withKeys(tx, (keys) =>
    rows.filter((row) => {
      const text = unlessBroken(keys, 'quarantine', quarantineId(row.deviceId, row.n, row.hash), () => openQuarantined(keys, row));
      return text !== undefined && ids.some((id) => text.includes(id));
    }),
  );
  for (const { deviceId, n, hash } of gone) await tx.query('select ryggrad_erase_kept($1, $2, $3)', [deviceId, n, hash]);
}
