/** Earlier notes, diagnoses and appointments out of somebody else's table: looked at first, taken in when it is meant, and undone as one. */
import { z } from 'zod';
import { IMPORTED_KINDS } from '#db/model/imported.ts';
import { HISTORY_FIELDS, type HistoryField, type HistoryProblem } from '#db/rules/import-history.ts';
import { verb } from './verb.ts';

/**
 * `new` is taken; `again` was brought in before, word for word; `changed` says otherwise than what was brought in before; `twice` stands earlier in the file;
 * `unsure` may be one of several people, a person must say whose it is; `nobody` is of no patient here; `shut` of one who has shut the journal for
 * whoever asks; `wrong` cannot be taken.
 */
export type HistoryStatus = 'new' | 'again' | 'changed' | 'twice' | 'unsure' | 'nobody' | 'shut' | 'wrong';
export interface HistoryLineView {
  /** Of the table, from 1, without its head. */
  line: number;
  status: HistoryStatus;
  /** As the line names them. */
  whose: string;
  when: string | null;
  problems: HistoryProblem[];
  /** For `changed`: the words that stand, and those that are new. */
  was: string | null;
  becomes: string | null;
}
export interface HistoryPerson {
  /** Sent back in `choices`. */
  key: string;
  whose: string;
  lines: number;
  candidates: { id: string; name: string; birthDate: string | null }[];
}
export interface HistoryLook {
  kind: 'csv' | 'excel' | 'vcard';
  encoding: 'utf-8' | 'utf-16' | 'windows-1252' | null;
  headers: string[];
  sample: string[][];
  mapping: (HistoryField | null)[];
  total: number;
  counts: Record<HistoryStatus, number>;
  lines: HistoryLineView[];
  more: boolean;
  /** About whom a person must say who they are. */
  persons: HistoryPerson[];
  /** All lines as CSV, for keeping. */
  report: string;
}
export interface ImportRun {
  id: string;
  sourceSystem: string;
  fileName: string;
  addedAt: string;
  addedByName: string | null;
  /** Null: it was cut off; the same file again takes the rest. */
  taken: number | null;
  undoneAt: string | null;
}

const table = {
  base64: z.base64().max(28_000_000),
  fileName: z.string().trim().max(300),
  sourceSystem: z.string().trim().min(1).max(100),
  /** What a line is that does not say it itself. */
  kind: z.enum(IMPORTED_KINDS).default('note'),
  /** Whose the lines of a person are of whom the file does not say enough. */
  choices: z.record(z.string().max(500), z.uuid()).default({}),
};
const mapping = z.array(z.enum(HISTORY_FIELDS).nullable()).max(200);
const errors = ['import/unreadable', 'import/empty', 'import/too-many', 'import/no-person-column', 'permission/denied'];

export const importingHistory = {
  /** Writes nothing. Without a mapping that of the last file with these heads, else guessed. */
  'import.lookHistory': verb<HistoryLook>()(z.object({ ...table, mapping: mapping.nullable() }), errors),
  /** Takes what is new, and with `changed` what says otherwise than before, beside what stands. The same file again takes nothing. */
  'import.runHistory': verb<{ importId: string | null; taken: number; left: number }>()(
    z.object({ ...table, mapping, changed: z.boolean().default(false) }),
    errors,
  ),
  'import.runs': verb<{ runs: ImportRun[] }>()(z.object({}), ['permission/denied']),
  /** Nothing the run brought in is shown, sent or counted any more. */
  'import.undo': verb<null>()(z.object({ id: z.uuid() }), ['import/unknown-run', 'permission/denied']),
};
