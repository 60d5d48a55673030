/** SMART App Launch 2.2: an app is launched for a patient, reads and writes back; and all that must be refused (issue 6, decisions 0106, 0107). */
import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { v7 } from 'uuid';
import { withClinic } from '#db/postgres/open.ts';
import {
  addTestApp,
  askForCode,
  BASE,
  browse,
  challengeFor,
  fhir,
  launchFor,
  post,
  REDIRECT,
  redeem,
  tokensFor,
  VERIFIER,
  type App,
  type Tokens,
} from './testing/smart-app.ts';
import {
  addColleague,
  foundClinic,
  newEncounter,
  newPatient,
  newSection,
  push,
  changeOf,
  request,
  write,
  type Laptop,
} from './testing/test-clinic.ts';
import { openTestDatabase, type TestDatabase } from './testing/test-database.ts';
import { openTestServer, type TestServer } from './testing/test-server.ts';

let database: TestDatabase;
let server: TestServer;
let owner: Laptop;
let foreigner: Laptop;
let client: App;
const kari = newPatient('Nordmann');
const other = newPatient('Naboen');
let visit: ReturnType<typeof newEncounter>;
let othersVisit: ReturnType<typeof newEncounter>;

beforeAll(async () => {
  database = await openTestDatabase();
  server = await openTestServer(database);
  owner = await foundClinic(server.app);
  foreigner = await foundClinic(server.app);
  visit = newEncounter(owner, kari.rowId);
  othersVisit = newEncounter(owner, other.rowId);
  const drafts = [
    kari,
    other,
    visit,
    othersVisit,
    newSection(visit.rowId, 'vondt i ryggen'),
    newSection(othersVisit.rowId, 'naboens notat'),
  ];
  await push(
    server.app,
    owner,
    drafts.map((draft) => changeOf(owner, draft)),
  );
  client = await addTestApp(server.app, owner);
});
afterAll(async () => {
  await server?.close();
  await database?.close();
});

const tokens = (changes: { encounterId?: string | null } & Record<string, string | null | undefined> = {}): Promise<Tokens> =>
  tokensFor(server.app, owner, client, kari.rowId, changes);
const PDF = Buffer.from('%PDF-1.4\n%âãÏÓ\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF').toString('base64');
const documentFor = (patientId: string, encounterId: string) => ({
  resourceType: 'DocumentReference',
  status: 'current',
  subject: { reference: `Patient/${patientId}` },
  category: [{ coding: [{ system: 'urn:oid:2.16.578.1.12.4.1.1.9602', code: 'J01-2' }] }],
  content: [{ attachment: { contentType: 'application/pdf', title: 'Sykmelding', data: PDF } }],
  context: { encounter: [{ reference: `Encounter/${encounterId}` }] },
});
const idsIn = (answer: { json(): unknown }): string[] =>
  ((answer.json() as { entry?: { resource: { id: string } }[] }).entry ?? []).map(({ resource }) => resource.id);
/** As it is so many ms from now. */
async function after<T>(ms: number, run: () => Promise<T>): Promise<T> {
  const since = server.time.now;
  server.time.now = new Date(since.getTime() + ms);
  try {
    return await run();
  } finally {
    server.time.now = since;
  }
}
const statusOf = async (token: string, path = `/Patient/${kari.rowId}`) => (await fhir(server.app, token, 'GET', path)).statusCode;

it('says what there is: endpoints, S256 alone, and capabilities; the CapabilityStatement leads to the same', async () => {
  const found = (await browse(server.app, '/fhir/R4/.well-known/smart-configuration')).json<Record<string, unknown>>();
  expect(found).toMatchObject({
    authorization_endpoint: 'http://sync.example.test/auth/smart/authorize',
    token_endpoint: 'http://sync.example.test/auth/smart/token',
    code_challenge_methods_supported: ['S256'],
  });
  expect(found['capabilities']).toContain('launch-ehr');
  expect(found['capabilities']).not.toContain('launch-standalone');
  const statement = await browse(server.app, '/fhir/R4/metadata');
  expect(statement.body).toContain('SMART-on-FHIR');
  expect(statement.body).toContain('"valueUri":"http://sync.example.test/auth/smart/token"');
});

