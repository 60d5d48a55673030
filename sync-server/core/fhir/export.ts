/**
 * A whole clinic in NDJSON (HL7 Bulk Data Access 2.0, the asynchronous pattern). What is kept of it is where its files begin and end: they are made from
 * the record when they are fetched, so that no patient's data lie in a file of ours, and each is logged with whose they were. What a file says is what
 * stands then, which is what stood at `transactionTime` or came later.
 */
import { v7 } from 'uuid';
import { KINDS } from '#db/fhir/kinds.ts';
import { withClinic } from '#db/postgres/open.ts';
import { fhirRows, placeBefore } from '#db/postgres/queries/fhir.ts';
import {
  addExport,
  dropExport,
  dropOldExports,
  exportById,
  stretchesOf,
  type ExportFile,
  type StoredExport,
} from '#db/postgres/queries/fhir-export.ts';
import { BEFORE_ALL } from '#db/sync/compare.ts';
import { tellLog } from './access-log.ts';
import { stretchOf } from './dates.ts';
import { fhirFailure, isFailure, type FhirFailure } from './outcome.ts';
import { reading, type Reading, type Unit } from './reading.ts';
import type { FhirAnswer } from './respond.ts';
import { eventOf, type FhirCall } from './serve.ts';
import { withoutReason } from './shut.ts';

/** Rows of a file, at most, and of one look at the database: a file is some megabytes and takes a second or two. */
const FILE_ROWS = 5000;
const STEP = 500;
const LASTS_MS = 24 * 3_600_000;
const FORMATS = ['application/fhir+ndjson', 'application/ndjson', 'ndjson'];

/** @param patients only what is about patients */
export async function startExport(call: FhirCall, query: URLSearchParams, patients: boolean): Promise<FhirAnswer | FhirFailure> {
  const { deps, caller, base } = call;
  const now = deps.now();
  if (deps.gdprStrict === true) return fhirFailure('fhir/two-persons');
  if (!caller.takesOutAll) {
    await reading(deps.pool, caller, now, async (open) => [eventOf(open, 'refused', 'fhir.export', { type: 'Patient' })]).then((events) =>
      tellLog(deps.pool, caller.clinicId, events),
    );
    return fhirFailure('fhir/forbidden');
  }
  const types = query.get('_type')?.split(',');
  const since = query.get('_since');
  if (!FORMATS.includes(query.get('_outputFormat')?.replace(' ', '+') ?? 'ndjson'))
    return fhirFailure('fhir/invalid-parameter', { where: ['_outputFormat'] });
  if (types?.some((type) => !KINDS.some((kind) => kind.type === type)) === true)
    return fhirFailure('fhir/invalid-parameter', { where: ['_type'] });
  if (since !== null && stretchOf(since) === undefined) return fhirFailure('fhir/invalid-parameter', { where: ['_since'] });
  const kinds = KINDS.filter(
    (kind) => caller.reads(kind.entity) && types?.includes(kind.type) !== false && (!patients || kind.patient !== undefined),
  );
  const id = v7();
  const request = `${base}${patients ? '/Patient' : ''}/$export${types === undefined ? '' : `?_type=${types.join(',')}`}`;
  const { events } = await reading(deps.pool, caller, now, async (open) => ({
    events: [eventOf(open, 'export', 'fhir.export', { type: 'Patient', details: { types: [...new Set(kinds.map(({ type }) => type))] } })],
  }));
  await tellLog(deps.pool, caller.clinicId, events);
  await withClinic(deps.pool, caller.clinicId, async (tx) => {
    const place = since === null ? 0 : await placeBefore(tx, caller.clinicId, new Date(stretchOf(since)?.from ?? 0).toISOString());
    const files: ExportFile[] = [];
    for (const { type, entity, prefix } of kinds) {
      const ends = await stretchesOf(tx, caller.clinicId, entity, FILE_ROWS);
      if (ends === undefined) continue;
      for (const [i, upTo] of [...ends, null].entries())
        files.push({ type, entity, prefix, after: i === 0 ? BEFORE_ALL : (ends[i - 1] ?? BEFORE_ALL), upTo });
    }
    await dropOldExports(tx, caller.clinicId, new Date(now.getTime() - LASTS_MS).toISOString());
    await addExport(tx, caller.clinicId, id, caller.userId, { at: now.toISOString(), request, since: place, files });
  });
  return { status: 202, headers: { 'content-location': `${base}/_export/${id}` } };
}

async function found({ deps, caller }: FhirCall, id: string): Promise<StoredExport | FhirFailure> {
  const notBefore = new Date(deps.now().getTime() - LASTS_MS).toISOString();
  const one = await withClinic(deps.pool, caller.clinicId, (tx) => exportById(tx, caller.clinicId, id, caller.userId, notBefore));
  return one ?? fhirFailure('fhir/unknown-export');
}

export async function exportState(call: FhirCall, id: string): Promise<FhirAnswer | FhirFailure> {
  const one = await found(call, id);
  if (isFailure(one)) return one;
  const output = one.files.map(({ type }, n) => ({ type, url: `${call.base}/_export/${id}/${n}` }));
  const manifest = { transactionTime: one.at, request: one.request, requiresAccessToken: true, output, error: [] };
  const expires = new Date(Date.parse(one.at) + LASTS_MS).toUTCString();
  return { status: 200, raw: JSON.stringify(manifest), headers: { 'content-type': 'application/json; charset=utf-8', expires } };
}

export async function endExport({ deps, caller }: FhirCall, id: string): Promise<FhirAnswer | FhirFailure> {
  const was = await withClinic(deps.pool, caller.clinicId, (tx) => dropExport(tx, caller.clinicId, id, caller.userId));
  return was ? { status: 202 } : fhirFailure('fhir/unknown-export');
}

/** What the caller may see is asked anew: a role that was taken away takes the rest of the files with it. */
export async function exportFile(call: FhirCall, id: string, n: number): Promise<FhirAnswer | FhirFailure> {
  const { deps, caller } = call;
  const one = await found(call, id);
  if (isFailure(one)) return one;
  const file = one.files[n];
  if (file === undefined) return fhirFailure('fhir/unknown-export');
  if (!caller.takesOutAll || deps.gdprStrict === true) return fhirFailure('fhir/forbidden');
  const { text, events } = await reading(deps.pool, caller, deps.now(), async (open) => {
    const units = await unitsIn(open, file, one.since);
    const patients = [...new Set(units.flatMap(({ patientId }) => patientId ?? []))];
    return {
      text: units.map(({ resource }) => `${JSON.stringify(resource)}\n`).join(''),
      events: [eventOf(open, 'export', 'fhir.export', { type: file.type, details: { type: file.type, shown: units.length, patients } })],
    };
  });
  await tellLog(deps.pool, caller.clinicId, events);
  return { status: 200, raw: text, headers: { 'content-type': 'application/fhir+ndjson; charset=utf-8' } };
}

async function unitsIn(open: Reading, { type, entity, prefix, after, upTo }: ExportFile, since: number): Promise<Unit[]> {
  const kind = KINDS.find((one) => one.type === type && one.entity === entity && one.prefix === prefix);
  if (kind === undefined) return [];
  const units: Unit[] = [];
  for (let from = after; ;) {
    const rows = await fhirRows(open.tx, open.caller.clinicId, { entity, after: from, ...(upTo === null ? {} : { upTo }), limit: STEP });
    units.push(...withoutReason(await open.units(kind, rows, 'r'), open.shut).filter(({ seq }) => seq > since));
    const last = rows.at(-1);
    if (last === undefined || rows.length < STEP) return units;
    from = last.id;
  }
}
