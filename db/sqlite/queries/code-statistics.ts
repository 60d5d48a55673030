/** What was signed in a period, by code. Drafts do not count, nor what was entered in error; nobody is named. */
import type { SqliteDatabase } from '../open.ts';
import { prepared } from '../store.ts';

export interface Period {
  /** Instants, the end excluded. */
  from: string;
  to: string;
  /** One clinician's visits, or everybody's. */
  practitionerId: string | null;
}

export interface CodeCount {
  code: string;
  text: string;
  visits: number;
  patients: number;
  main: number;
}

const SIGNED = `e.deleted = 0 and e.status = 'signed' and e.visit_at >= @from and e.visit_at < @to
  and (@practitionerId is null or e.practitioner_id = @practitionerId)`;

/** Most frequent first. The text is that of the latest visit: a code may have been renamed between two releases. */
export function codeStatistics(db: SqliteDatabase, system: string, period: Period): CodeCount[] {
  return prepared(
    db,
    `select d.code, d.text, max(e.visit_at) as latest, count(distinct e.id) as visits, count(distinct e.patient_id) as patients, count(distinct case when d.main = 1 then e.id end) as main
     from encounter e join diagnosis d on d.encounter_id = e.id and d.deleted = 0 and d.system = @system
     where ${SIGNED} group by d.code order by visits desc, d.code`,
  )
    .all({ ...period, system })
    .map((row) => {
      const { code, text, visits, patients, main } = row as CodeCount;
      return { code, text, visits, patients, main };
    });
}

export function signedVisits(db: SqliteDatabase, period: Period): number {
  const row = prepared(db, `select count(*) as visits from encounter e where ${SIGNED}`).get({ ...period }) as { visits: number };
  return row.visits;
}
