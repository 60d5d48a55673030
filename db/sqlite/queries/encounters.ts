/** A chart in few statements, all by index: opening one must not grow with the clinic. */
import { derivedId } from '../../model/ids.ts';
import type { SqliteDatabase } from '../open.ts';
import { decodeRow, prepared } from '../store.ts';
import type { RowOf } from '../store.ts';
import { OF_PERSON, personJson, STAYS } from './same-person.ts';

export interface PreviousRow {
  id: string;
  visitAt: string;
  visitType: RowOf<'encounter'>['visitType'];
  status: RowOf<'encounter'>['status'];
  practitionerName: string;
  mainCode: string | null;
  mainText: string | null;
  nrs: number | null;
}

/** The person's other visits, newest first. */
export function previousVisits(db: SqliteDatabase, patientId: string, exceptId: string, limit: number): PreviousRow[] {
  return prepared(
    db,
    `select e.id, e.visit_at as visitAt, e.visit_type as visitType, e.status, coalesce(u.name, '') as practitionerName,
       d.code as mainCode, d.text as mainText,
       (select o.value from observation o where o.encounter_id = e.id and o.code = 'nrs-now' and o.deleted = 0) as nrs
     from encounter e left join user u on u.id = e.practitioner_id
       left join diagnosis d on d.id = (select i.id from diagnosis i where i.encounter_id = e.id and i.main = 1 and i.deleted = 0 order by i.id limit 1)
     where ${OF_PERSON('e.patient_id')} and e.id <> ? and e.deleted = 0 and e.status <> 'discarded' order by e.visit_at desc limit ?`,
  ).all(personJson(db, patientId), exceptId, limit) as PreviousRow[];
}

/**
 * Where SALT carries from: the last signed visit of the episode, or for a note without episode the patient's last
 * signed one. What was entered in error is no visit.
 */
export function saltSource(
  db: SqliteDatabase,
  visit: Pick<RowOf<'encounter'>, 'id' | 'patientId' | 'episodeId'>,
): RowOf<'encounter'> | undefined {
  const [condition, value] =
    visit.episodeId === null ? [OF_PERSON('patient_id'), personJson(db, visit.patientId)] : ['episode_id = ?', visit.episodeId];
  const raw = prepared(
    db,
    `select * from encounter where ${condition} and status = 'signed' and id <> ? and deleted = 0 order by visit_at desc, id desc limit 1`,
  ).get(value, visit.id);
  return raw === undefined ? undefined : decodeRow('encounter', raw);
}

/** How many visits of the episode lie before this one, itself counted. */
export function visitNumber(db: SqliteDatabase, visit: Pick<RowOf<'encounter'>, 'id' | 'episodeId' | 'visitAt'>): number {
  if (visit.episodeId === null) return 1;
  const row = prepared(
    db,
    `select count(*) as n from encounter where episode_id = ? and deleted = 0 and id <> ? and visit_at <= ? and status in ('draft','signed')`,
  ).get(visit.episodeId, visit.id, visit.visitAt) as { n: number };
  return row.n + 1;
}

/** Codes of what was done in the earlier visits of an episode; drafts too, for they will be claimed. */
export function claimedEarlier(db: SqliteDatabase, visit: Pick<RowOf<'encounter'>, 'id' | 'episodeId' | 'visitAt'>): string[] {
  if (visit.episodeId === null) return [];
  const rows = prepared(
    db,
    `select distinct l.code from encounter e join treatment_line l on l.encounter_id = e.id and l.deleted = 0
     where e.episode_id = ? and (e.visit_at, e.id) < (?, ?) and e.deleted = 0 and e.status in ('draft', 'signed')`,
  ).all(visit.episodeId, visit.visitAt, visit.id) as { code: string }[];
  return rows.map(({ code }) => code);
}

/** When the person was here, oldest first; drafts too. */
export function visitInstants(db: SqliteDatabase, patientId: string): string[] {
  const rows = prepared(
    db,
    `select visit_at as at from encounter where ${OF_PERSON('patient_id')} and deleted = 0 and status in ('draft', 'signed') order by visit_at`,
  ).all(personJson(db, patientId)) as { at: string }[];
  return rows.map(({ at }) => at);
}

