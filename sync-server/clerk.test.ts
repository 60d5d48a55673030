/** Clerk: whose tokens are taken, and what its webhooks do. Real Postgres, Clerk's own package; only Clerk itself is played (fake-clerk.ts). */
import { createHmac, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withClinic } from '#db/postgres/open.ts';
import { challengeOf } from './core/secrets.ts';
import { addColleague, foundClinic, request, write, type Laptop } from './testing/test-clinic.ts';
import { deliver, fakeClerk, PARTY, seconds, userEvent } from './testing/fake-clerk.ts';
import { openTestDatabase, type TestDatabase } from './testing/test-database.ts';
import { openTestServer, type TestServer } from './testing/test-server.ts';

const clerk = fakeClerk();
let database: TestDatabase;
let server: TestServer;
let copy: TestServer;
let boss: Laptop;
let serial = 0;
beforeAll(async () => {
  database = await openTestDatabase();
  server = await openTestServer(database, { clerk: clerk.settings });
  copy = await openTestServer(database, { clerk: clerk.settings });
  boss = await foundClinic(server.app);
});
afterAll(async () => {
  await copy?.close();
  await server?.close();
  await database?.close();
});

/** A colleague whom Clerk knows by their address, with a token that is good. */
async function known(): Promise<{ who: Laptop; sub: string; sid: string; token: string }> {
  const who = await addColleague(server.app, boss, ['PRACTITIONER']);
  const sub = `user_${(serial += 1)}`;
  const sid = `sess_${serial}`;
  expect((await deliver(server.app, clerk.delivery(userEvent('user.created', sub, who.email)))).statusCode).toBe(204);
  return { who, sub, sid, token: clerk.token({ sub, sid }) };
}
const ask = (token: string, at: TestServer = server) => request(at.app, { credential: token }, 'GET', '/v1/devices');
const codeOf = (answer: { statusCode: number; body: string }) =>
  answer.statusCode < 300 ? answer.statusCode : (JSON.parse(answer.body) as { code: string }).code;
const personRow = (id: string) =>
  withClinic(
    server.pool,
    boss.clinicId,
    async (tx) => (await tx.query<{ email: string; active: boolean }>('select email, active from "user" where id = $1', [id])).rows[0],
  );
const counts = () =>
  withClinic(server.pool, boss.clinicId, async (tx) => {
    const { rows } = await tx.query<Record<string, number>>(
      `select (select count(*)::int from clerk_link) as links, (select count(*)::int from clerk_event) as events,
         (select count(*)::int from clerk_user) as users, (select count(*)::int from clerk_session_ended) as ended,
         (select count(*)::int from audit_event) as log, (select seq::int from clinic_clock) as seq`,
    );
    return rows[0];
  });

