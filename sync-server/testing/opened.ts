/** What lies sealed in the database, opened: for tests that ask what the server holds. */
import { columnName } from '#db/model/entity.ts';
import type { EntityName } from '#db/model/entities.ts';
import { withClinic, type Pool } from '#db/postgres/open.ts';
import { openQuarantined } from '#db/postgres/queries/push.ts';
import { readRows } from '#db/postgres/queries/rows.ts';
import { withKeys } from '#db/postgres/sealing/clinic-keys.ts';
import type { StoredRow } from '#db/sync/row.ts';

/** Rows of an entity in the order of their places. @param where over columns that are not sensitive */
export async function openedRows(
  pool: Pool,
  clinicId: string,
  entity: EntityName,
  where = 'true',
  values: unknown[] = [],
): Promise<StoredRow[]> {
  return withClinic(pool, clinicId, async (tx) => {
    const { rows } = await tx.query<{ id: string }>(`select id from "${entity}" where ${where}`, values);
    const found = await readRows(tx, clinicId, new Map([[entity, new Set(rows.map(({ id }) => id))]]));
    return found.map(({ row }) => row).toSorted((a, b) => a.seq - b.seq);
  });
}

/** The same by the names of columns. */
export async function openedColumns(...asked: Parameters<typeof openedRows>): Promise<Record<string, unknown>[]> {
  const rows = await openedRows(...asked);
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([field, value]) => [columnName(field), value])));
}

/** These fields of it. */
export async function openedFields(
  pool: Pool,
  clinicId: string,
  entity: EntityName,
  fields: readonly string[],
  where?: string,
  values?: unknown[],
): Promise<Record<string, unknown>[]> {
  const rows = await openedRows(pool, clinicId, entity, where, values);
  return rows.map((row) => Object.fromEntries(fields.map((field) => [field, row[field]])));
}

/** What was refused in a clinic, in the order of its devices' queues. @param device of which it came, and at which places; all, unless said */
export async function quarantined(
  pool: Pool,
  clinicId: string,
  device?: { id: string; ns: readonly number[] },
): Promise<{ deviceId: string; n: number; code: string; change: string }[]> {
  return withClinic(pool, clinicId, async (tx) => {
    const { rows } = await tx.query<{ deviceId: string; n: number; hash: string; code: string; change: string }>(
      `select device_id as "deviceId", n, hash, code, change from quarantine
       where $1::uuid is null or (device_id = $1 and n = any($2::bigint[])) order by device_id, n, at`,
      [device?.id, device?.ns ?? []],
    );
    return withKeys(tx, (keys) =>
      rows.map((row) => ({ deviceId: row.deviceId, n: row.n, code: row.code, change: openQuarantined(keys, row) })),
    );
  });
}
