/**
 * All that may be said outside about a fault: which process, what kind of error, and where in our own bundles. Never its message, a value, a name of a
 * function (keys of objects become such), a path of the machine. Built by what is allowed, so that a new field of an error says nothing.
 */
import { z } from 'zod';

const KINDS = [
  'Error',
  'TypeError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'AggregateError',
  'SqliteError',
  'ZodError',
  'DOMException',
  'other',
  /** A process ended by itself. */
  'core-ended',
  'page-crashed',
  'page-out-of-memory',
] as const;
export type FaultKind = (typeof KINDS)[number];

/** Files that a release consists of; Vite names those of the window by their content. */
const OURS = /^(?:main\.cjs|preload\.cjs|core\.mjs|window:[a-z]+-[A-Za-z0-9_-]{8}\.js)$/;
const MOST_FRAMES = 30;
const place = z.int().min(0).max(9_999_999);

export const crashReportSchema = z.strictObject({
  process: z.enum(['main', 'core', 'window']),
  kind: z.enum(KINDS),
  frames: z.array(z.strictObject({ file: z.string().regex(OURS), line: place, column: place })).max(MOST_FRAMES),
});
export type CrashReport = z.infer<typeof crashReportSchema>;

/** @param error whatever was thrown */
export function crashReport(process: CrashReport['process'], error: unknown): CrashReport {
  try {
    if (!(error instanceof Error)) return { process, kind: 'other', frames: [] };
    const name = error.constructor.name;
    const kind = KINDS.find((one) => one === name && /^[A-Z]/.test(one)) ?? 'other';
    return { process, kind, frames: framesOf(String(error.stack ?? ''), String(error.message)) };
  } catch {
    // A getter of the error threw: that is a fault too, with no place.
    return { process, kind: 'other', frames: [] };
  }
}

function framesOf(stack: string, message: string): CrashReport['frames'] {
  // The message stands first and may hold lines that look like places.
  const said = message === '' ? -1 : stack.indexOf(message);
  const rest = said === -1 ? stack : stack.slice(said + message.length);
  return rest
    .split('\n')
    .flatMap((line) => {
      const found = /^\s+at (?:.*[(/\\]|)([^/\\()]+):(\d{1,7}):(\d{1,7})\)?$/.exec(line);
      if (found === null) return [];
      const file = line.includes('app://ryggrad/assets/') ? `window:${found[1]}` : String(found[1]);
      return OURS.test(file) ? [{ file, line: Number(found[2]), column: Number(found[3]) }] : [];
    })
    .slice(0, MOST_FRAMES);
}
