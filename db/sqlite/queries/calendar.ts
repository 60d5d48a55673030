/** The day list and its loose ends, each in one indexed query. */
import type { SqliteDatabase } from '../open.ts';
import { decodeRow, prepared } from '../store.ts';
import type { RowOf } from '../store.ts';

export interface DayRow {
  appointment: RowOf<'appointment'>;
  encounterId: string | null;
  encounterStatus: 'draft' | 'signed' | 'entered_in_error' | 'discarded' | null;
  lines: number;
  unpriced: number;
  dueOre: number;
  paidOre: number;
  invoiced: number;
}

export function dayRows(db: SqliteDatabase, from: string, to: string, practitionerId: string | null): DayRow[] {
  const rows = prepared(
    db,
    `select a.*, e.id as e_id, e.status as e_status,
       (select count(*) from treatment_line l where l.encounter_id = e.id and l.deleted = 0) as lines,
       (select count(*) from treatment_line l where l.encounter_id = e.id and l.deleted = 0 and l.amount_ore is null) as unpriced,
       (select coalesce(sum(max(0, coalesce(l.amount_ore, 0) - coalesce(l.refund_ore, 0)) * l.quantity), 0) from treatment_line l where l.encounter_id = e.id and l.deleted = 0) as due_ore,
       (select coalesce(sum(y.amount_ore), 0) from payment y where y.encounter_id = e.id and y.deleted = 0 and y.voided = 0) as paid_ore,
       (select count(*) from payment y where y.encounter_id = e.id and y.deleted = 0 and y.voided = 0 and y.method = 'invoice_later') as invoiced
     from appointment a left join encounter e on e.id = (
       select x.id from encounter x where x.appointment_id = a.id and x.deleted = 0 and x.status <> 'discarded' order by x.visit_at desc limit 1)
     where a.deleted = 0 and a.starts_at >= ? and a.starts_at < ? and (? is null or a.practitioner_id = ?)
     order by a.starts_at, a.id`,
  ).all(from, to, practitionerId, practitionerId) as Record<string, unknown>[];
  return rows.map((row) => ({
    appointment: decodeRow('appointment', row),
    encounterId: row['e_id'] as string | null,
    encounterStatus: row['e_status'] as DayRow['encounterStatus'],
    lines: row['lines'] as number,
    unpriced: row['unpriced'] as number,
    dueOre: row['due_ore'] as number,
    paidOre: row['paid_ore'] as number,
    invoiced: row['invoiced'] as number,
  }));
}

/** Bookings of a practitioner that hold their time between two instants (with a margin for those that began before). */
export function heldSlots(db: SqliteDatabase, practitionerId: string, from: string, to: string): RowOf<'appointment'>[] {
  return prepared(
    db,
    `select * from appointment where deleted = 0 and practitioner_id = ? and starts_at >= ? and starts_at < ? and status not in ('cancelled','no_show') order by starts_at`,
  )
    .all(practitionerId, new Date(Date.parse(from) - 10 * 3_600_000).toISOString(), to)
    .map((row) => decodeRow('appointment', row));
}

export function unpaidVisits(db: SqliteDatabase, from: string, to: string): { encounterId: string; patientId: string; patientName: string; dueOre: number | null }[] {
  const rows = prepared(
    db,
    `select l.encounter_id as encounterId, p.id as patientId, p.given_name || ' ' || p.family_name as patientName, max(l.amount_ore is null) as unpriced,
       sum(coalesce(l.amount_ore, 0) * l.quantity) - sum(coalesce(l.refund_ore, 0) * l.quantity)
         - coalesce((select sum(y.amount_ore) from payment y where y.encounter_id = l.encounter_id and y.deleted = 0 and y.voided = 0), 0) as due
     from treatment_line l join patient p on p.id = l.patient_id join encounter e on e.id = l.encounter_id
     where l.deleted = 0 and e.visit_at >= ? and e.visit_at < ? and e.status in ('draft','signed')
     group by l.encounter_id having due > 0 or unpriced = 1`,
  ).all(from, to) as { encounterId: string; patientId: string; patientName: string; unpriced: number; due: number }[];
  return rows.map(({ unpriced, due, ...row }) => ({ ...row, dueOre: unpriced === 1 ? null : due }));
}

export function lettersNotHandedOver(db: SqliteDatabase): { letterId: string; patientId: string; patientName: string; status: string }[] {
  return prepared(
    db,
    `select l.id as letterId, p.id as patientId, p.given_name || ' ' || p.family_name as patientName, l.status
     from letter l join patient p on p.id = l.patient_id where l.deleted = 0 and l.status in ('draft','signed','awaiting_print') order by l.id`,
  ).all() as { letterId: string; patientId: string; patientName: string; status: string }[];
}
