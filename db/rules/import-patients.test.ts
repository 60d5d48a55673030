import { describe, expect, it } from 'vitest';
import { guessMapping, patientFrom, type ImportMapping } from './import-patients.ts';
import { parseNationalId, syntheticNationalId } from './fodselsnummer.ts';

const OPTIONS = { synthetic: true, today: '2026-11-28' };
const MAPPING: ImportMapping = ['fullName', 'nationalId', 'birthDate', 'sex', 'phone', 'postalCode'];
const read = (...cells: string[]) => patientFrom(cells, MAPPING, OPTIONS);

it('knows columns by their heads, whatever their case and signs, and none twice', () => {
  expect(guessMapping(['Etternavn', 'FORNAVN', 'Fødselsnr.', 'E-post', 'Mobil', 'Telefon', 'Saldo', 'Post nr'])).toEqual([
    'familyName',
    'givenName',
    'nationalId',
    'email',
    'phone',
    null,
    null,
    'postalCode',
  ]);
});

describe('a line', () => {
  it.each([
    ['Nordmann, Kari Anne', 'Kari Anne', 'Nordmann'],
    ['Kari Anne Nordmann', 'Kari Anne', 'Nordmann'],
    ['  Åse   Ødegård ', 'Åse', 'Ødegård'],
  ])('%s is read as given and family name', (written, givenName, familyName) => {
    expect(read(written).patient).toMatchObject({ givenName, familyName });
  });

  it.each(['', 'Nordmann', ','])('without a whole name it is not taken: %j', (written) => {
    expect(read(written).problems).toContainEqual({ code: 'import/no-name', field: 'fullName' });
  });

  it.each(['1980-02-01', '01.02.1980', '1/2/1980', '19800201', '1980-02-01T00:00:00.000Z'])('%s is the first of February', (written) => {
    expect(read('A B', '', written).patient.birthDate).toBe('1980-02-01');
  });
  it.each(['31.02.1980', '01.02.80', '2027-01-01', '1.1.1700', 'i fjor'])('%s is no birth date, and is told', (written) => {
    const { patient, problems } = read('A B', '', written);
    expect([patient.birthDate, problems]).toEqual([null, [{ code: 'import/birth-date', field: 'birthDate' }]]);
  });

  it('a nought that a spreadsheet ate is put back: in the number and in the postcode', () => {
    const number = syntheticNationalId({ birthDate: '1980-02-01', n: 3 });
    expect(number.startsWith('0')).toBe(true);
    expect(read('A B', number.slice(1), '', '', '', '155').patient).toMatchObject({ nationalId: number, postalCode: '0155' });
  });

  it('a number that is none leaves the field empty and says why; sex and birth date are never taken from it', () => {
    const { patient, problems } = read('A B', '12345678901', '', '');
    expect(patient).toMatchObject({ nationalId: null, missingNationalIdReason: 'unknown', birthDate: null, sex: 'unknown' });
    expect(problems.map(({ field }) => field)).toEqual(['nationalId']);
    const newer = Array.from({ length: 100_000 }, (_, n) => `150275${String(n).padStart(5, '0')}`).find((value) => {
      const parsed = parseNationalId(value, { synthetic: false });
      return parsed.ok && parsed.onlyNewRule;
    });
    expect(patientFrom(['A B', newer ?? ''], MAPPING, OPTIONS).problems).toEqual([
      { code: 'national-id/only-2032-rule', field: 'nationalId' },
    ]);
  });

  it('what a spreadsheet would run is not taken; a telephone number may begin with a plus', () => {
    expect(read('=HYPERLINK("http://x") B').problems[0]).toEqual({ code: 'import/formula', field: 'fullName' });
    expect(read('A B', '', '', '', '+47 900 00 001').patient.phone).toBe('+47 900 00 001');
  });

  it('a word for sex that is not known is told and stands as unknown', () => {
    expect(read('A B', '', '', 'Kvinne').patient.sex).toBe('female');
    expect(read('A B', '', '', 'hankjønn')).toMatchObject({ patient: { sex: 'unknown' }, problems: [{ code: 'import/sex' }] });
  });
});
