/** The second factor (RFC 6238) wherever the server lets somebody in, on a real Postgres. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withClinic } from '#db/postgres/open.ts';
import { verifyLog, type ChainedEvent } from '#electron/core/audit/verify-log.ts';
import { codeAt, stepOf } from './core/totp.ts';
import { addColleague, enrolLaptop, foundClinic, PASSPHRASE, request, verifierOf, type Laptop } from './testing/test-clinic.ts';
import { openTestDatabase, PLACES, type TestDatabase } from './testing/test-database.ts';
import { openTestServer, type TestServer } from './testing/test-server.ts';

const STEP = 30_000;
const SEED = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

describe('codes by time', () => {
  it.each([
    // RFC 6238, appendix B, SHA-1; its eight digits end in these six.
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_234_567_890, '005924'],
    [20_000_000_000, '353130'],
  ])('at %d s the code is %s', (seconds, code) => {
    expect(codeAt(SEED, new Date(seconds * 1000))).toBe(code);
  });

  it('one step early and one late is taken, two are not', () => {
    const now = new Date('2026-11-28T08:00:15Z');
    const at = (steps: number) => stepOf(SEED, codeAt(SEED, new Date(now.getTime() + steps * STEP)), now);
    const here = Math.floor(now.getTime() / STEP);
    expect([-2, -1, 0, 1, 2].map(at)).toEqual([null, here - 1, here, here + 1, null]);
    for (const nonsense of ['', '12345', '1234567', 'abcdef', '１２３４５６']) expect(stepOf(SEED, nonsense, now)).toBeNull();
  });
});

describe.each(PLACES)('a second factor (%s)', (place) => {
  let database: TestDatabase;
  let server: TestServer;
  let boss: Laptop;
  beforeAll(async () => {
    database = await openTestDatabase(place);
    server = await openTestServer(database);
    boss = await foundClinic(server.app);
  });
  afterAll(async () => {
    await server?.close();
    await database?.close();
  });

  const post = (laptop: Laptop | undefined, url: string, payload?: unknown) => request(server.app, laptop, 'POST', url, payload);
  const signIn = (who: Laptop, more: Record<string, unknown> = {}) =>
    post(undefined, '/v1/sessions', { email: who.email, passphrase: PASSPHRASE, ...more });
  const later = (steps = 1) => {
    server.time.now = new Date(server.time.now.getTime() + steps * STEP);
  };
  const now = () => server.time.now;

  async function colleague(): Promise<Laptop> {
    const laptop = await addColleague(server.app, boss, ['PRACTITIONER']);
    const stored = await request(server.app, laptop, 'PUT', `/v1/accounts/${laptop.userId}`, { verifier: await verifierOf(PASSPHRASE) });
    expect(stored.statusCode).toBe(204);
    return laptop;
  }
  async function withFactor(): Promise<{ who: Laptop; secret: string; codes: string[] }> {
    const who = await colleague();
    const begun = await post(who, '/v1/second-factor');
    expect(begun.statusCode).toBe(201);
    const { secret } = begun.json<{ secret: string }>();
    later();
    const confirmed = await post(who, '/v1/second-factor/confirm', { code: codeAt(secret, now()) });
    expect(confirmed.statusCode, confirmed.body).toBe(200);
    later();
    return { who, secret, codes: confirmed.json<{ recoveryCodes: string[] }>().recoveryCodes };
  }
  const codeOf = (answer: { json(): unknown }) => (answer.json() as { code: string }).code;

  it('is not asked of who has none, nor before a first code has confirmed it', async () => {
    const who = await colleague();
    expect((await signIn(who)).statusCode).toBe(200);
    await post(who, '/v1/second-factor');
    expect((await signIn(who)).statusCode).toBe(200);
    expect((await request(server.app, who, 'GET', '/v1/second-factor')).json()).toEqual({ people: [] });
  });

  it('the QR says issuer, address and secret as authenticators read them', async () => {
    const who = await colleague();
    const { secret, uri } = (await post(who, '/v1/second-factor')).json<{ secret: string; uri: string }>();
    const said = new URL(uri);
    expect(`${said.protocol}//${said.host}`).toBe('otpauth://totp');
    expect(Object.fromEntries(said.searchParams)).toEqual({
      issuer: 'Ryggrad',
      secret,
      algorithm: 'SHA1',
      digits: '6',
      period: '30',
    });
    expect(decodeURIComponent(said.pathname)).toContain(who.email);
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
  });

  it('is asked at sign-in after the passphrase, and never tells whether it is there before it', async () => {
    const { who, secret } = await withFactor();
    const asked = await signIn(who);
    expect([asked.statusCode, codeOf(asked)]).toEqual([401, 'session/second-factor-needed']);
    const wrong = await signIn(who, { passphrase: 'feil hest batteri stift', secondFactor: codeAt(secret, now()) });
    expect(codeOf(wrong)).toBe('session/refused');
    const right = await signIn(who, { secondFactor: codeAt(secret, now()) });
    expect(right.statusCode).toBe(200);
    expect(right.json()).toMatchObject({ user: { id: who.userId } });
  });

  it('a code opens once, also when it is shown twice at one time, and so does none before it', async () => {
    const { who, secret } = await withFactor();
    const before = codeAt(secret, now());
    later();
    const code = codeAt(secret, now());
    const both = await Promise.all([signIn(who, { secondFactor: code }), signIn(who, { secondFactor: code })]);
    expect(both.map(({ statusCode }) => statusCode).sort()).toEqual([200, 401]);
    expect(codeOf(await signIn(who, { secondFactor: code }))).toBe('session/second-factor-wrong');
    expect(codeOf(await signIn(who, { secondFactor: before }))).toBe('session/second-factor-wrong');
    later();
    expect((await signIn(who, { secondFactor: codeAt(secret, now()) })).statusCode).toBe(200);
  });

  it('the code that confirmed it does not sign in as well', async () => {
    const who = await colleague();
    const { secret } = (await post(who, '/v1/second-factor')).json<{ secret: string }>();
    const code = codeAt(secret, now());
    expect((await post(who, '/v1/second-factor/confirm', { code })).statusCode).toBe(200);
    expect(codeOf(await signIn(who, { secondFactor: code }))).toBe('session/second-factor-wrong');
  });

  it('guessing is slowed, a burst of guesses too, and the right code waits with the wrong', async () => {
    const { who, secret } = await withFactor();
    const wrong = codeAt(secret, new Date(now().getTime() + 100 * STEP));
    const burst = await Promise.all(Array.from({ length: 12 }, () => signIn(who, { secondFactor: wrong })));
    const codes = burst.map(codeOf);
    expect(codes.filter((code) => code === 'session/second-factor-wrong').length).toBe(5);
    expect(codes.filter((code) => code === 'session/throttled').length).toBe(7);
    expect(codeOf(await signIn(who, { secondFactor: codeAt(secret, now()) }))).toBe('session/throttled');
  });

  it('ten recovery codes open once each, however they are typed; new ones end the old', async () => {
    const { who, secret, codes } = await withFactor();
    expect(new Set(codes).size).toBe(10);
    const [first = '', second = '', third = ''] = codes;
    expect((await signIn(who, { secondFactor: first.toLowerCase().replaceAll('-', ' ') })).statusCode).toBe(200);
    expect(codeOf(await signIn(who, { secondFactor: first }))).toBe('session/second-factor-wrong');
    const listed = await request(server.app, who, 'GET', '/v1/second-factor');
    expect(listed.json()).toMatchObject({ people: [{ userId: who.userId, recoveryCodesLeft: 9 }] });
    const renewed = await post(who, '/v1/second-factor/recovery-codes', { code: codeAt(secret, now()) });
    expect(renewed.json<{ recoveryCodes: string[] }>().recoveryCodes).toHaveLength(10);
    expect(codeOf(await signIn(who, { secondFactor: second }))).toBe('session/second-factor-wrong');
    expect(codeOf(await signIn(who, { secondFactor: third }))).toBe('session/second-factor-wrong');
  });

  it('a device is enrolled for its person only with it, and a wrong one does not use the invitation up', async () => {
    const { who, secret } = await withFactor();
    const { code } = (await post(boss, '/v1/devices/invitations', { userId: who.userId })).json<{ code: string }>();
    const device = { id: crypto.randomUUID(), name: 'Ny' };
    const without = await post(undefined, '/v1/devices', { code, device });
    expect([without.statusCode, codeOf(without)]).toEqual([401, 'session/second-factor-needed']);
    expect(codeOf(await post(undefined, '/v1/devices', { code, device, secondFactor: '000000' }))).toBe('session/second-factor-wrong');
    expect((await post(undefined, '/v1/devices', { code, device, secondFactor: codeAt(secret, now()) })).statusCode).toBe(201);
    expect(codeOf(await post(undefined, '/v1/devices', { code, device: { ...device, id: crypto.randomUUID() } }))).toBe(
      'join/code-unknown',
    );
  });

  it('is taken off only against a code; begun anew only when it is off', async () => {
    const { who, secret } = await withFactor();
    expect(codeOf(await post(who, '/v1/second-factor'))).toBe('second-factor/on');
    expect(codeOf(await post(who, '/v1/second-factor/confirm', { code: codeAt(secret, now()) }))).toBe('second-factor/on');
    expect(codeOf(await post(who, '/v1/second-factor/off', { code: '000000' }))).toBe('session/second-factor-wrong');
    expect((await post(who, '/v1/second-factor/off', { code: codeAt(secret, now()) })).statusCode).toBe(204);
    expect((await signIn(who)).statusCode).toBe(200);
    expect((await post(who, '/v1/second-factor')).statusCode).toBe(201);
  });

  it('an administrator resets a colleague’s, not their own; a colleague nobody’s', async () => {
    const { who } = await withFactor();
    const other = await colleague();
    const reset = (by: Laptop, of: Laptop) => post(by, `/v1/accounts/${of.userId}/second-factor/reset`);
    expect(codeOf(await reset(other, who))).toBe('role/forbidden');
    expect(codeOf(await reset(boss, boss))).toBe('role/forbidden');
    expect(codeOf(await signIn(who))).toBe('session/second-factor-needed');
    expect((await reset(boss, who)).statusCode).toBe(204);
    expect((await signIn(who)).statusCode).toBe(200);
    // A colleague sees their own only.
    const listed = await request(server.app, other, 'GET', '/v1/second-factor');
    expect(listed.json()).toEqual({ people: [] });
  });

  it('the secret lies sealed, codes as hashes; moved to another person it does not open', async () => {
    const { who, secret, codes } = await withFactor();
    const { who: other } = await withFactor();
    const rows = await withClinic(server.pool, who.clinicId, async (tx) => {
      const factors = await tx.query<{ sealed: string }>('select sealed from second_factor where user_id = $1', [who.userId]);
      const hashes = await tx.query<{ code_hash: string }>('select code_hash from recovery_code where user_id = $1', [who.userId]);
      await tx.query('update second_factor set sealed = $2 where user_id = $1', [other.userId, factors.rows[0]?.sealed]);
      return JSON.stringify([factors.rows, hashes.rows]);
    });
    expect(rows).not.toContain(secret);
    for (const code of codes) expect(rows.toUpperCase()).not.toContain(code.replaceAll('-', ''));
    expect(codeOf(await signIn(other, { secondFactor: codeAt(secret, now()) }))).toBe('session/second-factor-wrong');
    expect((await signIn(who, { secondFactor: codeAt(secret, now()) })).statusCode).toBe(200);
  });

  it('with a key of its own it outlives a new SESSION_KEY; without, recovery codes still open', async () => {
    const kept = await openTestServer(database, { secondFactorKey: Buffer.alloc(32, 3) });
    const born = await foundClinic(kept.app);
    const { secret } = (await request(kept.app, born, 'POST', '/v1/second-factor')).json<{ secret: string }>();
    const confirmed = await request(kept.app, born, 'POST', '/v1/second-factor/confirm', { code: codeAt(secret, kept.time.now) });
    const [recovery] = confirmed.json<{ recoveryCodes: string[] }>().recoveryCodes;
    const again = await openTestServer(database, { secondFactorKey: Buffer.alloc(32, 3) });
    const lost = await openTestServer(database);
    for (const one of [again, lost]) one.time.now = new Date(kept.time.now.getTime() + STEP);
    const enter = (at: TestServer, secondFactor: string | undefined) =>
      request(at.app, undefined, 'POST', '/v1/sessions', { email: born.email, passphrase: PASSPHRASE, secondFactor });
    const code = codeAt(secret, again.time.now);
    expect(codeOf(await enter(lost, code))).toBe('session/second-factor-wrong');
    expect((await enter(again, code)).statusCode).toBe(200);
    expect((await enter(lost, recovery)).statusCode).toBe(200);
    for (const one of [kept, again, lost]) await one.close();
  });

  it('everything about it is in the clinic’s log, which stays whole', async () => {
    const owner = await foundClinic(server.app);
    const begun = (await post(owner, '/v1/second-factor')).json<{ secret: string }>();
    await post(owner, '/v1/second-factor/confirm', { code: codeAt(begun.secret, now()) });
    later();
    await signIn(owner, { secondFactor: '000000' });
    await signIn(owner, { secondFactor: codeAt(begun.secret, now()) });
    later();
    await post(owner, '/v1/second-factor/off', { code: codeAt(begun.secret, now()) });
    const log = await post(owner, '/v1/audit', {
      patientId: null,
      actorId: null,
      action: null,
      from: null,
      to: null,
      before: null,
      limit: 100,
    });
    const events = log.json<{ events: ChainedEvent[] }>().events.toReversed();
    expect(events.map(({ verb, action, actorId, details }) => [verb, action, actorId === owner.userId, details])).toEqual([
      ['secondFactor.on', 'change', true, {}],
      ['session.open', 'refused', true, { code: 'session/second-factor-wrong' }],
      ['session.open', 'unlock', true, { secondFactor: 'totp' }],
      ['secondFactor.off', 'change', true, { shown: 'totp' }],
    ]);
    expect(verifyLog(events, [])).toEqual({ events: 4, broken: [], rewritten: [] });
    expect(JSON.stringify(events)).not.toContain(begun.secret);
  });

  it('an enrolled laptop goes on without: what is offline asks for the laptop itself', async () => {
    const { who } = await withFactor();
    expect((await request(server.app, who, 'GET', '/v1/lease')).statusCode).toBe(200);
    const refused = await enrolLaptop(server.app, boss, who).catch((error: unknown) => String(error));
    expect(refused).toContain('second-factor-needed');
  });
});
