/**
 * Tries to open a stolen record with everything that lies beside it: each 32 bytes at any place of any file, as they stand or as hex or base64,
 * and the hash of each file. Who wrote the key down somewhere, in whatever form, is found out.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { openDatabase } from '#db/sqlite/open.ts';

const KEY = 32;
/** Of a large file the head: what it begins with is what might be said in the clear. */
const HEAD = 4096;

export interface Tried {
  files: number;
  keys: number;
  /** Where a key was that opened it, and in which form. */
  opened: { file: string; how: string }[];
}

/** @param folder the copied home @param record the database in it */
export function tryKeys(folder: string, record: string): Tried {
  const work = mkdtempSync(join(tmpdir(), 'ryggrad-stolen-'));
  const copy = join(work, 'ryggrad.db');
  copyFileSync(record, copy);
  const tried = new Set<string>();
  const report: Tried = { files: 0, keys: 0, opened: [] };
  const attempt = (key: Buffer, file: string, how: string): void => {
    const name = key.toString('latin1');
    if (tried.has(name)) return;
    tried.add(name);
    report.keys += 1;
    const opened = openDatabase(copy, key);
    if (!opened.ok) return;
    opened.db.close();
    report.opened.push({ file: relative(folder, file), how });
  };
  const windows = (bytes: Buffer, file: string, how: string): void => {
    for (let at = 0; at + KEY <= bytes.length; at += 1) attempt(bytes.subarray(at, at + KEY), file, how);
  };
  try {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      const file = join(folder, name);
      if (!statSync(file).isFile()) continue;
      const whole = readFileSync(file);
      report.files += 1;
      attempt(createHash('sha256').update(whole).digest(), file, 'sha256 of the file');
      const bytes = whole.length > 16 * HEAD ? whole.subarray(0, HEAD) : whole;
      windows(bytes, file, 'raw');
      const text = bytes.toString('latin1');
      for (const [run] of text.matchAll(/[0-9a-f]{64,}/gi)) windows(Buffer.from(run.slice(0, run.length & ~1), 'hex'), file, 'hex');
      for (const [run] of text.matchAll(/[A-Za-z0-9+/_-]{43,}/g)) windows(Buffer.from(run, 'base64'), file, 'base64');
    }
    return report;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
