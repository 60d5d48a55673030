/** Lines and payments of visits, and the running number of receipts. */
import { receiptNumber, receiptSeries } from '../../rules/billing.ts';
import type { SqliteDatabase } from '../open.ts';
import { decodeRow, prepared, readReplica, writeReplica } from '../store.ts';
import type { RowOf } from '../store.ts';

export interface BillRows {
  lines: RowOf<'treatment_line'>[];
  payments: RowOf<'payment'>[];
}

/** Bills by visit; a visit with neither line nor payment is not in it. */
export function billsOf(db: SqliteDatabase, encounterIds: readonly string[]): Map<string, BillRows> {
  const wanted = JSON.stringify(encounterIds);
  const bills = new Map<string, BillRows>();
  const at = (id: string): BillRows => {
    const known = bills.get(id) ?? { lines: [], payments: [] };
    bills.set(id, known);
    return known;
  };
  for (const raw of prepared(
    db,
    `select t.* from json_each(?) wanted join treatment_line t on t.encounter_id = wanted.value where t.deleted = 0 order by t.id`,
  ).all(wanted)) {
    const line = decodeRow('treatment_line', raw);
    at(line.encounterId).lines.push(line);
  }
  for (const raw of prepared(
    db,
    `select y.* from json_each(?) wanted join payment y on y.encounter_id = wanted.value where y.deleted = 0 order by y.paid_at, y.id`,
  ).all(wanted)) {
    const payment = decodeRow('payment', raw);
    at(payment.encounterId).payments.push(payment);
  }
  return bills;
}

/** The next number of this device's series; call in the transaction that takes the payment, so that none is skipped. */
export function nextReceiptNumber(db: SqliteDatabase, deviceId: string): string {
  const key = `receipt:${receiptSeries(deviceId)}`;
  const next = Number(readReplica(db, key) ?? '0') + 1;
  writeReplica(db, key, String(next));
  return receiptNumber(deviceId, next);
}
