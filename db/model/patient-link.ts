/**
 * One person who was registered twice: the patient who steps back, and the one who stays (FHIR Patient.link `replaced-by`).
 * A row of its own, so that nothing that hangs on either is rewritten: who belongs together is read from these rows
 * (db/rules/same-person.ts), and undoing one puts everything back where it hung. Each merging is a new row; a row that is
 * undone stays so.
 */
import { z } from 'zod';
import { entity, flag, initially, instant, json, looseId, optional, reference } from './entity.ts';

/** By field of the patient who stays: what stood there, and what the merging put in its place. */
export const replacedSchema = z.record(z.string(), z.object({ before: z.string().nullable(), after: z.string().nullable() }));
export type Replaced = z.infer<typeof replacedSchema>;

export const patientLink = entity('patient_link', 'desk', {
  /** Steps back; keeps its rows, its name and its numbers. */
  patientId: reference('patient'),
  /** Stays. */
  intoId: reference('patient'),
  /** For the undoing: what the person who merged chose over what stood. */
  replaced: json(replacedSchema, { merge: 'fixed', sensitive: true }),
  linkedById: looseId(),
  linkedAt: instant({ merge: 'fixed' }),
  /** Nobody sets it back: merging once more is another row. */
  undone: initially(flag({ merge: 'latest' }), false),
  undoneById: optional(looseId({ merge: 'latest' })),
  undoneAt: optional(instant({ merge: 'latest' })),
});
