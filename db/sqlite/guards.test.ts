import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { migrate } from './migrate.ts';
import { openDatabase } from './open.ts';
import type { SqliteDatabase } from './open.ts';

/** What is signed stands, whoever writes SQL on this laptop. */
const home = mkdtempSync(join(tmpdir(), 'ryggrad-guards-'));
let db: SqliteDatabase;

beforeAll(() => {
  const opened = openDatabase(join(home, 'r.db'), new Uint8Array(32).fill(5), false);
  if (!opened.ok) throw new Error(opened.code);
  db = opened.db;
  migrate(db);
});
afterAll(() => {
  db.close();
  rmSync(home, { recursive: true });
});

/** A signed visit with one of everything, and an unsigned one beside it. */
beforeEach(() => {
  db.exec("insert into replica values ('applying', '1')");
  for (const table of [
    'encounter',
    'note_section',
    'observation',
    'red_flag_answer',
    'treatment_consent',
    'diagnosis',
    'amendment',
    'letter',
    'document',
  ])
    db.exec(`delete from ${table}`);
  for (const [id, status] of [
    ['e1', 'signed'],
    ['e2', 'draft'],
  ] as const) {
    db.exec(`insert into encounter (id, clinic_id, seq, deleted, field_seq, patient_id, practitioner_id, visit_type, visit_at, recorded_at, status, signed_content, content_hash)
      values ('${id}', 'c', 0, 0, '{}', 'p1', 'u1', 'follow_up', '2026', '2026', '${status}', '{}', 'h')`);
    child(id, 'n');
  }
  db.exec(`insert into amendment (id, clinic_id, seq, deleted, field_seq, encounter_id, kind, text, status, author_id) values ('a1', 'c', 0, 0, '{}', 'e1', 'addition', 't', 'signed', 'u1');
    insert into letter (id, clinic_id, seq, deleted, field_seq, patient_id, encounter_id, kind, status, content, objection, author_id) values ('l1', 'c', 0, 0, '{}', 'p1', 'e1', 'epikrise', 'signed', '{}', 0, 'u1');
    insert into document (id, clinic_id, seq, deleted, field_seq, patient_id, kind, title, media_type, sha256, byte_length, data) values ('d1', 'c', 0, 0, '{}', 'p1', 'letter', 't', 'm', 's', 1, 'x')`);
  db.exec("delete from replica where key = 'applying'");
});

function child(encounter: string, mark: string): void {
  const system = `'c', 0, 0, '{}', '${encounter}'`;
  db.exec(`insert into note_section (id, clinic_id, seq, deleted, field_seq, encounter_id, key, text, origin, review) values ('s${mark}${encounter}', ${system}, 'subjective', 't', 'typed', 'none');
    insert into observation (id, clinic_id, seq, deleted, field_seq, encounter_id, code, value) values ('o${mark}${encounter}', ${system}, 'nrs-now', 4);
    insert into red_flag_answer (id, clinic_id, seq, deleted, field_seq, encounter_id, region, question, answer) values ('r${mark}${encounter}', ${system}, 'neck', 'q', 'no');
    insert into treatment_consent (id, clinic_id, seq, deleted, field_seq, encounter_id, given) values ('t${mark}${encounter}', ${system}, 1);
    insert into diagnosis (id, clinic_id, seq, deleted, field_seq, encounter_id, system, code, text, release, main) values ('x${mark}${encounter}', ${system}, 'icpc-2', 'L03', 't', '2026', 1)`);
}

const CHANGES = [
  'update encounter set signed_content = \'{"a":1}\'',
  "update encounter set status = 'draft'",
  "update encounter set patient_id = 'p2'",
  "update encounter set visit_at = '2025'",
  "update encounter set content_hash = 'x'",
  'update encounter set deleted = 1',
  'delete from encounter',
  "update note_section set text = 'x'",
  'update note_section set deleted = 1',
  'delete from note_section',
  'update observation set value = 5',
  'delete from observation',
  "update red_flag_answer set answer = 'yes'",
  'delete from red_flag_answer',
  'update treatment_consent set given = 0',
  'delete from treatment_consent',
  "update diagnosis set code = 'L02'",
  'delete from diagnosis',
];

test.each(CHANGES)('a signed visit refuses: %s', (sql) => {
  const [column, signed, draft] =
    sql.includes('encounter set') || sql === 'delete from encounter' ? ['id', 'e1', 'e2'] : ['encounter_id', 'e1', 'e2'];
  expect(() => db.exec(`${sql} where ${column} = '${signed}'`)).toThrow('signed/immutable');
  expect(() => db.exec(`${sql} where ${column} = '${draft}'`)).not.toThrow();
});

test.each([
  "update amendment set text = 'x'",
  "update amendment set status = 'draft'",
  'delete from amendment',
  'update letter set content = \'{"a":1}\'',
  "update letter set status = 'draft'",
  'delete from letter',
  "update document set data = 'y'",
  'delete from document',
])('what was signed or filed refuses: %s', (sql) => {
  expect(() => db.exec(sql)).toThrow('signed/immutable');
});

test('nothing is added to a signed visit, anything to an unsigned one', () => {
  expect(() => child('e2', 'm')).not.toThrow();
  for (const [table, columns, values] of [
    ['note_section', 'key, text, origin, review', "'objective', 't', 'typed', 'none'"],
    ['observation', 'code, value', "'nrs-worst', 4"],
    ['red_flag_answer', 'region, question, answer', "'neck', 'z', 'no'"],
    ['treatment_consent', 'given', '1'],
    ['diagnosis', 'system, code, text, release, main', "'icpc-2', 'L02', 't', '2026', 0"],
  ])
    expect(() =>
      db.exec(
        `insert into ${table} (id, clinic_id, seq, deleted, field_seq, encounter_id, ${columns}) values ('late', 'c', 0, 0, '{}', 'e1', ${values})`,
      ),
    ).toThrow('signed/immutable');
});

test('it may be marked as entered in error, and never come back from it', () => {
  db.exec("update encounter set status = 'entered_in_error', closed_reason = 'feil pasient' where id = 'e1'");
  expect(() => db.exec("update encounter set status = 'signed' where id = 'e1'")).toThrow('signed/immutable');
});

test("the server's version is let in", () => {
  db.exec("insert into replica values ('applying', '1')");
  expect(() => db.exec("update encounter set signed_content = '{\"b\":1}' where id = 'e1'")).not.toThrow();
  db.exec("delete from replica where key = 'applying'");
});