it('launched for a patient: who, whom and where is told, the ID token is ours, and reading and writing go as far as the scopes', async () => {
  const launched = await launchFor(server.app, owner, client, kari.rowId, visit.rowId);
  expect(launched.iss).toBe(BASE);
  const { to, code } = await askForCode(server.app, client, launched);
  expect(to?.searchParams.get('state')).toBe('tilstand');
  expect(to?.searchParams.get('iss')).toBe('http://sync.example.test/auth/smart');
  const got = (await redeem(server.app, client, code)).json<Tokens>();
  expect(got).toMatchObject({ patient: kari.rowId, encounter: visit.rowId, token_type: 'Bearer', need_patient_banner: true });
  const keys = (await browse(server.app, '/auth/smart/jwks')).json<Parameters<typeof createLocalJWKSet>[0]>();
  const { payload } = await jwtVerify(got.id_token, createLocalJWKSet(keys), {
    issuer: 'http://sync.example.test/auth/smart',
    audience: client.id,
    algorithms: ['RS256'],
  });
  expect(payload).toMatchObject({ nonce: 'engang', fhirUser: `${BASE}/Practitioner/${owner.userId}`, sub: owner.userId });
  expect(JSON.stringify(keys)).not.toContain('"d"');

  expect((await fhir(server.app, got.access_token, 'GET', `/Patient/${kari.rowId}`)).json()).toMatchObject({ id: kari.rowId });
  expect(await statusOf(got.access_token, `/Practitioner/${owner.userId}`)).toBe(200);
  expect(await statusOf(got.access_token, `/Organization/${owner.clinicId}`)).toBe(200);
  const written = await fhir(server.app, got.access_token, 'POST', '/DocumentReference', documentFor(kari.rowId, visit.rowId));
  expect([written.statusCode, written.body.includes('J01-2')]).toEqual([201, true]);
  const log = await withClinic(server.pool, owner.clinicId, (tx) =>
    tx.query<{ verb: string; actor: string; details: object }>(
      `select verb, actor_id as actor, details from audit_event where details ->> 'appId' = $1 and verb in ('fhir.create', 'fhir.read')`,
      [client.id],
    ),
  );
  expect(log.rows.map(({ verb }) => verb)).toContain('fhir.create');
  for (const row of log.rows) expect(row).toMatchObject({ actor: owner.userId, details: { app: 'Testappen' } });
});

it('a foreign patient is nowhere: read, searched for, included, counted, taken out or written about', async () => {
  const { access_token: token } = await tokens();
  for (const path of [`/Patient/${other.rowId}`, `/Encounter/${othersVisit.rowId}`, `/Patient/${v7()}`])
    expect(await statusOf(token, path)).toBe(404);
  expect(await statusOf(token, `/Composition/note-${othersVisit.rowId}`)).toBe(404);
  expect(await statusOf(token, `/Patient/${other.rowId}/$everything`)).toBe(404);
  expect(idsIn(await fhir(server.app, token, 'GET', '/Patient'))).toEqual([kari.rowId]);
  expect(idsIn(await fhir(server.app, token, 'GET', '/Encounter?_summary=false'))).toEqual([visit.rowId]);
  expect(idsIn(await fhir(server.app, token, 'GET', `/Encounter?patient=${other.rowId}&_include=Encounter:patient`))).toEqual([]);
  expect((await fhir(server.app, token, 'GET', '/Encounter?patient.family=Naboen')).body).not.toContain(othersVisit.rowId);
  expect((await fhir(server.app, token, 'GET', '/Patient?_total=accurate')).json()).toMatchObject({ total: 1 });
  const everything = await fhir(server.app, token, 'GET', `/Patient/${kari.rowId}/$everything`);
  expect(everything.statusCode).toBe(200);
  expect(everything.body).not.toContain('naboens notat');
  for (const [patient, encounter] of [
    [other.rowId, othersVisit.rowId],
    [kari.rowId, othersVisit.rowId],
    [other.rowId, visit.rowId],
  ] as const)
    expect((await fhir(server.app, token, 'POST', '/DocumentReference', documentFor(patient, encounter))).statusCode).toBe(422);
  const bundle = { resourceType: 'Bundle', type: 'batch', entry: [{ request: { method: 'GET', url: `Patient/${other.rowId}` } }] };
  expect((await fhir(server.app, token, 'POST', '', bundle)).body).toContain('"404"');
  for (const path of ['/$export', '/Patient/$export', '/AuditEvent']) expect(await statusOf(token, path)).toBe(403);
});

