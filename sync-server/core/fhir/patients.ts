/**
 * The clinic's patients as they are searched for by name. Names lie in envelopes, and an index of them in the database would say to whoever
 * has the database who comes here often and what letters their names begin with; so they are opened once, kept in this process' memory, and
 * kept up by what the feed says has changed since. Forgotten when nobody has searched for a while (docs/decisions/0094).
 */
import { fromBody } from '#db/sync/body.ts';
import { stretchOf, compares, type Stretch } from './dates.ts';
import type { OwnRow } from '#db/fhir/journal.ts';
import type { Tx } from '#db/postgres/open.ts';
import { feedHead, openBodies } from '#db/postgres/queries/feed.ts';
import { patientsSince } from '#db/postgres/queries/fhir.ts';
import { rowsAfter } from '#db/postgres/queries/rows.ts';
import { BEFORE_ALL } from '#db/sync/compare.ts';
import type { StoredRow } from '#db/sync/row.ts';
import { fold } from './fold.ts';
import { dateIn } from './match.ts';

export interface Known {
  id: string;
  /** Of the row and of the links that say who it is, whichever is newer. */
  seq: number;
  row: OwnRow<'patient'>;
  family: string;
  given: string;
}

interface Index {
  /** Up to this place of the feed. */
  seq: number;
  byId: Map<string, Known>;
  links: Map<string, { patientId: string; intoId: string; replaces: boolean }>;
  /** In order of id; undefined until somebody asks. */
  inOrder: readonly Known[] | undefined;
  forget: NodeJS.Timeout | undefined;
  /** One follows at a time: an older look at the feed must not be learned over a newer. */
  turn: Promise<unknown>;
}

const PAGE = 1000;
/** More than this changed at once: then everything is read anew. */
const MOST_NEWS = 20_000;
const MOST_PATIENTS = 500_000;
const FORGET_MS = 15 * 60_000;

const indexes = new Map<string, Promise<Index>>();

