/** Patients out of somebody else's table: looked at first, taken in when it is meant. */
import { z } from 'zod';
import { IMPORT_FIELDS, type ImportField, type ImportProblem } from '#db/rules/import-patients.ts';
import { verb } from './verb.ts';

/** `new` is taken; `again` stands here already, word for word; `double` looks like somebody who is here, `twice` like an earlier line; `wrong` cannot be taken. */
export type ImportStatus = 'new' | 'again' | 'double' | 'twice' | 'wrong';
export interface ImportLine {
  /** Of the table, from 1, without its head. */
  line: number;
  status: ImportStatus;
  name: string;
  birthDate: string | null;
  problems: { code: ImportProblem; field: ImportField }[];
  /** Whom it looks like. */
  patientId: string | null;
  /** May be taken although it looks like somebody: no number says that it is the same person. */
  takeable: boolean;
}
export interface ImportLook {
  kind: 'csv' | 'excel' | 'vcard';
  encoding: 'utf-8' | 'utf-16' | 'windows-1252' | null;
  headers: string[];
  /** The first lines as they stand in the file. */
  sample: string[][];
  mapping: (ImportField | null)[];
  total: number;
  counts: Record<ImportStatus, number>;
  /** Those with something to say, and some of those without. */
  lines: ImportLine[];
  more: boolean;
}

/** 20 MB as base64. */
const file = { base64: z.base64().max(28_000_000) };
const mapping = z.array(z.enum(IMPORT_FIELDS).nullable()).max(200);
/** The program the file comes from, as the person names it. */
const sourceSystem = z.string().trim().max(100).default('');
const errors = ['import/unreadable', 'import/empty', 'import/too-many', 'import/no-name-column'];

export const importing = {
  /** Writes nothing. Without a mapping the columns are guessed by their heads. */
  'import.look': verb<ImportLook>()(z.object({ ...file, mapping: mapping.nullable() }), errors),
  /** Takes what is new, and of what looks like somebody the lines in `also`. The same file again takes nothing. */
  'import.run': verb<{ taken: number; left: number }>()(
    z.object({ ...file, mapping, also: z.array(z.int().min(1)).max(5000).default([]), sourceSystem }),
    errors,
  ),
};
