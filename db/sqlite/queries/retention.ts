/**
 * When each person's journal had its last entry. An entry is what the duty to keep a record made somebody write or receive: a note (also one
 * entered in error, and a draft; not a discarded one), an addition, a letter, an attachment, what was brought in
 * from another system (by the day it happened there, or was brought in where nobody knows), a safety fact, a complaint, a request about the
 * journal (hpl §§ 42–44). An addition that somebody is still writing keeps the journal, and so does a booking that was not called off: who is
 * still coming is still in care. Payments and messages do not count; they have times of their own. All registrations of one person are one journal.
 */
import type { SqliteDatabase } from '../open.ts';
import { prepared } from '../store.ts';
import { STANDS_IMPORTED } from './imported.ts';
import { STAYS } from './same-person.ts';

export interface LastEntry {
  patientId: string;
  name: string;
  birthDate: string | null;
  lastEntryAt: string;
}

/** Oldest first; one more than asked for tells that there are more. @param before instant: the last entry is earlier */
export function journalsQuietSince(db: SqliteDatabase, before: string, limit: number): LastEntry[] {
  const latest = (...columns: string[]): string => `max(${columns.map((column) => `coalesce(${column}, '')`).join(', ')})`;
  return prepared(
    db,
    `with entry (patient_id, at) as (
       select patient_id, ${latest('visit_at', 'recorded_at', 'signed_at', 'closed_at')} from encounter where deleted = 0 and status <> 'discarded'
       union all select e.patient_id, case a.status when 'draft' then '9999' else ${latest('a.signed_at', 'e.visit_at')} end from amendment a join encounter e on e.id = a.encounter_id where a.deleted = 0
       union all select l.patient_id, ${latest('l.signed_at', 'l.delivered_at')} from letter l where l.deleted = 0
       union all select patient_id, ${latest('added_at', 'closed_at')} from attachment where deleted = 0
       union all select patient_id, recorded_at from safety_fact where deleted = 0
       union all select patient_id, ${latest('started_on', 'ended_on')} from episode where deleted = 0
       union all select patient_id, ${latest('received_at', 'decided_at')} from journal_request where deleted = 0
       union all select i.patient_id, coalesce(i.happened_at, i.happened_on, i.added_at) from imported_entry i where i.deleted = 0 and ${STANDS_IMPORTED('i')}
       union all select patient_id, starts_at from appointment where deleted = 0 and status not in ('cancelled', 'no_show'))
     select p.id as patientId, p.given_name || ' ' || p.family_name as name, p.birth_date as birthDate, max(entry.at) as lastEntryAt
     from entry join patient p on p.id = ${STAYS('entry.patient_id')} and p.deleted = 0
     where entry.at <> ''
     group by p.id having max(entry.at) < ? order by lastEntryAt, p.id limit ?`,
  ).all(before, limit + 1) as LastEntry[];
}
