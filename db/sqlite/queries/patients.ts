/** Patients as lists show them, and what there is on one patient's timeline. */
import type { SqliteDatabase } from '../open.ts';
import { prepared } from '../store.ts';
import { IMPORTED_WHEN, STANDS_IMPORTED } from './imported.ts';
import { OF_PERSON, personJson, STAYS, staysOf } from './same-person.ts';
import type { FoundPatient } from './patient-search.ts';
import type { TimelineRow } from './timeline-row.ts';

type Raw = Omit<FoundPatient, 'namesake'> & { namesake: number };

/** Of all the patients that the person `p` is. */
export const LAST_VISIT = `(select max(e.visit_at) from encounter e where e.deleted = 0 and e.status in ('signed','draft')
    and e.patient_id in (select p.id union all select sp.id from same_person sp where sp.stays_id = p.id and sp.id <> p.id))`;
/** Somebody else has the name of `p`. */
export const NAMESAKE = `exists (select 1 from patient o where o.family_name = p.family_name and o.given_name = p.given_name and o.id <> p.id
    and o.deleted = 0 and ${STAYS('o.id')} <> ${STAYS('p.id')})`;

const HIT = `p.id, p.given_name as givenName, p.family_name as familyName, p.birth_date as birthDate, p.national_id as nationalId, p.phone,
  p.address_line as addressLine, p.city, p.status,
  ${LAST_VISIT} as lastVisitAt, ${NAMESAKE} as namesake`;

const found = (raw: unknown): FoundPatient => ({ ...(raw as Raw), namesake: (raw as Raw).namesake === 1 });

/** In the order of the ids; unknown ones are left out. */
export function patientHits(db: SqliteDatabase, ids: readonly string[]): FoundPatient[] {
  const rows = prepared(
    db,
    `select ${HIT} from json_each(?) wanted join patient p on p.id = wanted.value where p.deleted = 0 order by wanted.key`,
  ).all(JSON.stringify(ids));
  return rows.map(found);
}

/** Those this person opened last, newest first, from the log of this laptop. */
export function lastOpenedPatients(db: SqliteDatabase, actorId: string, limit: number): string[] {
  const rows = prepared(
    db,
    `select patient_id as id, max(n) as last
     from (select patient_id, n from audit_event where actor_id = ? and action = 'read' order by n desc limit 1000)
     where patient_id is not null group by patient_id order by last desc limit ?`,
  ).all(actorId, limit) as { id: string }[];
  return [...new Set(rows.map((row) => staysOf(db, row.id)))];
}

/** Living patients with this number. */
export function patientsWithNationalId(db: SqliteDatabase, nationalId: string): string[] {
  const rows = prepared(db, 'select id from patient where national_id = ? and deleted = 0').all(nationalId) as { id: string }[];
  return rows.map((row) => row.id);
}

/** Others with the same number, or the same name and birth date; not those known to be the same person. */
export function duplicatesOf(db: SqliteDatabase, patient: { id: string }): FoundPatient[] {
  const ids = personJson(db, patient.id);
  const rows = prepared(
    db,
    `select ${STAYS('o.id')} as id from patient p join patient o on o.national_id = p.national_id where ${OF_PERSON('p.id')} and p.national_id is not null and not ${OF_PERSON('o.id')} and o.deleted = 0
     union
     select ${STAYS('o.id')} from patient p join patient o on o.family_name = p.family_name and o.given_name = p.given_name and o.birth_date = p.birth_date
       where ${OF_PERSON('p.id')} and not ${OF_PERSON('o.id')} and o.deleted = 0`,
  ).all(ids, ids, ids, ids) as { id: string }[];
  return rows.length === 0
    ? []
    : patientHits(
        db,
        rows.map((row) => row.id),
      );
}

const SUMMARY = `coalesce(
  (select d.code || ' ' || d.text from diagnosis d where d.encounter_id = e.id and d.deleted = 0 and d.main = 1 limit 1),
  (select substr(trim(s.text), 1, 140) from note_section s where s.encounter_id = e.id and s.deleted = 0 and s.sibling_of_id is null and trim(s.text) <> '' order by s.rowid limit 1))`;

const CLINICAL = `
  select 'encounter' as kind, e.id, e.visit_at as at, e.visit_type as title, e.status, e.visit_type as visitType, u.name as practitionerName, e.id as encounterId, ${SUMMARY} as summary
    from encounter e left join user u on u.id = e.practitioner_id where ${OF_PERSON('e.patient_id', '@patient')} and e.deleted = 0 and e.status <> 'discarded' and e.visit_at < @before
  union all
  select 'letter', l.id, coalesce(l.signed_at, e.signed_at, e.visit_at), l.kind, l.status, null, u.name, l.encounter_id, null
    from letter l left join encounter e on e.id = l.encounter_id left join user u on u.id = l.author_id
    where ${OF_PERSON('l.patient_id', '@patient')} and l.deleted = 0 and coalesce(l.signed_at, e.signed_at, e.visit_at) < @before
  union all
  select 'amendment', m.id, coalesce(m.signed_at, e.visit_at), m.kind, m.status, null, m.author_name, m.encounter_id, substr(trim(m.text), 1, 140)
    from encounter e join amendment m on m.encounter_id = e.id left join user u on u.id = m.author_id
    where ${OF_PERSON('e.patient_id', '@patient')} and m.deleted = 0 and m.status <> 'discarded' and coalesce(m.signed_at, e.visit_at) < @before
  union all
  select 'imported', i.id, ${IMPORTED_WHEN('i')}, i.kind, i.status, null, i.written_by, null, substr(trim(coalesce(i.title || ': ', '') || i.text), 1, 140)
    from imported_entry i where ${OF_PERSON('i.patient_id', '@patient')} and i.deleted = 0 and ${STANDS_IMPORTED('i')} and ${IMPORTED_WHEN('i')} < @before
  union all`;
const DESK = `
  select 'appointment' as kind, a.id, a.starts_at as at, a.visit_type as title, a.status, a.visit_type as visitType, u.name as practitionerName, null as encounterId, null as summary
    from appointment a left join user u on u.id = a.practitioner_id
    where ${OF_PERSON('a.patient_id', '@patient')} and a.deleted = 0 and a.starts_at < @before
      and not exists (select 1 from encounter e where e.appointment_id = a.id and e.deleted = 0 and e.status in ('draft','signed'))
  union all
  select 'payment', y.id, y.paid_at, y.method, case when y.voided = 1 then 'voided' when y.method = 'invoice_later' then 'invoiced' else 'paid' end, null, u.name, y.encounter_id, null
    from payment y left join user u on u.id = y.taken_by_id where ${OF_PERSON('y.patient_id', '@patient')} and y.deleted = 0 and y.paid_at < @before
  order by at desc limit @limit`;

/** Of all the patients this person is, newest first. `before`: only what is older than this instant. Without `clinical` only what the desk may see. */
export function timeline(
  db: SqliteDatabase,
  patientId: string,
  { before, limit, clinical }: { before: string | null; limit: number; clinical: boolean },
): TimelineRow[] {
  const sql = clinical ? `${CLINICAL}${DESK}` : DESK;
  return prepared(db, sql).all({ patient: personJson(db, patientId), before: before ?? '9999', limit }) as TimelineRow[];
}
