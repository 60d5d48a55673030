/**
 * A search: what the database can narrow down is fetched, made into resources and judged as such. A patient's things are looked at whole, sorted
 * and counted; the whole clinic's are walked through a piece at a time, and a page may then be shorter than asked for, with more behind it.
 */
import { KINDS, type Kind } from '#db/fhir/kinds.ts';
import { QUESTIONNAIRES } from '#db/fhir/questionnaires.ts';
import { fhirRows } from '#db/postgres/queries/fhir.ts';
import type { StoredRow } from '#db/sync/row.ts';
import type { Asked, AskedParameter } from './asked.ts';
import { fold } from './fold.ts';
import { judgeOf, stretchIn, type Judge } from './match.ts';
import { narrow, type Narrowed } from './narrow.ts';
import { fhirFailure, isFailure, type FhirFailure } from './outcome.ts';
import type { Cursor } from './page.ts';
import type { Json } from './parameters.ts';
import type { Reading, Unit } from './reading.ts';
import { logUnits } from './search-log.ts';
import { patientsMatching, sortPatients } from './search-patients.ts';
import { withoutReason } from './shut.ts';

export interface Found {
  units: Unit[];
  /** Undefined: not counted. */
  total: number | undefined;
  next: Cursor | undefined;
  /** Something is not shown because a patient has shut the journal. */
  suppressed: boolean;
}

/** A patient's rows of one kind; and a clinic's, beyond which they are walked through. */
const MOST_OF_PATIENT = 20_000;
const MOST_OF_CLINIC = 1000;
const STEP = 200;
const MOST_WALKED = 4000;

/** @param base the server's address, which references may begin with */
export async function search(reading: Reading, asked: Asked, cursor: Cursor | undefined, base: string): Promise<Found | FhirFailure> {
  if (reading.caller.may(asked.type, 's') === 'none') return fhirFailure('fhir/forbidden');
  if (asked.type === 'Patient') return searchPatients(reading, asked, cursor, base);
  if (asked.type === 'Questionnaire') return searchQuestionnaires(asked, cursor, base);
  const kinds = kindsFor(reading, asked.type);
  const isLog = asked.type === 'AuditEvent' && reading.caller.log !== 'none';
  if (kinds.length === 0 && !isLog) return fhirFailure('fhir/forbidden');
  const narrowed = await narrow(reading, asked, base);
  if (isFailure(narrowed)) return narrowed;
  const judges = judgesOf(narrowed.rest, base);
  if (isFailure(judges)) return judges;
  const matches = (unit: Unit): boolean => judges.every((judge) => judge(unit.resource));
  const walks = cursor !== undefined && 'kind' in cursor;
  if (!walks) {
    const whole = await gathered(reading, kinds, narrowed);
    const logged = isLog ? await logUnits(reading, narrowed) : [];
    if (whole !== undefined) return pageOf(asked, [...whole, ...logged].filter(matches), reading, cursor);
  }
  if (asked.sort.length > 0 || asked.accurateTotal || asked.count === 0) return fhirFailure('fhir/too-costly');
  return walked(reading, kinds, narrowed, asked, matches, walks ? cursor : undefined);
}

/** Kinds of a type of which the caller may see any. */
export const kindsFor = ({ caller }: Pick<Reading, 'caller'>, type: string): Kind[] =>
  KINDS.filter((kind) => kind.type === type && caller.reads(kind.entity));

async function searchPatients(reading: Reading, asked: Asked, cursor: Cursor | undefined, base: string): Promise<Found | FhirFailure> {
  const [kind] = kindsFor(reading, 'Patient');
  if (kind === undefined) return fhirFailure('fhir/forbidden');
  const found = await patientsMatching(reading, asked.parameters, base);
  if (isFailure(found)) return found;
  const { suppressed } = found;
  const sorted = sortPatients(found.hits, asked.sort);
  const { page, next } = pageIn(
    sorted.map((one) => ({ ...one, id: one.known.id })),
    asked,
    cursor,
  );
  const rows = await rowsInOrder(
    reading,
    kind,
    page.map(({ id }) => id),
  );
  return { units: await reading.units(kind, rows, 's'), total: sorted.length, next, suppressed };
}