/** All patients that are not deleted, in order of id, as the record stands in this transaction or later. */
export async function knownPatients(tx: Tx, clinicId: string): Promise<{ all: readonly Known[]; isReplaced: (id: string) => boolean }> {
  const index = await fresh(tx, clinicId);
  index.inOrder ??= [...index.byId.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const replaced = new Set([...index.links.values()].filter(({ replaces }) => replaces).map(({ patientId }) => patientId));
  return { all: index.inOrder, isReplaced: (id) => replaced.has(id) };
}

async function fresh(tx: Tx, clinicId: string): Promise<Index> {
  const opening = indexes.get(clinicId);
  const index = await (opening ?? open(tx, clinicId));
  if (opening !== undefined) {
    const turn = index.turn.catch(() => {}).then(() => follow(tx, clinicId, index));
    index.turn = turn;
    if (!(await turn)) {
      if (indexes.get(clinicId) === opening) drop(clinicId);
      return fresh(tx, clinicId);
    }
  }
  clearTimeout(index.forget);
  index.forget = setTimeout(() => drop(clinicId), FORGET_MS).unref();
  return index;
}

function drop(clinicId: string): void {
  indexes.delete(clinicId);
}

/** Those who ask meanwhile wait for the same one. */
function open(tx: Tx, clinicId: string): Promise<Index> {
  const opening = load(tx, clinicId).then(async (index) => {
    await makeRoom(clinicId, index.byId.size);
    return index;
  });
  opening.catch(() => drop(clinicId));
  indexes.set(clinicId, opening);
  return opening;
}

async function load(tx: Tx, clinicId: string): Promise<Index> {
  // Before the rows: what changes while they are read is followed afterwards.
  const seq = (await feedHead(tx, clinicId))?.seq ?? 0;
  const index: Index = { seq, byId: new Map(), links: new Map(), inOrder: undefined, forget: undefined, turn: Promise.resolve() };
  for (const entity of ['patient', 'patient_link'] as const)
    for (let after: string | null = BEFORE_ALL; after !== null;) {
      const { rows, upTo }: Awaited<ReturnType<typeof rowsAfter>> = await rowsAfter(tx, clinicId, entity, after, PAGE);
      for (const row of rows) learn(index, entity, row);
      after = upTo;
    }
  return index;
}

/** False: so much is new, or the feed so short, that it is better read anew. */
async function follow(tx: Tx, clinicId: string, index: Index): Promise<boolean> {
  const head = await feedHead(tx, clinicId);
  if (head === undefined || head.floor > index.seq || head.seq < index.seq) return false;
  if (head.seq === index.seq) return true;
  const news = await patientsSince(tx, clinicId, index.seq, MOST_NEWS);
  if (news.length === MOST_NEWS) return false;
  for (const { entity, id, seq, deleted, body } of await openBodies(tx, news)) {
    if (deleted || body === null) forget(index, entity, id);
    else learn(index, entity, fromBody(entity, { clinicId, id, seq }, body));
  }
  index.seq = Math.max(index.seq, head.seq);
  return true;
}

function learn(index: Index, entity: 'patient' | 'patient_link', row: StoredRow): void {
  if (row.deleted) return forget(index, entity, row.id);
  if (entity === 'patient_link') {
    const link = { patientId: String(row['patientId']), intoId: String(row['intoId']), replaces: row['undone'] !== true };
    index.links.set(row.id, link);
    for (const id of [link.patientId, link.intoId]) touch(index, id, row.seq);
    return;
  }
  const { fieldSeq: _, extra: __, clinicId: ___, ...own } = row;
  const [family, given] = ['familyName', 'givenName'].map((field) => fold(String(row[field] ?? '')));
  const before = index.byId.get(row.id);
  const seq = Math.max(row.seq, before?.seq ?? 0);
  index.byId.set(row.id, { id: row.id, seq, row: own as unknown as Known['row'], family: family ?? '', given: given ?? '' });
  index.inOrder = undefined;
}

/** A link is part of what both of its patients are. */
function touch(index: Index, id: string, seq: number): void {
  const known = index.byId.get(id);
  if (known !== undefined && known.seq < seq) known.seq = seq;
}

function forget(index: Index, entity: 'patient' | 'patient_link', id: string): void {
  if (entity === 'patient_link') index.links.delete(id);
  else if (index.byId.delete(id)) index.inOrder = undefined;
}

/** Whoever has waited longest goes. */
async function makeRoom(clinicId: string, size: number): Promise<void> {
  let sum = size;
  for (const [other, opening] of [...indexes].toReversed()) {
    if (other === clinicId) continue;
    const index = await opening.catch(() => undefined);
    sum += index?.byId.size ?? 0;
    if (sum > MOST_PATIENTS) drop(other);
  }
}

/** What a date of birth is asked for, without the time zone's arithmetic: days are compared as they are written. */
export function birthJudge(value: string): ((day: string) => boolean) | undefined {
  const read = dateIn(value);
  if (read === undefined) return undefined;
  const text = /^[a-z]{2}/.test(value) ? value.slice(2) : value;
  const wanted = plainStretch(text);
  return (day) => {
    const own = plainStretch(day);
    return own !== undefined && wanted !== undefined && compares(read.prefix, own, wanted);
  };
}

const DAY_MS = 86_400_000;
function plainStretch(text: string): Stretch | undefined {
  if (text.length > 10) return stretchOf(text);
  const [year = 0, month, day] = text.split('-').map(Number);
  if (day !== undefined) return { from: Date.UTC(year, (month ?? 1) - 1, day), to: Date.UTC(year, (month ?? 1) - 1, day) + DAY_MS };
  if (month !== undefined) return { from: Date.UTC(year, month - 1, 1), to: Date.UTC(year, month, 1) };
  return { from: Date.UTC(year, 0, 1), to: Date.UTC(year + 1, 0, 1) };
}
