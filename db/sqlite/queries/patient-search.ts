/**
 * Finding a patient as one types: part of a name in any order, birth date in the ways Norwegians write it,
 * phone, fødselsnummer. Words are compared folded (å as a or aa, ø as o, é as e).
 */
import type { SqliteDatabase } from '../open.ts';
import { prepared } from '../store.ts';
import { LAST_VISIT, NAMESAKE } from './patients.ts';
import { STAYS } from './same-person.ts';

export interface FoundPatient {
  id: string;
  givenName: string;
  familyName: string;
  birthDate: string | null;
  nationalId: string | null;
  phone: string | null;
  addressLine: string | null;
  city: string | null;
  status: string;
  lastVisitAt: string | null;
  namesake: boolean;
}

/** Brings the search row of one patient up to date; call in the transaction that wrote the patient. */
export function indexPatient(db: SqliteDatabase, id: string): void {
  indexPatients(db, [id]);
}

type Named = Pick<FoundPatient, 'id' | 'givenName' | 'familyName' | 'birthDate' | 'phone' | 'nationalId'>;

/** The same for many, read in one question: of a first load's time for search, asking row by row was half. */
export function indexPatients(db: SqliteDatabase, ids: readonly string[]): void {
  const here = prepared(
    db,
    `select p.id, given_name as givenName, family_name as familyName, birth_date as birthDate, phone, national_id as nationalId
     from json_each(?) wanted join patient p on p.id = wanted.value and p.deleted = 0`,
  ).all(JSON.stringify(ids)) as Named[];
  const write = prepared(
    db,
    'insert into patient_search(id, names, numbers) values (?,?,?) on conflict(id) do update set names = excluded.names, numbers = excluded.numbers',
  );
  for (const { id, givenName, familyName, birthDate, phone, nationalId } of here) {
    const names = ` ${foldName(`${givenName} ${familyName}`)} `;
    const numbers = ` ${[...birthForms(birthDate), digits(phone), nationalId].filter((part) => part !== null && part !== '').join(' ')} `;
    write.run(id, names, numbers);
  }
  if (here.length === ids.length) return;
  const found = new Set(here.map(({ id }) => id));
  for (const id of ids) if (!found.has(id)) prepared(db, 'delete from patient_search where id = ?').run(id);
}

/**
 * @param limit one more than it is asked for, to know whether there are more
 * A person registered twice is found by either and is one hit.
 * Order: names that begin with the first word, then word beginnings, then parts; active before inactive; then by name.
 */
export function searchPatients(db: SqliteDatabase, query: string, limit: number): FoundPatient[] {
  const terms = termsOf(query);
  if (terms.length === 0) return [];
  const conditions = terms.map((term) => (term.kind === 'number' ? 'instr(s.numbers, ?) > 0' : 'instr(s.names, ?) > 0'));
  const first = terms.find((term) => term.kind === 'name');
  const sql = `
    with hit as (
      select s.id, ${first === undefined ? '0' : `case when instr(s.names, ?) = 0 then 2 when instr(s.names, ?) = 1 then 0 else 1 end`} as rank
      from patient_search s where ${conditions.join(' and ')}
      order by rank limit 400
    ), person as (select ${STAYS('hit.id')} as id, min(rank) as rank from hit group by 1)
    select p.id, p.given_name as givenName, p.family_name as familyName, p.birth_date as birthDate, p.national_id as nationalId, p.phone,
      p.address_line as addressLine, p.city, p.status,
      ${LAST_VISIT} as lastVisitAt, ${NAMESAKE} as namesake
    from person join patient p on p.id = person.id
    where p.deleted = 0
    order by p.status <> 'active', person.rank, p.family_name, p.given_name, p.birth_date
    limit ?`;
  const parameters: (string | number)[] = [];
  if (first !== undefined) parameters.push(` ${first.text}`, ` ${first.text}`);
  for (const term of terms) parameters.push(term.kind === 'number' && term.text.length < 8 ? ` ${term.text}` : term.text);
  parameters.push(limit);
  return (prepared(db, sql).all(...parameters) as (Omit<FoundPatient, 'namesake'> & { namesake: number })[]).map((row) => ({
    ...row,
    namesake: row.namesake === 1,
  }));
}

type Term = { kind: 'name' | 'number'; text: string };

function termsOf(query: string): Term[] {
  const dated = query
    .replace(/\b(\d{4})-(\d{2})-(\d{2})\b/g, '$3$2$1')
    .replace(
      /\b(\d{1,2})[./](\d{1,2})[./](\d{2,4})\b/g,
      (_all, d: string, m: string, y: string) => d.padStart(2, '0') + m.padStart(2, '0') + y,
    );
  const joined = dated
    // `900 11 222` and `010190 12345` among names are one number each.
    .replace(/(?:\+47\s?)?\b\d{2,3}(?:\s\d{2,3}){2,3}\b/g, (number) => number.replace(/\s/g, ''))
    .replace(/\b(\d{6})\s(\d{5})\b/g, '$1$2');
  const compact = /^[\d\s+]+$/.test(joined) ? [joined.replace(/\s/g, '')] : joined.split(/\s+/);
  return compact.flatMap((word): Term[] => {
    const number = word.replace(/^(\+|00)47/, '').replace(/\D/g, '');
    if (/^[+\d]+$/.test(word) && number !== '') return [{ kind: 'number', text: number }];
    const text = foldName(word).trim();
    return text === '' ? [] : [{ kind: 'name', text }];
  });
}

/** Lower case without accents; å, aa → a; ø, ö → o; æ, ä, ae → a; hyphens separate words. */
export function foldName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[øö]/g, 'o')
    .replace(/æ|ä/g, 'ae')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/aa/g, 'a')
    .replace(/ae/g, 'a')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** `1990-01-02` → 020190, 02011990. */
function birthForms(birthDate: string | null): string[] {
  if (birthDate === null) return [];
  const [year = '', month = '', day = ''] = birthDate.split('-');
  return [`${day}${month}${year.slice(2)}`, `${day}${month}${year}`];
}

function digits(phone: string | null): string | null {
  return phone === null ? null : phone.replace(/^(\+|00)47/, '').replace(/\D/g, '');
}
