/** Who is refused what: every route and verb there is, taken from the app itself, so that a new one is judged too. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { v7 } from 'uuid';
import { routes } from './routes/index.ts';
import type { Route } from './routes/route.ts';
import { nameOf, OF_A_TYPE, OPEN, PNG, PROBES, refusalIn } from './testing/probes.ts';
import {
  addColleague,
  changeOf,
  enrolLaptop,
  foundClinic,
  newAttachment,
  newEncounter,
  newPatient,
  newSection,
  PASSPHRASE,
  push,
  request,
  verifierOf,
  write,
  type Laptop,
} from './testing/test-clinic.ts';
import { openTestDatabase, PLACES, type TestDatabase } from './testing/test-database.ts';
import { openTestServer, type TestServer } from './testing/test-server.ts';

/** Their body is a question about the caller's own clinic, whoever is asked about. */
const ASKS = new Set(['POST /v1/compare', 'POST /v1/audit', 'POST /v1/handed-in', 'POST /v1/held', 'POST /v1/handed-in/decide']);
/** About the caller alone, who cannot name anybody else. */
const OWN = (route: Route) =>
  ['POST /v1/webhooks', 'POST /v1/apps', 'PUT /v1/apps/switches'].includes(nameOf(route)) ||
  route.path.startsWith('/v1/second-factor') ||
  [
    '/v1/integrations/:name/check',
    '/v1/ai/drafts',
    '/v1/sessions/helseid',
    '/v1/helseid',
    '/v1/helseid/binding',
    '/v1/helseid/required',
  ].includes(route.path);
/** About something there is none of, which is all that is said. */
const NOBODYS: Readonly<Record<string, string>> = {
  'GET /v1/payments/:id/receipt': 'payment/unknown',
  'GET /v1/invoices/:id/pdf': 'invoice/unknown',
  'POST /v1/statements': 'patient/unknown',
  'POST /v1/apps/:id/launch': 'app/unknown',
};
/** The desk's patients and colleagues are an assistant's to see; what the probe asks for else is refused. */
const ASSISTANT_BY_FHIR: Record<string, string> = {
  'POST /fhir/R4/:type/_search': 'fhir/forbidden',
  'GET /fhir/R4/:type/:id': 'fhir/forbidden',
  'GET /fhir/R4/:type/:id/_history': 'fhir/forbidden',
  'GET /fhir/R4/:type/:id/_history/:version': 'fhir/version-not-kept',
  'GET /fhir/R4/Patient/:id/$everything': 'fhir/forbidden',
  'POST /fhir/R4/:type': 'fhir/forbidden',
  'PUT /fhir/R4/:type/:id': 'fhir/not-found',
  'GET /fhir/R4/Binary/:id': 'fhir/forbidden',
  'GET /fhir/R4/$export': 'fhir/forbidden',
  'GET /fhir/R4/Patient/$export': 'fhir/forbidden',
  'GET /fhir/R4/_export/:id': 'fhir/unknown-export',
  'DELETE /fhir/R4/_export/:id': 'fhir/unknown-export',
  'GET /fhir/R4/_export/:id/:file': 'fhir/unknown-export',
  'POST /fhir/R4': 'fhir/forbidden',
  'POST /fhir/R4/': 'fhir/forbidden',
};
const closed = routes.filter(({ auth }) => auth !== 'open');

