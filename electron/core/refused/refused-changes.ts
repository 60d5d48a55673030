/** Refused changes as they lie in the outbox, and whose record they belong to. */
import { isEntityName, type EntityName } from '#db/model/entities.ts';
import { fieldsOf } from '#db/sync/row.ts';
import { upcast } from '#db/sync/upcast.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { prepared, readRow } from '#db/sqlite/store.ts';

export interface Refused {
  id: string;
  actor: string;
  entity: EntityName;
  rowId: string;
  set: Record<string, unknown>;
  base: Record<string, number>;
  at: string;
  code: string;
}

interface Raw {
  id: string;
  actor: string;
  entity: string;
  rowId: string;
  set: string;
  base: string;
  at: string;
  code: string | null;
  schema: number;
}

/** Those nobody has dealt with, in the order they were written, in the words of this version. */
export function refusedChanges(db: SqliteDatabase): Refused[] {
  const rows = prepared(
    db,
    `select id, actor, entity, row_id as rowId, "set", base, at, code, schema from outbox
     where state = 'quarantined' and resolution is null order by born`,
  ).all() as Raw[];
  return rows.flatMap((raw) => {
    const told = upcast({
      ...raw,
      set: JSON.parse(raw.set) as Record<string, never>,
      base: JSON.parse(raw.base) as Record<string, number>,
    });
    const { id, actor, entity, rowId, set, base, at, code } = told;
    return isEntityName(entity) ? [{ id, actor, entity, rowId, set, base, at, code: code ?? 'change/malformed' }] : [];
  });
}

export function markRefused(db: SqliteDatabase, id: string, resolution: 'sent_again' | 'set_aside'): void {
  prepared(db, "update outbox set resolution = ? where id = ? and state = 'quarantined'").run(resolution, id);
}

/** The patient a change is about, also where the row is no longer shown as part of the record. */
export function patientOf(db: SqliteDatabase, { entity, rowId, set }: Pick<Refused, 'entity' | 'rowId' | 'set'>): string | null {
  if (entity === 'patient') return rowId;
  const row = readRow(db, entity, rowId) as unknown as Record<string, unknown> | undefined;
  const value = (field: string): unknown => (Object.hasOwn(fieldsOf(entity), field) ? (row?.[field] ?? set[field]) : undefined);
  const patientId = value('patientId');
  if (typeof patientId === 'string') return patientId;
  const encounterId = value('encounterId');
  return typeof encounterId === 'string' ? (readRow(db, 'encounter', encounterId)?.patientId ?? null) : null;
}
