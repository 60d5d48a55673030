/** What a stolen copy of the server's database says about patients: nothing; and what the server makes of one that was tampered with. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entityNames } from '#db/model/entities.ts';
import { assertMasterKeys } from '#db/postgres/queries/clinic-keys.ts';
import { readMasterKeys } from '#db/postgres/sealing/master-keys.ts';
import { CANARY, CANARY_NUMBER, canaryDay, type CanaryDay } from './testing/canary-day.ts';
import { openedFields, quarantined } from './testing/opened.ts';
import { addColleague, foundClinic, newPatient, request, write, type Laptop } from './testing/test-clinic.ts';
import { openTestDatabase, PLACES, type TestDatabase } from './testing/test-database.ts';
import { openTestServer, TEST_SEALING, type TestServer } from './testing/test-server.ts';

describe.each(PLACES)('sealed (%s)', (place) => {
  let database: TestDatabase;
  let server: TestServer;
  let admin: pg.Client;
  let laptop: Laptop;
  let day: CanaryDay;
  const unreadable: string[] = [];
  beforeAll(async () => {
    database = await openTestDatabase(place);
    server = await openTestServer(database, {}, { ...TEST_SEALING, unreadable: (table, id) => void unreadable.push(`${table} ${id}`) });
    admin = new pg.Client({ connectionString: database.adminUrl });
    await admin.connect();
    laptop = await foundClinic(server.app);
    day = await canaryDay(server.app, laptop);
  });
  afterAll(async () => {
    await admin?.end();
    await server?.close();
    await database?.close();
  });
  const feedOf = async (who: Laptop) => (await request(server.app, who, 'GET', '/v1/shape?table=feed&replica=full&offset=-1')).body;
  /** Every row of every table, as text. */
  async function dump(): Promise<string> {
    const tables = await admin.query<{ name: string }>("select tablename as name from pg_tables where schemaname = 'public'");
    let text = '';
    for (const { name } of tables.rows) {
      const { rows } = await admin.query<{ row: string }>(`select t::text as row from "${name}" t`);
      text += `${name}\n${rows.map(({ row }) => row).join('\n')}\n`;
    }
    // Bytes are dumped in hex.
    const bytes = await admin.query<{ bytes: Buffer }>('select bytes from content_chunk');
    return text + bytes.rows.map((row) => row.bytes.toString('latin1')).join('');
  }

  it('a day about one patient leaves nothing of it in any table, and laptops read all of it', async () => {
    const text = await dump();
    const forms = [
      CANARY,
      'lvfj',
      CANARY_NUMBER,
      '1981-07-19',
      Buffer.from(CANARY).toString('base64').slice(4, 20),
      Buffer.from(CANARY).toString('hex'),
    ];
    for (const form of forms) expect(text.includes(form), form).toBe(false);
    // The search can find: what is not sensitive stands there.
    expect(text).toContain('Testklinikken');
    expect(text).toContain('v2.1.');

    const feed = await feedOf(laptop);
    expect(feed.split(CANARY).length).toBeGreaterThan(25);
    expect(feed).toContain(CANARY_NUMBER);
    expect(feed).not.toContain('v2.1.');
    const today = await request(server.app, laptop, 'GET', '/v1/bootstrap?from=2026-11-23T00:00:00.000Z&to=2026-11-24T00:00:00.000Z');
    expect(today.body).toContain(CANARY);
    expect(today.body).not.toContain('v2.1.');
    const { rows, content } = (
      await request(server.app, laptop, 'POST', '/v1/compare', {
        entity: 'patient',
        after: '00000000-0000-0000-0000-000000000000',
        limit: 10,
        withRows: true,
      })
    ).json<{ rows: number; content: { body: string }[] }>();
    expect(rows).toBe(1);
    expect(content[0]?.body).toContain('something_new');
    const filter = { patientId: day.patientId, actorId: null, action: null, from: null, to: null, before: null, limit: 10 };
    expect((await request(server.app, laptop, 'POST', '/v1/audit', filter)).json()).toMatchObject({
      events: [{ reason: CANARY, intact: true }],
      broken: 0,
    });
    const file = await request(server.app, laptop, 'GET', `/v1/attachments/${day.attachmentId}/content/0`);
    expect(file.rawPayload).toEqual(day.file);
    expect((await quarantined(server.pool, laptop.clinicId)).map(({ change }) => change).join()).toContain(CANARY);
  });

  it('no sensitive column holds anything, in any entity', async () => {
    for (const entity of entityNames) {
      const { rows } = await admin.query<{ row: Record<string, unknown> }>(
        `select to_jsonb(t) - ryggrad_envelope_columns('${entity}') as row from "${entity}" t, lateral (select ryggrad_secret_columns('${entity}') as secret) s
         where exists (select from unnest(s.secret) as name where to_jsonb(t) ->> name is not null)`,
      );
      expect(rows, entity).toEqual([]);
    }
  });

  it('the same number at two patients is flagged, and looks different in another clinic', async () => {
    const twin = { ...newPatient(), set: { ...newPatient().set, nationalId: CANARY_NUMBER } };
    expect(await write(server.app, laptop, twin)).toMatchObject({ flags: ['patient/national-id-shared'] });
    const stranger = await foundClinic(server.app);
    expect((await write(server.app, stranger, { ...newPatient(), set: twin.set })).flags ?? []).toEqual([]);
    const { rows } = await admin.query<{ mark: string; clinics: number }>(
      'select national_id_index as mark, count(distinct clinic_id)::int as clinics from patient where national_id_index is not null group by 1',
    );
    expect(rows.map(({ clinics }) => clinics)).toEqual([1, 1]);
  });

  it('an envelope moved to another row, table or clinic opens nowhere: the row is left out, told of, and not written over', async () => {
    const colleague = await addColleague(server.app, laptop, ['PRACTITIONER']);
    const [a, b] = [newPatient('Byttet'), newPatient('Stående')];
    for (const one of [a, b]) await write(server.app, colleague, one);
    const untouched = async () => (await openedFields(server.pool, laptop.clinicId, 'patient', ['familyName'], 'id = $1', [b.rowId]))[0];
    await admin.query(`set session_replication_role = replica`);
    await admin.query('update patient set sealed = (select sealed from patient where id = $2) where id = $1', [a.rowId, b.rowId]);
    await admin.query('update feed set body = (select body from feed where id = $2) where id = $1', [a.rowId, b.rowId]);
    await admin.query(`set session_replication_role = origin`);
    unreadable.length = 0;
    const feed = await feedOf(colleague);
    expect(feed).not.toContain(a.rowId);
    expect(feed).toContain('Stående');
    expect(unreadable).toEqual([`patient ${a.rowId}`]);
    // A laptop's change to it is kept whole and refused; what stands beside it goes on.
    const change = { entity: 'patient' as const, rowId: a.rowId, set: { phone: '40000000' } };
    expect(await write(server.app, colleague, change)).toMatchObject({ outcome: 'rejected', code: 'change/row-unreadable' });
    expect(await write(server.app, colleague, { entity: 'patient', rowId: b.rowId, set: { phone: '1' } })).toMatchObject({
      outcome: 'applied',
    });
    expect(await untouched()).toEqual({ familyName: 'Stående' });
    const digest = await request(server.app, colleague, 'GET', '/v1/digest');
    expect(digest.statusCode).toBe(200);
  });

  it('a master key that is wrong, or missing, is one clear sentence at start, and changes nothing', async () => {
    const text = (fill: string) => Buffer.alloc(32, fill).toString('base64');
    const other = readMasterKeys(`1:${text('another')}`);
    await assertMasterKeys(server.pool, TEST_SEALING.master);
    await expect(assertMasterKeys(server.pool, other)).rejects.toThrow(
      'ENCRYPTION_MASTER_KEYS: the key 1 is not the one this database was sealed with. Nothing was changed.',
    );
    await expect(assertMasterKeys(server.pool, readMasterKeys(`2:${text('new')}`))).rejects.toThrow(
      /still sealed with the key 1\. Name it/,
    );
    await assertMasterKeys(server.pool, TEST_SEALING.master);
  });
});
