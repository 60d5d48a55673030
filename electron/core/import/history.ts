/** History from a table: looked at without a trace in the record, taken in steps between which others save, undone by one change. */
import { createHash } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import { err, ok, type Result } from '#electron/contract/verb.ts';
import type { HistoryLineView, HistoryStatus } from '#electron/contract/import-history.ts';
import { guessHistoryMapping, HISTORY_FIELDS, saysHistory, type HistoryField, type HistoryMapping } from '#db/rules/import-history.ts';
import { readsNotes } from '#db/rules/permissions.ts';
import type { Context } from '../context.ts';
import type { CoreServices } from '../services.ts';
import { service, useCase } from '../use-case.ts';
import { planHistory, type PlannedEntry } from './plan-history.ts';
import { readTable, type Table } from './read-table.ts';
import { reportOf } from './report.ts';
import { shownOf } from './shown.ts';

const PERSONS = 200;
/** Entries of one transaction: a colleague's save waits for no more. */
const AT_ONCE = 60;

/** The area is an administrator's (db/rules/permissions.ts); what stands in a journal, only one's who is a clinician too. */
const mayBringIn = (ctx: Context): boolean => readsNotes(ctx.actor.roles);

export const historyHandlers = [
  service('import.lookHistory', async (services, { base64, mapping: said, ...asked }) => {
    const table = await openTable(services, base64);
    if (!table.ok) return table;
    const { kind, encoding, headers, rows } = table.value;
    const remembered = said === null ? services.transaction((ctx) => ok(rememberedMapping(ctx, asked.sourceSystem, headers))) : ok(said);
    if (!remembered.ok) return remembered;
    const mapping = remembered.value;
    const plan = saysHistory(mapping) ? await planHistory(services, table.value, { ...asked, mapping }) : ok({ lines: [], persons: [] });
    if (!plan.ok) return plan;
    const { lines, persons } = plan.value;
    const counts: Record<HistoryStatus, number> = { new: 0, again: 0, changed: 0, twice: 0, unsure: 0, nobody: 0, shut: 0, wrong: 0 };
    for (const { status } of lines) counts[status] += 1;
    const { shown, more } = shownOf(lines, ['again']);
    const asking = persons.slice(0, PERSONS);
    return services.transaction((ctx) => {
      // Whose older words are shown beside the new ones, and who is proposed.
      const hits = new Set([
        ...shown.flatMap(({ patientId }) => patientId ?? []),
        ...asking.flatMap((one) => one.candidates.map(({ id }) => id)),
      ]);
      ctx.audit({ action: 'search', details: { import: counts, hits: [...hits] } });
      return ok({
        kind,
        encoding,
        headers,
        sample: rows.slice(0, 3),
        mapping: [...mapping],
        total: rows.length,
        counts,
        lines: shown.map((line) => viewOf(ctx, line)),
        more,
        persons: asking,
        report: reportOf(lines),
      });
    });
  }),

  service('import.runHistory', async (services, { base64, fileName, sourceSystem, kind, choices, mapping, changed }) => {
    if (!saysHistory(mapping)) return err('import/no-person-column');
    const table = await openTable(services, base64);
    if (!table.ok) return table;
    const plan = await planHistory(services, table.value, { sourceSystem, kind, choices, mapping });
    if (!plan.ok) return plan;
    const wanted = plan.value.lines
      .filter(({ status }) => status === 'new' || (changed && status === 'changed'))
      .toSorted((a, b) => ((a.patientId ?? '') < (b.patientId ?? '') ? -1 : a.patientId === b.patientId ? a.line - b.line : 1));
    const left = table.value.rows.length - wanted.length;
    if (wanted.length === 0) return ok({ importId: null, taken: 0, left });
    const sha256 = createHash('sha256').update(Buffer.from(base64, 'base64')).digest('hex');
    const begun = services.transaction((ctx) => {
      const row = ctx.insert('import_batch', {
        kind: 'history',
        sourceSystem,
        fileName,
        sha256,
        mapping: meanings(table.value.headers, mapping),
        addedById: ctx.actor.userId,
        addedAt: ctx.now,
      });
      ctx.audit({ action: 'create', subjectEntity: 'import_batch', subjectId: row.id, details: { file: sha256 } });
      return ok(row.id);
    });
    if (!begun.ok) return begun;
    for (let from = 0; from < wanted.length; from += AT_ONCE) {
      const step = services.transaction((ctx) =>
        take(ctx, wanted.slice(from, from + AT_ONCE), { importId: begun.value, sourceSystem, sha256 }),
      );
      // The session was closed meanwhile: what was taken stands, and the same file again takes the rest.
      if (!step.ok) return step;
      await breathe();
    }
    const ended = services.transaction((ctx) => {
      ctx.patch('import_batch', begun.value, { taken: wanted.length, endedAt: ctx.now });
      ctx.audit({ action: 'change', subjectEntity: 'import_batch', subjectId: begun.value, details: { taken: wanted.length } });
      return ok(null);
    });
    return ended.ok ? ok({ importId: begun.value, taken: wanted.length, left }) : ended;
  }),

  useCase('import.runs', (ctx) => {
    if (!mayBringIn(ctx)) return err('permission/denied');
    const rows = ctx.rows('import_batch', "kind = 'history' order by added_at desc, id desc");
    return ok({
      runs: rows.map(({ id, sourceSystem, fileName, addedAt, addedById, taken, undoneAt }) => ({
        id,
        sourceSystem,
        fileName,
        addedAt,
        addedByName: ctx.get('user', addedById)?.name ?? null,
        taken,
        undoneAt,
      })),
    });
  }),

  useCase('import.undo', (ctx, { id }) => {
    if (!mayBringIn(ctx)) return err('permission/denied');
    const row = ctx.get('import_batch', id);
    if (row === undefined || row.kind !== 'history') return err('import/unknown-run');
    if (row.undone) return ok(null);
    ctx.patch('import_batch', id, { undone: true, undoneById: ctx.actor.userId, undoneAt: ctx.now });
    ctx.audit({ action: 'change', subjectEntity: 'import_batch', subjectId: id, details: { undone: true } });
    return ok(null);
  }),
];