it('scopes: nothing is widened, by the app, by its registration or by the person’s role', async () => {
  const few = await addTestApp(server.app, owner, { scopes: 'launch patient/Patient.r patient/DocumentReference.crs' });
  const wide =
    'launch openid offline_access user/*.cruds patient/*.cruds patient/Patient.read patient/Condition.rs patient/Patient.r?name=x';
  const got = await tokensFor(server.app, owner, few, kari.rowId, { scope: wide });
  expect(got.scope.split(' ').sort()).toEqual(['launch', 'patient/DocumentReference.crs', 'patient/Patient.r']);
  expect([got.refresh_token, got.id_token]).toEqual([undefined, undefined]);
  expect(await statusOf(got.access_token)).toBe(200);
  expect(await statusOf(got.access_token, '/Patient')).toBe(403);
  expect(await statusOf(got.access_token, `/Encounter/${visit.rowId}`)).toBe(403);
  const nothing = await askForCode(server.app, few, await launchFor(server.app, owner, few, kari.rowId), { scope: 'user/Patient.rs' });
  expect(nothing.error).toBe('invalid_scope');
  // Without `launch` the app is told of no patient, and patient's scopes mean none.
  const blind = await askForCode(server.app, few, await launchFor(server.app, owner, few, kari.rowId), { scope: 'patient/Patient.r' });
  expect(blind.error).toBe('invalid_scope');

  const desk = await addColleague(server.app, owner, ['ASSISTANT']);
  const deskToken = await tokensFor(server.app, desk, client, kari.rowId);
  expect(deskToken.scope).toContain('patient/Patient.rs');
  expect(deskToken.scope).not.toMatch(/Encounter|Composition|DocumentReference|\*/);
  expect(await statusOf(deskToken.access_token, `/Encounter/${visit.rowId}`)).toBe(403);
});

it('no PKCE, plain PKCE, no state, wrong aud, and what is no code: the app is told; a wrong redirect or client: the person is', async () => {
  const asking = async (changes: Record<string, string | undefined>) =>
    askForCode(server.app, client, await launchFor(server.app, owner, client, kari.rowId), changes);
  for (const changes of [
    { code_challenge: undefined, code_challenge_method: undefined },
    { code_challenge: VERIFIER, code_challenge_method: 'plain' },
    { code_challenge_method: undefined },
    { state: undefined },
    { aud: 'https://andre.example.test/fhir/R4' },
    { aud: undefined },
    { launch: undefined },
  ])
    expect(await asking(changes)).toMatchObject({ error: 'invalid_request', code: '' });
  expect((await asking({ response_type: 'token' })).error).toBe('unsupported_response_type');
  for (const redirect of [
    `${REDIRECT}/`,
    `${REDIRECT}?x=1`,
    'https://app.example.test/annet',
    'https://ond.example.test/ferdig',
    REDIRECT.toUpperCase(),
  ])
    expect(await asking({ redirect_uri: redirect })).toMatchObject({ status: 400, to: undefined });
  for (const id of [v7(), 'x', '']) expect(await asking({ client_id: id })).toMatchObject({ status: 400, to: undefined });
});

