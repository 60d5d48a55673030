/** Patients from a table (CSV, Excel, vCard): looked at without a trace in the record, then taken in, in steps between which others save. */
import { createHash } from 'node:crypto';
import { err, ok, type Result } from '#electron/contract/verb.ts';
import type { ImportStatus } from '#electron/contract/import.ts';
import { guessMapping, saysNames } from '#db/rules/import-patients.ts';
import { knownPatients, lastPatientPlace, patientsAfter } from '#db/sqlite/queries/known-patients.ts';
import { patientsWithNationalId } from '#db/sqlite/queries/patients.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import { service } from '../use-case.ts';
import { planImport, sameAs, type Planned } from './plan.ts';
import { readTable } from './read-table.ts';
import { shownOf } from './shown.ts';

/** Patients of one transaction: a colleague's save waits for no more. */
const AT_ONCE = 100;

export const importHandlers = [
  service('import.look', async (services, { base64, mapping: said }) => {
    const table = await readTable(Buffer.from(base64, 'base64'));
    if (!table.ok) return table;
    const { kind, encoding, headers, rows } = table.value;
    const mapping = said ?? guessMapping(headers);
    return services.transaction((ctx) => {
      const planned = saysNames(mapping) ? planImport(ctx, rows, mapping) : [];
      const counts: Record<ImportStatus, number> = { new: 0, again: 0, double: 0, twice: 0, wrong: 0 };
      for (const { status } of planned) counts[status] += 1;
      const { shown, more } = shownOf(planned);
      ctx.audit({ action: 'search', details: { import: counts, hits: shown.flatMap(({ patientId }) => patientId ?? []) } });
      return ok({
        kind,
        encoding,
        headers,
        sample: rows.slice(0, 3),
        mapping: [...mapping],
        total: rows.length,
        counts,
        lines: shown.map(({ patient: _kept, ...line }) => line),
        more,
      });
    });
  }),

  service('import.run', async (services, { base64, mapping, also, sourceSystem }) => {
    if (!saysNames(mapping)) return err('import/no-name-column');
    const bytes = Buffer.from(base64, 'base64');
    const table = await readTable(bytes);
    if (!table.ok) return table;
    const { rows } = table.value;
    const chosen = new Set(also);
    const isTaken = ({ status, takeable, line }: Planned): boolean => status === 'new' || (takeable && chosen.has(line));
    let place = 0;
    const meanwhile: RowOf<'patient'>[] = [];
    const plan = services.transaction((ctx): Result<Planned[]> => {
      place = lastPatientPlace(ctx.db);
      return ok(planImport(ctx, rows, mapping).filter(isTaken));
    });
    if (!plan.ok) return plan;
    const file = createHash('sha256').update(bytes).digest('hex');
    let taken = 0;
    for (let from = 0; from < plan.value.length; from += AT_ONCE) {
      const step = services.transaction((ctx) => {
        // Somebody may have registered one of them, or another laptop's have come, since the file was judged.
        meanwhile.push(...patientsAfter(ctx.db, place));
        const since = knownPatients(ctx.db, meanwhile);
        for (const { patient, line } of plan.value.slice(from, from + AT_ONCE)) {
          if (sameAs(since, patient).length > 0 && !chosen.has(line)) continue;
          if (patient.nationalId !== null && patientsWithNationalId(ctx.db, patient.nationalId).length > 0) continue;
          const row = ctx.insert('patient', { ...patient, formerSystem: patient.formerId === null ? null : sourceSystem });
          taken += 1;
          ctx.audit({ action: 'create', subjectEntity: 'patient', subjectId: row.id, patientId: row.id, details: { file, line } });
        }
        place = lastPatientPlace(ctx.db);
        return ok(null);
      });
      // The session was closed meanwhile: what was taken stands, and the same file again takes the rest.
      if (!step.ok) return step;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return ok({ taken, left: rows.length - taken });
  }),
];
