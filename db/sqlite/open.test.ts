import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { holdExclusively } from './exclusive.ts';
import { migrate } from './migrate.ts';
import { assertPragmas, isDamage, openDatabase, REQUIRED_PRAGMAS } from './open.ts';
import { readRow } from './store.ts';
import type { SqliteDatabase } from './open.ts';

const KEY = new Uint8Array(32).fill(9);
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ryggrad-open-'));
  file = join(folder, 'ryggrad.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function open(key: Uint8Array = KEY, mustExist = false): SqliteDatabase {
  const opened = openDatabase(file, key, mustExist);
  if (!opened.ok) throw new Error(opened.code);
  return opened.db;
}

/** A replica with some hundred pages. */
function filled(): void {
  const db = open();
  migrate(db);
  db.exec('create table filler(text)');
  const insert = db.prepare('insert into filler values (?)');
  for (let i = 0; i < 500; i += 1) insert.run(`Frøydis Kvamme ${i} `.repeat(40));
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
}

describe('opening', () => {
  test('holds every pragma of the safety case on the first open and on each later one', () => {
    open().close();
    for (let time = 0; time < 3; time += 1) {
      const db = open(KEY, true);
      for (const [name, value] of Object.entries(REQUIRED_PRAGMAS))
        expect([name, db.pragma(name, { simple: true })]).toEqual([name, value]);
      db.close();
    }
  });

  test('refuses to go on when one does not hold', () => {
    const db = open();
    db.pragma('synchronous=NORMAL');
    expect(() => assertPragmas(db)).toThrow('synchronous');
    db.close();
  });

  test('tells a wrong key from a missing file, and changes neither', () => {
    filled();
    const before = readFileSync(file);
    expect(openDatabase(file, new Uint8Array(32).fill(8))).toEqual({ ok: false, code: 'database/wrong-key' });
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(openDatabase(join(folder, 'none.db'), KEY)).toEqual({ ok: false, code: 'database/missing' });
    expect(readdirSync(folder)).not.toContain('none.db');
  });

  test('a flipped byte in any page is found, and the file left as it was', () => {
    filled();
    const whole = readFileSync(file);
    const pages = whole.length / 4096;
    expect(pages).toBeGreaterThan(100);
    for (const page of [1, 5, 40, Math.floor(pages) - 2]) {
      const bytes = Buffer.from(whole);
      const place = page * 4096 + 777;
      bytes[place] = (bytes[place] ?? 0) ^ 1;
      writeFileSync(file, bytes);
      const found = damageFound();
      expect([page, found]).toEqual([page, true]);
      expect(readFileSync(file).equals(bytes)).toBe(true);
    }
  });

  function damageFound(): boolean {
    const opened = openDatabase(file, KEY);
    if (!opened.ok) return opened.code === 'database/damaged' || opened.code === 'database/wrong-key';
    try {
      return opened.db.pragma('integrity_check', { simple: true }) !== 'ok';
    } catch (error) {
      return isDamage(error);
    } finally {
      opened.db.close();
    }
  }

  test('nothing readable in the file or its log, and only the owner may read them', () => {
    const db = open();
    migrate(db);
    db.exec("create table filler(text); insert into filler values ('Frøydis Kvamme 47889900')");
    for (const name of readdirSync(folder)) {
      const bytes = readFileSync(join(folder, name));
      for (const encoding of ['utf8', 'utf16le'] as const) expect(bytes.includes(Buffer.from('Frøydis', encoding))).toBe(false);
      expect([name, (statSync(join(folder, name)).mode & 0o077).toString(8)]).toEqual([name, '0']);
    }
    db.close();
  });

  test('sorting more than the cache holds writes no temporary file', () => {
    filled();
    const db = open(KEY, true);
    expect(temporaryFilesWhileSorting(db)).toBe(0);
    // The same with the driver's default, so that the test is known to see such files.
    db.pragma('temp_store=FILE');
    expect(temporaryFilesWhileSorting(db) > 0).toBe(process.platform === 'linux');
    db.close();
  });

  /** SQLite unlinks its temporary files as soon as they are open; on Linux the open descriptors show them. */
  function temporaryFilesWhileSorting(db: SqliteDatabase): number {
    if (process.platform !== 'linux') return 0;
    db.pragma('cache_size=-64');
    let most = 0;
    for (const _row of db
      .prepare('select a.text from filler a, (select 1 from filler limit 20) order by substr(a.text, 20), a.text desc')
      .iterate()) {
      if (most > 0) continue;
      const links = readdirSync('/proc/self/fd').map((name) => linkOf(`/proc/self/fd/${name}`));
      most = links.filter((link) => link.includes('etilqs')).length;
    }
    return most;
  }
  function linkOf(path: string): string {
    try {
      return readlinkSync(path);
    } catch {
      return '';
    }
  }
});

