/** Everybody who is registered, by what tells people apart: for finding those an import would register again. */
import { rowsWhere, type RowOf } from '../store.ts';
import type { SqliteDatabase } from '../open.ts';

export interface KnownPatients {
  byNumber: ReadonlyMap<string, RowOf<'patient'>>;
  /** By `nameKey`: several may have one name. */
  byName: ReadonlyMap<string, readonly RowOf<'patient'>[]>;
}
/** Names without case and spaces. */
export const nameKey = (givenName: string, familyName: string): string => `${givenName}|${familyName}`.toLowerCase().replace(/\s+/g, ' ');

export function knownPatients(db: SqliteDatabase): KnownPatients {
  const byNumber = new Map<string, RowOf<'patient'>>();
  const byName = new Map<string, RowOf<'patient'>[]>();
  for (const row of rowsWhere(db, 'patient', 'deleted = 0')) {
    if (row.nationalId !== null) byNumber.set(row.nationalId, row);
    const key = nameKey(row.givenName, row.familyName);
    byName.set(key, [...(byName.get(key) ?? []), row]);
  }
  return { byNumber, byName };
}
