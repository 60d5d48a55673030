import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { entityNames } from '#db/model/entities.ts';
import { migrate } from '#db/sqlite/migrate.ts';
import { openDatabase, type SqliteDatabase } from '#db/sqlite/open.ts';
import { fromBody, toBody } from '#db/sync/body.ts';
import { fieldsOf, unbornRow } from '#db/sync/row.ts';
import { inApplying } from './apply.ts';
import { readStored, upsertBody, upsertRow } from './replica-rows.ts';

const CLINIC = '018f0000-0000-7000-8000-00000000000c';
const id = (n: number) => `018f0000-0000-7000-8000-0000000000${n.toString(16).padStart(2, '0')}`;
let home: string;
let db: SqliteDatabase;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'ryggrad-rows-'));
  const opened = openDatabase(join(home, 'ryggrad.db'), new Uint8Array(32).fill(3), false);
  if (!opened.ok || !migrate(opened.db).ok) throw new Error('does not open');
  db = opened.db;
});
afterAll(() => {
  db.close();
  rmSync(home, { recursive: true, force: true });
});

/** A body with a value in every field of the entity. */
function fullBody(entity: (typeof entityNames)[number]): Record<string, unknown> {
  const values = Object.fromEntries(
    Object.entries(fieldsOf(entity)).map(([field, { kind, initial }]) => {
      if (initial !== undefined && initial !== null) return [field, initial];
      return [
        field,
        kind === 'boolean' ? true : kind === 'json' ? { a: ['ø', 1] } : kind === 'integer' ? 3 : kind === 'id' ? id(99) : 'tekst æ',
      ];
    }),
  );
  return toBody(entity, { ...unbornRow(entity, CLINIC, id(1)), ...values, fieldSeq: { '*': [7, 'd'] } });
}

it.each(entityNames)('%s: straight from the body, and by way of the row, give the same row', (entity) => {
  const full = fullBody(entity);
  const optional = Object.entries(fieldsOf(entity)).find(([, field]) => field.initial !== undefined)?.[0];
  const { field_seq: _stamps, ...unstamped } = full;
  const bodies = [full, { ...full, from_a_newer_version: { x: 1 } }, unstamped, { ...full, field_seq: 'nonsense' }];
  if (optional !== undefined) bodies.push(Object.fromEntries(Object.entries(full).filter(([name]) => name !== optional)));
  for (const [n, body] of bodies.entries()) {
    const text = JSON.stringify(body);
    const [straight, around] = [id(10 + 2 * n), id(11 + 2 * n)];
    inApplying(db, () => {
      upsertBody(db, entity, { clinicId: CLINIC, id: straight, seq: 7 }, text, true);
      upsertRow(db, entity, fromBody(entity, { clinicId: CLINIC, id: around, seq: 7 }, text), true);
    });
    expect({ ...readStored(db, entity, straight), id: '' }).toEqual({ ...readStored(db, entity, around), id: '' });
    expect(readStored(db, entity, straight)?.seq).toBe(7);
  }
});