/** A visit of this patient that a practitioner began in the span and that has no booking. */
export function draftsWithoutBooking(
  db: SqliteDatabase,
  patientId: string,
  practitionerId: string,
  from: string,
  to: string,
): RowOf<'encounter'>[] {
  const rows = prepared(
    db,
    `select * from encounter where ${OF_PERSON('patient_id')} and visit_at >= ? and visit_at < ? and practitioner_id = ? and status = 'draft' and appointment_id is null and deleted = 0 order by visit_at`,
  ).all(personJson(db, patientId), from, to, practitionerId);
  return rows.map((raw) => decodeRow('encounter', raw));
}

const EMPTY = `not exists (select 1 from note_section s where s.encounter_id = e.id and s.deleted = 0 and trim(s.text) <> '')
  and not exists (select 1 from observation o where o.encounter_id = e.id and o.deleted = 0 and o.value is not null)
  and not exists (select 1 from red_flag_answer r where r.encounter_id = e.id and r.deleted = 0 and (r.answer is not null or r.comment is not null))
  and not exists (select 1 from diagnosis d where d.encounter_id = e.id and d.deleted = 0)
  and not exists (select 1 from treatment_line t where t.encounter_id = e.id and t.deleted = 0)`;

/** Nothing has been put into it: no text, value, answer, code or line. */
export function isEmptyVisit(db: SqliteDatabase, id: string): boolean {
  const row = prepared(db, `select (${EMPTY}) as empty from encounter e where e.id = ?`).get(id) as { empty: number } | undefined;
  return row?.empty === 1 && !consentAnswered(db, id);
}

/** The consent row's id is derived from the visit's: found by it, without an index of its own. */
const consentId = (encounterId: string): string => derivedId(encounterId, 'consent');

function consentAnswered(db: SqliteDatabase, encounterId: string): boolean {
  return (
    prepared(db, 'select 1 from treatment_consent where id = ? and deleted = 0 and given is not null').get(consentId(encounterId)) !==
    undefined
  );
}

export interface UnsignedNote {
  encounterId: string;
  patientId: string;
  patientName: string;
  birthDate: string | null;
  visitAt: string;
  visitType: RowOf<'encounter'>['visitType'];
  practitionerName: string;
  practitionerId: string;
  /** Begun, and then nothing was put into it. */
  empty: boolean;
}

/**
 * Drafts of one practitioner or of everyone, oldest first; signed visits too while an amendment to them is unsigned,
 * such as text from another laptop that came after the signature.
 */
export function unsignedNotes(db: SqliteDatabase, practitionerId: string | null): UnsignedNote[] {
  const rows = prepared(
    db,
    `select e.id as encounterId, p.id as patientId, p.given_name || ' ' || p.family_name as patientName, p.birth_date as birthDate,
       e.visit_at as visitAt, e.visit_type as visitType, coalesce(u.name, '') as practitionerName, e.practitioner_id as practitionerId, (${EMPTY}) as empty
     from encounter e join patient p on p.id = ${STAYS('e.patient_id')} left join user u on u.id = e.practitioner_id
     where e.id in (
         select d.id from encounter d where d.status = 'draft' and d.deleted = 0
         union select m.encounter_id from amendment m where m.status = 'draft' and m.deleted = 0)
       and +e.status in ('draft','signed') and e.deleted = 0 and (? is null or e.practitioner_id = ?) order by e.visit_at`,
  ).all(practitionerId, practitionerId) as (Omit<UnsignedNote, 'empty'> & { empty: number })[];
  return rows.map((row) => ({ ...row, empty: row.empty === 1 && !consentAnswered(db, row.encounterId) }));
}

/** Open conflicts about the visit itself or anything charted in it. */
export function openConflictsOfVisit(db: SqliteDatabase, encounterId: string): number {
  const row = prepared(
    db,
    `select count(*) as n from conflict where status = 'open' and deleted = 0 and subject_entity in ('encounter','note_section','observation','red_flag_answer','treatment_consent','diagnosis')
       and subject_id in (
         select @id union select id from note_section where encounter_id = @id union select id from observation where encounter_id = @id
         union select id from red_flag_answer where encounter_id = @id union select id from diagnosis where encounter_id = @id
         union select @consent)`,
  ).get({ id: encounterId, consent: consentId(encounterId) }) as { n: number };
  return row.n;
}

/** How often the clinic has used each code, of late: what was written last says more than what was written most. */
export function codeUsage(db: SqliteDatabase, system: string): Map<string, number> {
  const rows = prepared(
    db,
    `select code, count(*) as uses from (select code, system from diagnosis where deleted = 0 order by rowid desc limit 20000) where system = ? group by code`,
  ).all(system) as {
    code: string;
    uses: number;
  }[];
  return new Map(rows.map((row) => [row.code, row.uses]));
}
