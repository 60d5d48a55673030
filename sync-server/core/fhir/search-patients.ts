/** Patients by what is known of them without opening an envelope again (patients.ts). */
import { patientOf } from '#db/fhir/people.ts';
import { journalOf, type Journal } from '#db/fhir/journal.ts';
import { placeBefore } from '#db/postgres/queries/fhir.ts';
import type { Asked, AskedParameter } from './asked.ts';
import { boundsOf } from './dates.ts';
import { fold } from './fold.ts';
import { dateIn, judgeOf } from './match.ts';
import { fhirFailure, type FhirFailure } from './outcome.ts';
import { birthJudge, knownPatients, type Known } from './patients.ts';
import type { Reading } from './reading.ts';

type Judge = (known: Known) => boolean;

/** In order of id; shut journals are left out, and that there were some is said. */
export async function patientsMatching(
  reading: Reading,
  parameters: readonly AskedParameter[],
  base: string,
): Promise<{ hits: Known[]; suppressed: boolean } | FhirFailure> {
  const { all, isReplaced } = await knownPatients(reading.tx, reading.caller.clinicId);
  const judges: Judge[] = [];
  // What costs little first: who is left over is judged by the rest.
  for (const one of parameters.toSorted((a, b) => costOf(a) - costOf(b))) {
    const judge = await judgeFor(reading, one, base, isReplaced);
    if (typeof judge === 'string')
      return fhirFailure(judge === 'invalid' ? 'fhir/invalid-parameter' : 'fhir/unsupported-modifier', { where: [one.name] });
    judges.push(judge);
  }
  const found = judges.length === 0 ? [...all] : all.filter((known) => judges.every((judge) => judge(known)));
  const reach = reading.caller.may('Patient', 's');
  const allowed = reach === 'any' ? found : found.filter(({ id }) => reach === 'patient' && reading.bound.has(id));
  const hits = reading.shut.size === 0 ? allowed : allowed.filter(({ id }) => !reading.shut.has(id));
  return { hits, suppressed: hits.length < allowed.length };
}

const CHEAP = new Set(['_id', 'name', 'family', 'given', 'birthdate', 'gender', 'identifier', '_lastUpdated', 'active']);
const costOf = ({ name, modifier }: AskedParameter): number => (CHEAP.has(name) && modifier === undefined ? 0 : 1);

async function judgeFor(
  reading: Reading,
  one: AskedParameter,
  base: string,
  isReplaced: (id: string) => boolean,
): Promise<Judge | 'invalid' | 'modifier'> {
  const { name, modifier, values, parameter } = one;
  if (modifier === undefined) {
    if (name === 'name' || name === 'family' || name === 'given') return nameJudge(name, values);
    if (name === 'birthdate') return dateJudge(values);
    if (name === '_lastUpdated') return changedJudge(reading, values);
    if (name === '_id') return ({ id }) => values.includes(id);
  }
  const judge = judgeOf(parameter, modifier, values, base);
  if (typeof judge === 'string') return judge;
  // Whoever has another number, sex or state is not mapped to find that out.
  const numbers =
    name === 'identifier' && modifier === undefined ? new Set(values.map((value) => value.slice(value.indexOf('|') + 1))) : undefined;
  return (known) => {
    if (numbers !== undefined && !numbers.has('') && !numbers.has(known.row.nationalId ?? '')) return false;
    return judge(VALUES[name]?.(known.row, () => isReplaced(known.id)) ?? []);
  };
}

function nameJudge(name: 'name' | 'family' | 'given', values: readonly string[]): Judge | 'invalid' {
  const wanted = values.map(fold);
  if (wanted.some((one) => one === ' ')) return 'invalid';
  if (name !== 'name') return (known) => wanted.some((one) => known[name].includes(one));
  return ({ family, given }) => wanted.some((one) => family.includes(one) || given.includes(one) || inBoth(one, given, family));
}

/** "Kari Nord" is somebody's given and family name. */
function inBoth(wanted: string, given: string, family: string): boolean {
  return wanted.includes(' ', 1) && (`${given}${family}`.includes(wanted) || `${family}${given}`.includes(wanted));
}

