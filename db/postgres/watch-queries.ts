/** Tells each query of a pool by its verb and table, to whoever measures. Never its text, whose values may stand in it, and never its parameters. */
import type pg from 'pg';
import { TENANT_TABLES } from './guards.ts';
import type { Pool } from './open.ts';

const VERBS: ReadonlySet<string> = new Set([
  'select',
  'insert',
  'update',
  'delete',
  'with',
  'begin',
  'commit',
  'rollback',
  'set',
  'listen',
]);
const TABLES: ReadonlySet<string> = new Set([
  ...TENANT_TABLES,
  'directory',
  'contact_route',
  'rate_budget',
  'attempt',
  'server_state',
  'master_key',
]);

/** @returns such as `select patient`; `other` for what is not known */
export function queryName(text: string): string {
  const verb = /^\s*([a-z]+)/i.exec(text)?.[1]?.toLowerCase() ?? '';
  if (!VERBS.has(verb)) return 'other';
  const table = /\b(?:from|into|update)\s+"?([a-z_]+)"?/i.exec(text)?.[1]?.toLowerCase() ?? '';
  return TABLES.has(table) ? `${verb} ${table}` : verb;
}

/** @param begin called as a query goes out; what it returns is called when the answer is there */
export function watchQueries(pool: Pool, begin: (name: string) => (end: { ok: boolean }) => void): void {
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    client.query = ((...args: unknown[]) => {
      const end = begin(queryName(textOf(args[0])));
      const last = args.at(-1);
      if (typeof last === 'function') {
        const answered = (error: unknown, result: unknown): void => {
          end({ ok: error === null || error === undefined });
          (last as (error: unknown, result: unknown) => void)(error, result);
        };
        return query(...args.slice(0, -1), answered);
      }
      const result = query(...args);
      if (result instanceof Promise)
        result.then(
          () => end({ ok: true }),
          () => end({ ok: false }),
        );
      else end({ ok: true });
      return result;
    }) as pg.PoolClient['query'];
  });
}

function textOf(query: unknown): string {
  if (typeof query === 'string') return query;
  return typeof query === 'object' && query !== null && 'text' in query ? String(query.text) : '';
}
