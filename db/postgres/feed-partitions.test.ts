/** A database filled before the feed lay in parts comes through whole, under the same rules. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as migrateTables } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { v7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEmbeddedPostgres } from '#sync-server/embedded-postgres.ts';
import { migrate } from './migrate.ts';
import { openPool, withClinic } from './open.ts';
import { FEED_PARTS } from './table-names.ts';

const STEP = 'feed_partitions';
const CLINICS = Array.from({ length: 40 }, () => v7());
const ROWS = 25;
let home: string;
let cluster: Awaited<ReturnType<typeof startEmbeddedPostgres>>;
let admin: pg.Client;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'ryggrad-parts-'));
  cluster = await startEmbeddedPostgres(home);
  admin = new pg.Client({ connectionString: new URL('/ryggrad', cluster.adminUrl).href });
  await admin.connect();
  await migrateUpTo(STEP);
});
afterAll(async () => {
  await admin?.end();
  await cluster?.stop();
  rmSync(home, { recursive: true, force: true });
});

/** Every step before the named one, as an older version would have taken them. */
async function migrateUpTo(step: string): Promise<void> {
  const folder = join(home, 'steps');
  cpSync(join(import.meta.dirname, '../migrations/postgres'), folder, { recursive: true });
  const file = join(folder, 'meta', '_journal.json');
  const journal = JSON.parse(readFileSync(file, 'utf8')) as { entries: { tag: string }[] };
  const at = journal.entries.findIndex(({ tag }) => tag.endsWith(step));
  expect(at).toBeGreaterThan(0);
  writeFileSync(file, JSON.stringify({ ...journal, entries: journal.entries.slice(0, at) }));
  const owner = new pg.Client({ connectionString: cluster.ownerUrl });
  await owner.connect();
  await migrateTables(drizzle(owner), { migrationsFolder: folder });
  await owner.end();
}

test('every row of every clinic is there afterwards, in the part of its clinic, and shut to the others', async () => {
  await admin.query('alter table feed enable row level security; alter table feed force row level security');
  for (const clinic of CLINICS)
    await admin.query(
      `insert into feed (clinic_id, audience, entity, id, seq, created_seq, deleted, body)
       select $1, 'desk', 'patient', gen_random_uuid(), n, n, n % 7 = 0, case when n % 7 <> 0 then 'row ' || n end from generate_series(1, $2) n`,
      [clinic, ROWS],
    );
  const all = 'select md5(string_agg(f::text, $$,$$ order by clinic_id, seq)) as sum, count(*)::int as n from feed f';
  const before = (await admin.query<{ sum: string; n: number }>(all)).rows;
  expect(before).toMatchObject([{ n: CLINICS.length * ROWS }]);
  await migrate(cluster.ownerUrl, 'ryggrad_app');
  expect((await admin.query(all)).rows).toEqual(before);

  const parts = await admin.query<{ part: string; clinics: number }>(
    'select tableoid::regclass::text as part, count(distinct clinic_id)::int as clinics from feed group by 1',
  );
  expect(parts.rows.length).toBeGreaterThan(5);
  expect(parts.rows.reduce((sum, { clinics }) => sum + clinics, 0)).toBe(CLINICS.length);
  for (const { part } of parts.rows) expect(FEED_PARTS).toContain(part);

  const pool = openPool(cluster.appUrl, { max: 2 });
  const [clinic = ''] = CLINICS;
  const seen = await withClinic(pool, clinic, async (tx) => (await tx.query<{ clinic_id: string }>('select clinic_id from feed')).rows);
  expect(seen).toHaveLength(ROWS);
  expect(new Set(seen.map(({ clinic_id }) => clinic_id))).toEqual(new Set([clinic]));
  for (const part of FEED_PARTS)
    await expect(withClinic(pool, clinic, (tx) => tx.query(`select 1 from ${part}`))).rejects.toMatchObject({ code: '42501' });
  await pool.end();
});

test('one clinic’s page of the feed is read from one part', async () => {
  const plan = await admin.query<{ 'QUERY PLAN': string }>(
    `explain select * from feed where clinic_id = '${CLINICS[0]}' and seq > 3 order by seq limit 100`,
  );
  const text = plan.rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(FEED_PARTS.filter((part) => text.includes(part))).toHaveLength(1);
});
