/**
 * Every field of every message of every route, spoilt. The routes are the server's own list, so that a new one is judged too; one
 * without an example here is asked with what its schema allows. What may come back: a problem with a code we know, and then
 * nothing has happened; or the answer to a message that was still good.
 *
 * `RYGGRAD_FUZZ_SEED` repeats a run, `RYGGRAD_FUZZ_RUNS` (per field) makes it longer.
 */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import pg from 'pg';
import { v7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { canonical, PROTOCOL_VERSION, pushReplySchema } from '#db/sync/change.ts';
import { openLog } from '#sync-server/plugins/logging.ts';
import { routes } from '#sync-server/routes/index.ts';
import type { Route } from '#sync-server/routes/route.ts';
import {
  changeOf,
  enrolLaptop,
  foundClinic,
  newPatient,
  PASSPHRASE,
  request,
  verifierOf,
  write,
  type Laptop,
} from '#sync-server/testing/test-clinic.ts';
import { refusalIn } from '#sync-server/testing/probes.ts';
import { quarantined } from '#sync-server/testing/opened.ts';
import { openTestDatabase, type TestDatabase } from '#sync-server/testing/test-database.ts';
import { openTestServer, type TestServer } from '#sync-server/testing/test-server.ts';
import { CANARY, EVERY_WAY, HEADERS, PARAMETERS, pathsIn, spoilt, TEXTS, type Json } from './mutations.ts';

const SEED = Number(process.env['RYGGRAD_FUZZ_SEED'] ?? 20_261_123);
const RUNS = Number(process.env['RYGGRAD_FUZZ_RUNS'] ?? 8);

/** The codes of problems these routes answer with. A new one is put here on purpose: others script against them. */
const PROBLEMS = new Set([
  'auth/missing',
  'auth/invalid',
  'auth/expired',
  'request/malformed',
  'request/media-type',
  'request/too-large',
  'route/unknown',
  'route/method',
  'role/forbidden',
  'actor/proof',
  'device/mismatch',
  'device/unknown',
  'device/exists',
  'user/unknown',
  'clinic/exists',
  'clinic/inconsistent',
  'account/weak-verifier',
  'join/code-unknown',
  'session/refused',
  'session/throttled',
  'changes/gap',
  'changes/protocol',
  'changes/from-newer',
  'shape/invalid',
  'second-factor/not-begun',
  'attachment/unknown',
  'job/unknown',
  'fhir/unknown-type',
  'fhir/not-found',
  'fhir/version-not-kept',
  'fhir/invalid-parameter',
  'fhir/unsupported-modifier',
  'fhir/unknown-page',
  'ai/off',
  // This server has none (helseid-refused.test.ts).
  'helseid/off',
  'letter/unknown',
  'payment/unknown',
  'invoice/unknown',
  'patient/unknown',
  'webhook/unknown',
  'app/unknown',
  'app/address',
  'app/scopes',
  'app/keys',
  'app/too-many',
  'integration/off',
  'fhir/invalid',
  'fhir/malformed',
  'fhir/wrong-type',
  'fhir/wrong-id',
  'fhir/not-kept',
  'fhir/unknown-profile',
  'fhir/business-rule',
  'fhir/unknown-reference',
  'fhir/not-created-here',
  'fhir/not-updated-here',
  'fhir/not-understood',
  'fhir/too-large-bundle',
  'fhir/unknown-export',
]);
const REJECTIONS = new Set([
  'change/malformed',
  'change/hash-mismatch',
  'change/replayed',
  'change/incomplete',
  'change/parent-missing',
  'change/not-storable',
  'actor/signature',
  'actor/key-unknown',
  'actor/unknown',
  'actor/forbidden',
  'entity/unknown',
]);

/** Every table tells of what is written in it, in the same transaction. */
const WATCH = `
  create unlogged table effect (written text);
  create function tell_effect() returns trigger language plpgsql security definer as
    $$ begin insert into effect values (tg_table_name); return null; end $$;
  do $$ declare name text; begin
    for name in select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
      and relname not in ('attempt', 'rate_budget', 'effect') loop
      execute format('create trigger tell_effect after insert or update or delete on %I for each row execute function tell_effect()', name);
    end loop;
  end $$;`;

interface World {
  patientId: string;
  app: TestServer['app'];
  owner: Laptop;
  other: Laptop;
  session: string;
  code: string;
  verifier: string;
}
interface Example {
  url: string;
  body?: Json;
}
const auditEvent = (laptop: Laptop): { [key: string]: Json } => {
  const event = {
    id: v7(),
    clinicId: laptop.clinicId,
    deviceId: laptop.deviceId,
    n: 1,
    at: '2026-11-23T08:00:00.000Z',
    actorId: laptop.userId,
    actorName: 'Ada Sjef',
    roles: ['ADMIN'],
    action: 'search',
    verb: 'patient.search',
    subjectEntity: 'patient',
    subjectId: v7(),
    patientId: null,
    details: { hits: [v7()], more: { count: 1 } },
    reason: null,
    previousHash: '0'.repeat(64),
  };
  return { ...event, hash: createHash('sha256').update(canonical(event)).digest('hex') };
};

const answersOf = (patientId: string): { [key: string]: Json } => ({
  resourceType: 'QuestionnaireResponse',
  questionnaire: 'http://example.test/Questionnaire/1',
  status: 'completed',
  subject: { reference: `Patient/${patientId}` },
  authored: '2026-11-23T08:00:00.000Z',
  item: [{ linkId: '1', text: CANARY, answer: [{ valueString: CANARY }] }],
});
const bookingOf = (id: string, patientId: string, userId: string): Json => ({
  resourceType: 'Appointment',
  id,
  status: 'booked',
  serviceType: [{ coding: [{ system: 'urn:ryggrad:visit-type', code: 'follow_up' }] }],
  start: '2026-12-01T09:00:00.000Z',
  end: '2026-12-01T09:30:00.000Z',
  participant: [
    { actor: { reference: `Patient/${patientId}` }, status: 'needs-action' },
    { actor: { reference: `Practitioner/${userId}` }, status: 'accepted' },
  ],
});
const bundleOf = (patientId: string): Json => ({
  resourceType: 'Bundle',
  type: 'transaction',
  entry: [{ resource: answersOf(patientId), request: { method: 'POST', url: 'QuestionnaireResponse' } }],
});

/** A good message of each route; where there is none, one made from the schema. */
const EXAMPLES: Record<string, (world: World) => Example> = {
  'POST /v1/clinics': ({ owner, verifier }) => {
    const [clinicId, userId, deviceId] = [v7(), v7(), v7()];
    return {
      url: '/v1/clinics',
      body: {
        clinic: { id: clinicId, name: 'Klinikken', demo: true },
        user: { id: userId, name: 'Ny Sjef', email: `${userId}@example.test`, roles: ['ADMIN'], profession: 'KI', hprNumber: '1234567' },
        device: { id: deviceId, name: 'Første', userId, audience: 'desk', enrolledAt: '2026-11-23T07:00:00.000Z' },
        signingKey: { id: v7(), userId, deviceId, publicKey: owner.publicKey },
        accountVerifier: verifier,
      },
    };
  },
  'POST /v1/sessions': ({ owner }) => ({ url: '/v1/sessions', body: { email: owner.email, passphrase: PASSPHRASE } }),
  'POST /v1/devices/invitations': ({ owner }) => ({ url: '/v1/devices/invitations', body: { userId: owner.userId } }),
  'POST /v1/devices': ({ code }) => ({ url: '/v1/devices', body: { code, device: { id: v7(), name: 'Ny' } } }),
  'POST /v1/devices/:id/revoke': () => ({ url: `/v1/devices/${v7()}/revoke` }),
  'PUT /v1/accounts/:userId': ({ owner, verifier }) => ({ url: `/v1/accounts/${owner.userId}`, body: { verifier } }),
  'POST /v1/changes': ({ owner, other }) => ({
    url: '/v1/changes',
    body: {
      protocol: PROTOCOL_VERSION,
      deviceId: owner.deviceId,
      changes: [
        changeOf(owner, newPatient(CANARY)),
        changeOf(owner, {
          entity: 'patient',
          rowId: v7(),
          set: { givenName: 'Ola', familyName: 'N', phone: '40000000' },
          base: { phone: 1 },
        }),
        changeOf(owner, newPatient(CANARY)),
      ] as unknown as Json,
      audit: [auditEvent(other)],
    },
  }),
  'POST /v1/ai/drafts': () => ({
    url: '/v1/ai/drafts',
    body: { task: 'icpc', patientId: v7(), sources: [{ n: 1, part: 'subjective', text: CANARY }], codes: ['L03'] },
  }),
  'GET /v1/shape': () => ({ url: '/v1/shape?table=feed&offset=-1&replica=full' }),
  'GET /v1/bootstrap': () => ({ url: '/v1/bootstrap?from=2026-11-23T00:00:00.000Z&to=2026-11-24T00:00:00.000Z' }),
  'GET /fhir/R4/:type': () => ({ url: '/fhir/R4/Patient?family=x&birthdate=1979&_count=5&_sort=family' }),
  'POST /fhir/R4/:type/_search': () => ({ url: '/fhir/R4/Encounter/_search?date=2026-11-23&status=finished' }),
  'POST /fhir/R4/:type': ({ patientId }) => ({ url: '/fhir/R4/QuestionnaireResponse', body: answersOf(patientId) }),
  'PUT /fhir/R4/:type/:id': ({ owner, patientId }) => {
    const id = v7();
    return { url: `/fhir/R4/Appointment/${id}`, body: bookingOf(id, patientId, owner.userId) };
  },
  'POST /fhir/R4': ({ patientId }) => ({ url: '/fhir/R4', body: bundleOf(patientId) }),
  'POST /fhir/R4/': ({ patientId }) => ({ url: '/fhir/R4/', body: bundleOf(patientId) }),
  'GET /fhir/R4/:type/:id': ({ owner }) => ({ url: `/fhir/R4/Practitioner/${owner.userId}` }),
  'GET /fhir/R4/:type/:id/_history': ({ owner }) => ({ url: `/fhir/R4/Practitioner/${owner.userId}/_history` }),
  'GET /fhir/R4/:type/:id/_history/:version': ({ owner }) => ({ url: `/fhir/R4/Practitioner/${owner.userId}/_history/2` }),
};

const nameOf = ({ method, path }: Route) => `${method} ${path}`;

/** Something the schema allows, as its JSON Schema says it. */
function sample(schema: z.core.JSONSchema.BaseSchema): Json {
  if (schema.const !== undefined) return schema.const as Json;
  if (schema.enum !== undefined) return schema.enum[0] as Json;
  const [either] = schema.anyOf ?? schema.oneOf ?? [];
  if (either !== undefined) return sample(either as z.core.JSONSchema.BaseSchema);
  if (schema.type === 'object')
    return Object.fromEntries(
      Object.entries(schema.properties ?? {}).map(([key, one]) => [key, sample(one as z.core.JSONSchema.BaseSchema)]),
    );
  if (schema.type === 'array') return [sample((schema.items ?? {}) as z.core.JSONSchema.BaseSchema)];
  if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 1;
  if (schema.type === 'boolean') return true;
  if (schema.format === 'uuid') return v7();
  if (schema.format === 'date-time') return '2026-11-23T08:00:00.000Z';
  return 'x'.repeat(schema.minLength ?? 1);
}

const exampleOf = (route: Route, world: World): Example =>
  EXAMPLES[nameOf(route)]?.(world) ?? {
    url: route.path.replaceAll(/:\w+/g, () => v7()),
    ...(route.body === undefined ? {} : { body: sample(z.toJSONSchema(route.body, { io: 'input', unrepresentable: 'any' })) }),
  };

describe('bad input', () => {
  let database: TestDatabase;
  let server: TestServer;
  let admin: pg.Client;
  let world: World;
  const lines: string[] = [];
  let before = 0;
  beforeAll(async () => {
    process.stdout.write(`bad input: RYGGRAD_FUZZ_SEED=${SEED} RYGGRAD_FUZZ_RUNS=${RUNS}\n`);
    database = await openTestDatabase();
    server = await openTestServer(database, { log: openLog('trace', 'json', { write: (line: string) => void lines.push(line) }) });
    admin = new pg.Client({ connectionString: database.adminUrl });
    await admin.connect();
    await admin.query(WATCH);
    const owner = await foundClinic(server.app);
    const patient = newPatient(CANARY);
    await write(server.app, owner, patient);
    const other = await enrolLaptop(server.app, owner, owner);
    const verifier = await verifierOf(PASSPHRASE);
    // The one that good messages bring: a session ends with the passphrase it was opened with.
    await request(server.app, owner, 'PUT', `/v1/accounts/${owner.userId}`, { verifier });
    const session = await request(server.app, undefined, 'POST', '/v1/sessions', { email: owner.email, passphrase: PASSPHRASE });
    world = {
      patientId: patient.rowId,
      app: server.app,
      owner,
      other,
      session: session.json<{ accessToken: string }>().accessToken,
      code: await newCode(owner),
      verifier,
    };
  });
  beforeEach(async () => {
    before = await effects();
  });
  afterAll(async () => {
    await admin?.end();
    await server?.close();
    await database?.close();
  });

  /** How often anything was written and stayed, besides how often somebody tried a passphrase. */
  async function effects(): Promise<number> {
    const { rows } = await admin.query<{ n: number }>('select count(*)::int as n from effect');
    return rows[0]?.n ?? -1;
  }
  const newCode = async (owner: Laptop) =>
    (await request(server.app, owner, 'POST', '/v1/devices/invitations', { userId: owner.userId })).json<{ code: string }>().code;
  /** What an earlier message used up is there again, so that each is judged for itself. */
  const ready = async () => {
    await admin.query('delete from attempt');
    const { rows } = await admin.query<{ n: number }>('select coalesce(max(n), 0)::int as n from ledger where device_id = $1', [
      world.owner.deviceId,
    ]);
    world.owner.next = (rows[0]?.n ?? 0) + 1;
  };
  async function send(
    route: Route,
    url: string,
    payload: string | Buffer | undefined,
    headers: Record<string, string> = { 'content-type': 'application/json' },
  ) {
    const bearer = route.auth === 'person' ? world.session : world.owner.credential;
    return server.app.inject({
      method: route.method,
      url,
      headers: { ...(route.auth === 'open' ? {} : { authorization: `Bearer ${bearer}` }), ...(payload === undefined ? {} : headers) },
      ...(payload === undefined ? {} : { payload }),
    });
  }
  type Answer = Awaited<ReturnType<typeof send>>;

  /** A problem with a code we know, and nothing has happened. */
  async function isRefusal(answer: Answer): Promise<void> {
    expect(answer.statusCode, answer.body).toBeGreaterThanOrEqual(400);
    expect(answer.statusCode, answer.body).toBeLessThan(500);
    const problem = refusalIn(answer);
    expect(PROBLEMS).toContain(problem.code);
    expect([problem.status, answer.headers['cache-control']]).toEqual([answer.statusCode, 'private, no-store']);
    expect(answer.body).not.toContain(CANARY);
    expect(await effects()).toBe(before);
  }

  /** A message that was still good as a whole; of a push, each change is judged for itself. */
  async function isAnswer(route: Route, answer: Answer, sent: Json, good: Json): Promise<void> {
    expect(answer.statusCode, answer.body).toBeLessThan(300);
    expect(route.body?.safeParse(sent).success ?? true).toBe(true);
    if (nameOf(route) === 'POST /v1/changes') {
      const { outcomes } = pushReplySchema.parse(answer.json());
      const changes = (sent as { changes: Json[] }).changes;
      const goodOnes = new Set((good as { changes: Json[] }).changes.map((change) => canonical(change)));
      const kept = await quarantined(server.pool, world.owner.clinicId, { id: world.owner.deviceId, ns: outcomes.map(({ n }) => n) });
      for (const [i, { n, outcome, code = '' }] of outcomes.entries()) {
        if (outcome === 'rejected') {
          expect(REJECTIONS).toContain(code);
          // Never lost: its whole text is kept, as it came.
          const text = JSON.stringify(changes[i]);
          expect(kept.some((one) => one.n === n && one.code === code && one.change === text)).toBe(true);
        } else expect(goodOnes).toContain(canonical(changes[i]));
      }
      // Its neighbours are applied.
      const untouched = changes.filter((change) => isCanonical(change) && goodOnes.has(canonical(change)));
      expect(outcomes.filter(({ outcome }) => outcome !== 'rejected').length).toBe(
        outcomes.length === changes.length ? untouched.length : outcomes.length,
      );
    }
    if (nameOf(route) === 'POST /v1/devices') world.code = await newCode(world.owner);
    if (nameOf(route) === 'PUT /v1/accounts/:userId')
      await admin.query('update account set verifier = $1 where user_id = $2', [world.verifier, world.owner.userId]);
    before = await effects();
  }

  async function judge(route: Route, url: string, payload: string | Buffer, good: Json, headers?: Record<string, string>): Promise<void> {
    const answer = await send(route, url, payload, headers);
    if (answer.statusCode >= 400) return isRefusal(answer);
    return isAnswer(route, answer, JSON.parse(String(payload)) as Json, good);
  }

  const withBody = routes.filter(({ body }) => body !== undefined);
  it.each(withBody.map((route) => [nameOf(route), route] as const))(
    '%s: every field',
    async (name, route) => {
      const paths = pathsIn(exampleOf(route, world).body ?? null);
      // The long message has many fields of one kind.
      const each = Math.min(EVERY_WAY.length, name === 'POST /v1/changes' ? RUNS : RUNS * 5);
      const drawn = fc.sample(fc.shuffledSubarray([...EVERY_WAY], { minLength: each, maxLength: each }), {
        seed: SEED,
        numRuns: paths.length,
      });
      for (const [i, path] of paths.entries()) {
        for (const way of drawn[i] ?? []) {
          await ready();
          const { url, body = null } = exampleOf(route, world);
          await judge(route, url, spoilt(body, path, way), body).catch((error: unknown) => {
            throw new Error(`${path.join('.') || 'the whole'}: ${way} (RYGGRAD_FUZZ_SEED=${SEED} RYGGRAD_FUZZ_RUNS=${RUNS})`, {
              cause: error,
            });
          });
        }
      }
      expect(drawn.flat()).toHaveLength(paths.length * each);
    },
    30_000 + RUNS * 5000,
  );

  it.each(withBody.map((route) => [nameOf(route), route] as const))(
    '%s: its text, its type and encoding, other methods',
    async (_, route) => {
      for (const [way, spoil] of Object.entries(TEXTS)) {
        for (const at of [0, 1, 17, 60, 1000]) {
          await ready();
          const { url, body = null } = exampleOf(route, world);
          const answer = await send(route, url, spoil(JSON.stringify(body), at));
          expect([way, answer.statusCode]).toEqual([way, 400]);
          await isRefusal(answer);
        }
      }
      for (const [way, headers] of Object.entries(HEADERS)) {
        const { url, body = null } = exampleOf(route, world);
        const answer = await send(route, url, JSON.stringify(body), headers);
        expect([way, answer.statusCode]).toEqual([way, 415]);
        await isRefusal(answer);
      }
      for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'POST'] as const) {
        const { url, body = null } = exampleOf(route, world);
        const taken = routes.some((other) => other.method === method && other.path === route.path);
        if (!taken) await isRefusal(await send({ ...route, method } as Route, url, JSON.stringify(body)));
      }
    },
  );

  it.each(routes.map((route) => [nameOf(route), route] as const))('%s: its address', async (_, route) => {
    for (const value of PARAMETERS) {
      const { url, body } = exampleOf(route, world);
      const [path = '', query = ''] = url.split('?');
      const addresses = [
        ...route.path.split('/').flatMap((part, i) => (part.startsWith(':') ? [path.split('/').with(i, value).join('/')] : [])),
        ...[...new URLSearchParams(query).keys()].map(
          (name) => `${path}?${query.replace(new RegExp(`${name}=[^&]*`), `${name}=${value}`)}`,
        ),
        ...(query === '' ? [] : [`${url}&${value}=1`, `${url}&${query}`]),
      ];
      for (const address of addresses) {
        await ready();
        const answer = await send(route, address, body === undefined ? undefined : JSON.stringify(body));
        expect(answer.statusCode).toBeLessThan(500);
        if (answer.statusCode >= 400) await isRefusal(answer);
        else {
          if (nameOf(route) === 'POST /v1/devices') world.code = await newCode(world.owner);
          before = await effects();
        }
      }
    }
  });

  it('the process lives, and of all that was sent no line of the log says a word', async () => {
    expect((await server.app.inject('/health')).statusCode).toBe(200);
    expect(lines.length).toBeGreaterThan(500);
    const all = lines.join('');
    for (const secret of [CANARY, world.owner.deviceId, world.owner.clinicId, world.owner.email, PASSPHRASE, 'rdc_', 'eyJ', '$argon2id'])
      expect(all).not.toContain(secret);
    expect(lines.filter((line) => line.includes('server/error'))).toEqual([]);
    expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false);
  });
});

function isCanonical(value: Json): boolean {
  try {
    canonical(value);
    return true;
  } catch {
    return false;
  }
}
