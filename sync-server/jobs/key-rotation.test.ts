import { createCipheriv } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPool, withClinic, type Pool } from '#db/postgres/open.ts';
import { dueForNewKey, keyInForce, newKey } from '#db/postgres/queries/clinic-keys.ts';
import { readLegacyKey } from '#db/postgres/sealing/legacy.ts';
import { readMasterKeys } from '#db/postgres/sealing/master-keys.ts';
import { CANARY, CANARY_NUMBER, canaryDay, type CanaryDay } from '../testing/canary-day.ts';
import { asOlderVersion } from '../testing/older-database.ts';
import { openedFields } from '../testing/opened.ts';
import { foundClinic, newPatient, request, write, type Laptop } from '../testing/test-clinic.ts';
import { openTestDatabase, PLACES, type TestDatabase } from '../testing/test-database.ts';
import { openTestServer, TEST_SEALING, type TestServer } from '../testing/test-server.ts';
import { keepClinicSealed, keepSealed, type RotationDeps } from './key-rotation.ts';

const DAY = 86_400_000;

describe.each(PLACES)('keys are kept up (%s)', (place) => {
  let database: TestDatabase;
  let server: TestServer;
  let admin: pg.Client;
  beforeAll(async () => {
    database = await openTestDatabase(place);
    server = await openTestServer(database);
    admin = new pg.Client({ connectionString: database.adminUrl });
    await admin.connect();
  });
  afterAll(async () => {
    await admin?.end();
    await server?.close();
    await database?.close();
  });
  const inDays = (days: number, more: Partial<RotationDeps> = {}): RotationDeps => ({
    pool: server.pool,
    now: () => new Date(Date.now() + days * DAY),
    rotationDays: 90,
    newestMaster: '1',
    ...more,
  });
  async function founded(): Promise<{ laptop: Laptop; day: CanaryDay }> {
    const laptop = await foundClinic(server.app);
    return { laptop, day: await canaryDay(server.app, laptop) };
  }
  /** All a laptop can see, and where it stands. */
  async function seen(laptop: Laptop) {
    const digest = (await request(server.app, laptop, 'GET', '/v1/digest')).json<object>();
    const shape = await request(server.app, laptop, 'GET', '/v1/shape?table=feed&replica=full&offset=-1');
    const messages = shape.json<{ value: { id: string; entity: string; seq: string; body: string | null } }[]>();
    const bodies = messages.map(({ value }) => [value.entity, value.id, value.seq, value.body === null ? null : withoutEmpty(value.body)]);
    return { digest, bodies, handle: shape.headers['electric-handle'] };
  }
  const withoutEmpty = (body: string) =>
    Object.fromEntries(
      Object.entries(JSON.parse(body) as object)
        .filter(([, value]) => value !== null)
        .toSorted(),
    );
  const stateOf = (laptop: Laptop) => withClinic(server.pool, laptop.clinicId, (tx) => keyInForce(tx));
  /** Places at which something of this clinic lies under a key. */
  async function under(laptop: Laptop, prefix: string): Promise<number> {
    const { rows } = await admin.query<{ text: string }>(
      "select tablename as text from pg_tables where schemaname = 'public' and tablename not in ('clinic_key', 'master_key')",
    );
    let count = 0;
    for (const { text } of rows) {
      const found = await admin
        .query<{ n: number }>(`select count(*)::int as n from "${text}" t where clinic_id = $1 and t::text like $2`, [
          laptop.clinicId,
          `%${prefix}%`,
        ])
        .catch(() => undefined);
      count += found?.rows[0]?.n ?? 0;
    }
    return count;
  }

  it('a new key after its days: everything is sealed anew, the old key goes, and laptops notice nothing', async () => {
    const { laptop, day } = await founded();
    const before = await seen(laptop);
    expect(await keepSealed(inDays(0))).toEqual([]);
    expect(await stateOf(laptop)).toMatchObject({ id: 1, keys: 1 });
    const old = await under(laptop, 'v2.1.');
    expect(old).toBeGreaterThan(30);
    expect(await keepSealed(inDays(91))).toEqual([]);
    expect(await stateOf(laptop)).toMatchObject({ id: 2, keys: 1, sealedAt: expect.any(Date) as Date });
    expect(await under(laptop, 'v2.1.')).toBe(0);
    expect(await under(laptop, 'v2.2.')).toBe(old);
    const gone = await admin.query('select wrapped, retired_at is not null as retired from clinic_key where clinic_id = $1 order by id', [
      laptop.clinicId,
    ]);
    expect(gone.rows).toEqual([
      { wrapped: null, retired: true },
      { wrapped: expect.any(String) as string, retired: false },
    ]);
    expect(await seen(laptop)).toEqual(before);
    const chunk = await admin.query('select distinct key_id from content_chunk where clinic_id = $1', [laptop.clinicId]);
    expect(chunk.rows).toEqual([{ key_id: 2 }]);
    expect((await request(server.app, laptop, 'GET', `/v1/attachments/${day.attachmentId}/content/0`)).rawPayload).toEqual(day.file);
    // Numbers are compared across keys, and what is signed is still signed.
    expect(await write(server.app, laptop, { ...newPatient(), set: { ...newPatient().set, nationalId: CANARY_NUMBER } })).toMatchObject({
      flags: ['patient/national-id-shared'],
    });
    expect(await write(server.app, laptop, { entity: 'letter', rowId: day.letterId, set: { status: 'handed_over' } })).toMatchObject({
      outcome: 'applied',
    });
  });

  it('killed at any step, it goes on where it was; meanwhile the clinic reads and writes under both keys', async () => {
    const { laptop } = await founded();
    await keepSealed(inDays(0));
    const before = await seen(laptop);
    let kills = 0;
    const met: unknown[] = [];
    for (let at = 1; ; at += 3) {
      let steps = 0;
      const onStep = () => {
        steps += 1;
        // Before it commits: Postgres takes the step back.
        if (steps === at) throw new Error('killed');
      };
      // The new key is made by the second run; the others go on with it.
      const ended = await keepClinicSealed(inDays(at < 5 ? 91 : 0, { onStep }), laptop.clinicId).catch((error: Error) => error.message);
      if (ended !== 'killed') break;
      kills += 1;
      // Rows under either key, finished ones too.
      if (at % 2 === 0)
        met.push((await seen(laptop)).digest, ...(await openedFields(server.pool, laptop.clinicId, 'patient', ['familyName'])));
    }
    expect(met.length).toBeGreaterThan(4);
    expect(met.filter((_, i) => i % 2 === 0)).toEqual(met.filter((_, i) => i % 2 === 0).map(() => before.digest));
    expect(met.filter((_, i) => i % 2 === 1)).toEqual(met.filter((_, i) => i % 2 === 1).map(() => ({ familyName: CANARY })));
    expect(kills).toBeGreaterThan(10);
    expect(await stateOf(laptop)).toMatchObject({ id: 2, keys: 1, sealedAt: expect.any(Date) as Date });
    expect(await seen(laptop)).toEqual(before);
    const twin = await write(server.app, laptop, { ...newPatient(), set: { ...newPatient().set, nationalId: CANARY_NUMBER } });
    expect(twin.flags).toEqual(['patient/national-id-shared']);
  });

  it('between the keys a colleague’s change to what is finished goes through, and is sealed anew afterwards', async () => {
    const { laptop, day } = await founded();
    await keepSealed(inDays(0));
    // The new key is in force, and nothing is sealed with it yet.
    await withClinic(server.pool, laptop.clinicId, async (tx) =>
      (await dueForNewKey(tx, new Date(Date.now() + DAY))) ? newKey(tx) : undefined,
    );
    const closing = {
      status: 'entered_in_error',
      closedReason: `${CANARY} feil`,
      closedById: laptop.userId,
      closedAt: '2026-11-23T10:00:00.000Z',
    };
    expect(
      await write(server.app, laptop, { entity: 'letter', rowId: day.letterId, set: { status: 'posted', objectionNote: 'nei' } }),
    ).toMatchObject({ outcome: 'applied' });
    expect(await write(server.app, laptop, { entity: 'encounter', rowId: day.encounterId, set: closing })).toMatchObject({
      outcome: 'applied',
    });
    expect(await keepSealed(inDays(0))).toEqual([]);
    expect(await under(laptop, 'v2.1.')).toBe(0);
    expect(await openedFields(server.pool, laptop.clinicId, 'encounter', ['closedReason'])).toEqual([{ closedReason: `${CANARY} feil` }]);
  });

  it('a database of an older version: read and written in the clear at once, sealed in the background, equal to the last digest', async () => {
    const { laptop, day } = await founded();
    const before = await seen(laptop);
    await asOlderVersion(server.pool, database.adminUrl, laptop.clinicId);
    // The older one is gone; this one has never seen the clinic.
    await server.close();
    server = await openTestServer(database);
    expect(await under(laptop, CANARY)).toBeGreaterThan(25);
    expect(await seen(laptop)).toEqual(before);
    // Signed and finished rows are met before the job has come to them.
    expect(await write(server.app, laptop, { entity: 'letter', rowId: day.letterId, set: { status: 'handed_over' } })).toMatchObject({
      outcome: 'applied',
    });
    expect(await write(server.app, laptop, { ...newPatient(), set: { ...newPatient().set, nationalId: CANARY_NUMBER } })).toMatchObject({
      flags: ['patient/national-id-shared'],
    });
    const late = { entity: 'note_section' as const, rowId: day.sectionId, set: { text: 'kom for sent' } };
    expect(await write(server.app, laptop, late)).toMatchObject({ flags: ['encounter/signed'] });
    const middle = await seen(laptop);
    expect(await keepSealed(inDays(0))).toEqual([]);
    expect(await under(laptop, CANARY)).toBe(0);
    expect(await under(laptop, CANARY_NUMBER)).toBe(0);
    expect(await seen(laptop)).toEqual(middle);
    // Somebody's own SQL writes in the clear: it counts, it is shown, and it is sealed at the next turn.
    await admin.query(`update patient set occupation = 'Snekker ${CANARY}' where id = $1`, [day.patientId]);
    expect(JSON.stringify((await seen(laptop)).bodies)).toContain('Snekker');
    expect(await keepSealed(inDays(0))).toEqual([]);
    expect(await under(laptop, 'Snekker')).toBe(0);
    expect(await openedFields(server.pool, laptop.clinicId, 'patient', ['occupation', 'familyName'], 'id = $1', [day.patientId])).toEqual([
      { occupation: `Snekker ${CANARY}`, familyName: CANARY },
    ]);
  });

  it('values of the earlier product wait for their key, are read and sealed with it, and their form is refused when none is left', async () => {
    const cbc = (text: string) => {
      const cipher = createCipheriv('aes-256-cbc', Buffer.alloc(32, 3), Buffer.alloc(16, 4));
      return cipher.update(text, 'utf8', 'hex') + cipher.final('hex');
    };
    const laptop = await foundClinic(server.app);
    const patient = newPatient('Importert');
    await write(server.app, laptop, patient);
    const plant = (text: string) => admin.query('update patient set occupation = $2 where id = $1', [patient.rowId, cbc(text)]);
    await plant('Fisker');
    const occupation = async (pool: Pool) => (await openedFields(pool, laptop.clinicId, 'patient', ['occupation']))[0]?.['occupation'];
    const [unfinished] = (await keepSealed(inDays(0))).filter(({ clinicId }) => clinicId === laptop.clinicId);
    expect(unfinished?.left).toEqual({ waiting: 1, legacy: 1 });
    const legacy = readLegacyKey(Buffer.alloc(32, 3).toString('base64'), Buffer.alloc(16, 4).toString('base64'));
    const withLegacy = openPool(database.appUrl, { max: 2, sealing: { ...TEST_SEALING, legacy } });
    expect(await occupation(withLegacy)).toBe('Fisker');
    expect(await keepSealed(inDays(0, { pool: withLegacy }))).toEqual([]);
    expect(await under(laptop, cbc('Fisker'))).toBe(0);
    expect(await occupation(server.pool)).toBe('Fisker');
    expect(JSON.stringify((await seen(laptop)).bodies)).toContain('Fisker');
    // None is left: from now on it is a text like any other.
    await plant('Smed');
    expect(await occupation(withLegacy)).toBe(cbc('Smed'));
    await withLegacy.end();
  });

  it('a new master key wraps every clinic’s key anew, and the old one is needed no more', async () => {
    const laptop = await foundClinic(server.app);
    await write(server.app, laptop, newPatient('Varig'));
    const key = (fill: string) => Buffer.alloc(32, fill).toString('base64');
    const both = openPool(database.appUrl, {
      max: 2,
      sealing: { master: readMasterKeys(`2:${key('second')},1:${key('for tests only')}`) },
    });
    await keepSealed(inDays(0, { pool: both, newestMaster: '2' }));
    const { rows } = await admin.query<{ id: string }>(
      "select distinct split_part(wrapped, '.', 2) as id from clinic_key where wrapped is not null",
    );
    expect(rows).toEqual([{ id: '2' }]);
    const second = openPool(database.appUrl, { max: 2, sealing: { master: readMasterKeys(`2:${key('second')}`) } });
    expect(await openedFields(second, laptop.clinicId, 'patient', ['familyName'])).toEqual([{ familyName: 'Varig' }]);
    await both.end();
    await second.end();
  });
});
