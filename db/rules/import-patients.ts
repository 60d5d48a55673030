/**
 * Patients out of somebody else's table (features.md 39, 42): which column is what, and what a line of it says. Nothing is guessed of a person: a
 * value that cannot be read is told, never bent. A line without a readable name is not taken; any other trouble leaves its field empty and says so.
 */
import { parseNationalId, type NationalIdKind } from './fodselsnummer.ts';

export const IMPORT_FIELDS = [
  'givenName',
  'familyName',
  'fullName',
  'nationalId',
  'birthDate',
  'sex',
  'phone',
  'email',
  'addressLine',
  'postalCode',
  'city',
  'occupation',
  'fastlegeName',
  'formerId',
] as const;
export type ImportField = (typeof IMPORT_FIELDS)[number];
/** For each column of the table: what it is; null: left out. */
export type ImportMapping = readonly (ImportField | null)[];

/** Words that stand over such columns, in Norwegian and English, in the order in which they are tried; compared without case, spaces and signs. */
const WORDS: Readonly<Record<ImportField, readonly string[]>> = {
  givenName: ['fornavn', 'givenname', 'firstname', 'forename'],
  familyName: ['etternavn', 'familyname', 'lastname', 'surname', 'slektsnavn'],
  fullName: ['navn', 'pasientnavn', 'fulltnavn', 'name', 'fullname', 'pasient'],
  nationalId: ['fødselsnummer', 'fodselsnummer', 'personnummer', 'fnr', 'fødselsnr', 'fodselsnr', 'personnr', 'nationalid', 'ssn'],
  birthDate: ['fødselsdato', 'fodselsdato', 'født', 'fodt', 'birthdate', 'dateofbirth', 'dob', 'bday'],
  sex: ['kjønn', 'kjonn', 'sex', 'gender'],
  phone: ['mobil', 'mobiltelefon', 'mobilnummer', 'telefon', 'tlf', 'telefonnummer', 'phone', 'mobile', 'cell', 'tel'],
  email: ['epost', 'epostadresse', 'email', 'mail'],
  addressLine: ['adresse', 'gateadresse', 'gate', 'postadresse', 'address', 'street', 'addressline'],
  postalCode: ['postnummer', 'postnr', 'postalcode', 'zip', 'zipcode', 'postcode'],
  city: ['poststed', 'sted', 'by', 'city', 'town'],
  occupation: ['yrke', 'stilling', 'occupation', 'job'],
  fastlegeName: ['fastlege', 'fastlegenavn', 'lege', 'gp'],
  // What the other system calls them: their history finds them by it.
  formerId: ['pasientid', 'pasientnr', 'pasientnummer', 'patientid', 'kundenr', 'kundenummer', 'klientid', 'klientnr'],
};

export const bare = (header: string): string => header.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** What the columns seem to be, by their heads; no field twice. */
export function guessMapping(headers: readonly string[]): (ImportField | null)[] {
  const taken = new Set<ImportField>();
  return headers.map((header) => {
    const field = IMPORT_FIELDS.find((one) => !taken.has(one) && WORDS[one].includes(bare(header)));
    if (field === undefined) return null;
    taken.add(field);
    return field;
  });
}

/** Whether these columns say who somebody is: without a name nothing is read. */
export function saysNames(mapping: ImportMapping): boolean {
  return mapping.includes('fullName') || (mapping.includes('givenName') && mapping.includes('familyName'));
}

export type ImportProblem =
  | 'import/no-name'
  | 'import/formula'
  | 'import/too-long'
  | 'import/birth-date'
  | 'import/sex'
  | 'national-id/length'
  | 'national-id/checksum'
  | 'national-id/date'
  | 'national-id/synthetic-not-allowed'
  | 'national-id/only-2032-rule';
/** What a line may not be taken with at all; everything else is told beside it. */
export const STOPS: ReadonlySet<ImportProblem> = new Set(['import/no-name', 'import/formula']);

export interface ImportedPatient {
  givenName: string;
  familyName: string;
  nationalId: string | null;
  nationalIdKind: NationalIdKind | null;
  missingNationalIdReason: 'unknown' | null;
  birthDate: string | null;
  sex: 'female' | 'male' | 'other' | 'unknown';
  phone: string | null;
  email: string | null;
  addressLine: string | null;
  postalCode: string | null;
  city: string | null;
  occupation: string | null;
  fastlegeName: string | null;
  formerId: string | null;
}
const LONGEST: Partial<Record<ImportField, number>> = {
  givenName: 120,
  familyName: 120,
  phone: 30,
  email: 200,
  addressLine: 200,
  postalCode: 10,
  city: 100,
  occupation: 200,
  fastlegeName: 200,
  formerId: 100,
};

/**
 * One line of the table.
 * @param synthetic whether numbers with month +80 are taken (demo clinics and tests)
 * @param today the last day on which anybody is born, `yyyy-mm-dd`
 */