it('a launch is for one use, one browser, one app and five minutes; a ticket for one use and one minute', async () => {
  const once = await launchFor(server.app, owner, client, kari.rowId);
  expect((await askForCode(server.app, client, once)).code).not.toBe('');
  expect((await askForCode(server.app, client, once)).error).toBe('invalid_request');
  const ticket = new URL(once.ticketUrl);
  expect((await browse(server.app, `${ticket.pathname}${ticket.search}`)).statusCode).toBe(400);

  const elsewhere = await launchFor(server.app, owner, client, kari.rowId);
  for (const cookie of ['', `${elsewhere.cookie.split('=')[0]}=${'a'.repeat(43)}`])
    expect((await askForCode(server.app, client, { ...elsewhere, cookie })).error).toBe('invalid_request');
  const second = await addTestApp(server.app, owner, { name: 'En annen' });
  expect((await askForCode(server.app, second, elsewhere)).error).toBe('invalid_request');
  expect((await askForCode(server.app, client, elsewhere)).code).not.toBe('');

  const late = await launchFor(server.app, owner, client, kari.rowId);
  const begun = await request(server.app, owner, 'POST', `/v1/apps/${client.id}/launch`, { patientId: kari.rowId, encounterId: null });
  const url = new URL(begun.json<{ url: string }>().url);
  expect((await after(61_000, () => browse(server.app, `${url.pathname}${url.search}`))).statusCode).toBe(400);
  expect((await after(301_000, () => askForCode(server.app, client, late))).error).toBe('invalid_request');
});

it('another clinic’s app, patient and token reach nothing here', async () => {
  const theirs = await addTestApp(server.app, foreigner);
  for (const [laptop, app, patientId, code] of [
    [owner, theirs, kari.rowId, 'app/unknown'],
    [foreigner, client, kari.rowId, 'app/unknown'],
    [foreigner, theirs, kari.rowId, 'patient/unknown'],
  ] as const) {
    const answer = await request(server.app, laptop, 'POST', `/v1/apps/${app.id}/launch`, { patientId, encounterId: null });
    expect(answer.json()).toMatchObject({ status: 404, code });
  }
  const wrongVisit = { patientId: kari.rowId, encounterId: othersVisit.rowId };
  expect((await request(server.app, owner, 'POST', `/v1/apps/${client.id}/launch`, wrongVisit)).json()).toMatchObject({
    code: 'encounter/unknown',
  });
  const launched = await launchFor(server.app, owner, client, kari.rowId);
  expect((await askForCode(server.app, theirs, launched)).error).toBe('invalid_request');
  const { code } = await askForCode(server.app, client, launched);
  expect((await redeem(server.app, theirs, code)).json()).toEqual({ error: 'invalid_grant' });
  const got = (await redeem(server.app, client, code)).json<Tokens>();
  expect((await post(server.app, 'token', { grant_type: 'refresh_token', refresh_token: got.refresh_token }, theirs)).json()).toEqual({
    error: 'invalid_grant',
  });
  expect((await post(server.app, 'introspect', { token: got.access_token }, theirs)).json()).toEqual({ active: false });
  expect((await post(server.app, 'revoke', { token: got.access_token }, theirs)).statusCode).toBe(200);
  expect(await statusOf(got.access_token)).toBe(200);
});

it('a code that comes twice ends all that came of it; a wrong verifier, redirect or time gives nothing', async () => {
  const { code } = await askForCode(server.app, client, await launchFor(server.app, owner, client, kari.rowId));
  const got = (await redeem(server.app, client, code)).json<Tokens>();
  expect(await statusOf(got.access_token)).toBe(200);
  expect((await redeem(server.app, client, code)).json()).toEqual({ error: 'invalid_grant' });
  expect(await statusOf(got.access_token)).toBe(401);
  expect((await post(server.app, 'token', { grant_type: 'refresh_token', refresh_token: got.refresh_token }, client)).json()).toEqual({
    error: 'invalid_grant',
  });
  for (const changes of [
    { code_verifier: 'v'.repeat(43) },
    { code_verifier: challengeFor(VERIFIER) },
    { redirect_uri: `${REDIRECT}/` },
  ] as Record<string, string>[]) {
    const fresh = await askForCode(server.app, client, await launchFor(server.app, owner, client, kari.rowId));
    expect((await redeem(server.app, client, fresh.code, changes)).json()).toEqual({ error: 'invalid_grant' });
    // It is used up.
    expect((await redeem(server.app, client, fresh.code)).json()).toEqual({ error: 'invalid_grant' });
  }
  const slow = await askForCode(server.app, client, await launchFor(server.app, owner, client, kari.rowId));
  expect((await after(61_000, () => redeem(server.app, client, slow.code))).json()).toEqual({ error: 'invalid_grant' });
});

