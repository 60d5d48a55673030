/**
 * The ways in which row security leaked when it was tried (security.md §3: eight, and tables that were forgotten), each as a test. Each is
 * planted: it must really leak, so that the test is about something, and the gate must name it. The database as it is has none of them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TENANT_TABLES } from '#db/postgres/guards.ts';
import { SHARED_TABLES } from '#db/postgres/table-names.ts';
import { openPool, withClinic } from '#db/postgres/open.ts';
import { changeOf, foundClinic, newPatient, push, type Laptop } from './testing/test-clinic.ts';
import { openTestDatabase, PLACES, type TestDatabase } from './testing/test-database.ts';
import { openTestServer, type TestServer } from './testing/test-server.ts';

/** What would open a way around row security, by name; asked of Postgres' own catalogue. */
const GATE = `
  with public as (select oid from pg_namespace where nspname = 'public'),
  tenant as (select c.* from pg_class c join unnest($1::text[]) as t(name) on c.relname = t.name and c.relnamespace = (select oid from public))
  select 'not forced: ' || relname as leak from tenant where not relrowsecurity or not relforcerowsecurity
  union all select 'no policy: ' || relname from tenant c where not exists (select from pg_policy p where p.polrelid = c.oid)
  union all select 'open policy: ' || c.relname from tenant c join pg_policy p on p.polrelid = c.oid
    where p.polpermissive and pg_get_expr(p.polqual, p.polrelid) not like '%ryggrad_clinic()%'
  union all select 'outside: ' || relname from pg_class where relnamespace = (select oid from public) and relkind in ('r', 'p', 'f')
    and relname <> all ($1) and relname <> all ($3) and has_any_column_privilege($2, oid, 'select, insert, update')
  union all select 'around it: ' || rolname from pg_roles where rolname = $2 and (rolsuper or rolbypassrls)
  union all select 'its owner: ' || c.relname from tenant c where pg_has_role($2, c.relowner, 'member')
  union all select 'view: ' || relname from pg_class where relnamespace = (select oid from public) and relkind = 'v'
    and not coalesce(reloptions @> array['security_invoker=true'], false)
  union all select 'materialized: ' || relname from pg_class where relnamespace = (select oid from public) and relkind = 'm'
  union all select 'definer: ' || proname from pg_proc where pronamespace = (select oid from public) and prosecdef
    -- Held to row security like anybody: no login, no table of its own (guards.sql).
    and proowner not in (select oid from pg_roles where rolname = 'ryggrad_erase' and not (rolsuper or rolbypassrls or rolcanlogin))
  union all select 'across clinics: ' || i.indexrelid::regclass::text from pg_index i join tenant c on c.oid = i.indrelid
    where i.indisunique and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attnum = any(i.indkey) and a.attname = 'clinic_id')
  union all select 'reference: ' || conname from pg_constraint k join tenant c on c.oid = k.conrelid
    where k.contype = 'f' and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attnum = any(k.conkey) and a.attname = 'clinic_id')
  order by 1`;