describe('a token', () => {
  it('lets a colleague in, with the roles of our record as they are now', async () => {
    const { who, token } = await known();
    expect(codeOf(await ask(token))).toBe(200);
    expect(codeOf(await request(server.app, { credential: token }, 'POST', `/v1/devices/${boss.deviceId}/revoke`))).toBe('role/forbidden');
    await write(server.app, boss, { entity: 'user', rowId: who.userId, set: { active: false } });
    expect(codeOf(await ask(token))).toBe('auth/invalid');
  });

  it('is refused when it is not Clerk’s for a session of this very page, alive and of nobody else', async () => {
    const { sub, sid } = await known();
    const own = { sub, sid };
    const now = seconds();
    const other = fakeClerk();
    const weak = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const [head = '', payload = '', signature = ''] = clerk.token(own).split('.');
    const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
    const hs = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url');
    const withPem = createHmac('sha256', clerk.settings.jwtKey).update(`${hs}.${payload}`).digest('base64url');
    const bad: Record<string, string> = {
      'alg none, no signature': `${none}.${payload}.`,
      'alg none, with the signature': `${none}.${payload}.${signature}`,
      'HS256 with the PEM for a secret': `${hs}.${payload}.${withPem}`,
      'signed by another key': clerk.token(own, {}, weak),
      'a claim changed after signing': `${head}.${Buffer.from(Buffer.from(payload, 'base64url').toString().replace(sub, 'user_1')).toString('base64url')}.${signature}`,
      'a key to be fetched (jku)': clerk.token(own, { jku: 'https://evil.example/keys' }),
      'a certificate to be fetched (x5u)': clerk.token(own, { x5u: 'https://evil.example/cert' }),
      'a key of its own (jwk)': clerk.token(own, { jwk: { kty: 'RSA' } }),
      RS512: clerk.token(own, { alg: 'RS512' }),
      'not yet': clerk.token({ ...own, nbf: now + 60 }),
      'from the future': clerk.token({ ...own, iat: now + 60 }),
      'another page': clerk.token({ ...own, azp: 'https://evil.example' }),
      'no page (a null origin, as of a packaged window)': clerk.token({ ...own, azp: undefined }),
      'the page with a slash more': clerk.token({ ...own, azp: `${PARTY}/` }),
      'another instance': other.token(own),
      'another issuer, our key': clerk.token({ ...own, iss: other.settings.issuer }),
      'no issuer': clerk.token({ ...own, iss: undefined }),
      'no session: from a template': clerk.token({ ...own, sid: undefined }),
      'a long life: from a template': clerk.token({ ...own, exp: now + 86_400 }),
      'no end': clerk.token({ ...own, exp: undefined }),
      'no beginning': clerk.token({ ...own, nbf: undefined }),
      'a session that is still to be completed': clerk.token({ ...own, sts: 'pending' }),
      'somebody acting as them': clerk.token({ ...own, act: { sub: 'user_9' } }),
      'nobody we know': clerk.token({ ...own, sub: 'user_unknown' }),
      'a machine': clerk.token({ ...own, sub: 'mch_1' }),
      'a machine by header': clerk.token(own, { cat: 'cl_B7d4PD333AAA' }),
    };
    for (const [why, token] of Object.entries(bad)) expect([why, codeOf(await ask(token))]).toEqual([why, 'auth/invalid']);
    expect(codeOf(await ask(clerk.token({ ...own, exp: now - 30, iat: now - 90, nbf: now - 100 })))).toBe('auth/expired');
    expect(codeOf(await ask(clerk.token(own)))).toBe(200);
  });

  it('any byte of one changed is a stranger’s', async () => {
    const { token } = await known();
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), fc.constantFrom(...'ABCxyz019-_.'), async (at, letter) => {
        const changed = `${token.slice(0, at)}${letter}${token.slice(at + 1)}`;
        // The last letters of base64url may say the same bytes.
        const bytes = (text: string) =>
          text
            .split('.')
            .map((part) => Buffer.from(part, 'base64url').toString('hex'))
            .join('.');
        fc.pre(bytes(changed) !== bytes(token));
        expect(codeOf(await ask(changed))).toMatch(/^auth\//);
      }),
      { numRuns: 60 },
    );
  });

  it('of a session that was ended is refused on every copy at once', async () => {
    for (const type of ['session.ended', 'session.revoked', 'session.removed']) {
      const { sub, sid, token } = await known();
      expect(codeOf(await ask(token, copy))).toBe(200);
      const ended = clerk.delivery({ object: 'event', type, data: { id: sid, user_id: sub, object: 'session', status: 'ended' } });
      expect((await deliver(server.app, ended)).statusCode).toBe(204);
      expect([type, codeOf(await ask(token)), codeOf(await ask(token, copy))]).toEqual([type, 'auth/invalid', 'auth/invalid']);
      // Another session of theirs goes on.
      expect(codeOf(await ask(clerk.token({ sub, sid: `${sid}b` })))).toBe(200);
    }
  });

  it('makes an invitation that only the laptop which asked for it can use', async () => {
    const { who, token } = await known();
    const verifier = 'v'.repeat(43);
    const made = await request(server.app, { credential: token }, 'POST', '/v1/devices/invitations', { challenge: challengeOf(verifier) });
    expect(made.statusCode).toBe(201);
    const { code } = made.json<{ code: string }>();
    const enrol = (more: Record<string, string>) =>
      request(server.app, undefined, 'POST', '/v1/devices', { code, device: { id: v7(), name: 'Ny' }, ...more });
    expect(codeOf(await enrol({}))).toBe('join/code-unknown');
    expect(codeOf(await enrol({ verifier: 'w'.repeat(43) }))).toBe('join/code-unknown');
    const entered = await enrol({ verifier });
    expect(entered.statusCode).toBe(201);
    expect(entered.json()).toMatchObject({ user: { id: who.userId } });
    expect(codeOf(await enrol({ verifier }))).toBe('join/code-unknown');
  });
});

