/** Invoices with what is said about them later, and the running numbers of a device. */
import { receiptSeries } from '../../rules/billing.ts';
import type { SqliteDatabase } from '../open.ts';
import { decodeRow, prepared, readReplica, writeReplica } from '../store.ts';
import type { RowOf } from '../store.ts';
import { OF_PERSON, personJson } from './same-person.ts';

export interface InvoiceRows {
  invoice: RowOf<'invoice'>;
  credits: RowOf<'invoice'>[];
  payments: RowOf<'invoice_payment'>[];
}

/** Invoices with all that is said about them, newest first. A credit note of nothing (a prepaid package paid back) stands by itself. */
export function invoiceRows(db: SqliteDatabase, where: { ids: readonly string[] } | { patientId: string }): InvoiceRows[] {
  const byId = 'ids' in where;
  const condition = byId ? 'id in (select value from json_each(?))' : OF_PERSON('patient_id');
  const rows = prepared(db, `select * from invoice where deleted = 0 and ${condition} order by issued_at desc, running desc`)
    .all(byId ? JSON.stringify(where.ids) : personJson(db, where.patientId))
    .map((raw) => decodeRow('invoice', raw));
  const ids = JSON.stringify(rows.map(({ id }) => id));
  const credits = prepared(
    db,
    'select * from invoice where deleted = 0 and credits_id in (select value from json_each(?)) order by issued_at, running',
  )
    .all(ids)
    .map((raw) => decodeRow('invoice', raw));
  const payments = prepared(
    db,
    'select * from invoice_payment where deleted = 0 and invoice_id in (select value from json_each(?)) order by paid_on, id',
  )
    .all(ids)
    .map((raw) => decodeRow('invoice_payment', raw));
  const creditsOf = Map.groupBy(credits, ({ creditsId }) => creditsId);
  const paymentsOf = Map.groupBy(payments, ({ invoiceId }) => invoiceId);
  return rows.map((invoice) => ({ invoice, credits: creditsOf.get(invoice.id) ?? [], payments: paymentsOf.get(invoice.id) ?? [] }));
}

export interface InvoiceSummary {
  id: string;
  kind: RowOf<'invoice'>['kind'];
  shareOre: number;
  paidBeforeOre: number;
  dueOn: string | null;
  creditedOre: number;
  paidOre: number;
}

/** What each invoice comes to, newest first, without what stands on it: a list of years is read in one statement. */
export function invoiceSummaries(db: SqliteDatabase, patientId: string | null): InvoiceSummary[] {
  return prepared(
    db,
    `select i.id, i.kind, i.share_ore as shareOre, i.paid_before_ore as paidBeforeOre, i.due_on as dueOn,
       coalesce((select sum(c.share_ore) from invoice c where c.credits_id = i.id and c.deleted = 0), 0) as creditedOre,
       coalesce((select sum(p.amount_ore) from invoice_payment p where p.invoice_id = i.id and p.deleted = 0 and p.voided = 0), 0) as paidOre
     from invoice i where i.deleted = 0 and (@person is null or ${OF_PERSON('i.patient_id', '@person')})
     order by i.issued_at desc, i.running desc`,
  ).all({ person: patientId === null ? null : personJson(db, patientId) }) as InvoiceSummary[];
}

/** Payments «invoice later» that no invoice collects, oldest first. One whose invoice was credited whole has been voided, and is none. */
export function paymentsToInvoice(db: SqliteDatabase, patientId: string | null): RowOf<'payment'>[] {
  return prepared(
    db,
    `select y.* from payment y where y.method = 'invoice_later' and y.voided = 0 and y.deleted = 0 and y.amount_ore > 0
       and (@person is null or ${OF_PERSON('y.patient_id', '@person')})
       and not exists (select 1 from invoice i, json_each(i.content, '$.lines') l
         where i.deleted = 0 and i.kind = 'invoice' and i.patient_id = y.patient_id and json_extract(l.value, '$.paymentId') = y.id)
     order by y.paid_at, y.id`,
  )
    .all({ person: patientId === null ? null : personJson(db, patientId) })
    .map((raw) => decodeRow('payment', raw));
}

/** The next number of this device's series; call in the transaction that issues the document, so that none is skipped. */
export function nextInvoiceNumber(db: SqliteDatabase, deviceId: string): { series: string; running: number } {
  const series = receiptSeries(deviceId);
  const key = `invoice:${series}`;
  const issued = prepared(db, 'select coalesce(max(running), 0) as n from invoice where series = ?').get(series) as { n: number };
  // A number that was given stays given, also where the server refused its document and the row is no longer here.
  const running = Math.max(issued.n, Number(readReplica(db, key) ?? '0')) + 1;
  writeReplica(db, key, String(running));
  return { series, running };
}

/** All numbers that were given, for the control of the sequence. */
export function issuedNumbers(db: SqliteDatabase): { series: string; running: number }[] {
  return prepared(db, 'select series, running from invoice order by series, running').all() as { series: string; running: number }[];
}

/** Payments that stand on more than one invoice, credited ones included. */
export function paymentsInvoicedTwice(db: SqliteDatabase): Set<string> {
  const rows = prepared(
    db,
    `select json_extract(l.value, '$.paymentId') as id from invoice i, json_each(i.content, '$.lines') l
     where i.deleted = 0 and i.kind = 'invoice' group by 1 having count(distinct i.id) > 1`,
  ).all() as { id: string | null }[];
  return new Set(rows.flatMap(({ id }) => id ?? []));
}