async function openTable(services: CoreServices, base64: string): Promise<Result<Table>> {
  const may = services.transaction((ctx): Result<null> => (mayBringIn(ctx) ? ok(null) : err('permission/denied')));
  return may.ok ? readTable(Buffer.from(base64, 'base64')) : may;
}

/** One line in the log for each patient, not for each line of the file: a look at one's own log must stay readable. */
function take(ctx: Context, lines: readonly PlannedEntry[], run: { importId: string; sourceSystem: string; sha256: string }): Result<null> {
  for (const [patientId, theirs] of Map.groupBy(lines, (line) => line.patientId)) {
    if (patientId === null) continue;
    for (const { entry, line, matchedBy, fingerprint, replacesId } of theirs)
      ctx.insert('imported_entry', {
        ...entry,
        patientId,
        importId: run.importId,
        sourceSystem: run.sourceSystem,
        line,
        matchedBy,
        fingerprint,
        replacesId,
        addedById: ctx.actor.userId,
        addedAt: ctx.now,
      });
    ctx.audit({
      action: 'change',
      subjectEntity: 'imported_entry',
      patientId,
      details: { file: run.sha256, import: run.importId, lines: theirs.map(({ line }) => line) },
    });
  }
  return ok(null);
}

const meanings = (headers: readonly string[], mapping: HistoryMapping): Record<string, string> =>
  Object.fromEntries(
    headers.flatMap((header, column) => (mapping[column] === null || mapping[column] === undefined ? [] : [[header, mapping[column]]])),
  );

/** As the last file of this system with the same heads was read; else by its heads. */
function rememberedMapping(ctx: Context, sourceSystem: string, headers: readonly string[]): HistoryMapping {
  const runs = ctx.rows('import_batch', "kind = 'history' and source_system = ? order by added_at desc limit 20", [sourceSystem]);
  const run = runs.find(({ mapping }) => Object.keys(mapping).length > 0 && Object.keys(mapping).every((head) => headers.includes(head)));
  if (run === undefined) return guessHistoryMapping(headers);
  return headers.map((head): HistoryField | null => HISTORY_FIELDS.find((field) => field === run.mapping[head]) ?? null);
}

function viewOf(ctx: Context, { line, status, whoseName, entry, problems, replacesId }: PlannedEntry): HistoryLineView {
  const older = replacesId === null ? undefined : ctx.get('imported_entry', replacesId);
  return {
    line,
    status,
    whose: whoseName,
    when: entry.writtenWhen,
    problems,
    was: older?.text ?? null,
    becomes: older === undefined ? null : entry.text,
  };
}