describe('a webhook', () => {
  it('any byte of the body, any letter of a header, any time changed: refused, and nothing written', async () => {
    const { who } = await known();
    const good = clerk.delivery(userEvent('user.updated', 'user_prop', who.email));
    const before = await counts();
    const body = Buffer.from(good.body);
    const name = fc.constantFrom('svix-id' as const, 'svix-timestamp' as const, 'svix-signature' as const);
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.record({ kind: fc.constant('body' as const), at: fc.nat(body.length - 1), by: fc.integer({ min: 1, max: 255 }) }),
          fc.record({ kind: fc.constant('header' as const), name, at: fc.nat(60), by: fc.constantFrom(...'0A9z/+ ,.') }),
          fc.record({ kind: fc.constant('append' as const), name, by: fc.constantFrom('0', 'x', ' v1,AAAA', ',', '.') }),
          fc.record({ kind: fc.constant('absent' as const), name }),
          fc.record({ kind: fc.constant('cut' as const), at: fc.nat(body.length - 1) }),
        ),
        async (change) => {
          const sent = { body: Buffer.from(body), headers: { ...good.headers } as Record<string, string> };
          if (change.kind === 'body') sent.body[change.at] = (sent.body[change.at] ?? 0) ^ change.by;
          else if (change.kind === 'cut') sent.body = sent.body.subarray(0, change.at);
          else if (change.kind === 'absent') delete sent.headers[change.name];
          else {
            const text = good.headers[change.name];
            const at = change.kind === 'append' ? text.length : change.at % text.length;
            sent.headers[change.name] = `${text.slice(0, at)}${change.by}${text.slice(at + 1)}`;
            // What a header's end is trimmed of says the same.
            fc.pre(sent.headers[change.name]?.trim() !== text);
          }
          const answer = await deliver(server.app, sent);
          expect(answer.statusCode === 401 || (sent.body.length === 0 && answer.statusCode < 500 && answer.statusCode >= 400)).toBe(true);
        },
      ),
      { numRuns: 400 },
    );
    for (const at of [seconds() - 301, seconds() + 301, seconds() - 86_400])
      expect(codeOf(await deliver(server.app, clerk.delivery(userEvent('user.created', 'user_prop', who.email), { at })))).toBe(
        'webhook/signature',
      );
    expect(codeOf(await deliver(server.app, fakeClerk().delivery(userEvent('user.created', 'user_prop', who.email))))).toBe(
      'webhook/signature',
    );
    expect(await counts()).toEqual(before);
  });

  it('a hundred deliveries of one event have one effect', async () => {
    const who = await addColleague(server.app, boss, ['PRACTITIONER']);
    const before = await counts();
    const one = clerk.delivery(userEvent('user.created', 'user_hundred', who.email));
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => deliver((i % 2 === 0 ? server : copy).app, one)));
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([204]));
    const after = await counts();
    expect(after).toEqual({
      ...before,
      links: (before?.['links'] ?? 0) + 1,
      events: (before?.['events'] ?? 0) + 1,
      users: (before?.['users'] ?? 0) + 1,
      log: (before?.['log'] ?? 0) + 1,
    });
  });

  it('an address that Clerk has not verified, or that is nobody’s here, lets nobody in', async () => {
    const who = await addColleague(server.app, boss, ['PRACTITIONER']);
    await deliver(server.app, clerk.delivery(userEvent('user.created', 'user_unverified', who.email, { status: 'unverified' })));
    await deliver(server.app, clerk.delivery(userEvent('user.created', 'user_stranger', 'fremmed@example.test')));
    for (const sub of ['user_unverified', 'user_stranger']) expect(codeOf(await ask(clerk.token({ sub })))).toBe('auth/invalid');
    // Nor a second user of Clerk's as a colleague who has one.
    const { who: linked } = await known();
    await deliver(server.app, clerk.delivery(userEvent('user.created', 'user_second', linked.email)));
    expect(codeOf(await ask(clerk.token({ sub: 'user_second' })))).toBe('auth/invalid');
  });

  it('a later address moves the colleague’s; an earlier event that comes late changes nothing', async () => {
    const { who, sub } = await known();
    const now = Date.now();
    await deliver(server.app, clerk.delivery(userEvent('user.updated', sub, 'ny@example.test', { at: now + 2000 })));
    expect(await personRow(who.userId)).toMatchObject({ email: 'ny@example.test' });
    await deliver(server.app, clerk.delivery(userEvent('user.updated', sub, 'gammel@example.test', { at: now + 1000 })));
    expect(await personRow(who.userId)).toMatchObject({ email: 'ny@example.test' });
    await deliver(server.app, clerk.delivery(userEvent('user.updated', sub, boss.email, { at: now + 3000 })));
    expect(await personRow(who.userId)).toMatchObject({ email: 'ny@example.test' });
  });

  it('deleted at Clerk is out here, for good: late events bring nobody back, the last administrator keeps the clinic', async () => {
    const { who, sub, token } = await known();
    const gone = clerk.delivery({ object: 'event', type: 'user.deleted', data: { id: sub, object: 'user', deleted: true } });
    await deliver(server.app, gone);
    expect(codeOf(await ask(token))).toBe('auth/invalid');
    expect(await personRow(who.userId)).toMatchObject({ active: false });
    expect(codeOf(await request(server.app, who, 'GET', '/v1/lease'))).toBe('device/revoked');
    await write(server.app, boss, { entity: 'user', rowId: who.userId, set: { active: true } });
    await deliver(server.app, clerk.delivery(userEvent('user.updated', sub, who.email, { at: Date.now() + 5000 })));
    expect(codeOf(await ask(token))).toBe('auth/invalid');
    // Deleted before created arrives.
    const other = await addColleague(server.app, boss, ['PRACTITIONER']);
    await deliver(server.app, clerk.delivery({ object: 'event', type: 'user.deleted', data: { id: 'user_early', deleted: true } }));
    await deliver(server.app, clerk.delivery(userEvent('user.created', 'user_early', other.email)));
    expect(codeOf(await ask(clerk.token({ sub: 'user_early' })))).toBe('auth/invalid');
    await deliver(server.app, clerk.delivery(userEvent('user.created', 'user_boss', boss.email)));
    expect(codeOf(await ask(clerk.token({ sub: 'user_boss' })))).toBe(200);
    await deliver(server.app, clerk.delivery({ object: 'event', type: 'user.deleted', data: { id: 'user_boss', deleted: true } }));
    expect(codeOf(await ask(clerk.token({ sub: 'user_boss' })))).toBe('auth/invalid');
    expect(await personRow(boss.userId)).toMatchObject({ active: true });
  });

  it('of a kind we do not know is taken and does nothing; one that makes no sense is refused', async () => {
    const before = await counts();
    expect((await deliver(server.app, clerk.delivery({ type: 'organization.created', data: {} }))).statusCode).toBe(204);
    expect(codeOf(await deliver(server.app, clerk.delivery({ type: 'user.created', data: { id: '../x' } })))).toBe('request/malformed');
    expect(await counts()).toEqual(before);
  });
});

describe('without Clerk', () => {
  it('its tokens are nobody’s, its webhooks nowhere, and /ready says that it is off', async () => {
    const { token } = await known();
    const plain = await openTestServer(database);
    expect(codeOf(await ask(token, plain))).toBe('auth/invalid');
    expect(codeOf(await deliver(plain.app, clerk.delivery(userEvent('user.created', 'user_x', boss.email))))).toBe('clerk/off');
    expect((await plain.app.inject('/ready')).json()).toMatchObject({ status: 'ready', clerk: 'off' });
    expect((await server.app.inject('/ready')).json()).toMatchObject({ clerk: 'on' });
    await plain.close();
  });
});
