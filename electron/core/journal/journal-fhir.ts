/** The same rows as the data, as a FHIR R4 Bundle (db/fhir). */
import { journalBundle } from '#db/fhir/journal-bundle.ts';
import type { JournalRows } from '#db/fhir/journal.ts';
import { staysOf } from '#db/sqlite/queries/same-person.ts';
import type { Context } from '../context.ts';
import { journalData } from './journal-data.ts';

export function journalFhir(ctx: Context, patientId: string): ReturnType<typeof journalBundle> {
  const clinic = ctx.get('clinic', ctx.clinicId);
  if (clinic === undefined) throw new Error('no row of the clinic');
  const { rows, madeAt } = journalData(ctx, patientId);
  // The rows are the model's, chosen by name; TypeScript sees them as plain records.
  return journalBundle({
    patientId: staysOf(ctx.db, patientId),
    madeAt,
    rows: rows as JournalRows,
    clinic,
    users: ctx.rows('user', '1 = 1 order by id', []),
  });
}
