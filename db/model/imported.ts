/**
 * What another system knew of a patient, as it was brought in: a record of what stood there, not a note of ours. Nobody here has signed it, nothing
 * of it is changed afterwards, and what could not be read stands as it was written. One run is one row, and is undone as one.
 */
import { z } from 'zod';
import { choice, date, entity, flag, initially, instant, integer, json, looseId, optional, reference, text, TEXT_LIMIT } from './entity.ts';

export const IMPORT_KINDS = ['patients', 'history', 'fhir'] as const;

/** One run of an import. While it is undone, nothing it brought in is shown, sent or counted; the rows themselves stay. */
export const importBatch = entity('import_batch', 'desk', {
  kind: choice(IMPORT_KINDS, { merge: 'fixed' }),
  /** As the person who brought it in named it. */
  sourceSystem: text({ max: 100, merge: 'fixed' }),
  fileName: text({ max: 300, merge: 'fixed', sensitive: true }),
  /** SHA-256 (hex) of the file's bytes. */
  sha256: text({ max: 64, merge: 'fixed' }),
  /** What each column was said to be, by its head: remembered for the next file. */
  mapping: json(z.record(z.string(), z.string()), { merge: 'fixed' }),
  addedById: looseId(),
  addedAt: instant({ merge: 'fixed' }),
  /** How many rows it wrote; set when it ended, and empty where it was cut off. */
  taken: optional(integer({ min: 0, merge: 'latest' })),
  endedAt: optional(instant({ merge: 'latest' })),
  undone: initially(flag(), false),
  undoneById: optional(looseId({ merge: 'scalar' })),
  undoneAt: optional(instant()),
});

/** `other`: anything a person should be able to read again and we have no place for. */
export const IMPORTED_KINDS = ['note', 'diagnosis', 'appointment', 'measurement', 'document', 'other'] as const;
export type ImportedKind = (typeof IMPORTED_KINDS)[number];

/** A code as it stood, with the name of its system as it stood; never looked up, never converted. */
export const importedCodeSchema = z.object({ system: z.string().nullable(), code: z.string(), text: z.string().nullable() });
export type ImportedCode = z.infer<typeof importedCodeSchema>;

export const importedEntry = entity('imported_entry', 'clinical', {
  patientId: reference('patient', { merge: 'fixed' }),
  importId: reference('import_batch', { merge: 'fixed' }),
  kind: choice(IMPORTED_KINDS, { merge: 'fixed' }),
  sourceSystem: text({ max: 100, merge: 'fixed' }),
  /** What the other system called this entry. */
  sourceId: optional(text({ max: 200, merge: 'fixed', sensitive: true })),
  /** The day it happened, and the moment where an hour stood there; both empty where `writtenWhen` could not be read. */
  happenedOn: optional(date({ merge: 'fixed' })),
  happenedAt: optional(instant({ merge: 'fixed' })),
  /** The time as it stood. */
  writtenWhen: optional(text({ max: 100, merge: 'fixed', sensitive: true })),
  /** Who wrote it, as it stood: a name, initials, a number. */
  writtenBy: optional(text({ max: 200, merge: 'fixed', sensitive: true })),
  title: optional(text({ max: 500, merge: 'fixed', sensitive: true })),
  text: text({ max: TEXT_LIMIT, merge: 'fixed', sensitive: true }),
  codes: json(z.array(importedCodeSchema), { merge: 'fixed', sensitive: true }),
  /** Columns, or elements, that nobody gave a meaning: head and value, in the file's order. */
  rest: json(z.array(z.tuple([z.string(), z.string()])), { merge: 'fixed', sensitive: true }),
  /** Where in the file it stood, from 1. */
  line: integer({ min: 1, merge: 'fixed' }),
  /** How it was known whose it is; `chosen`: a person said so. */
  matchedBy: choice(['national-id', 'former-id', 'chosen', 'reference'], { merge: 'fixed' }),
  /** SHA-256 (hex) of all that was said: the same entry is not brought in twice (db/rules/import-history). */
  fingerprint: text({ max: 64, merge: 'fixed', sensitive: true }),
  /** The entry this one corrects: the same entry of the other system, brought in again with other words. The older one stays. */
  replacesId: optional(looseId()),
  addedById: looseId(),
  addedAt: instant({ merge: 'fixed' }),
  /** Somebody saw that it is wrong, or another's. */
  status: initially(choice(['final', 'entered_in_error']), 'final'),
  closedReason: optional(text({ max: 500, sensitive: true })),
  closedById: optional(looseId({ merge: 'scalar' })),
  closedAt: optional(instant()),
});