it('refresh tokens are exchanged; one that comes again ends all; scopes are not widened; an access token lives an hour', async () => {
  const first = await tokens();
  const refresh = (token: string, more: Record<string, string> = {}) =>
    post(server.app, 'token', { grant_type: 'refresh_token', refresh_token: token, ...more }, client);
  expect((await refresh(first.refresh_token, { scope: `${first.scope} user/*.cruds` })).json()).toEqual({ error: 'invalid_scope' });
  const second = (await refresh(first.refresh_token)).json<Tokens>();
  expect(second.scope).toBe(first.scope);
  expect([await statusOf(first.access_token), await statusOf(second.access_token)]).toEqual([401, 200]);
  expect((await refresh(first.refresh_token)).json()).toEqual({ error: 'invalid_grant' });
  expect((await refresh(second.refresh_token)).json()).toEqual({ error: 'invalid_grant' });
  expect(await statusOf(second.access_token)).toBe(401);

  const third = await tokens();
  const twice = await Promise.all([refresh(third.refresh_token), refresh(third.refresh_token)]);
  expect(twice.map(({ statusCode }) => statusCode).sort()).toEqual([200, 400]);
  const old = await tokens();
  await after(3_601_000, async () => {
    expect((await fhir(server.app, old.access_token, 'GET', `/Patient/${kari.rowId}`)).body).toContain('auth/expired');
    expect((await post(server.app, 'introspect', { token: old.access_token }, client)).json()).toEqual({ active: false });
  });
  expect((await after(15 * 86_400_000, () => refresh(old.refresh_token))).json()).toEqual({ error: 'invalid_grant' });
});

it('who an app is: a secret by header or form, a key by an assertion for one use; an id alone is nobody’s, and two ways are none', async () => {
  const { code } = await askForCode(server.app, client, await launchFor(server.app, owner, client, kari.rowId));
  const form = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT, code_verifier: VERIFIER };
  for (const more of [{ client_id: client.id }, { client_id: client.id, client_secret: 'feil' }, {}] as Record<string, string>[]) {
    const answer = await post(server.app, 'token', { ...form, ...more });
    expect([answer.statusCode, answer.json()]).toEqual([401, { error: 'invalid_client' }]);
  }
  expect((await post(server.app, 'token', { ...form, client_secret: String(client.secret) }, client)).statusCode).toBe(401);
  expect((await post(server.app, 'token', { ...form, client_id: client.id, client_secret: String(client.secret) })).statusCode).toBe(200);

  const pair = await generateKeyPair('ES384', { extractable: true });
  const jwks = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k', alg: 'ES384' }] };
  const keyed = await addTestApp(server.app, owner, { kind: 'key', jwks });
  expect(keyed.secret).toBeNull();
  const assertion = (changes: { aud?: string; seconds?: number; jti?: string; key?: CryptoKey } = {}) =>
    new SignJWT({})
      .setProtectedHeader({ alg: 'ES384', kid: 'k', typ: 'JWT' })
      .setIssuer(keyed.id)
      .setSubject(keyed.id)
      .setAudience(changes.aud ?? 'http://sync.example.test/auth/smart/token')
      .setJti(changes.jti ?? v7())
      .setExpirationTime(Math.floor(server.time.now.getTime() / 1000) + (changes.seconds ?? 60))
      .sign(changes.key ?? pair.privateKey);
  const byKey = async (client_assertion: string, path = 'token', more: Record<string, string> = {}) =>
    post(server.app, path, { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion, ...more });
  const asked = await askForCode(server.app, keyed, await launchFor(server.app, owner, keyed, kari.rowId));
  const stranger = await generateKeyPair('ES384');
  for (const wrong of [
    await assertion({ aud: 'https://andre.example.test/token' }),
    await assertion({ seconds: 900 }),
    await assertion({ seconds: -10 }),
    await assertion({ key: stranger.privateKey }),
  ])
    expect((await byKey(wrong, 'token', { ...form, code: asked.code })).statusCode).toBe(401);
  const good = await assertion();
  expect((await byKey(good, 'token', { ...form, code: asked.code })).statusCode).toBe(200);
  expect((await byKey(good, 'introspect', { token: 'x' })).statusCode).toBe(401);
  const priv = { keys: [{ ...(await exportJWK(pair.privateKey)), kid: 'k' }] };
  await expect(addTestApp(server.app, owner, { kind: 'key', jwks: priv })).rejects.toThrow('app/keys');

  const open = await addTestApp(server.app, owner, { kind: 'public' });
  const publicly = await askForCode(server.app, open, await launchFor(server.app, owner, open, kari.rowId));
  expect((await post(server.app, 'token', { ...form, code: publicly.code, client_id: open.id })).statusCode).toBe(200);
  expect((await post(server.app, 'introspect', { token: 'x', client_id: open.id })).statusCode).toBe(401);
});

