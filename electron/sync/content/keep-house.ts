/**
 * Puts the folder of contents in order: what nobody knows of is removed, what is gone is said to be gone, and what the server
 * holds safely makes room when there is too much. Never touches bytes that only this laptop has.
 */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  allContent,
  contentBytes,
  evictable,
  forgetContent,
  orphanedContent,
  writeContent,
  type Content,
} from '#db/sqlite/queries/content.ts';
import { erasedFiles, noteFileGone } from '#db/sqlite/queries/erase.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { serverFacts } from '../cursor.ts';
import { sealedLength } from './sealed-file.ts';

/** Bytes of attachments that a laptop keeps without being asked to. */
export const CACHE_BYTES = 2 * 1024 ** 3;
/** Its file is gone, and no server was known to have it. */
export const LOST = 'attachment/lost';
/** What somebody looks at is not taken from under their eyes. */
const LOOKED_AT_MS = 10 * 60_000;

/** When the clinic is opened, before anything is added or fetched: what a kill left behind. */
export function tidyContent(db: SqliteDatabase, folder: string): void {
  const known = new Map(allContent(db).map((content) => [content.file, content]));
  const here = new Set(readdirSync(folder));
  for (const file of here) if (!known.has(file)) rmSync(join(folder, file), { force: true });
  for (const content of known.values()) {
    if (!content.complete) continue;
    if (here.has(content.file) && statSync(join(folder, content.file)).size === sealedLength(content.byteLength)) continue;
    rmSync(join(folder, content.file), { force: true });
    if (content.uploaded) forgetContent(db, content.sha256);
    // A copy taken without its files: said, and fetched if the server has it after all.
    else writeContent(db, { ...content, chunks: 0, complete: false, wanted: true, problem: LOST });
  }
}

/** Lets go of what the server has verified, until no more than `limit` bytes are here. Returns what was let go of. */
export function makeRoom(db: SqliteDatabase, folder: string, now: Date, limit = CACHE_BYTES): Content[] {
  const gone = orphanedContent(db);
  let bytes = contentBytes(db) - gone.reduce((sum, one) => sum + one.byteLength, 0);
  const before = new Date(now.getTime() - LOOKED_AT_MS).toISOString();
  if (bytes > limit) {
    for (const content of evictable(db, serverFacts.epoch(db), before)) {
      if (bytes <= limit) break;
      bytes -= content.byteLength;
      gone.push(content);
    }
  }
  for (const content of gone) {
    forgetContent(db, content.sha256);
    rmSync(join(folder, content.file), { force: true });
  }
  return gone;
}

/** Bytes of what was erased by law: the files go, and then it is forgotten that there were any. */
export function removeErasedFiles(db: SqliteDatabase, folder: string): void {
  for (const file of erasedFiles(db)) {
    rmSync(join(folder, file), { force: true });
    noteFileGone(db, file);
  }
}
