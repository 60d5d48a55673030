/** A copy of the journal is handed over: as pages, as data or as FHIR, to whom and on what ground, logged as an export. */
import { err, ok } from '#electron/contract/verb.ts';
import type { Result } from '#electron/contract/verb.ts';
import { clinicDay } from '#db/rules/appointments.ts';
import { renderJournal } from '#db/documents/render-journal.ts';
import type { JournalContent } from '#db/documents/render-journal.ts';
import { personIds } from '#db/sqlite/queries/same-person.ts';
import { needsSecondPerson } from '../exporting/second-person.ts';
import { service } from '../use-case.ts';
import { journalOf } from './journal-content.ts';
import { journalData } from './journal-data.ts';
import { journalFhir } from './journal-fhir.ts';

/** Whoever may have it, as printed; source: norway.md J14, J15. */
const BASES = {
  patient: 'Pasientens innsyn (pasient- og brukerrettighetsloven § 5-1)',
  consent: 'Pasientens samtykke',
  law: 'Lovpålagt utlevering',
} as const;

export const journalHandlers = [
  service('journal.copy', async (services, { patientId, recipient, basis, form }) => {
    const found = services.transaction((ctx): Result<{ content: JournalContent; data: string; day: string }> => {
      const alone = needsSecondPerson(ctx, patientId);
      if (alone !== undefined) return alone;
      const content = journalOf(ctx, patientId, { recipient, basis: BASES[basis], explains: basis === 'patient' });
      if (content === undefined) return err('patient/unknown');
      const details = { form, basis, recipient, notes: content.notes.length };
      for (const id of personIds(ctx.db, patientId))
        ctx.audit({ action: 'export', subjectEntity: 'patient', subjectId: id, patientId: id, details });
      const data = form === 'data' ? journalData(ctx, patientId) : form === 'fhir' ? journalFhir(ctx, patientId) : null;
      return ok({ content, data: JSON.stringify(data, null, 1), day: clinicDay(ctx.now) });
    });
    if (!found.ok) return found;
    const { content, data, day } = found.value;
    // No name in the file's name: it will lie in a folder anybody can open.
    if (form === 'data')
      return ok({ base64: Buffer.from(data).toString('base64'), mediaType: 'application/json', fileName: `journal-${day}.json` });
    if (form === 'fhir')
      return ok({ base64: Buffer.from(data).toString('base64'), mediaType: 'application/fhir+json', fileName: `journal-${day}.fhir.json` });
    const pdf = await renderJournal(content);
    return ok({ base64: Buffer.from(pdf).toString('base64'), mediaType: 'application/pdf', fileName: `journal-${day}.pdf` });
  }),
];
