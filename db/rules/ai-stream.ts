/** Reads a model's JSON while it comes: `{"…":[{…},{…}]}`. Each entry is given out when it is whole; of the one being written, its text so far. */

export interface Heard {
  /** Entries that became whole, as JSON.parse gives them. */
  entries: unknown[];
  /** `text` of the entry being written, as far as it has come. */
  partial: string | null;
}
export interface DraftReader {
  hear(piece: string): Heard;
  /** Whether it ended as it began: one object, closed. What was cut says no. */
  whole(): boolean;
}

/** Longer answers are cut here: no draft is. */
const LONGEST = 200_000;

export function readDraft(): DraftReader {
  let text = '';
  let at = 0;
  let open = '';
  let inString = false;
  let escaped = false;
  let start = -1;
  let closed = false;

  const step = (sign: string, entries: unknown[]): void => {
    if (inString) {
      if (escaped) escaped = false;
      else if (sign === '\\') escaped = true;
      else if (sign === '"') inString = false;
      return;
    }
    if (sign === '"') inString = true;
    else if (sign === '{' || sign === '[') {
      if (sign === '{' && open === '{[') start = at;
      open += sign;
    } else if (sign === '}' || sign === ']') {
      open = open.slice(0, -1);
      if (sign === '}' && open === '{[' && start >= 0) {
        entries.push(parsed(text.slice(start, at + 1)));
        start = -1;
      }
      if (open === '') closed = true;
    }
  };
  return {
    hear(piece) {
      const entries: unknown[] = [];
      if (text.length + piece.length > LONGEST) closed = false;
      else text += piece;
      for (; at < text.length; at += 1) step(text[at] ?? '', entries);
      return { entries: entries.filter((entry) => entry !== undefined), partial: start < 0 ? null : textSoFar(text.slice(start)) };
    },
    whole: () => closed && open === '' && !inString,
  };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function textSoFar(entry: string): string | null {
  const written = /"text"\s*:\s*"((?:[^"\\]|\\.)*)/.exec(entry)?.[1];
  if (written === undefined) return null;
  const whole = parsed(`"${written.replace(/\\(u[0-9a-fA-F]{0,3})?$/, '')}"`);
  return typeof whole === 'string' ? whole : null;
}