export function patientFrom(
  cells: readonly string[],
  mapping: ImportMapping,
  { synthetic, today }: { synthetic: boolean; today: string },
): { patient: ImportedPatient; problems: { code: ImportProblem; field: ImportField }[] } {
  const problems: { code: ImportProblem; field: ImportField }[] = [];
  const say = (code: ImportProblem, field: ImportField): null => {
    problems.push({ code, field });
    return null;
  };
  const text = (field: ImportField): string | null => {
    const value = (cells[mapping.indexOf(field)] ?? '').trim().replace(/\s+/g, ' ');
    if (value === '') return null;
    // What a spreadsheet would run, were it ever exported again, is no name and no street (CWE-1236).
    if (field !== 'phone' && /^[=@+]/.test(value)) return say('import/formula', field);
    return value.length > (LONGEST[field] ?? 200) ? say('import/too-long', field) : value;
  };
  const { givenName, familyName } = namesOf(text('givenName'), text('familyName'), text('fullName'));
  if (givenName === '' || familyName === '') say('import/no-name', mapping.includes('fullName') ? 'fullName' : 'familyName');

  const writtenNumber = text('nationalId');
  const number = writtenNumber === null ? null : parseNationalId(restored(writtenNumber), { synthetic });
  if (number !== null && !number.ok) say(number.code, 'nationalId');
  if (number?.ok === true && number.onlyNewRule) say('national-id/only-2032-rule', 'nationalId');
  const writtenDate = text('birthDate');
  const birthDate = writtenDate === null ? null : dateFrom(writtenDate, today);
  if (writtenDate !== null && birthDate === null) say('import/birth-date', 'birthDate');
  const writtenSex = text('sex');
  const sex = writtenSex === null ? 'unknown' : sexFrom(writtenSex);
  if (sex === undefined) say('import/sex', 'sex');
  const postalCode = text('postalCode');
  return {
    patient: {
      givenName,
      familyName,
      nationalId: number?.ok === true ? number.value : null,
      nationalIdKind: number?.ok === true ? number.kind : null,
      missingNationalIdReason: number?.ok === true ? null : 'unknown',
      birthDate,
      sex: sex ?? 'unknown',
      phone: text('phone'),
      email: text('email'),
      addressLine: text('addressLine'),
      // A spreadsheet takes 0155 for a number.
      postalCode: postalCode !== null && /^\d{3}$/.test(postalCode) ? `0${postalCode}` : postalCode,
      city: text('city'),
      occupation: text('occupation'),
      fastlegeName: text('fastlegeName'),
      formerId: text('formerId'),
    },
    problems,
  };
}

/** «Nordmann, Kari Anne» and «Kari Anne Nordmann» alike. */
export function namesOf(given: string | null, family: string | null, full: string | null): { givenName: string; familyName: string } {
  if (given !== null || family !== null || full === null) return { givenName: given ?? '', familyName: family ?? '' };
  const [before = '', after] = full.split(',', 2).map((part) => part.trim());
  if (after !== undefined) return { givenName: after, familyName: before };
  const words = full.split(' ');
  return { givenName: words.slice(0, -1).join(' '), familyName: words.at(-1) ?? '' };
}

/** A number whose leading nought a spreadsheet has eaten. */
export function restored(written: string): string {
  const digits = written.replace(/[\s.-]/g, '');
  return /^\d{10}$/.test(digits) ? `0${digits}` : digits;
}

/** `1980-02-01`, `01.02.1980`, `1/2/1980`, `19800201`: day before month, years whole; what is not one day is null. */
export function dateFrom(written: string, today: string): string | null {
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?$/.exec(written) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(written);
  const [, day, month, year] = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4})$/.exec(written) ?? [];
  const parts = iso === null ? [year, month, day] : iso.slice(1, 4);
  const [y, m, d] = parts.map(Number);
  if (y === undefined || m === undefined || d === undefined || [y, m, d].some((part) => Number.isNaN(part))) return null;
  const date = `${String(y).padStart(4, '0')}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}`;
  const back = new Date(`${date}T00:00:00Z`);
  const real = !Number.isNaN(back.getTime()) && back.toISOString().slice(0, 10) === date;
  return real && date >= '1880-01-01' && date <= today ? date : null;
}

function sexFrom(written: string): ImportedPatient['sex'] | undefined {
  const word = written.toLowerCase();
  if (['k', 'kvinne', 'f', 'female', 'woman', 'jente'].includes(word)) return 'female';
  if (['m', 'mann', 'male', 'man', 'gutt'].includes(word)) return 'male';
  if (['annet', 'other', 'x'].includes(word)) return 'other';
  return ['ukjent', 'unknown', '-', '?'].includes(word) ? 'unknown' : undefined;
}
