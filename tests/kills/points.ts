/**
 * Named points at which a real process dies: loaded with `--import` into the laptop or the server under test, it writes a
 * line into a module as that is loaded. Nothing of it is in the product: a point whose place in the source is gone is an
 * error, not a silent miss.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeSync } from 'node:fs';
import { registerHooks } from 'node:module';

interface Place {
  file: string;
  /** Stands in the source exactly once. */
  at: string;
  /** Where the line goes. */
  where: 'before' | 'after';
  /** JavaScript; says when the point is reached. */
  when?: string;
  /** `soon`: within so many ms after the point is reached, at a moment the seed decides. */
  withinMs?: number;
  /** Who dies: this process, Postgres with all its processes, or the one of Postgres' processes whose title matches. */
  dies?: 'self' | 'postgres' | RegExp;
}

export const POINTS: Readonly<Record<string, Place>> = {
  'client.frozen': {
    file: 'electron/sync/push.ts',
    at: '  const audit = unsentAudit(db, deviceId);\n',
    where: 'after',
    when: 'changes.length > 0',
  },
  'client.sent': {
    file: 'electron/sync/push.ts',
    at: '    const response = await fetch(`${serverUrl}/v1/changes`, {\n',
    where: 'before',
    when: 'body.changes.length > 0',
    withinMs: 12,
  },
  'client.answered': {
    file: 'electron/sync/push.ts',
    at: '  if (answer.ok) return take(',
    where: 'before',
    when: 'answer.ok && changes.length > 0',
  },
  'client.settling': {
    file: 'electron/sync/push.ts',
    at: '    const epoch = serverFacts.epoch(db);\n',
    where: 'before',
    when: 'asked > 0',
  },
  'client.taken': { file: 'electron/sync/push.ts', at: '  const more = forgotten ||', where: 'before', when: 'asked > 0' },
  'client.applying': {
    file: 'electron/sync/apply.ts',
    at: '    writeCursor(db, options.cursor);\n',
    where: 'before',
    when: 'entries.length > 0',
  },
  'client.applied': {
    file: 'electron/sync/pull.ts',
    at: '    const applied = applyFeed(db, entries, { cursor });\n',
    where: 'after',
    when: 'entries.length > 0',
  },
  'client.first-load': {
    file: 'electron/sync/pull.ts',
    at: '    const applied = applyFeed(db, entries, { cursor });\n',
    where: 'before',
    when: '!before.complete',
  },
  'client.today': { file: 'electron/sync/first-load.ts', at: '      load = { head: found.head,', where: 'before' },
  'client.gathering': { file: 'electron/sync/refetch.ts', at: '    writeCursor(db, cursor);\n  });\n}\n\n/**\n * Puts', where: 'before' },
  'client.swapping': {
    file: 'electron/sync/refetch.ts',
    at: "      prepared(db, 'delete from refetch_row').run();\n      // Rows went",
    where: 'before',
  },
  'client.migrating': { file: 'db/sqlite/migrate.ts', at: '      db.prepare("insert into migration(name, at)', where: 'before' },
  'server.reading': {
    file: 'sync-server/core/accept-changes.ts',
    at: '    const state = await tx.lockClinic(deviceId);\n',
    where: 'after',
  },
  'server.writing': { file: 'sync-server/core/accept-changes.ts', at: '  await tx.appendLedger(\n', where: 'before' },
  'server.ledgered': {
    file: 'sync-server/core/accept-changes.ts',
    at: '  await tx.appendQuarantine(deviceId, quarantine);\n',
    where: 'after',
  },
  'server.committed': {
    file: 'sync-server/core/accept-changes.ts',
    at: '  for (const { outcome } of outcomes) deps.count?.(outcome, 1);\n',
    where: 'before',
    when: 'outcomes.length > 0',
  },
  'server.parked': { file: 'sync-server/core/shape.ts', at: '      await waiter.next();\n', where: 'before', withinMs: 60 },
  'server.streaming': {
    file: 'sync-server/core/shape.ts',
    at: '  return tagged(asked, handle, offset, headers, joinedBytes(',
    where: 'before',
    withinMs: 4,
  },
  'server.starting': { file: 'sync-server/open-server.ts', at: '    const pool = openPool(', where: 'before' },
  'postgres.writing': {
    file: 'sync-server/core/accept-changes.ts',
    at: '  await tx.appendLedger(\n',
    where: 'before',
    dies: 'postgres',
  },
  'postgres.commit': {
    file: 'sync-server/core/accept-changes.ts',
    at: '  await tx.appendQuarantine(deviceId, quarantine);\n',
    where: 'after',
    withinMs: 3,
    dies: 'postgres',
  },
  'postgres.reading': { file: 'sync-server/core/shape.ts', at: '      await waiter.next();\n', where: 'before', dies: 'postgres' },
  'postgres.backend': {
    file: 'sync-server/core/accept-changes.ts',
    at: '  await tx.appendLedger(\n',
    where: 'before',
    dies: /idle in transaction|INSERT|SELECT/,
  },
  'postgres.listener': { file: 'sync-server/core/shape.ts', at: '      await waiter.next();\n', where: 'before', dies: /LISTEN|idle$/ },
};

