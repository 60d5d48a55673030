/**
 * A person with a row of every kind, every field of it filled: made by walking the model, so that a new field is in it by itself.
 * Texts hold what breaks markup, and letters that only some of us have.
 */
import type { JournalSource } from '#db/fhir/journal.ts';
type Row = Record<string, unknown> & {
  id: string;
};
export type Rows = Record<string, Row[]>;
export declare function richSource(): JournalSource;
export {};