async function rowsInOrder({ tx, caller }: Reading, { entity }: Kind, ids: readonly string[]): Promise<StoredRow[]> {
  if (ids.length === 0) return [];
  const rows = await fhirRows(tx, caller.clinicId, { entity, ids, limit: ids.length });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** They are part of the program, and nobody's. */
function searchQuestionnaires(asked: Asked, cursor: Cursor | undefined, base: string): Found | FhirFailure {
  const judges = judgesOf(asked.parameters, base);
  if (isFailure(judges)) return judges;
  const all = QUESTIONNAIRES.map((resource): Unit => ({ resource: resource as Unit['resource'], patientId: undefined, seq: 1 }));
  return pageOf(
    asked,
    all.filter((unit) => judges.every((judge) => judge(unit.resource))),
    undefined,
    cursor,
  );
}

function judgesOf(parameters: readonly AskedParameter[], base: string): ((resource: Unit['resource']) => boolean)[] | FhirFailure {
  const judges: ((resource: Unit['resource']) => boolean)[] = [];
  for (const { name, modifier, values, parameter } of parameters) {
    const judge: Judge | 'invalid' | 'modifier' = judgeOf(parameter, modifier, values, base);
    if (typeof judge === 'string')
      return fhirFailure(judge === 'invalid' ? 'fhir/invalid-parameter' : 'fhir/unsupported-modifier', { where: [name] });
    judges.push((resource) => judge(parameter.of(resource as unknown as Json)));
  }
  return judges;
}

/** Everything that may match; undefined when that is too much. */
async function gathered(reading: Reading, kinds: readonly Kind[], narrowed: Narrowed): Promise<Unit[] | undefined> {
  const most = narrowed.isNarrow ? MOST_OF_PATIENT : MOST_OF_CLINIC;
  const units: Unit[] = [];
  for (const kind of kinds) {
    const wanted = narrowed.wantedOf(kind);
    if (wanted === undefined) continue;
    const rows = await fhirRows(reading.tx, reading.caller.clinicId, { ...wanted, limit: most + 1 });
    if (rows.length > most) return undefined;
    units.push(...(await reading.units(kind, rows, 's')));
    if (units.length > most) return undefined;
  }
  return units;
}

function pageOf(asked: Asked, matching: readonly Unit[], reading: Reading | undefined, cursor: Cursor | undefined): Found {
  const shown = reading === undefined ? [...matching] : withoutReason(matching, reading.shut);
  const sorted = shown
    .map((unit) => ({
      unit,
      id: unit.resource.id,
      keys: asked.sort.map(({ parameter }) => sortKey(parameter.of(unit.resource as unknown as Json)[0])),
    }))
    .sort((a, b) => compareKeys(a, b, asked));
  const { page, next } = pageIn(sorted, asked, cursor);
  return { units: page.map(({ unit }) => unit), total: sorted.length, next, suppressed: shown.length < matching.length };
}

interface Sorted {
  id: string;
  keys: (string | number)[];
}

function pageIn<T extends Sorted>(sorted: readonly T[], asked: Asked, cursor: Cursor | undefined): { page: T[]; next: Cursor | undefined } {
  const after = cursor !== undefined && 'id' in cursor ? { id: cursor.id, keys: cursor.k } : undefined;
  // Where the last page ended, also if what stood there is gone.
  const from = after === undefined ? 0 : sorted.findIndex((one) => compareKeys(one, after, asked) > 0);
  if (from < 0) return { page: [], next: undefined };
  const page = sorted.slice(from, from + asked.count);
  const last = page.at(-1);
  const more = last !== undefined && from + asked.count < sorted.length;
  return { page, next: more ? { k: last.keys, id: last.id } : undefined };
}

function compareKeys(a: Sorted, b: Sorted, { sort }: Pick<Asked, 'sort'>): number {
  for (const [i, { descending }] of sort.entries()) {
    const [x = '', y = ''] = [a.keys[i], b.keys[i]];
    if (x !== y) return (x < y ? -1 : 1) * (descending ? -1 : 1);
  }
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

function sortKey(value: unknown): string | number {
  const stretch = stretchIn(value);
  if (stretch !== undefined) return Number.isFinite(stretch.from) ? stretch.from : stretch.to;
  if (typeof value !== 'object' || value === null) return fold(String(value ?? ''));
  const { text, family, coding, code, value: inner } = value as Json;
  const [first] = Array.isArray(coding) ? (coding as Json[]) : [];
  return fold([text, family, first?.['code'], code, inner].filter((one) => typeof one === 'string').join(' '));
}

async function walked(
  reading: Reading,
  kinds: readonly Kind[],
  narrowed: Narrowed,
  asked: Asked,
  matches: (unit: Unit) => boolean,
  cursor: { kind: number; after: string } | undefined,
): Promise<Found> {
  const units: Unit[] = [];
  let suppressed = false;
  let looked = 0;
  let from = cursor?.after;
  for (let at = cursor?.kind ?? 0; at < kinds.length; at += 1, from = undefined) {
    const kind = kinds[at];
    const wanted = kind === undefined ? undefined : narrowed.wantedOf(kind);
    if (kind === undefined || wanted === undefined) continue;
    for (;;) {
      const rows = await fhirRows(reading.tx, reading.caller.clinicId, {
        ...wanted,
        ...(from === undefined ? {} : { after: from }),
        limit: STEP,
      });
      looked += rows.length;
      const matching = (await reading.units(kind, rows, 's')).filter(matches);
      const shown = withoutReason(matching, reading.shut);
      suppressed ||= shown.length < matching.length;
      for (const unit of shown) {
        units.push(unit);
        if (units.length === asked.count)
          return { units, total: undefined, next: { kind: at, after: unit.resource.id.slice(kind.prefix.length) }, suppressed };
      }
      from = rows.at(-1)?.id;
      if (rows.length < STEP) break;
      if (looked >= MOST_WALKED && from !== undefined) return { units, total: undefined, next: { kind: at, after: from }, suppressed };
    }
  }
  return { units, total: undefined, next: undefined, suppressed };
}
