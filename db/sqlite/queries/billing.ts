/** Receipt numbers: a series per device, without gaps, given in the transaction that takes the payment. */
import type { SqliteDatabase } from '../open.ts';
import { prepared, readReplica, writeReplica } from '../store.ts';

/** `A1F3-000042`: the series is the end of the device's id, so that two laptops offline never give the same number. */
export function nextReceiptNumber(db: SqliteDatabase, deviceId: string): string {
  const series = deviceId.slice(-4).toUpperCase();
  const stored = Number(readReplica(db, `receipt:${deviceId}`) ?? '0');
  const highest = (prepared(db, `select coalesce(max(cast(substr(receipt_number, 6) as integer)), 0) as n from payment where receipt_number like ?`).get(`${series}-%`) as { n: number }).n;
  const next = Math.max(stored, highest) + 1;
  writeReplica(db, `receipt:${deviceId}`, String(next));
  return `${series}-${String(next).padStart(6, '0')}`;
}
