/** The day list and its loose ends, each in one indexed query. */
import type { SqliteDatabase } from '../open.ts';
import { decodeRow, prepared } from '../store.ts';
import type { RowOf } from '../store.ts';
import { STAYS } from './same-person.ts';

export interface DayRow {
  appointment: RowOf<'appointment'>;
  encounterId: string | null;
  encounterStatus: RowOf<'encounter'>['status'] | null;
}

/** Bookings that begin in the span, in order, with the visit charted for each: the living one where there are several. */
export function dayRows(db: SqliteDatabase, from: string, to: string, practitionerId: string | null): DayRow[] {
  const rows = prepared(
    db,
    `select a.*, e.id as e_id, e.status as e_status
     from appointment a left join encounter e on e.id = (
       select x.id from encounter x where x.appointment_id = a.id and x.deleted = 0 and x.status <> 'discarded'
       order by x.status in ('draft','signed') desc, x.visit_at desc limit 1)
     where a.deleted = 0 and a.starts_at >= ? and a.starts_at < ? and (? is null or a.practitioner_id = ?)
     order by a.starts_at, a.id`,
  ).all(from, to, practitionerId, practitionerId) as (Record<string, unknown> & {
    e_id: string | null;
    e_status: DayRow['encounterStatus'];
  })[];
  return rows.map((row) => ({ appointment: decodeRow('appointment', row), encounterId: row.e_id, encounterStatus: row.e_status }));
}

/** Longest booking there can be (db/model/practice.ts), for finding those that began before a span. */
const LONGEST_MS = 600 * 60_000;

/** Bookings of a practitioner that hold their time between two instants, also those that began before. */
export function heldSlots(db: SqliteDatabase, practitionerId: string, from: string, to: string): RowOf<'appointment'>[] {
  return prepared(
    db,
    `select * from appointment where deleted = 0 and practitioner_id = ? and starts_at >= ? and starts_at < ? and status not in ('cancelled','no_show') order by starts_at`,
  )
    .all(practitionerId, new Date(Date.parse(from) - LONGEST_MS).toISOString(), to)
    .map((row) => decodeRow('appointment', row));
}

/** Bookings in a room that hold their time between two instants, also those that began before. */
export function heldInRoom(db: SqliteDatabase, roomId: string, from: string, to: string): RowOf<'appointment'>[] {
  return prepared(
    db,
    `select * from appointment where deleted = 0 and room_id = ? and starts_at >= ? and starts_at < ? and status not in ('cancelled','no_show') order by starts_at`,
  )
    .all(roomId, new Date(Date.parse(from) - LONGEST_MS).toISOString(), to)
    .map((row) => decodeRow('appointment', row));
}

/** Bookings of a person, under all their registrations, that hold their time and begin in the span. */
export function heldOfPerson(db: SqliteDatabase, patientIds: readonly string[], from: string, to: string): RowOf<'appointment'>[] {
  return prepared(
    db,
    `select * from appointment where deleted = 0 and patient_id in (select value from json_each(?)) and starts_at >= ? and starts_at < ?
       and status not in ('cancelled','no_show') order by starts_at`,
  )
    .all(JSON.stringify(patientIds), from, to)
    .map((row) => decodeRow('appointment', row));
}

/** Bookings from an instant on that hold their time, of everybody. */
export function heldFrom(db: SqliteDatabase, from: string): RowOf<'appointment'>[] {
  return prepared(
    db,
    "select * from appointment where deleted = 0 and starts_at >= ? and status not in ('cancelled','no_show') order by starts_at",
  )
    .all(from)
    .map((row) => decodeRow('appointment', row));
}

interface Person {
  patientId: string;
  patientName: string;
}

/** Visits of the span that stand, for asking what is due. */
export function visitsBetween(
  db: SqliteDatabase,
  from: string,
  to: string,
  practitionerId: string | null,
): (Person & { encounterId: string })[] {
  return (['draft', 'signed'] as const).flatMap(
    (status) =>
      prepared(
        db,
        `select e.id as encounterId, p.id as patientId, p.given_name || ' ' || p.family_name as patientName
         from encounter e join patient p on p.id = ${STAYS('e.patient_id')}
         where e.status = ? and e.visit_at >= ? and e.visit_at < ? and e.deleted = 0 and (? is null or e.practitioner_id = ?) order by e.visit_at`,
      ).all(status, from, to, practitionerId, practitionerId) as (Person & { encounterId: string })[],
  );
}

/** Letters begun or signed that nobody has handed over or posted, whatever day they are from. */
export function lettersNotHandedOver(db: SqliteDatabase, authorId: string | null): (Person & { letterId: string; status: string })[] {
  return prepared(
    db,
    `select l.id as letterId, p.id as patientId, p.given_name || ' ' || p.family_name as patientName, l.status
     from letter l join patient p on p.id = ${STAYS('l.patient_id')}
     where l.deleted = 0 and l.status in ('draft','signed','awaiting_print') and (? is null or l.author_id = ?) order by l.id`,
  ).all(authorId, authorId) as (Person & { letterId: string; status: string })[];
}
