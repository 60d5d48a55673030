/** What the database itself refuses, whoever asks: other clinics' rows, changes to what is signed or logged. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { v7 } from 'uuid';
import { TENANT_TABLES } from '#db/postgres/guards.ts';
import { assertMigrated, migrate } from '#db/postgres/migrate.ts';
import { assertAppRole, openPool, withClinic } from '#db/postgres/open.ts';
import { canonical } from '#db/sync/change.ts';
import { FEED_PARTS, SHARED_TABLES } from '#db/postgres/table-names.ts';
import {
  changeOf,
  foundClinic,
  newEncounter,
  newPatient,
  newSection,
  push,
  request,
  signatureOver,
  type Laptop,
} from './testing/test-clinic.ts';
import { openTestDatabase, PLACES, type TestDatabase } from './testing/test-database.ts';
import { openTestServer, type TestServer } from './testing/test-server.ts';

describe.each(PLACES)('the database (%s)', (place) => {
  let database: TestDatabase;
  let server: TestServer;
  let admin: pg.Client;
  let a: Laptop;
  let b: Laptop;
  let encounterId: string;
  beforeAll(async () => {
    database = await openTestDatabase(place);
    server = await openTestServer(database);
    admin = new pg.Client({ connectionString: database.adminUrl });
    await admin.connect();
    a = await foundClinic(server.app);
    b = await foundClinic(server.app);
    const patient = newPatient();
    const encounter = newEncounter(a, patient.rowId);
    encounterId = encounter.rowId;
    const child = (entity: 'observation' | 'red_flag_answer' | 'treatment_consent' | 'diagnosis', set: Record<string, unknown>) => ({
      entity,
      rowId: v7(),
      set: { encounterId, ...set },
    });
    await push(
      server.app,
      a,
      [
        patient,
        encounter,
        newSection(encounterId, 'tekst'),
        child('observation', { code: 'nrs-now', value: 0 }),
        child('red_flag_answer', { region: 'neck', question: 'trauma', answer: 'no' }),
        child('treatment_consent', { given: true }),
        child('diagnosis', { system: 'icpc-2', code: 'L83', text: 'Nakkesyndrom', release: '2026', main: true }),
        {
          entity: 'amendment' as const,
          rowId: v7(),
          set: { encounterId, kind: 'addition', text: 'tillegg', status: 'signed', authorId: a.userId },
        },
        {
          entity: 'encounter' as const,
          rowId: encounterId,
          set: signatureOver(a, patient.rowId, []),
        },
      ].map((draft) => changeOf(a, draft)),
    );
  });
  afterAll(async () => {
    await admin?.end();
    await server?.close();
    await database?.close();
  });
  const asA = <T>(fn: (tx: pg.PoolClient) => Promise<T>) => withClinic(server.pool, a.clinicId, fn);
  const refused = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (error: { code?: string }) => error.code,
    );

  it('every table is either under forced row security with a policy, or known to be shared', async () => {
    const { rows } = await admin.query<{ name: string; enabled: boolean; forced: boolean; policies: number }>(
      `select c.relname as name, c.relrowsecurity as enabled, c.relforcerowsecurity as forced, count(p.oid)::int as policies
       from pg_class c join pg_namespace n on n.oid = c.relnamespace left join pg_policy p on p.polrelid = c.oid
       where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'm', 'f') group by c.oid, c.relname`,
    );
    const open = rows.filter(({ enabled, forced, policies }) => !enabled || !forced || policies === 0).map(({ name }) => name);
    expect(open.sort()).toEqual([...SHARED_TABLES].sort());
    expect(rows.map(({ name }) => name).sort()).toEqual([...TENANT_TABLES, ...FEED_PARTS, ...SHARED_TABLES].sort());
  });

  it('nothing in the database runs with its owner’s rights; two functions run as the role that erases, as which nobody comes in', async () => {
    const { rows } = await admin.query<{ proname: string; role: string; login: boolean; super: boolean; bypass: boolean }>(
      `select proname, rolname as role, rolcanlogin as login, rolsuper as super, rolbypassrls as bypass from pg_proc p
       join pg_namespace n on n.oid = p.pronamespace join pg_roles r on r.oid = p.proowner where n.nspname = 'public' and prosecdef order by 1`,
    );
    const erases = { role: 'ryggrad_erase', login: false, super: false, bypass: false };
    expect(rows).toEqual([
      { proname: 'ryggrad_erase', ...erases },
      { proname: 'ryggrad_erase_kept', ...erases },
    ]);
    // The app's role may call them, and is not a member of the role.
    const app = decodeURIComponent(new URL(database.appUrl).username);
    const member = await admin.query<{ member: boolean }>(`select pg_has_role($1, 'ryggrad_erase', 'member') as member`, [app]);
    expect(member.rows).toEqual([{ member: false }]);
  });

  it.each(TENANT_TABLES)('%s: a foreign clinic sees nothing, no clinic even less', async (table) => {
    const seen = await withClinic(
      server.pool,
      b.clinicId,
      async (tx) => (await tx.query<{ clinic_id: string }>(`select distinct clinic_id from "${table}"`)).rows,
    );
    expect(seen.filter(({ clinic_id }) => clinic_id !== b.clinicId)).toEqual([]);
    // Postgres asks for the clinic when there is a row to judge: an empty table has nothing to show.
    const { rowCount } = await admin.query(`select 1 from "${table}" limit 1`);
    const shown = await server.pool.query(`select * from "${table}"`).then(
      ({ rows }) => rows.length,
      (error: { code?: string }) => error.code,
    );
    expect(rowCount === 0 ? [0, 'RG000'] : ['RG000']).toContain(shown);
  });

  it('the filled tables really raise without a clinic, also for their owner', async () => {
    const owner = new pg.Client({ connectionString: database.ownerUrl });
    await owner.connect();
    for (const table of ['patient', 'encounter', 'note_section', 'feed', 'ledger', 'device_credential', 'account', 'clinic_clock']) {
      expect(await refused(server.pool.query(`select * from "${table}"`)), table).toBe('RG000');
      expect(await refused(owner.query(`select * from "${table}"`)), table).toBe('RG000');
    }
    await owner.end();
  });

  it('the clinic set for one transaction does not stay on the connection', async () => {
    const pool = openPool(database.appUrl, { max: 1 });
    await withClinic(pool, a.clinicId, (tx) => tx.query('select * from patient'));
    expect(await refused(pool.query('select * from patient'))).toBe('RG000');
    await pool.end();
  });

  it('a row of another clinic can be neither written, moved nor pointed to', async () => {
    const insert = (clinicId: string) =>
      asA((tx) =>
        tx.query(
          `insert into patient (clinic_id, id, given_name, family_name, sex, status) values ($1, $2, 'x', 'y', 'unknown', 'active')`,
          [clinicId, v7()],
        ),
      );
    expect(await refused(insert(b.clinicId))).toBe('42501');
    expect(await refused(insert(a.clinicId))).toBe('done');
    expect(await refused(asA((tx) => tx.query('update patient set clinic_id = $1', [b.clinicId])))).not.toBe('done');
    const foreignPatient = (
      await withClinic(server.pool, b.clinicId, (tx) =>
        tx.query<{ id: string }>(
          `insert into patient (clinic_id, id, given_name, family_name, sex, status) values ($1, $2, 'x', 'y', 'unknown', 'active') returning id`,
          [b.clinicId, v7()],
        ),
      )
    ).rows[0]?.id;
    expect(
      await refused(
        asA((tx) =>
          tx.query(`insert into guardian (clinic_id, id, patient_id, name, relation) values ($1, $2, $3, 'x', 'mother')`, [
            a.clinicId,
            v7(),
            foreignPatient,
          ]),
        ),
      ),
    ).toBe('23503');
  });

  it.each([
    ['encounter', `visit_at = '2020-01-01T00:00:00.000Z'`, 'id'],
    ['encounter', `status = 'draft'`, 'id'],
    ['note_section', `text = 'forfalsket'`, 'encounter_id'],
    ['observation', 'value = 9', 'encounter_id'],
    ['red_flag_answer', `answer = 'yes'`, 'encounter_id'],
    ['treatment_consent', 'given = false', 'encounter_id'],
    ['diagnosis', `code = 'L84'`, 'encounter_id'],
    ['amendment', `text = 'forfalsket'`, 'encounter_id'],
  ])('a signed visit stands: %s set %s is refused, to the app and to the superuser', async (table, set, key) => {
    const sql = `update ${table} set ${set} where ${key} = '${encounterId}'`;
    expect(await refused(asA((tx) => tx.query(sql)))).toBe('RG001');
    expect(await refused(admin.query(sql))).toBe('RG001');
    expect(await refused(admin.query(`delete from ${table} where ${key} = '${encounterId}'`))).toBe('RG001');
  });

  it('a signed letter, a payment and a document move only where they may', async () => {
    // A clinic of its own: others count this one's rows.
    const own = await foundClinic(server.app);
    const asOwn = <T>(fn: (tx: pg.PoolClient) => Promise<T>) => withClinic(server.pool, own.clinicId, fn);
    const patient = newPatient();
    const visit = newEncounter(own, patient.rowId);
    const at = '2026-11-23T09:00:00.000Z';
    const ids = { letter: v7(), payment: v7(), document: v7() };
    const { outcomes } = await push(
      server.app,
      own,
      [
        patient,
        visit,
        {
          entity: 'letter' as const,
          rowId: ids.letter,
          set: {
            patientId: patient.rowId,
            encounterId: visit.rowId,
            kind: 'epikrise',
            status: 'signed',
            content: {},
            authorId: own.userId,
            signedAt: at,
          },
        },
        {
          entity: 'payment' as const,
          rowId: ids.payment,
          set: {
            patientId: patient.rowId,
            encounterId: visit.rowId,
            amountOre: 70_000,
            method: 'card',
            paidAt: at,
            takenById: own.userId,
            receiptNumber: 'A-1',
            lines: [],
          },
        },
        {
          entity: 'document' as const,
          rowId: ids.document,
          set: {
            patientId: patient.rowId,
            kind: 'letter',
            title: 'x',
            mediaType: 'application/pdf',
            sha256: 'a',
            byteLength: 1,
            data: 'AA==',
          },
        },
      ].map((draft) => changeOf(own, draft)),
    );
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(Array(5).fill('applied'));
    for (const [table, set] of [
      ['letter', `content = '{"findings":"forfalsket"}'`],
      ['letter', `status = 'draft'`],
      ['letter', 'deleted = true'],
      ['payment', 'amount_ore = 1'],
      ['payment', 'deleted = true'],
      ['document', `data = 'BB=='`],
    ] as const) {
      const sql = `update ${table} set ${set} where id = '${ids[table]}'`;
      expect(await refused(asOwn((tx) => tx.query(sql))), sql).toBe('RG001');
      expect(await refused(admin.query(sql)), sql).toBe('RG001');
    }
    await asOwn((tx) => tx.query(`update letter set status = 'handed_over' where id = '${ids.letter}'`));
    await asOwn((tx) => tx.query(`update payment set voided = true where id = '${ids.payment}'`));
  });

  it('nothing can be added under a signed visit', async () => {
    const insert = asA((tx) =>
      tx.query(
        `insert into note_section (clinic_id, id, encounter_id, key, text, origin, review) values ($1, $2, $3, 'plan', 'x', 'typed', 'none')`,
        [a.clinicId, v7(), encounterId],
      ),
    );
    expect(await refused(insert)).toBe('RG001');
  });

  it('the log, the ledger and quarantine only grow', async () => {
    await push(server.app, a, [changeOf(a, newPatient()), { tull: true }]);
    for (const table of ['ledger', 'quarantine', 'change_proof']) {
      const column = table === 'change_proof' ? 'signature' : 'hash';
      expect(await refused(asA((tx) => tx.query(`update ${table} set ${column} = 'x'`)))).toBe('42501');
      expect(await refused(admin.query(`update ${table} set ${column} = 'x'`))).toBe('RG002');
      expect(await refused(admin.query(`delete from ${table}`))).toBe('RG002');
      expect(await refused(admin.query(`truncate ${table}`))).toBe('RG002');
    }
    expect(await refused(asA((tx) => tx.query('delete from patient')))).toBe('42501');
    expect(await refused(asA((tx) => tx.query('truncate patient cascade')))).toBe('42501');
  });

  it('foreign SQL reaches the laptops: place, stamps and feed by trigger', async () => {
    const id = v7();
    await asA((tx) =>
      tx.query(
        `insert into price_item (clinic_id, id, code, label, kind, visit_types, active) values ($1, $2, 'A', 'Time', 'service', '[]', true)`,
        [a.clinicId, id],
      ),
    );
    await asA((tx) => tx.query(`update price_item set amount_ore = 90000 where id = $1`, [id]));
    const [row] = await asA(
      async (tx) =>
        (
          await tx.query<{ body: string; seq: number; head: number }>(
            `select body, f.seq, c.seq as head from feed f join clinic_clock c using (clinic_id) where id = $1`,
            [id],
          )
        ).rows,
    );
    expect(row?.seq).toBe(row?.head);
    const body = JSON.parse(row?.body ?? '{}') as { amount_ore: number; field_seq: Record<string, [number, string]> };
    expect(body.amount_ore).toBe(90_000);
    expect(body.field_seq['amountOre']?.[0]).toBe(row?.seq);
    expect(body.field_seq['*']?.[0]).toBe((row?.seq ?? 0) - 1);
  });

  it('a superuser’s statement over two clinics, row by row in turn, keeps both counters', async () => {
    const ids = Array.from({ length: 6 }, () => v7());
    const values = ids
      .map((id, i) => `('${i % 2 === 0 ? a.clinicId : b.clinicId}', '${id}', 'Bulk', 'Import', 'unknown', 'active')`)
      .join(', ');
    await admin.query(
      `begin; select set_config('ryggrad.clinic', '${a.clinicId}', true); insert into patient (clinic_id, id, given_name, family_name, sex, status) values ${values}; update patient set phone = '1' where given_name = 'Bulk'; commit`,
    );
    for (const { clinicId } of [a, b]) {
      const { rows } = await admin.query<{ seq: number; head: number }>(
        `select f.seq, c.seq as head from feed f join clinic_clock c using (clinic_id) where clinic_id = $1 order by f.seq desc`,
        [clinicId],
      );
      expect(new Set(rows.map(({ seq }) => seq)).size).toBe(rows.length);
      expect(rows[0]?.seq).toBe(rows[0]?.head);
    }
  });

  it('the feed gives a listener one notification per clinic and transaction', async () => {
    const heard: string[] = [];
    const client = new pg.Client({ connectionString: database.appUrl });
    await client.connect();
    client.on('notification', ({ payload }) => heard.push(payload ?? ''));
    await client.query('listen ryggrad_feed');
    const changes = [changeOf(b, newPatient()), changeOf(b, newPatient())];
    await push(server.app, b, changes);
    while (heard.length === 0) await client.query('select 1');
    // One transaction, unless the machine was so busy that the batch's time was up between the two.
    const { rows } = await admin.query<{ n: number }>('select count(distinct xmin::text)::int as n from feed where id = any($1)', [
      changes.map(({ rowId }) => rowId),
    ]);
    expect(heard).toEqual(Array.from({ length: rows[0]?.n ?? 0 }, () => b.clinicId));
    await client.end();
  });

  it('refuses to work as owner, superuser or with BYPASSRLS', async () => {
    for (const url of [database.ownerUrl, database.adminUrl]) {
      const pool = openPool(url);
      await expect(assertAppRole(pool)).rejects.toThrow(/DATABASE_URL: the role .* (owns|superuser)/);
      await pool.end();
    }
    const role = decodeURIComponent(new URL(database.appUrl).username);
    await admin.query(`alter role "${role}" bypassrls`);
    await expect(assertAppRole(server.pool)).rejects.toThrow('BYPASSRLS');
    await admin.query(`alter role "${role}" nobypassrls`);
    await assertAppRole(server.pool);
  });

  it('migrating again changes nothing, and an unmigrated database is refused with a sentence', async () => {
    const role = decodeURIComponent(new URL(database.appUrl).username);
    await migrate(database.ownerUrl, role);
    expect((await assertMigrated(server.pool, role)).epoch).toBe(server.deps.epoch);
    await admin.query(`update server_state set guards = 'older'`);
    await expect(assertMigrated(server.pool, role)).rejects.toThrow('DATABASE_OWNER_URL');
    await migrate(database.ownerUrl, role);
    await assertMigrated(server.pool, role);
  });

  it('a log that is forged, cut or reordered is kept and marked', async () => {
    let previousHash = '0'.repeat(64);
    const event = (n: number) => {
      const rest = {
        id: v7(),
        clinicId: b.clinicId,
        deviceId: b.deviceId,
        n,
        at: '2026-11-23T08:00:00.000Z',
        actorId: b.userId,
        actorName: 'Ada',
        roles: ['ADMIN'],
        action: 'read' as const,
        verb: 'patient.open',
        subjectEntity: null,
        subjectId: null,
        patientId: null,
        details: {},
        reason: null,
        previousHash,
      };
      const hash = createHash('sha256').update(canonical(rest)).digest('hex');
      previousHash = hash;
      return { ...rest, hash };
    };
    const events = [1, 2, 3, 4].map(event);
    const [one, two, three, four] = events;
    expect((await push(server.app, b, [], [one, two])).auditUpTo).toBe(2);
    expect((await push(server.app, b, [], [one, two])).auditUpTo).toBe(2);
    expect((await push(server.app, b, [], [four])).auditUpTo).toBe(2);
    expect((await push(server.app, b, [], [{ ...three, action: 'search' }, four])).auditUpTo).toBe(4);
    const rows = await withClinic(
      server.pool,
      b.clinicId,
      async (tx) =>
        (await tx.query<{ n: number; intact: boolean; clinic_n: number }>('select n, intact, clinic_n from audit_event order by clinic_n'))
          .rows,
    );
    expect(rows.map(({ n, intact }) => [n, intact])).toEqual([
      [1, true],
      [2, true],
      [3, false],
      [4, true],
    ]);
    expect(await refused(admin.query(`update audit_event set action = 'read'`))).toBe('RG002');
    expect(await refused(admin.query('delete from audit_event'))).toBe('RG002');
  });

  it('the digest is the one db/sync works out, and equal from two devices', async () => {
    const answer = (await request(server.app, a, 'GET', '/v1/digest')).json<{
      seq: number;
      entities: { entity: string; rows: number; digest: string }[];
    }>();
    expect(answer.entities.find(({ entity }) => entity === 'encounter')).toMatchObject({ rows: 1 });
    expect(answer.entities.find(({ entity }) => entity === 'letter')).toMatchObject({ rows: 0 });
  });
});