describe.each(PLACES)('around row security (%s)', (place) => {
  let database: TestDatabase;
  let server: TestServer;
  let admin: pg.Client;
  let a: Laptop;
  let b: Laptop;
  let role: string;
  beforeAll(async () => {
    database = await openTestDatabase(place);
    server = await openTestServer(database);
    admin = new pg.Client({ connectionString: database.adminUrl });
    await admin.connect();
    role = decodeURIComponent(new URL(database.appUrl).username);
    [a, b] = [await foundClinic(server.app), await foundClinic(server.app)];
    await push(server.app, a, [changeOf(a, newPatient('Vår'))]);
    await push(server.app, b, [
      changeOf(b, {
        ...newPatient('Deres'),
        set: { givenName: 'Kari', familyName: 'Deres', nationalId: '13859298195', status: 'inactive' },
      }),
    ]);
  });
  afterAll(async () => {
    await admin?.end();
    await server?.close();
    await database?.close();
  });

  const gate = async () => (await admin.query<{ leak: string }>(GATE, [TENANT_TABLES, role, SHARED_TABLES])).rows.map(({ leak }) => leak);
  /** Runs `sql` as this role for clinic A, inside the superuser's transaction; rows are what it saw. */
  async function as(who: string, sql: string): Promise<unknown[]> {
    await admin.query(`savepoint before; set local role "${who}"; select set_config('ryggrad.clinic', '${a.clinicId}', true)`);
    try {
      const { rows } = await admin.query<Record<string, unknown>>(sql);
      await admin.query('reset role');
      return rows;
    } catch (error) {
      await admin.query('rollback to savepoint before');
      throw error;
    }
  }
  /** With this planted, and taken away again: what the gate says, and what `look` sees. */
  async function planted<T>(sql: string, look: () => Promise<T>): Promise<{ leaks: string[]; seen: T }> {
    await admin.query(`begin; ${sql}`);
    try {
      return { leaks: await gate(), seen: await look() };
    } finally {
      await admin.query('rollback');
    }
  }
  // What says who a patient is lies sealed: theirs is known by its state.
  const families = `select distinct status from patient order by 1`;
  const both = [{ status: 'active' }, { status: 'inactive' }];
  const one = [{ status: 'active' }];

  it('the database as it is has none of them', async () => {
    expect(await gate()).toEqual([]);
    expect((await planted('select 1', () => as(role, families))).seen).toEqual(one);
  });

  it('leak 1: the owner of a table that is not forced', async () => {
    const owner = decodeURIComponent(new URL(database.ownerUrl).username);
    const { leaks, seen } = await planted('alter table patient no force row level security', () => as(owner, families));
    expect([leaks, seen]).toEqual([['not forced: patient'], both]);
    expect((await planted('select 1', () => as(owner, families))).seen).toEqual(one);
  });

  it('leak 2: a superuser, or a role with BYPASSRLS, though forced', async () => {
    const { leaks, seen } = await planted(`alter role "${role}" bypassrls`, () => as(role, families));
    expect([leaks, seen]).toEqual([[`around it: ${role}`], both]);
    expect((await planted(`alter role "${role}" superuser`, gate)).leaks).toContain(`around it: ${role}`);
  });

  it('leak 3: a view of a superuser’s', async () => {
    const view = (more: string) => `create view everybody ${more} as select * from patient; grant select on everybody to "${role}"`;
    const { leaks, seen } = await planted(view(''), () => as(role, 'select distinct status from everybody order by 1'));
    expect([leaks, seen]).toEqual([['view: everybody'], both]);
    const version = Number((await admin.query<{ server_version_num: string }>('show server_version_num')).rows[0]?.server_version_num);
    if (version < 150_000) return;
    const harmless = await planted(view('with (security_invoker = true)'), () =>
      as(role, 'select distinct status from everybody order by 1'),
    );
    expect([harmless.leaks, harmless.seen]).toEqual([[], one]);
  });

  it('leak 4: a function that runs with its owner’s rights', async () => {
    const sql = `create function everybody() returns setof patient language sql security definer as 'select * from patient'`;
    const { leaks, seen } = await planted(sql, () => as(role, 'select distinct status from everybody() order by 1'));
    expect([leaks, seen]).toEqual([['definer: everybody'], both]);
  });

  it('leak 5: a materialized view', async () => {
    const sql = `create materialized view everybody as select * from patient; grant select on everybody to "${role}"`;
    const { leaks, seen } = await planted(sql, () => as(role, 'select distinct status from everybody order by 1'));
    expect([leaks, seen]).toEqual([['materialized: everybody'], both]);
  });

  it('leak 6: a plain SET follows the pooled connection; ours ends with the transaction, and nothing is seen after it', async () => {
    const pool = openPool(database.appUrl, { max: 1 });
    await pool.query(`set ryggrad.clinic = '${a.clinicId}'`);
    expect((await pool.query(families)).rows).toEqual(one);
    await pool.query('reset ryggrad.clinic');
    await withClinic(pool, a.clinicId, (tx) => tx.query(families));
    await expect(pool.query(families)).rejects.toMatchObject({ code: 'RG000' });
    await pool.end();
    expect(settersOfTheClinic()).toEqual(SETTERS);
  });

  it('leak 7: whoever may write SQL may name another clinic; so the clinic is set in one place, from a token, as a literal that was checked', async () => {
    const switched = await withClinic(server.pool, a.clinicId, async (tx) => {
      await tx.query(`select set_config('ryggrad.clinic', '${b.clinicId}', true)`);
      return (await tx.query(families)).rows;
    });
    expect(switched).toEqual([{ status: 'inactive' }]);
    for (const id of [`${a.clinicId}'; select 1 --`, a.clinicId.toUpperCase(), '', "' || (select id from clinic) || '"])
      await expect(withClinic(server.pool, id, (tx) => tx.query(families))).rejects.toThrow('lower-case UUID');
    expect(settersOfTheClinic()).toEqual(SETTERS);
  });

  it('leak 8: a number that must be unique over all clinics tells that another clinic has the patient', async () => {
    const sql = `update patient set national_id = '13859298195' where status = 'inactive'; create unique index everywhere on patient (national_id)`;
    const insert = `insert into patient (clinic_id, id, given_name, family_name, national_id, sex, status)
      values ('${a.clinicId}', gen_random_uuid(), 'x', 'y', '13859298195', 'unknown', 'active')`;
    const { leaks, seen } = await planted(sql, () =>
      as(role, insert).then(
        () => 'taken in',
        (error: { code: string }) => error.code,
      ),
    );
    expect([leaks, seen]).toEqual([['across clinics: everywhere'], '23505']);
    expect((await planted('select 1', () => as(role, insert))).seen).toEqual([]);
  });

  it('leak 9: a table without a policy, or with one that lets everybody in', async () => {
    const off = await planted('drop policy tenant on patient; alter table patient disable row level security', () => as(role, families));
    expect([off.leaks, off.seen]).toEqual([['no policy: patient', 'not forced: patient'], both]);
    const part = await planted(`create table part as select * from patient; grant select on part to "${role}"`, () =>
      as(role, 'select distinct status from part order by 1'),
    );
    expect([part.leaks, part.seen]).toEqual([['outside: part'], both]);
    const open = await planted('drop policy tenant on patient; create policy tenant on patient using (true)', () => as(role, families));
    expect([open.leaks, open.seen]).toEqual([['open policy: patient'], both]);
  });

  it('a reference that does not name the clinic would tell which ids others have', async () => {
    const sql = `create unique index everywhere on patient (id); alter table guardian add constraint across foreign key (patient_id) references patient (id)`;
    expect((await planted(sql, async () => undefined)).leaks).toEqual(['across clinics: everywhere', 'reference: across']);
  });
});

/** One transaction at a time: of a request, and of a migration for each clinic. */
const SETTERS = ['db/postgres/migrate.ts', 'db/postgres/open.ts'];

/** Files of ours that name the setting in a statement, besides the guards that read it. */
function settersOfTheClinic(): string[] {
  const root = join(import.meta.dirname, '..');
  const files = ['db/postgres', 'sync-server'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  return files.filter(
    (file) =>
      /\.(ts|sql)$/.test(file) &&
      !/\.test\.ts$|\/testing\//.test(file) &&
      /set_config\('ryggrad\.clinic'|set (local |session )?ryggrad\.clinic/i.test(readFileSync(join(root, file), 'utf8')),
  );
}