/** Faults that the oracles must find: written into the source the same way. */
export const PLANTS: Readonly<Record<string, { file: string; at: string; put: string }>> = {
  'a row is written without its entry in the queue': {
    file: 'db/sqlite/outbox.ts',
    at: 'export function addEntry(db: SqliteDatabase, entry: OutboxEntry): void {\n',
    put: "export function addEntry(db: SqliteDatabase, entry: OutboxEntry): void {\n  if (entry.set['givenName'] === 't2') return;\n",
  },
  'a row of the feed is passed over': {
    file: 'electron/sync/apply.ts',
    at: '    for (const entry of entries) {\n      if (!applyEntry',
    put: '    for (const entry of entries.slice(0, entries.length > 2 ? -1 : undefined)) {\n      if (!applyEntry',
  },
};

const point = process.env['KILL_POINT'];
const plant = process.env['KILL_PLANT'];
let skip = Number(process.env['KILL_SKIP'] ?? '0');
let done = false;

function reached(name: string): void {
  const place = POINTS[name];
  if (done || place === undefined) return;
  if (skip > 0) {
    skip -= 1;
    return;
  }
  done = true;
  if (place.withinMs === undefined) strike(name, place);
  else setTimeout(() => strike(name, place), Number(process.env['KILL_FRACTION'] ?? '0.5') * place.withinMs);
}

function strike(name: string, { dies = 'self' }: Place): void {
  if (dies === 'self') {
    writeSync(2, `HIT ${name}\n`);
    process.kill(process.pid, 'SIGKILL');
    return;
  }
  const postmaster = Number(readFileSync(process.env['KILL_POSTMASTER'] ?? '', 'utf8').split('\n')[0]);
  const children = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(postmaster)], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => ({ pid: Number.parseInt(line, 10), title: line.trim() }));
  const victims =
    dies === 'postgres'
      ? [{ pid: postmaster }, ...children]
      : children.filter(({ title }) => dies.test(title) && title.includes('ryggrad_app')).slice(0, 1);
  for (const { pid } of victims) process.kill(pid, 'SIGKILL');
  if (victims.length > 0) writeSync(2, `HIT ${name}\n`);
}

if (point !== undefined || plant !== undefined) {
  Object.assign(globalThis, { ryggradPoint: reached });
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context);
      const edits = editsFor(url);
      if (edits.length === 0) return loaded;
      let source = String(loaded.source instanceof Uint8Array ? Buffer.from(loaded.source) : loaded.source);
      for (const { at, put, name } of edits) {
        if (source.split(at).length !== 2) throw new Error(`the point ${name} has no place, or several, in ${url}`);
        source = source.replace(at, () => put);
      }
      return { ...loaded, source };
    },
  });
}

function editsFor(url: string): { at: string; put: string; name: string }[] {
  const edits: { at: string; put: string; name: string }[] = [];
  const place = point === undefined ? undefined : POINTS[point];
  if (place !== undefined && url.endsWith(`/${place.file}`)) {
    const line = `\n    if (${place.when ?? 'true'}) globalThis.ryggradPoint('${point}');\n`;
    edits.push({ at: place.at, put: place.where === 'before' ? `${line}${place.at}` : `${place.at}${line}`, name: point ?? '' });
  }
  const fault = plant === undefined ? undefined : PLANTS[plant];
  if (fault !== undefined && url.endsWith(`/${fault.file}`)) edits.push({ at: fault.at, put: fault.put, name: plant ?? '' });
  return edits;
}
