import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate } from '../migrate.ts';
import { openDatabase } from '../open.ts';
import type { SqliteDatabase } from '../open.ts';
import { patchRow, writeRow } from '../store.ts';
import type { RowOf } from '../store.ts';
import { indexPatient, indexPatients, searchPatients } from './patient-search.ts';

const CLINIC = '019aaaaa-0000-7000-8000-000000000000';
const home = mkdtempSync(join(tmpdir(), 'ryggrad-search-'));
let db: SqliteDatabase;

/** Given name, family name, birth date, phone, number. */
const PEOPLE = [
  ['Kåre', 'Sæther', '1990-01-01', '900 11 222', '01819012345'],
  ['Kari', 'Nordmann', '1958-04-12', '+47 911 22 333', null],
  ['Kari', 'Nordmann', '1979-06-15', '004792233444', null],
  ['Anne-Lise', 'Berg-Hansen', '1990-11-01', null, null],
  ['Øyvind', 'Åsen', '2016-05-17', '22334455', null],
  ['André', 'Brekke', '1943-08-19', '+46 70 123 45 67', null],
  ['Inaktiv', 'Karisen', '1950-02-28', null, null],
] as const;
const idOf = (place: number): string => `019aaaaa-0000-7000-8000-00000000000${place + 1}`;
const blank = {
  clinicId: CLINIC,
  seq: 0,
  deleted: false,
  fieldSeq: {},
  extra: null,
  sex: 'unknown',
  nationalIdKind: null,
  missingNationalIdReason: null,
  email: null,
  addressLine: null,
  postalCode: null,
  city: null,
  occupation: null,
  language: null,
  fastlegeName: null,
  fastlegePractice: null,
  fastlegeAddressLine: null,
  fastlegePostalCode: null,
  fastlegeCity: null,
  contactChannel: null,
  formerSystem: null,
  formerId: null,
  importId: null,
} as const;

beforeAll(() => {
  const opened = openDatabase(join(home, 'r.db'), new Uint8Array(32).fill(3), false);
  if (!opened.ok) throw new Error(opened.code);
  db = opened.db;
  migrate(db);
  for (const [place, [givenName, familyName, birthDate, phone, nationalId]] of PEOPLE.entries()) {
    const row: RowOf<'patient'> = {
      ...blank,
      id: idOf(place),
      givenName,
      familyName,
      birthDate,
      phone,
      nationalId,
      status: givenName === 'Inaktiv' ? 'inactive' : 'active',
    };
    writeRow(db, 'patient', row);
    indexPatient(db, row.id);
  }
});
afterAll(() => {
  db.close();
  rmSync(home, { recursive: true });
});

const found = (query: string): string[] => searchPatients(db, query, 20).map((hit) => `${hit.givenName} ${hit.familyName}`);

test.each([
  ['kåre', 'Kåre Sæther'],
  ['kare', 'Kåre Sæther'],
  ['KAARE', 'Kåre Sæther'],
  ['saether', 'Kåre Sæther'],
  ['sæther kåre', 'Kåre Sæther'],
  ['ther', 'Kåre Sæther'],
  ['hansen anne', 'Anne-Lise Berg-Hansen'],
  ['lise', 'Anne-Lise Berg-Hansen'],
  ['berg-h', 'Anne-Lise Berg-Hansen'],
  ['oyvind', 'Øyvind Åsen'],
  ['aasen', 'Øyvind Åsen'],
  ['andre brekke', 'André Brekke'],
  ['010190', 'Kåre Sæther'],
  ['01011990', 'Kåre Sæther'],
  ['01.01.1990', 'Kåre Sæther'],
  ['1.1.90', 'Kåre Sæther'],
  ['1990-01-01', 'Kåre Sæther'],
  ['01/01/1990', 'Kåre Sæther'],
  ['kåre 1.1.90', 'Kåre Sæther'],
  ['90011222', 'Kåre Sæther'],
  ['900 11 222', 'Kåre Sæther'],
  ['+47 900 11 222', 'Kåre Sæther'],
  ['004790011222', 'Kåre Sæther'],
  ['kåre 900 11 222', 'Kåre Sæther'],
  ['900 11', 'Kåre Sæther'],
  ['+46 70 123', 'André Brekke'],
  ['01819012345', 'Kåre Sæther'],
  ['018190 12345', 'Kåre Sæther'],
  ['sæther 018190 12345', 'Kåre Sæther'],
  ['22 33 44 55', 'Øyvind Åsen'],
])('%s finds %s', (query, name) => {
  expect(found(query)).toContain(name);
});

test.each(['kåre nordmann', '020190', '90011223', 'zz', '', '   ', '%', '_', "' or 1=1", '-'])('%s finds nobody', (query) => {
  expect(found(query)).toEqual([]);
});

test('the beginning of a name comes before its middle, who still comes before who no longer does, namesakes are marked', () => {
  const hits = searchPatients(db, 'kar', 20);
  expect(hits.map((hit) => hit.givenName)).toEqual(['Kari', 'Kari', 'Kåre', 'Inaktiv']);
  expect(hits.map((hit) => hit.namesake)).toEqual([true, true, false, false]);
  expect(searchPatients(db, 'kar', 2)).toHaveLength(2);
});

test('a deleted patient is no longer found, a renamed one by the new name', () => {
  patchRow(db, 'patient', idOf(5), { familyName: 'Tveit' });
  indexPatient(db, idOf(5));
  expect(found('brekke')).toEqual([]);
  expect(found('tveit')).toEqual(['André Tveit']);
  patchRow(db, 'patient', idOf(5), { deleted: true });
  indexPatient(db, idOf(5));
  expect(found('tveit')).toEqual([]);
});

test('many are brought up to date in one go, deleted ones and ones that never came among them', () => {
  patchRow(db, 'patient', idOf(5), { deleted: false });
  indexPatient(db, idOf(5));
  expect(found('andre')).toHaveLength(1);
  patchRow(db, 'patient', idOf(5), { deleted: true });
  patchRow(db, 'patient', idOf(1), { familyName: 'Moe' });
  indexPatients(db, [idOf(5), idOf(99), idOf(1)]);
  expect(found('andre')).toEqual([]);
  expect(found('moe')).toHaveLength(1);
});
