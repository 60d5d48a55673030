/** What was brought in from other systems: which of it counts, and one entry as it is read. */
import type { SqliteDatabase } from '../open.ts';
import { decodeRow, prepared, type RowOf } from '../store.ts';
import { OF_PERSON, personJson } from './same-person.ts';

/** SQL: the entry counts. Its import was not undone, nobody took it back, and no later entry that counts has taken its place. */
export const STANDS_IMPORTED = (alias: string): string => `${alias}.status = 'final'
  and not exists (select 1 from import_batch ub where ub.id = ${alias}.import_id and ub.undone = 1)
  and not exists (select 1 from imported_entry later join import_batch lb on lb.id = later.import_id
    where later.replaces_id = ${alias}.id and later.deleted = 0 and later.status = 'final' and lb.undone = 0)`;

/** SQL: where it stands among the rest, as text that sorts; what nobody can date stands first of all. */
export const IMPORTED_WHEN = (alias: string): string => `coalesce(${alias}.happened_at, ${alias}.happened_on, '')`;

/** Of all the registrations of this person, oldest first. */
export function importedEntriesOf(db: SqliteDatabase, patientId: string): RowOf<'imported_entry'>[] {
  return prepared(
    db,
    `select i.* from imported_entry i where ${OF_PERSON('i.patient_id')} and i.deleted = 0 and ${STANDS_IMPORTED('i')} order by ${IMPORTED_WHEN('i')}, i.line, i.id`,
  )
    .all(personJson(db, patientId))
    .map((raw) => decodeRow('imported_entry', raw));
}