describe('migrating', () => {
  test('runs each step once', () => {
    const db = open();
    const first = migrate(db);
    expect(first.ok && first.steps > 0).toBe(true);
    expect(migrate(db)).toEqual({ ok: true, steps: 0 });
    db.close();
  });

  test('refuses a database from the future and leaves it alone', () => {
    const db = open();
    migrate(db);
    db.prepare("insert into migration values ('0999_from_the_future.sql', '2027-01-01T00:00:00.000Z')").run();
    const before = db.prepare('select name, sql from sqlite_schema').all();
    expect(migrate(db)).toEqual({ ok: false, code: 'database/from-future' });
    expect(db.prepare('select name, sql from sqlite_schema').all()).toEqual(before);
    db.close();
  });

  test('a step that fails leaves nothing of itself', () => {
    const db = open();
    const steps = join(import.meta.dirname, '../migrations/sqlite');
    const mine = join(folder, 'steps');
    mkdirSync(mine);
    for (const name of readdirSync(steps)) if (name.endsWith('.sql')) copyFileSync(join(steps, name), join(mine, name));
    writeFileSync(join(mine, '9000_bad.sql'), 'create table half(a);--> statement-breakpoint\ninsert into nowhere values (1)');
    expect(() => migrate(db, mine)).toThrow('no such table');
    expect(db.prepare("select count(*) as n from sqlite_schema where name = 'half'").get()).toEqual({ n: 0 });
    rmSync(join(mine, '9000_bad.sql'));
    expect(migrate(db, mine)).toEqual({ ok: true, steps: 0 });
    db.close();
  });
});

test('a lock is held by one, and free when let go', () => {
  const letGo = holdExclusively(join(folder, 'lock'));
  expect(letGo).not.toBeNull();
  expect(holdExclusively(join(folder, 'lock'))).toBeNull();
  letGo?.();
  const again = holdExclusively(join(folder, 'lock'));
  expect(again).not.toBeNull();
  again?.();
});

test('a database of an earlier version is upgraded with its rows: a new required field has its initial value', () => {
  const db = open();
  const steps = join(import.meta.dirname, '../migrations/sqlite');
  const old = join(folder, 'old');
  mkdirSync(old);
  for (const name of readdirSync(steps)) if (/^000[0-5].*\.sql$/.test(name)) copyFileSync(join(steps, name), join(old, name));
  expect(migrate(db, old)).toMatchObject({ ok: true });
  db.prepare(
    `insert into appointment (id, clinic_id, seq, deleted, field_seq, patient_id, practitioner_id, starts_at, duration_minutes, visit_type, status, walk_in)
     values ('a', 'c', 4, 0, '{}', 'p', 'u', '2026-11-23T08:00:00.000Z', 20, 'follow_up', 'booked', 0)`,
  ).run();
  expect(migrate(db)).toMatchObject({ ok: true });
  expect(readRow(db, 'appointment', 'a')).toMatchObject({ seq: 4, meantBeside: [] });
  db.close();
});

test.each(['sqlite', 'postgres'])('no step of %s adds a required column without a value for the rows that are there', (dialect) => {
  const steps = join(import.meta.dirname, '../migrations', dialect);
  const statements = readdirSync(steps)
    .filter((name) => name.endsWith('.sql'))
    .flatMap((name) => readFileSync(join(steps, name), 'utf8').split(';'));
  const adding = statements.filter((sql) => /alter table\s+\S+\s+add\s/i.test(sql) && /not null/i.test(sql));
  expect(adding.filter((sql) => !/default/i.test(sql))).toEqual([]);
});
