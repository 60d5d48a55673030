/** Which words of a text are new against an earlier one; for marking carried text, conflicts and siblings. */

export interface DiffPart {
  kind: 'same' | 'added' | 'removed';
  text: string;
}

/** Above this many words on a side only the differing middle is compared as one block: nothing typed may wait for it. */
const LONGEST = 2000;

export function wordDiff(before: string, after: string): DiffPart[] {
  const a = words(before);
  const b = words(after);
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  const middle = compare(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  return joined([...a.slice(0, head).map(same), ...middle, ...a.slice(a.length - tail).map(same)]);
}

const same = (text: string): DiffPart => ({ kind: 'same', text });

/** Words with the white space that follows them, so that joining gives the text back. */
function words(text: string): string[] {
  return text.match(/\S+\s*|\s+/gu) ?? [];
}

/** Longest common subsequence over words. */
function compare(a: string[], b: string[]): DiffPart[] {
  if (a.length === 0 || b.length === 0 || a.length > LONGEST || b.length > LONGEST) {
    return [...a.map((text): DiffPart => ({ kind: 'removed', text })), ...b.map((text): DiffPart => ({ kind: 'added', text }))];
  }
  const width = b.length + 1;
  const length = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      length[i * width + j] =
        a[i]?.trim() === b[j]?.trim()
          ? (length[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(length[(i + 1) * width + j] ?? 0, length[i * width + j + 1] ?? 0);
    }
  }
  const parts: DiffPart[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i]?.trim() === b[j]?.trim()) {
      parts.push(same(b[j] ?? ''));
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && (length[(i + 1) * width + j] ?? 0) >= (length[i * width + j + 1] ?? 0))) {
      parts.push({ kind: 'removed', text: a[i] ?? '' });
      i += 1;
    } else {
      parts.push({ kind: 'added', text: b[j] ?? '' });
      j += 1;
    }
  }
  return parts;
}

function joined(parts: DiffPart[]): DiffPart[] {
  const out: DiffPart[] = [];
  for (const part of parts) {
    const last = out.at(-1);
    if (last !== undefined && last.kind === part.kind) last.text += part.text;
    else out.push({ ...part });
  }
  return out;
}
