/** Refused changes as they lie in the outbox. */
import { isEntityName, type EntityName } from '../../model/entities.ts';
import { upcast } from '../../sync/upcast.ts';
import type { SqliteDatabase } from '../open.ts';
import { prepared } from '../store.ts';

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
