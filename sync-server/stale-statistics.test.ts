/**
 * On a clinic's first day its tables grow from nothing, and Postgres has no statistics of them for a minute: what a batch asks for by id must
 * be found by id all the same. (A question over `ledger` read the device's whole history for every batch: 10,000 changes took 98 s.)
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import pg from 'pg';
import { v7 } from 'uuid';
import { openPool, withClinic, type Tx } from '#db/postgres/open.ts';
import { changesBefore } from '#db/postgres/queries/push.ts';
import { readRows } from '#db/postgres/queries/rows.ts';
import { changeOf, foundClinic, newPatient, push, type Laptop } from './testing/test-clinic.ts';
import { openTestDatabase, type TestDatabase } from './testing/test-database.ts';
import { openTestServer, TEST_SEALING, type TestServer } from './testing/test-server.ts';

const BATCHES = 4;
const BATCH = 500;
let database: TestDatabase;
let server: TestServer;
let laptop: Laptop;
let pool: pg.Pool;
const changeIds: string[] = [];
const patientIds: string[] = [];
beforeAll(async () => {
  database = await openTestDatabase('embedded');
  server = await openTestServer(database);
  laptop = await foundClinic(server.app);
  pool = openPool(database.appUrl, { max: 1, sealing: TEST_SEALING });
  // A plan that was made for a table known to be empty is kept by its connection for as long as nothing is analysed.
  const admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
  await admin.query('analyze ledger');
  await admin.end();
  for (let n = 0; n < 10; n += 1)
    await withClinic(pool, laptop.clinicId, (tx) => changesBefore(tx, laptop.clinicId, laptop.deviceId, [v7(), v7()]));
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const changes = Array.from({ length: BATCH }, () => changeOf(laptop, newPatient()));
    await push(server.app, laptop, changes);
    changeIds.push(...changes.map(({ id }) => id));
    patientIds.push(...changes.map(({ rowId }) => rowId));
  }
});
afterAll(async () => {
  await pool?.end();
  await server?.close();
  await database?.close();
});

/** How many rows of a table this transaction has fetched so far, through an index or without. */
async function fetched(tx: Tx, table: string): Promise<number> {
  const { rows } = await tx.query<{ n: string }>(
    'select coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) as n from pg_stat_xact_user_tables where relname = $1',
    [table],
  );
  return Number(rows[0]?.n ?? 0);
}

it.each([
  ['known ones', () => changeIds.slice(0, 100)],
  ['new ones', () => Array.from({ length: 100 }, () => v7())],
])('a batch asks the ledger for its own changes alone: %s', async (_, ids) => {
  await withClinic(pool, laptop.clinicId, async (tx) => {
    const asked = ids();
    const found = await changesBefore(tx, laptop.clinicId, laptop.deviceId, asked);
    expect([...found].toSorted()).toEqual(asked.filter((id) => changeIds.includes(id)).toSorted());
    expect(await fetched(tx, 'ledger')).toBeLessThanOrEqual(asked.length);
  });
});

it('a batch reads its own rows alone', async () => {
  await withClinic(pool, laptop.clinicId, async (tx) => {
    const asked = [...patientIds.slice(0, 50), v7(), v7()];
    const found = await readRows(tx, laptop.clinicId, new Map([['patient', new Set(asked)]]));
    expect(found.map(({ row }) => row.id).toSorted()).toEqual(patientIds.slice(0, 50).toSorted());
    expect(await fetched(tx, 'patient')).toBeLessThanOrEqual(asked.length);
  });
});
