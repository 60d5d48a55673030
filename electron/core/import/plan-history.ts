/** What an import would do with each line of a history: the same judgement for looking and for taking, made a little at a time. */
import { hash } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import type { HistoryPerson, HistoryStatus } from '#electron/contract/import-history.ts';
import { ok, type Result } from '#electron/contract/verb.ts';
import { clinicDay } from '#db/rules/appointments.ts';
import { HISTORY_STOPS, historyFrom, saidBy, type HistoryLine, type HistoryMapping } from '#db/rules/import-history.ts';
import type { ImportedKind } from '#db/model/imported.ts';
import { knownEntries, type KnownEntry } from '#db/sqlite/queries/imported-known.ts';
import { knownPatients, nameKey, type KnownPatients } from '#db/sqlite/queries/known-patients.ts';
import { staysOf } from '#db/sqlite/queries/same-person.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import { isShutFor } from '../access/guard.ts';
import type { Context } from '../context.ts';
import type { CoreServices } from '../services.ts';
import type { Table } from './read-table.ts';

export interface PlannedEntry extends HistoryLine {
  line: number;
  status: HistoryStatus;
  whoseName: string;
  patientId: string | null;
  matchedBy: 'national-id' | 'former-id' | 'chosen';
  fingerprint: string;
  replacesId: string | null;
}
export interface HistoryPlan {
  lines: PlannedEntry[];
  persons: HistoryPerson[];
}
interface Asked {
  sourceSystem: string;
  kind: ImportedKind;
  choices: Readonly<Record<string, string>>;
  mapping: HistoryMapping;
}

/** Lines judged, and entries read, before others get their turn. */
const AT_ONCE = 400;

export async function planHistory(services: CoreServices, { headers, rows }: Table, asked: Asked): Promise<Result<HistoryPlan>> {
  const around = services.transaction((ctx) => ok(surroundings(ctx)));
  if (!around.ok) return around;
  const known = await earlier(services, asked.sourceSystem);
  if (!known.ok) return known;
  const lines: PlannedEntry[] = [];
  const persons = new Map<string, HistoryPerson>();
  const seen = new Set<string>();
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    const step = services.transaction((ctx) => {
      for (const [n, cells] of rows.slice(from, from + AT_ONCE).entries()) {
        const said = historyFrom(cells, headers, asked.mapping, { ...around.value.options, kind: asked.kind });
        lines.push(judge(ctx, around.value, asked, said, from + n + 1, { persons, seen }));
      }
      return ok(null);
    });
    if (!step.ok) return step;
    await breathe();
  }
  compare(lines, known.value);
  return ok({ lines, persons: [...persons.values()] });
}

type Around = ReturnType<typeof surroundings>;

function surroundings(ctx: Context) {
  const known = knownPatients(ctx.db);
  const byFormerId = new Map<string, RowOf<'patient'>[]>();
  for (const some of known.byName.values())
    for (const row of some) if (row.formerId !== null) byFormerId.set(row.formerId, [...(byFormerId.get(row.formerId) ?? []), row]);
  const synthetic = ctx.ports.allowSynthetic || (ctx.get('clinic', ctx.clinicId)?.demo ?? false);
  return { known, byFormerId, shut: new Map<string, boolean>(), options: { synthetic, today: clinicDay(ctx.now) } };
}

async function earlier(services: CoreServices, sourceSystem: string): Promise<Result<KnownEntry[]>> {
  const entries: KnownEntry[] = [];
  for (let after = 0; ;) {
    const page = services.transaction((ctx) => ok(knownEntries(ctx.db, sourceSystem, after, 2000)));
    if (!page.ok) return page;
    const last = page.value.at(-1);
    if (last === undefined) return ok(entries);
    entries.push(...page.value);
    after = last.place;
    await breathe();
  }
}