it('introspection and revocation: of the app’s own token', async () => {
  const got = await tokens({ encounterId: visit.rowId });
  expect((await post(server.app, 'introspect', { token: got.access_token }, client)).json()).toMatchObject({
    active: true,
    client_id: client.id,
    patient: kari.rowId,
    encounter: visit.rowId,
    sub: owner.userId,
    scope: got.scope,
  });
  expect((await post(server.app, 'introspect', { token: got.access_token })).statusCode).toBe(401);
  await post(server.app, 'revoke', { token: got.refresh_token }, client);
  expect(await statusOf(got.access_token)).toBe(401);
  expect((await post(server.app, 'introspect', { token: got.access_token }, client)).json()).toEqual({ active: false });
});

it('a token opens FHIR and nothing else, and ends with the app, the person, the laptop and the clinic’s switches', async () => {
  const colleague = await addColleague(server.app, owner, ['PRACTITIONER']);
  const app = await addTestApp(server.app, owner);
  const { access_token: token, refresh_token: refresh } = await tokensFor(server.app, colleague, app, kari.rowId);
  for (const path of ['/v1/devices', '/v1/apps', '/v1/bootstrap'])
    expect((await request(server.app, { credential: token }, 'GET', path)).json()).toMatchObject({ code: 'auth/invalid' });
  const set = (id: string, change: object) => request(server.app, owner, 'POST', `/v1/apps/${id}`, change);
  await set(app.id, { enabled: false });
  expect(await statusOf(token)).toBe(401);
  await set(app.id, { enabled: true });
  expect(await statusOf(token)).toBe(200);
  const session = await request(server.app, owner, 'GET', '/v1/apps');
  expect(session.statusCode).toBe(200);
  for (const [switches, app401, person] of [
    [{ api: true, apps: false }, 401, 200],
    [{ api: false, apps: true }, 401, 403],
    [{ api: true, apps: true }, 200, 200],
  ] as const) {
    expect((await request(server.app, owner, 'PUT', '/v1/apps/switches', switches)).statusCode).toBe(204);
    expect([await statusOf(token), (await request(server.app, owner, 'GET', `/fhir/R4/Patient/${kari.rowId}`)).statusCode]).toEqual([
      app401,
      person,
    ]);
  }
  await request(server.app, owner, 'POST', `/v1/devices/${colleague.deviceId}/revoke`);
  expect(await statusOf(token)).toBe(401);
  expect((await post(server.app, 'token', { grant_type: 'refresh_token', refresh_token: refresh }, app)).json()).toEqual({
    error: 'invalid_grant',
  });
  const leaver = await addColleague(server.app, owner, ['PRACTITIONER']);
  const theirs = await tokensFor(server.app, leaver, app, kari.rowId);
  await write(server.app, owner, { entity: 'user', rowId: leaver.userId, set: { active: false } });
  expect(await statusOf(theirs.access_token)).toBe(401);
});

it('another app of the same clinic and person is told nothing of a token, ends none, and pages on by no link of it', async () => {
  const got = await tokens();
  const second = await addTestApp(server.app, owner, { name: 'En annen' });
  expect((await post(server.app, 'introspect', { token: got.access_token }, second)).json()).toEqual({ active: false });
  expect((await post(server.app, 'introspect', { token: got.refresh_token }, second)).json()).toEqual({ active: false });
  for (const token of [got.access_token, got.refresh_token])
    expect((await post(server.app, 'revoke', { token }, second)).statusCode).toBe(200);
  expect(await statusOf(got.access_token)).toBe(200);

  await write(server.app, owner, newEncounter(owner, kari.rowId));
  const page = await fhir(server.app, got.access_token, 'GET', '/Encounter?_count=1');
  const { link } = page.json<{ link: { relation: string; url: string }[] }>();
  const next = link.find(({ relation }) => relation === 'next')?.url.replace(BASE, '') ?? '';
  const theirs = await tokensFor(server.app, owner, second, kari.rowId);
  expect([await statusOf(got.access_token, next), await statusOf(theirs.access_token, next)]).toEqual([200, 400]);
});

