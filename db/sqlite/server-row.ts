/**
 * What the server last sent of a row over which an unsent change of our own lies. The core saves it before
 * its first change to a synced row; the sync takes the overlay off again with it.
 */
import type { EntityName } from '../model/entities.ts';
import { toBody } from '../sync/body.ts';
import type { StoredRow } from '../sync/row.ts';
import type { SqliteDatabase } from './open.ts';
import { prepared } from './store.ts';

/** Call in the same transaction as a local change, with the row as it was before. Rows never synced have nothing to keep. */
export function keepServerRow(db: SqliteDatabase, entity: EntityName, before: StoredRow): void {
  if (before.seq === 0) return;
  const known = prepared(db, 'select 1 from server_row where entity = ? and id = ?').get(entity, before.id);
  if (known !== undefined) return;
  const body = before.deleted ? null : JSON.stringify(toBody(entity, before));
  prepared(db, 'insert into server_row(entity, id, seq, deleted, body) values (?, ?, ?, ?, ?)').run(
    entity,
    before.id,
    before.seq,
    before.deleted ? 1 : 0,
    body,
  );
}