function judge(
  ctx: Context,
  around: Around,
  asked: Asked,
  said: HistoryLine,
  line: number,
  so: { persons: Map<string, HistoryPerson>; seen: Set<string> },
): PlannedEntry {
  const { whose } = said;
  const name = `${whose.givenName} ${whose.familyName}`.trim();
  const whoseName = [name, whose.birthDate, whose.formerId === null ? null : `nr. ${whose.formerId}`].filter(Boolean).join(', ');
  const planned: PlannedEntry = {
    ...said,
    line,
    whoseName,
    status: 'new',
    patientId: null,
    matchedBy: 'chosen',
    fingerprint: '',
    replacesId: null,
  };
  if (said.problems.some((code) => HISTORY_STOPS.has(code))) return { ...planned, status: 'wrong' };
  const { sure, candidates, matchedBy } = match(ctx, around, asked.sourceSystem, whose);
  const key = JSON.stringify([
    whose.nationalId === null ? null : hash('sha256', whose.nationalId),
    whose.formerId,
    name.toLowerCase(),
    whose.birthDate,
  ]);
  const chosen = asked.choices[key];
  const picked = sure ?? (chosen === undefined ? undefined : ctx.get('patient', chosen));
  if (picked === undefined) {
    const person = so.persons.get(key) ?? {
      key,
      whose: whoseName,
      lines: 0,
      candidates: candidates.map(({ id, givenName, familyName, birthDate }) => ({ id, name: `${givenName} ${familyName}`, birthDate })),
    };
    so.persons.set(key, { ...person, lines: person.lines + 1 });
    return { ...planned, status: candidates.length === 0 ? 'nobody' : 'unsure' };
  }
  const patientId = staysOf(ctx.db, picked.id);
  let shut = around.shut.get(patientId);
  if (shut === undefined) around.shut.set(patientId, (shut = isShutFor(ctx.db, patientId, ctx.actor.userId, ctx.now)));
  const fingerprint = hash('sha256', saidBy(patientId, asked.sourceSystem, said.entry));
  const twice = so.seen.has(fingerprint);
  so.seen.add(fingerprint);
  return {
    ...planned,
    patientId,
    fingerprint,
    matchedBy: sure === undefined ? 'chosen' : matchedBy,
    status: shut ? 'shut' : twice ? 'twice' : 'new',
  };
}

/** By number, or by the other system's own; where the two say different people, and by name and birth date alone, a person says who it is. */
function match(ctx: Context, { known, byFormerId }: Around, system: string, whose: HistoryLine['whose']) {
  const stays = (rows: readonly RowOf<'patient'>[]) => {
    const ids = new Set(rows.map(({ id }) => staysOf(ctx.db, id)));
    return [...ids].flatMap((id) => ctx.get('patient', id) ?? []);
  };
  const byNumber = whose.nationalId === null ? undefined : known.byNumber.get(whose.nationalId);
  const numbered = byNumber === undefined ? [] : [byNumber];
  const former = (whose.formerId === null ? [] : (byFormerId.get(whose.formerId) ?? [])).filter(
    ({ formerSystem }) => (formerSystem ?? '') === '' || formerSystem === system,
  );
  const firm = stays([...numbered, ...former]);
  const [only] = firm;
  const otherNumber =
    byNumber === undefined && whose.nationalId !== null && only?.nationalId !== null && only?.nationalId !== whose.nationalId;
  const otherBirth = byNumber === undefined && whose.birthDate !== null && only?.birthDate !== null && only?.birthDate !== whose.birthDate;
  if (firm.length === 1 && !otherNumber && !otherBirth)
    return { sure: only, candidates: firm, matchedBy: numbered.length > 0 ? ('national-id' as const) : ('former-id' as const) };
  return { sure: undefined, candidates: firm.length > 0 ? firm : stays(named(known, whose)), matchedBy: 'former-id' as const };
}

function named({ byName }: KnownPatients, { givenName, familyName, birthDate, nationalId }: HistoryLine['whose']): RowOf<'patient'>[] {
  if (familyName === '' || birthDate === null) return [];
  const some = byName.get(nameKey(givenName, familyName)) ?? [];
  return some.filter((row) => (row.birthDate === birthDate || row.birthDate === null) && (nationalId === null || row.nationalId === null));
}

/** Marks what was brought in before, and what says otherwise: the other system's own id, else the same kind, time and author, where the older words are gone from the file. */
function compare(lines: PlannedEntry[], known: readonly KnownEntry[]): void {
  const words = new Set(known.map(({ fingerprint }) => fingerprint));
  const inFile = new Set(lines.map(({ fingerprint }) => fingerprint));
  const ids = new Map<string, KnownEntry>();
  const places = new Map<string, KnownEntry>();
  for (const one of known) {
    if (inFile.has(one.fingerprint)) continue;
    if (one.sourceId !== null) ids.set(`${one.patientId}|${one.kind}|${one.sourceId}`, one);
    else if (one.writtenWhen !== null) places.set(`${one.patientId}|${one.kind}|${one.writtenWhen}|${one.writtenBy ?? ''}`, one);
  }
  for (const one of lines) {
    if (one.status !== 'new') continue;
    const { kind, sourceId, writtenWhen, writtenBy } = one.entry;
    const older =
      sourceId === null
        ? places.get(`${one.patientId}|${kind}|${writtenWhen}|${writtenBy ?? ''}`)
        : ids.get(`${one.patientId}|${kind}|${sourceId}`);
    if (words.has(one.fingerprint)) one.status = 'again';
    else if (older !== undefined) Object.assign(one, { status: 'changed', replacesId: older.id });
  }
}
