/**
 * Which patients are one person (db/rules/same-person.ts), kept in the small table `same_person` so that any query can ask by
 * index. This is the one place in SQL that knows: `STAYS` and `OF_PERSON` are its two forms.
 */
import { samePersons, type Link } from '../../rules/same-person.ts';
import type { SqliteDatabase } from '../open.ts';
import { decodeRow, prepared, type RowOf } from '../store.ts';

/** SQL: the patient who stays, for the patient in this column. */
export const STAYS = (column: string): string => `coalesce((select sp.stays_id from same_person sp where sp.id = ${column}), ${column})`;

/** SQL: the column is one of the person's patients; the parameter is what `personIds` gives, as JSON. */
export const OF_PERSON = (column: string, parameter = '?'): string => `${column} in (select value from json_each(${parameter}))`;

/**
 * Brings the table up to date; call in the transaction that wrote a link or a patient. A link counts only while both its
 * patients are here: a row whose patient has not arrived must not lead to nobody.
 */
export function indexSamePersons(db: SqliteDatabase): void {
  const links = prepared(
    db,
    `select l.patient_id as patientId, l.into_id as intoId from patient_link l
     join patient p on p.id = l.patient_id and p.deleted = 0 join patient i on i.id = l.into_id and i.deleted = 0
     where l.deleted = 0 and l.undone = 0`,
  ).all() as Link[];
  const stays = samePersons(links);
  const known = prepared(db, 'select id, stays_id as staysId from same_person').all() as { id: string; staysId: string }[];
  if (known.length === stays.size && known.every(({ id, staysId }) => stays.get(id) === staysId)) return;
  prepared(db, 'delete from same_person').run();
  const insert = prepared(db, 'insert into same_person (id, stays_id) values (?, ?)');
  for (const [id, staysId] of stays) insert.run(id, staysId);
}

/** The one who stays; the patient itself where it is registered once. */
export function staysOf(db: SqliteDatabase, patientId: string): string {
  const row = prepared(db, 'select stays_id as id from same_person where id = ?').get(patientId) as { id: string } | undefined;
  return row?.id ?? patientId;
}

/** All patients that are this person, the one who stays first. */
export function personIds(db: SqliteDatabase, patientId: string): string[] {
  const stays = staysOf(db, patientId);
  const rows = prepared(db, 'select id from same_person where stays_id = ? and id <> ? order by id').all(stays, stays) as { id: string }[];
  return [stays, ...rows.map(({ id }) => id)];
}

export const personJson = (db: SqliteDatabase, patientId: string): string => JSON.stringify(personIds(db, patientId));

/** Whether both are the same person. */
export function isSamePerson(db: SqliteDatabase, one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && (one === other || staysOf(db, one) === staysOf(db, other));
}

/** Mergings that hold, of the patients of this person, oldest first. */
export function linksOf(db: SqliteDatabase, patientId: string): RowOf<'patient_link'>[] {
  const ids = personJson(db, patientId);
  return prepared(
    db,
    `select * from patient_link where deleted = 0 and undone = 0 and ${OF_PERSON('patient_id')} and ${OF_PERSON('into_id')} order by id`,
  )
    .all(ids, ids)
    .map((raw) => decodeRow('patient_link', raw));
}

/** Pairs of patients with the same fødselsnummer that nobody has merged, the one registered first before the other. */
export function sharedNumbers(db: SqliteDatabase): [string, string][] {
  const rows = prepared(
    db,
    // The inner question is answered from the index alone.
    `select distinct national_id as number, ${STAYS('id')} as stays from patient
     where deleted = 0 and national_id in (select national_id from patient where national_id > '' group by national_id having count(*) > 1)
     order by number, stays`,
  ).all() as { number: string; stays: string }[];
  return rows.flatMap((row, index): [string, string][] => {
    const before = rows[index - 1];
    return before?.number === row.number ? [[before.stays, row.stays]] : [];
  });
}
