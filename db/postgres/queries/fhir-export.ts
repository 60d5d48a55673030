/** Exports by FHIR that somebody has begun: where each file begins and ends. */
import type { EntityName } from '../../model/entities.ts';
import type { Tx } from '../open.ts';

export interface ExportFile {
  type: string;
  entity: EntityName;
  prefix: string;
  /** Beyond this id, and up to and with this one; null: to the end. */
  after: string;
  upTo: string | null;
}
export interface StoredExport {
  at: string;
  request: string;
  since: number;
  files: ExportFile[];
}

/** Ids at which every so many rows end; undefined where there are none at all. */
export async function stretchesOf(tx: Tx, clinicId: string, entity: EntityName, rows: number): Promise<string[] | undefined> {
  const { rows: found } = await tx.query<{ id: string; n: number; last: boolean }>(
    `select id, n, n = max(n) over () as last from (
       select id, row_number() over (order by id) as n from "${entity}" where clinic_id = $1 and not deleted) t
     where n % $2 = 0 or n = (select count(*) from "${entity}" where clinic_id = $1 and not deleted) order by n`,
    [clinicId, rows],
  );
  return found.length === 0 ? undefined : found.filter(({ last }) => !last).map(({ id }) => id);
}

export async function addExport(tx: Tx, clinicId: string, id: string, userId: string, one: StoredExport): Promise<void> {
  await tx.query('insert into fhir_export (clinic_id, id, user_id, at, request, since, files) values ($1, $2, $3, $4, $5, $6, $7)', [
    clinicId,
    id,
    userId,
    one.at,
    one.request,
    one.since,
    JSON.stringify(one.files),
  ]);
}

/** Of whoever began it, as long as it lasts. */
export async function exportById(
  tx: Tx,
  clinicId: string,
  id: string,
  userId: string,
  notBefore: string,
): Promise<StoredExport | undefined> {
  const { rows } = await tx.query<StoredExport>(
    'select at, request, since, files from fhir_export where clinic_id = $1 and id = $2 and user_id = $3 and at >= $4',
    [clinicId, id, userId, notBefore],
  );
  return rows[0];
}

/** Returns whether it was there. */
export async function dropExport(tx: Tx, clinicId: string, id: string, userId: string): Promise<boolean> {
  const { rowCount } = await tx.query('delete from fhir_export where clinic_id = $1 and id = $2 and user_id = $3', [clinicId, id, userId]);
  return rowCount === 1;
}

export async function dropOldExports(tx: Tx, clinicId: string, before: string): Promise<void> {
  await tx.query('delete from fhir_export where clinic_id = $1 and at < $2', [clinicId, before]);
}