describe.each(PLACES)('who is let in (%s)', (place) => {
  let database: TestDatabase;
  let server: TestServer;
  let owner: Laptop;
  let foreigner: Laptop;
  let desk: Laptop;
  beforeAll(async () => {
    database = await openTestDatabase(place);
    server = await openTestServer(database);
    owner = await foundClinic(server.app, { name: 'Hemmeligklinikken' });
    foreigner = await foundClinic(server.app);
    desk = await addColleague(server.app, owner, ['ASSISTANT']);
    const patient = newPatient('Kanarifugl');
    const encounter = newEncounter(owner, patient.rowId);
    await push(
      server.app,
      owner,
      [
        patient,
        encounter,
        newSection(encounter.rowId, 'kanarinotat'),
        { ...newAttachment(owner, patient.rowId, PNG), rowId: owner.deviceId },
      ].map((draft) => changeOf(owner, draft)),
    );
  });
  afterAll(async () => {
    await server?.close();
    await database?.close();
  });
  const ask = (route: Route, caller: { credential: string } | undefined, target: Laptop) => {
    const probe = PROBES[nameOf(route)]?.(target);
    if (probe === undefined) throw new Error(`${nameOf(route)} has no probe: say how it is asked about another clinic`);
    return request(server.app, caller, route.method, probe.url, probe.payload);
  };

  it('the open routes are those we mean to be open, and the app has no route beside the list', () => {
    expect(
      routes
        .filter(({ auth }) => auth === 'open')
        .map(nameOf)
        .sort(),
    ).toEqual([...OPEN].sort());
    const printed = server.app.printRoutes({ commonPrefix: false }).match(/\b(GET|POST|PUT|DELETE|PATCH|OPTIONS)\b/g);
    expect(printed?.length).toBe(routes.length);
    expect(Object.keys(PROBES).sort()).toEqual(closed.map(nameOf).sort());
  });

  describe.each(closed.map((route) => [nameOf(route), route] as const))('%s', (_, route) => {
    it('refuses no token, a wrong one, a wrong secret and an expired one', async () => {
      expect(refusalIn(await ask(route, undefined, owner))).toEqual({ status: 401, code: 'auth/missing' });
      for (const credential of [
        'x',
        'rdc_x_y',
        `rdc_${v7()}_${'a'.repeat(43)}`,
        `${owner.credential.slice(0, -3)}abc`,
        'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.',
      ]) {
        expect(refusalIn(await ask(route, { credential }, owner))).toEqual({ status: 401, code: 'auth/invalid' });
      }
      const token = (await request(server.app, undefined, 'POST', '/v1/sessions', { email: owner.email, passphrase: PASSPHRASE })).json<{
        accessToken: string;
      }>().accessToken;
      server.time.now = new Date(server.time.now.getTime() + 901_000);
      try {
        expect(refusalIn(await ask(route, { credential: token }, owner))).toEqual({ status: 401, code: 'auth/expired' });
      } finally {
        server.time.now = new Date();
      }
    });

    it("a foreign clinic's token reaches nothing of this clinic, by device and by session", async () => {
      const token = (
        await request(server.app, undefined, 'POST', '/v1/sessions', { email: foreigner.email, passphrase: PASSPHRASE })
      ).json<{ accessToken: string }>().accessToken;
      for (const credential of [foreigner.credential, token]) {
        const answer = await ask(route, { credential }, owner);
        // Either refused, or answered with its own clinic's things alone.
        for (const secret of [owner.clinicId, owner.deviceId, owner.email, 'Kanarifugl', 'kanarinotat', 'Hemmeligklinikken'])
          expect(answer.body).not.toContain(secret);
        const namesTarget =
          (route.path.includes(':') && !OF_A_TYPE.has(nameOf(route))) || (route.body !== undefined && !ASKS.has(nameOf(route)));
        // What a person must sign for, a device alone is refused, for its own clinic too.
        const unsigned = route.auth === 'person' && credential === foreigner.credential;
        const own = OWN(route) ? [200, 201, 204, 400, 401, 404, 409] : namesTarget ? [403, 404, 422] : [200, 202];
        expect(unsigned ? [403] : own).toContain(answer.statusCode);
      }
    });

    it('foreign and absent are answered alike', async () => {
      const absent = { ...owner, deviceId: v7(), userId: v7() };
      const [foreign, missing] = [await ask(route, foreigner, owner), await ask(route, foreigner, absent)];
      expect(foreign.statusCode).toBe(missing.statusCode);
      // But for the request's own number.
      const refusal = ({ statusCode, body }: { statusCode: number; body: string }) =>
        statusCode >= 400 ? body.replace(/urn:ryggrad:request:[\w-]+/, '') : 'answered';
      expect(refusal(foreign)).toBe(refusal(missing));
    });
  });

  it('an assistant may not invite, revoke or set accounts for others, and sees no clinical row anywhere', async () => {
    for (const route of closed) {
      const answer = await ask(route, desk, owner);
      expect(answer.body).not.toContain('kanarinotat');
      if (OWN(route)) continue;
      const about = /invitations|revoke|accounts|bindings|audit$|handed-in|held|jobs|letters|webhooks|apps\/:id(\/secret)?$/.test(
        route.path,
      )
        ? 'role/forbidden'
        : route.path.startsWith('/v1/attachments/')
          ? 'attachment/forbidden'
          : route.path.startsWith('/fhir/')
            ? ASSISTANT_BY_FHIR[nameOf(route)]
            : NOBODYS[nameOf(route)] !== undefined
              ? NOBODYS[nameOf(route)]
              : route.body === undefined || ASKS.has(nameOf(route))
                ? undefined
                : 'device/mismatch';
      expect([nameOf(route), answer.statusCode < 300 ? undefined : refusalIn(answer).code]).toEqual([nameOf(route), about]);
    }
    const digests = (await request(server.app, desk, 'GET', '/v1/digest')).json<{ entities: { entity: string }[] }>();
    expect(digests.entities.map(({ entity }) => entity)).not.toContain('note_section');
  });

  it('an assistant’s session is refused as the device is; a dismissed person’s session ends at once', async () => {
    const colleague = await addColleague(server.app, owner, ['ASSISTANT']);
    expect(
      (
        await request(server.app, colleague, 'PUT', `/v1/accounts/${colleague.userId}`, {
          verifier: await verifierOf('en helt egen setning'),
        })
      ).statusCode,
    ).toBe(204);
    const signIn = () =>
      request(server.app, undefined, 'POST', '/v1/sessions', { email: colleague.email.toUpperCase(), passphrase: 'en helt egen setning' });
    const token = (await signIn()).json<{ accessToken: string; user: { roles: string[] } }>();
    expect(token.user.roles).toEqual(['ASSISTANT']);
    const session = { credential: token.accessToken };
    expect((await request(server.app, session, 'GET', '/v1/devices')).statusCode).toBe(200);
    expect((await request(server.app, session, 'POST', `/v1/devices/${owner.deviceId}/revoke`)).statusCode).toBe(403);
    await write(server.app, owner, { entity: 'user', rowId: colleague.userId, set: { active: false } });
    expect((await request(server.app, session, 'GET', '/v1/devices')).json()).toMatchObject({ code: 'auth/invalid' });
    expect((await signIn()).json()).toMatchObject({ status: 401, code: 'session/refused' });
  });

  it('a session ends when the passphrase it was opened with is changed: its token is no use to whoever kept it', async () => {
    const clinic = await foundClinic(server.app);
    const opened = async (passphrase: string) => ({
      credential: (await request(server.app, undefined, 'POST', '/v1/sessions', { email: clinic.email, passphrase })).json<{
        accessToken: string;
      }>().accessToken,
    });
    const [mine, kept] = [await opened(PASSPHRASE), await opened(PASSPHRASE)];
    const verifier = await verifierOf('en helt ny setning');
    expect((await request(server.app, mine, 'PUT', `/v1/accounts/${clinic.userId}`, { verifier })).statusCode).toBe(204);
    for (const token of [kept, mine])
      expect((await request(server.app, token, 'GET', '/v1/devices')).json()).toMatchObject({ status: 401, code: 'auth/invalid' });
    expect((await request(server.app, await opened('en helt ny setning'), 'GET', '/v1/devices')).statusCode).toBe(200);
  });

  it('wrong passphrases are slowed down, for an unknown address as for a known one', async () => {
    const clinic = await foundClinic(server.app);
    for (const email of [clinic.email, 'ukjent@example.test']) {
      for (let i = 0; i < 5; i += 1)
        expect((await request(server.app, undefined, 'POST', '/v1/sessions', { email, passphrase: 'feil' })).json()).toMatchObject({
          code: 'session/refused',
        });
      const slowed = await request(server.app, undefined, 'POST', '/v1/sessions', { email, passphrase: PASSPHRASE });
      expect(slowed.json()).toMatchObject({ status: 429, code: 'session/throttled' });
      expect(Number(slowed.headers['retry-after'])).toBeGreaterThan(0);
    }
  });

  it('an invitation works once, until it expires, and only as typed or nearly so', async () => {
    const code = async () =>
      (await request(server.app, owner, 'POST', '/v1/devices/invitations', { userId: owner.userId })).json<{ code: string }>().code;
    const enrol = (text: string) => request(server.app, undefined, 'POST', '/v1/devices', { code: text, device: { id: v7(), name: 'Ny' } });
    const one = await code();
    expect((await enrol(one.toLowerCase().replaceAll('-', ' '))).statusCode).toBe(201);
    expect((await enrol(one)).json()).toMatchObject({ status: 404, code: 'join/code-unknown' });
    expect((await enrol('FEIL-KODE-1234')).json()).toMatchObject({ code: 'join/code-unknown' });
    const late = await code();
    server.time.now = new Date(Date.now() + 25 * 3_600_000);
    expect((await enrol(late)).json()).toMatchObject({ status: 410, code: 'join/code-expired' });
    server.time.now = new Date();
  });

  it('two laptops with one code: one comes in', async () => {
    const { code } = (await request(server.app, owner, 'POST', '/v1/devices/invitations', { userId: owner.userId })).json<{
      code: string;
    }>();
    const answers = await Promise.all(
      [1, 2, 3].map(() => request(server.app, undefined, 'POST', '/v1/devices', { code, device: { id: v7(), name: 'Ny' } })),
    );
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, 404, 404]);
  });

  it('registration: closed, by code, or open; never over a clinic that is here', async () => {
    const guarded = await openTestServer(database, { registration: { code: 'en lang kode' } });
    await expect(foundClinic(guarded.app)).rejects.toThrow('registration/code');
    await guarded.close();
    const shut = await openTestServer(database, { registration: 'closed' });
    await expect(foundClinic(shut.app)).rejects.toThrow('registration/closed');
    await shut.close();
    const again = await enrolLaptop(server.app, foreigner, foreigner);
    expect(again.deviceId).not.toBe(foreigner.deviceId);
  });

  it('every answer is private, unstored and unsniffed', async () => {
    for (const route of routes) {
      const answer = await server.app.inject({ method: route.method, url: route.path });
      expect(answer.headers['cache-control']).toBe('private, no-store');
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
    }
  });

  it('OpenAPI lists every route and says which need a token', async () => {
    const page = (await server.app.inject('/openapi.json')).json<{
      openapi: string;
      paths: Record<string, Record<string, { security?: unknown }>>;
    }>();
    expect(page.openapi).toBe('3.1.0');
    for (const route of routes) {
      const operation = page.paths[route.path.replaceAll(/:(\w+)/g, '{$1}')]?.[route.method.toLowerCase()];
      expect(operation, nameOf(route)).toBeDefined();
      expect(operation?.security !== undefined).toBe(route.auth !== 'open');
    }
  });
});
