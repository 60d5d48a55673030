/**
 * What a line of the log may hold: each field by name, with the form its value must have. What is not on this list does not get out, whoever logs it
 * (ASVS 16.2.5); the line then says how many fields it lacks. A new field is a decision: no names, numbers, texts, addresses of people.
 */
import { faultOf, isCode, ROUTE } from './faults.ts';

/** @returns what may be written of it; undefined: nothing */
type Told = (value: unknown) => unknown;

const matching =
  (form: RegExp): Told =>
  (value) =>
    typeof value === 'string' && form.test(value) ? value : undefined;
const count: Told = (value) => (typeof value === 'number' && Number.isFinite(value) && Math.abs(value) < 1e9 ? value : undefined);
const uuid = matching(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i);
const word = matching(/^[a-z][a-z_-]{0,40}$/);

export const LOG_FIELDS: Readonly<Record<string, Told>> = {
  /** Whose work this is (plugins/request-id.ts). */
  request: matching(/^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i),
  method: matching(/^[A-Z]{3,7}$/),
  /** A pattern: its ids are names of parameters. */
  route: matching(ROUTE),
  status: count,
  ms: count,
  code: (value) => (isCode(value) ? value : undefined),
  /** A protocol's own word for why, such as `invalid_client`. */
  reason: matching(/^[A-Za-z_]{1,60}$/),
  err: (value) => {
    const { kind, code, frames } = faultOf(value);
    return {
      kind,
      ...(code === undefined ? {} : { code }),
      at: frames.slice(0, 8).map(({ file, line, column }) => `${file}:${line}:${column}`),
    };
  },
  queue: word,
  job: uuid,
  /** A row's, to look it up by; and a clinic's. */
  id: uuid,
  clinic: uuid,
  table: word,
  source: matching(/^[a-z0-9-]{1,40}$/),
  integration: word,
  provider: word,
  /** Of the writing help: which kind of draft, by which model, and what it cost. */
  task: matching(/^(letter|summary|tidy|icpc)$/),
  model: matching(/^[A-Za-z][\w./:-]{0,99}$/),
  /** Where bytes of attachments lie, what was done with them, and the scanner's own name of what it found. */
  store: matching(/^(disk|s3)$/),
  found: matching(/^[\w.:/+-]{1,200}$/),
  dropped: count,
  removed: count,
  orphans: count,
  moved: count,
  lost: count,
  gone: count,
  waiting: count,
  legacy: count,
  attempts: count,
  tokens: count,
};

/** Only what is listed, in the form it is listed in. */
export function toldFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const told: Record<string, unknown> = {};
  let unlisted = 0;
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const may = Object.hasOwn(LOG_FIELDS, name) ? LOG_FIELDS[name]?.(value) : undefined;
    if (may === undefined) unlisted += 1;
    else told[name] = may;
  }
  return unlisted === 0 ? told : { ...told, unlisted };
}
