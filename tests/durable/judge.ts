/** What must be true of the record after any end of its writer: it opens, every page is sound, and nothing that was answered is missing. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { changeBytes } from '#db/sync/change.ts';
import { openDatabase, type SqliteDatabase } from '#db/sqlite/open.ts';

export const KEY = new Uint8Array(32).fill(7);
export const TEXT_ID = '0193a000-0000-7000-8000-000000000003';
export const WRITER = {
  clinicId: '0193a000-0000-7000-8000-000000000000',
  deviceId: '0193a000-0000-7000-8000-000000000001',
  person: { id: '0193a000-0000-7000-8000-000000000002', name: 'Kari', email: 'kari@example.test', roles: ['PRACTITIONER' as const] },
};

/**
 * @param answered the highest number the writer had said
 * @param whole also indexes against their tables, and every event of the log; else pages, and the last events
 * @returns what is wrong; nothing where all is well. `missing` counts numbers that were answered and are gone.
 */
export function judge(home: string, answered: number, whole = true): { problems: string[]; missing: number; kept: number } {
  const opened = openDatabase(join(home, 'ryggrad.db'), KEY);
  if (!opened.ok) return { problems: [opened.code], missing: answered, kept: 0 };
  const { db } = opened;
  try {
    const problems: string[] = [];
    const found = db.pragma(whole ? 'integrity_check' : 'quick_check', { simple: true });
    if (found !== 'ok') problems.push(`integrity: ${String(found)}`);
    const kept = one(db, `select count(*) as n from patient where given_name like 'Nr %'`);
    const missing = Math.max(0, answered - kept);
    if (missing > 0) problems.push(`${missing} of ${answered} that were answered are gone`);
    if (kept > 0 && one(db, 'select max(cast(substr(given_name, 4) as integer)) as n from patient') !== kept)
      problems.push('numbers have gaps');
    // Row, log and queue are one transaction: none is ahead of the others.
    const text = (db.prepare('select text from phrase where id = ?').get(TEXT_ID) as { text: string } | undefined)?.text;
    if (kept > 0 && text !== `nr ${kept}`) problems.push(`the text says ${String(text)}, not ${kept}`);
    if (one(db, 'select count(*) as n from audit_event') !== kept) problems.push('the log is not as long as the record');
    if (one(db, `select count(*) as n from outbox where entity = 'patient'`) !== kept)
      problems.push('the queue is not as long as the record');
    problems.push(...chainProblems(db, whole), ...outboxProblems(db, LAST));
    return { problems, missing, kept };
  } catch (error) {
    return { problems: [error instanceof Error ? error.message : String(error)], missing: 0, kept: 0 };
  } finally {
    db.close();
  }
}

const LAST = 20;

function chainProblems(db: SqliteDatabase, whole: boolean): string[] {
  const events = db
    .prepare(`select n, hash, previous_hash as before from audit_event order by n desc ${whole ? '' : `limit ${LAST}`}`)
    .all() as { n: number; hash: string; before: string }[];
  return events.flatMap(({ n, before }, i) => {
    const previous = events[i + 1];
    return previous === undefined || (previous.n === n - 1 && previous.hash === before) ? [] : [`the log is broken before ${n}`];
  });
}

/** Each of the newest entries is whole: its hash is that of what it holds. */
export function outboxProblems(db: { prepare(sql: string): { all(): unknown[] } }, newest = 1_000_000): string[] {
  const entries = db
    .prepare(
      `select id, actor, verb, entity, row_id, base, "set" as fields, at, schema, hash from outbox order by born desc limit ${newest}`,
    )
    .all() as Record<string, string | number>[];
  return entries.flatMap((entry) => {
    const change = {
      id: String(entry['id']),
      actor: String(entry['actor']),
      verb: String(entry['verb']),
      entity: String(entry['entity']),
      rowId: String(entry['row_id']),
      base: JSON.parse(String(entry['base'])) as Record<string, number>,
      set: JSON.parse(String(entry['fields'])) as Record<string, never>,
      at: String(entry['at']),
      schema: Number(entry['schema']),
    };
    return createHash('sha256').update(changeBytes(change)).digest('hex') === entry['hash']
      ? []
      : [`outbox entry ${String(entry['id'])} is not whole`];
  });
}

const one = (db: SqliteDatabase, sql: string): number => (db.prepare(sql).get() as { n: number | null }).n ?? 0;
