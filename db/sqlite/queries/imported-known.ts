/** What was brought in before, by what tells it apart: for finding what an import would bring in again. */
import type { SqliteDatabase } from '../open.ts';
import { prepared } from '../store.ts';
import { STANDS_IMPORTED } from './imported.ts';

export interface KnownEntry {
  id: string;
  patientId: string;
  kind: string;
  sourceId: string | null;
  writtenWhen: string | null;
  writtenBy: string | null;
  fingerprint: string;
}

/** Of one system: entries that count, a page at a time, so that others save meanwhile. @param after place of the last one of the page before */
export function knownEntries(db: SqliteDatabase, sourceSystem: string, after: number, limit: number): (KnownEntry & { place: number })[] {
  return prepared(
    db,
    `select i.rowid as place, i.id, i.patient_id as patientId, i.kind, i.source_id as sourceId, i.written_when as writtenWhen, i.written_by as writtenBy, i.fingerprint
     from imported_entry i where i.rowid > ? and i.source_system = ? and i.deleted = 0 and ${STANDS_IMPORTED('i')} order by i.rowid limit ?`,
  ).all(after, sourceSystem, limit) as (KnownEntry & { place: number })[];
}
