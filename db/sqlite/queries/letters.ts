/** Letters as lists show them, and the signed visits a letter may draw its words from. */
import type { SqliteDatabase } from '../open.ts';
import { decodeRow, prepared } from '../store.ts';
import type { RowOf } from '../store.ts';
import { OF_PERSON, personJson, STAYS } from './same-person.ts';

export interface LetterLine {
  id: string;
  patientId: string;
  patientName: string;
  kind: string;
  status: string;
  at: string;
  authorId: string;
  authorName: string;
  affected: boolean;
}

/** Newest first. `open`: those that somebody must still sign, print or hand over. */
export function letterLines(db: SqliteDatabase, { patientId, open }: { patientId: string | null; open: boolean }): LetterLine[] {
  const rows = prepared(
    db,
    `select l.id, ${STAYS('l.patient_id')} as patientId, coalesce(p.given_name || ' ' || p.family_name, '') as patientName, l.kind, l.status,
       coalesce(l.signed_at, e.signed_at, e.visit_at, '') as at, l.author_id as authorId,
       coalesce(u.name, '') as authorName, l.affected_by_amendment_id is not null as affected
     from letter l left join user u on u.id = l.author_id left join patient p on p.id = ${STAYS('l.patient_id')} left join encounter e on e.id = l.encounter_id
     where l.deleted = 0 and (? is null or ${OF_PERSON('l.patient_id')}) and (? = 0 or l.status in ('draft','signed','awaiting_print'))
     order by at desc, l.id desc limit 500`,
  ).all(patientId, patientId === null ? '[]' : personJson(db, patientId), open ? 1 : 0) as (Omit<LetterLine, 'affected'> & {
    affected: number;
  })[];
  return rows.map((row) => ({ ...row, affected: row.affected === 1 }));
}

/**
 * Signed visits of the same complaint up to this one, newest first. Those that were corrected are left out: their words
 * alone do not say what holds.
 */
export function uncorrectedVisitsBefore(
  db: SqliteDatabase,
  visit: Pick<RowOf<'encounter'>, 'id' | 'episodeId' | 'visitAt'>,
): RowOf<'encounter'>[] {
  if (visit.episodeId === null) return [];
  const rows = prepared(
    db,
    `select e.* from encounter e where e.episode_id = ? and e.id <> ? and e.visit_at <= ? and e.status = 'signed' and e.deleted = 0
       and not exists (select 1 from amendment m where m.encounter_id = e.id and m.kind = 'correction' and m.status = 'signed' and m.deleted = 0)
     order by e.visit_at desc limit 60`,
  ).all(visit.episodeId, visit.id, visit.visitAt);
  return rows.map((raw) => decodeRow('encounter', raw));
}
