/** Everybody who is registered, by what tells people apart: for finding those an import would register again. */
import { prepared, rowsWhere, type RowOf } from '../store.ts';
import type { SqliteDatabase } from '../open.ts';

export interface KnownPatients {
  byNumber: ReadonlyMap<string, RowOf<'patient'>>;
  /** By `nameKey`: several may have one name. */
  byName: ReadonlyMap<string, readonly RowOf<'patient'>[]>;
}
/** Names without case and spaces. */
export const nameKey = (givenName: string, familyName: string): string => `${givenName}|${familyName}`.toLowerCase().replace(/\s+/g, ' ');

/** @param rows of whom; everybody who is registered, unless given */
export function knownPatients(db: SqliteDatabase, rows = rowsWhere(db, 'patient', 'deleted = 0')): KnownPatients {
  const byNumber = new Map<string, RowOf<'patient'>>();
  const byName = new Map<string, RowOf<'patient'>[]>();
  for (const row of rows) {
    if (row.nationalId !== null) byNumber.set(row.nationalId, row);
    const key = nameKey(row.givenName, row.familyName);
    byName.set(key, [...(byName.get(key) ?? []), row]);
  }
  return { byNumber, byName };
}

/** Those that came to this laptop after the row of this place. */
export function patientsAfter(db: SqliteDatabase, place: number): RowOf<'patient'>[] {
  return rowsWhere(db, 'patient', 'deleted = 0 and rowid > ?', [place]);
}

/** The place of the patient that was registered last. */
export function lastPatientPlace(db: SqliteDatabase): number {
  return (prepared(db, 'select coalesce(max(rowid), 0) as place from patient').get() as { place: number }).place;
}
