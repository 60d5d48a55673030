/** Conflicts that wait for a person. */
import type { SqliteDatabase } from '../open.ts';
import { prepared } from '../store.ts';

/** Disagreements that wait, but for those of patients who have shut their journal for this person. */
export function openConflictCount(db: SqliteDatabase, userId: string): number {
  const row = prepared(
    db,
    `with shut as (select patient_id from access_block where user_id = ? and blocked = 1 and deleted = 0)
     select (select count(*) from conflict where deleted = 0 and status = 'open' and (patient_id is null or patient_id not in shut))
       + (select count(*) from note_section s join encounter e on e.id = s.encounter_id
          where s.deleted = 0 and s.sibling_state = 'open' and e.patient_id not in shut) as n`,
  ).get(userId) as { n: number };
  return row.n;
}
