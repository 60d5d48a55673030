/**
 * Brings a replica to this version's tables: the generated steps of db/migrations/sqlite in order, then the
 * hand-written ones beside them (search, triggers). A database from a newer version is refused, untouched.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SqliteDatabase } from './open.ts';

export type Migrated = { ok: true; steps: number } | { ok: false; code: 'database/from-future' };

const DEFAULT_FOLDER = join(import.meta.dirname, '../migrations/sqlite');

/** Each step runs in a transaction of its own together with its mark, so a kill between steps resumes. */
export function migrate(db: SqliteDatabase, folder = DEFAULT_FOLDER): Migrated {
  db.exec('create table if not exists migration (name text primary key, at text not null)');
  const done = new Set((db.prepare('select name from migration').all() as { name: string }[]).map((row) => row.name));
  const known = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .toSorted();
  for (const name of done) if (!known.includes(name)) return { ok: false, code: 'database/from-future' };
  let steps = 0;
  for (const name of known) {
    if (done.has(name)) continue;
    const sql = readFileSync(join(folder, name), 'utf8');
    db.transaction(() => {
      for (const statement of sql.split('--> statement-breakpoint')) if (statement.trim() !== '') db.exec(statement);
      db.prepare("insert into migration(name, at) values (?, strftime('%Y-%m-%dT%H:%M:%fZ'))").run(name);
    }).immediate();
    steps += 1;
  }
  return { ok: true, steps };
}