function dateJudge(values: readonly string[]): Judge | 'invalid' {
  const judges = values.map(birthJudge);
  if (judges.includes(undefined)) return 'invalid';
  return ({ row: { birthDate } }) => birthDate !== null && judges.some((judge) => judge?.(birthDate) === true);
}

/** Times of changes are known by places of the feed. */
async function changedJudge({ tx, caller }: Reading, values: readonly string[]): Promise<Judge | 'invalid'> {
  const judges: Judge[] = [];
  for (const value of values) {
    const read = dateIn(value);
    if (read === undefined || read.prefix === 'ne' || read.prefix === 'ap') return 'invalid';
    const { from, to } = boundsOf(read.prefix, read.stretch);
    const edge = read.prefix === 'gt' || read.prefix === 'sa' ? new Date(read.stretch.to).toISOString() : from;
    const end = read.prefix === 'lt' || read.prefix === 'eb' ? new Date(read.stretch.from).toISOString() : to;
    const [after, before] = await Promise.all(
      [edge, end].map((at) => (at === undefined ? undefined : placeBefore(tx, caller.clinicId, at))),
    );
    judges.push(({ seq }) => (after === undefined || seq > after) && (before === undefined || seq <= before));
  }
  return (known) => judges.some((judge) => judge(known));
}

const contact = (system: string, value: string | null): unknown[] => (value === null || value === '' ? [] : [{ system, value }]);
const said = (...texts: (string | null)[]): string[] => texts.filter((text): text is string => text !== null && text !== '');
/** Nobody's journal: a number is mapped as it is in any. */
const NOBODYS = journalOf({ patientId: '', madeAt: '', rows: {}, clinic: { id: '', name: '' } as Journal['clinic'], users: [] });

/** What stands in the resource under these names, from the row: to map fifty thousand patients would cost a quarter of a second. */
const VALUES: Readonly<Record<string, (row: Known['row'], isReplaced: () => boolean) => unknown[]>> = {
  _id: ({ id }) => [id],
  name: ({ familyName, givenName }) => said(familyName, givenName),
  family: ({ familyName }) => said(familyName),
  given: ({ givenName }) => said(givenName),
  birthdate: ({ birthDate }) => said(birthDate),
  identifier: (row) => ('nationalId' in row && row.nationalId !== null ? (patientOf(NOBODYS, row).identifier ?? []) : []),
  gender: ({ sex }) => [sex],
  active: ({ status }, isReplaced) => [status === 'active' && !isReplaced()],
  deceased: ({ status }) => [status === 'deceased'],
  telecom: ({ phone, email }) => [...contact('phone', phone), ...contact('email', email)],
  phone: ({ phone }) => contact('phone', phone),
  email: ({ email }) => contact('email', email),
  address: ({ addressLine, postalCode, city }) => said(addressLine, postalCode, city),
  'address-city': ({ city }) => said(city),
  'address-postalcode': ({ postalCode }) => said(postalCode),
  language: ({ language }) => said(language).map((text) => ({ text })),
};

/** Sorted as asked; by id where nothing is said. */
export function sortPatients(hits: Known[], sort: Asked['sort']): { known: Known; keys: (string | number)[] }[] {
  const keyed = hits.map((known) => ({ known, keys: sort.map(({ name }) => keyOf(known, name)) }));
  if (sort.length === 0) return keyed;
  return keyed.sort((a, b) => {
    for (const [i, { descending }] of sort.entries()) {
      const [x = '', y = ''] = [a.keys[i], b.keys[i]];
      if (x !== y) return (x < y ? -1 : 1) * (descending ? -1 : 1);
    }
    return a.known.id < b.known.id ? -1 : 1;
  });
}

function keyOf({ row, family, given, id, seq }: Known, name: string): string | number {
  switch (name) {
    case 'family':
      return family;
    case 'given':
      return given;
    case 'name':
      return `${family}${given}`;
    case 'birthdate':
      return row.birthDate ?? '';
    case '_lastUpdated':
      return seq;
    case '_id':
      return id;
    case 'gender':
      return row.sex;
    default:
      return fold(String({ 'address-city': row.city, 'address-postalcode': row.postalCode, address: row.addressLine }[name] ?? ''));
  }
}
