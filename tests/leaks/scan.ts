/**
 * Looks for words in everything below a folder: plain, in UTF-8 and UTF-16, in hex and base64, and inside what is deflated (gzip files,
 * PDF streams, any zlib stream). Says where it found what.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { constants, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';

export interface Leak {
  file: string;
  needle: string;
  how: string;
}
export interface ScanReport {
  files: number;
  bytes: number;
  inflated: number;
  leaks: Leak[];
}

export function scanFolder(folder: string, needles: readonly string[], except: readonly string[] = []): ScanReport {
  const report: ScanReport = { files: 0, bytes: 0, inflated: 0, leaks: [] };
  const encoded = needles.flatMap((needle) => [
    { needle, how: 'utf-8', bytes: Buffer.from(needle, 'utf8') },
    { needle, how: 'utf-16le', bytes: Buffer.from(needle, 'utf16le') },
    { needle, how: 'utf-16be', bytes: Buffer.from(needle, 'utf16le').swap16() },
    { needle, how: 'latin-1', bytes: Buffer.from(needle, 'latin1') },
    {
      needle,
      how: 'json escapes',
      bytes: Buffer.from(
        JSON.stringify(needle)
          .slice(1, -1)
          .replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
      ),
    },
    { needle, how: 'url', bytes: Buffer.from(encodeURIComponent(needle)) },
    { needle, how: 'hex', bytes: Buffer.from(Buffer.from(needle, 'utf8').toString('hex')) },
    ...(['base64', 'base64url'] as const).flatMap((how) =>
      base64Forms(needle, how).map((text) => ({ needle, how, bytes: Buffer.from(text) })),
    ),
  ]);
  const look = (file: string, bytes: Buffer, where: string): void => {
    for (const { needle, how, bytes: wanted } of encoded) {
      if (bytes.includes(wanted) && !report.leaks.some((leak) => leak.file === file && leak.needle === needle))
        report.leaks.push({ file, needle, how: `${how}${where}` });
    }
  };
  const walk = (path: string): void => {
    if (except.some((skipped) => path.startsWith(skipped))) return;
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return;
    if (stat.isDirectory()) {
      for (const name of readdirSync(path)) walk(join(path, name));
      return;
    }
    if (!stat.isFile() || stat.size === 0) return;
    const bytes = readFileSync(path);
    report.files += 1;
    report.bytes += bytes.length;
    look(path, bytes, '');
    for (const plain of inflatedParts(bytes)) {
      report.inflated += 1;
      look(path, plain, ', inflated');
    }
  };
  walk(folder);
  return report;
}

/** In base64 a word looks differently by where it stands in its three bytes; the letters at its ends belong to its neighbours too. */
function base64Forms(needle: string, how: 'base64' | 'base64url'): string[] {
  const bytes = Buffer.from(needle, 'utf8');
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString(how)
      .replace(/=+$/, '');
    const whole = (before + bytes.length) % 3 === 0 ? text.length : text.length - 1;
    return text.slice(Math.ceil((before * 8) / 6), whole);
  });
}

/** Everything in the bytes that inflates: at gzip heads, zlib heads, and after `stream` in PDFs. */
function* inflatedParts(bytes: Buffer): Generator<Buffer> {
  const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 64 * 1024 * 1024 };
  for (let at = bytes.indexOf(0x1f); at !== -1; at = bytes.indexOf(0x1f, at + 1)) {
    if (bytes[at + 1] !== 0x8b || bytes[at + 2] !== 8) continue;
    const plain = attempt(() => gunzipSync(bytes.subarray(at), options));
    if (plain !== null) yield plain;
  }
  for (let at = bytes.indexOf(0x78); at !== -1; at = bytes.indexOf(0x78, at + 1)) {
    if (((bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0)) % 31 !== 0) continue;
    const plain = attempt(() => inflateSync(bytes.subarray(at), options));
    if (plain !== null && plain.length > 16) yield plain;
  }
  const mark = Buffer.from('stream');
  for (let at = bytes.indexOf(mark); at !== -1; at = bytes.indexOf(mark, at + 1)) {
    const start = at + 6 + (bytes[at + 6] === 0x0d ? 2 : 1);
    const plain = attempt(() => inflateRawSync(bytes.subarray(start + 2), options));
    if (plain !== null && plain.length > 16) yield plain;
  }
}

function attempt(run: () => Buffer): Buffer | null {
  try {
    return run();
  } catch {
    return null;
  }
}
