/**
 * What may be said of an error: its kind, its code, where in which file. Never its message (Postgres quotes rows in them), a value, or the name of
 * a function: keys of objects become such. Built by what is allowed, so that a new field of an error says nothing. Used by the log and by crash
 * reports (crash-reports.ts), which leave out the frames that are not ours.
 */
import { fileURLToPath } from 'node:url';

const KINDS: ReadonlySet<string> = new Set([
  'Error',
  'TypeError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'AggregateError',
  'AssertionError',
  'DOMException',
  'DatabaseError',
  'DrizzleQueryError',
  'ZodError',
  'FastifyError',
  'Killed',
]);

export interface Place {
  /** From the root of the project. */
  file: string;
  line: number;
  column: number;
}
export interface Fault {
  kind: string;
  code?: string;
  /** Innermost first. */
  frames: Place[];
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url)).replaceAll('\\', '/');
const MOST_FRAMES = 20;
const OURS = /^(?:sync-server|db)(?:\/[a-z0-9-]+)+(?:\.test)?\.(?:ts|js|mjs)$/;
const OTHERS = /^node_modules(?:\/@?[\w.-]+)+\.[mc]?js$|^node:[a-z_/]+$/;

/** The pattern of a route: words and names of parameters; a digit alone after a letter (`v1`, `R4`), so that nobody's number is one. */
export const ROUTE = /^\/(?:[A-Za-z/:_.$*-]|(?<=[A-Za-z])\d(?!\d))*$/;
export const isOurs = (file: string): boolean => OURS.test(file);

/** @param error whatever was thrown */
export function faultOf(error: unknown): Fault {
  try {
    if (!(error instanceof Error)) return { kind: 'other', frames: [] };
    const name = error.constructor.name;
    const code = codeIn(error);
    return { kind: KINDS.has(name) ? name : 'other', ...(code === undefined ? {} : { code }), frames: framesOf(error) };
  } catch {
    // A getter of the error threw: that is a fault too, with no place.
    return { kind: 'other', frames: [] };
  }
}

/** The error's own code, or that of what is behind it. */
function codeIn(error: Error): string | undefined {
  let at: unknown = error;
  for (let depth = 0; depth < 3 && at instanceof Error; depth += 1) {
    if ('code' in at && isCode(at.code)) return at.code;
    at = at.cause;
  }
  return undefined;
}

/** SQLSTATE; a code of Node, undici or Fastify; one of ours (`area/reason`); the kind of an error. Nothing that could be somebody's number. */
export function isCode(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > 60 || /\d{6}/.test(value)) return false;
  return (
    /^(?=.*\d)[0-9A-Z]{5}$/.test(value) ||
    /^(?:E[A-Z]{2,20}|(?:ERR|FST|UND)_[A-Z0-9_]{2,50})$/.test(value) ||
    /^[a-z][a-z0-9-]{1,29}\/[a-z0-9][a-z0-9-]{0,39}$/.test(value) ||
    KINDS.has(value)
  );
}

function framesOf(error: Error): Place[] {
  const stack = String(error.stack ?? '').replaceAll('\\', '/');
  const message = String(error.message).replaceAll('\\', '/');
  // The message stands first and may hold lines that look like places.
  const said = message === '' ? -1 : stack.indexOf(message);
  const rest = said === -1 ? stack : stack.slice(said + message.length);
  return rest
    .split('\n')
    .flatMap((line) => {
      const found = /^\s+at (?:.*\()?(?:async )?(?:file:\/\/)?((?:[A-Za-z]:)?\/[^()]+|node:[a-z_/]+):(\d{1,7}):(\d{1,7})\)?$/.exec(line);
      if (found === null) return [];
      const path = String(found[1]);
      const file = path.startsWith(ROOT) ? path.slice(ROOT.length) : path;
      return OURS.test(file) || OTHERS.test(file) ? [{ file, line: Number(found[2]), column: Number(found[3]) }] : [];
    })
    .slice(0, MOST_FRAMES);
}