it('where the clinic asks for level 4 an app sees charts only if it was shown at the laptop it was launched from', async () => {
  const colleague = await addColleague(server.app, owner, ['PRACTITIONER']);
  const got = await tokensFor(server.app, colleague, client, kari.rowId);
  const seen = () => statusOf(got.access_token, `/Encounter/${visit.rowId}`);
  const set = (text: string, values: unknown[]) => withClinic(server.pool, owner.clinicId, (tx) => tx.query(text, values));
  expect(await seen()).toBe(200);
  await set('insert into helseid_clinic (clinic_id, required) values ($1, true)', [owner.clinicId]);
  try {
    expect(await seen()).toBe(403);
    await set('update device_credential set level4_at = now() where clinic_id = $1 and device_id = $2', [
      owner.clinicId,
      colleague.deviceId,
    ]);
    expect(await seen()).toBe(200);
  } finally {
    await set('update helseid_clinic set required = false where clinic_id = $1', [owner.clinicId]);
  }
});

it('a journal that the patient has shut is shut for the app too; it is not launched, and says so', async () => {
  const blocked = newPatient('Stengt');
  const colleague = await addColleague(server.app, owner, ['PRACTITIONER']);
  await write(server.app, owner, blocked);
  const { access_token: token } = await tokensFor(server.app, colleague, client, blocked.rowId);
  expect(await statusOf(token, `/Patient/${blocked.rowId}`)).toBe(200);
  const block = {
    patientId: blocked.rowId,
    userId: colleague.userId,
    blocked: true,
    setById: owner.userId,
    setAt: '2026-11-28T08:00:00.000Z',
  };
  const outcome = await write(server.app, owner, { entity: 'access_block', rowId: v7(), set: block });
  expect(outcome.outcome).toBe('applied');
  expect(await statusOf(token, `/Patient/${blocked.rowId}`)).toBe(403);
  const again = await request(server.app, colleague, 'POST', `/v1/apps/${client.id}/launch`, {
    patientId: blocked.rowId,
    encounterId: null,
  });
  expect(again.json()).toMatchObject({ status: 403, code: 'patient/blocked' });
});

it('only an administrator registers; addresses are whole and safe, and no secret lies in the database', async () => {
  const clinician = await addColleague(server.app, owner, ['PRACTITIONER']);
  await expect(addTestApp(server.app, clinician)).rejects.toThrow('role/forbidden');
  for (const url of [
    'http://app.example.test/ferdig',
    'javascript:alert(1)',
    'https://a:b@app.example.test/',
    'https://app.example.test/#x',
    'https://*.example.test/',
  ])
    await expect(addTestApp(server.app, owner, { redirectUris: [url] })).rejects.toThrow('app/address');
  await expect(addTestApp(server.app, owner, { scopes: 'system/*.rs' })).rejects.toThrow('app/scopes');
  const got = await tokens();
  const told = await withClinic(server.pool, owner.clinicId, async (tx) => {
    let all = '';
    for (const table of ['smart_app', 'smart_launch', 'smart_grant', 'smart_token', 'smart_key', 'audit_event'])
      all += JSON.stringify((await tx.query(`select * from ${table}`)).rows);
    return all;
  });
  for (const secret of [String(client.secret), got.access_token.slice(-43), got.refresh_token]) expect(told).not.toContain(secret);
  const renewed = (await request(server.app, owner, 'POST', `/v1/apps/${client.id}/secret`)).json<{ secret: string }>();
  expect((await post(server.app, 'introspect', { token: got.access_token }, client)).statusCode).toBe(401);
  client = { ...client, secret: renewed.secret };
  expect((await post(server.app, 'introspect', { token: got.access_token }, client)).json()).toMatchObject({ active: true });
});
