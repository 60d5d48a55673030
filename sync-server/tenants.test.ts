/**
 * Two clinics with the same things in them, and every route there is, asked by every role with a device and with a session: about the own
 * clinic, the other one, and what is nowhere (security.md §3; OWASP API 1, 3, 5; ASVS 8.2, 8.4.1).
 */
import pg from 'pg';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TENANT_TABLES } from '#db/postgres/guards.ts';
import { ROLES, type Role } from '#db/model/clinic.ts';
import { routes } from './routes/index.ts';
import type { Route } from './routes/route.ts';
import { nameOf, PNG, PROBES, type Target } from './testing/probes.ts';
import {
  addColleague,
  changeOf,
  foundClinic,
  newAttachment,
  newEncounter,
  newPatient,
  newSection,
  PASSPHRASE,
  push,
  pushRaw,
  request,
  verifierOf,
  type Laptop,
} from './testing/test-clinic.ts';
import { openTestDatabase, PLACES, type TestDatabase } from './testing/test-database.ts';
import { openTestServer, type TestServer } from './testing/test-server.ts';

const closed = routes.filter(({ auth }) => auth !== 'open');

/**
 * What each role gets about a colleague of the own clinic: ADMIN, PRACTITIONER, ASSISTANT. By device and by session alike, but where the
 * two differ. A new route is judged here on purpose.
 */
const OWN: Record<string, string> = {
  'POST /v1/devices/invitations': '201 403 403',
  'GET /v1/devices': '200 200 200',
  'POST /v1/devices/:id/revoke': '204 403 403',
  'PUT /v1/accounts/:userId': '204 403 403',
  'GET /v1/second-factor': '200 200 200',
  'POST /v1/second-factor': '201 201 201',
  'POST /v1/second-factor/confirm': '401 401 401',
  'POST /v1/second-factor/recovery-codes': '409 409 409',
  'POST /v1/second-factor/off': '204 204 204',
  'POST /v1/accounts/:userId/second-factor/reset': '204 403 403',
  // Nobody hands in for another person's device.
  'POST /v1/changes': '403 403 403',
  'GET /v1/shape': '200 200 200',
  'GET /v1/bootstrap': '200 200 200',
  'GET /v1/digest': '200 200 200',
  'POST /v1/compare': '200 200 200',
  'GET /v1/lease': '200 200 200',
  'DELETE /v1/sessions/helseid': '204 204 204',
  'GET /v1/helseid': '200 200 200',
  // This server has no HelseID (helseid.test.ts).
  'POST /v1/helseid/binding': '404 404 404',
  'POST /v1/helseid/bindings/:userId/remove': '204 403 403',
  'PUT /v1/helseid/required': '204 403 403',
  'GET /v1/audit/anchor': '200 200 200',
  'POST /v1/audit': '200 403 403',
  'POST /v1/handed-in': '403 200 403',
  'POST /v1/held': '403 200 403',
  'POST /v1/handed-in/decide': '403 200 403',
  'GET /v1/attachments/:id/content': '403 200 403',
  'PUT /v1/attachments/:id/content/:n': '403 204 403',
  'POST /v1/attachments/:id/content/complete': '403 204 403',
  'GET /v1/attachments/:id/content/:n': '403 200 403',
  'GET /v1/attachments/:id/direct': '403 200 403',
  // There is none of this id, and that is all that is said.
  'GET /v1/letters/:id/pdf': '403 404 403',
  'GET /v1/payments/:id/receipt': '403 404 404',
  'GET /v1/invoices/:id/pdf': '403 404 404',
  'POST /v1/statements': '403 404 404',
  'GET /v1/apps': '200 200 200',
  'POST /v1/apps': '201 403 403',
  'POST /v1/apps/:id': '404 403 403',
  'POST /v1/apps/:id/secret': '404 403 403',
  'DELETE /v1/apps/:id': '404 403 403',
  'PUT /v1/apps/switches': '204 403 403',
  // There is none; and a session alone, without a laptop, launches none.
  'POST /v1/apps/:id/launch': '404 404 404',
  'GET /v1/webhooks': '200 403 403',
  // A server without them: there is nothing to name an address for.
  'POST /v1/webhooks': '400 403 403',
  'POST /v1/webhooks/:id': '404 403 403',
  'DELETE /v1/webhooks/:id': '404 403 403',
  'POST /v1/webhooks/:id/test': '404 403 403',
  'POST /v1/webhooks/deliveries/:id/replay': '404 403 403',
  'GET /v1/integrations': '200 200 200',
  'POST /v1/integrations/:name/check': '200 403 403',
  // The test's operator has it off; a clinician is told so.
  'POST /v1/ai/drafts': '403 409 403',
  'GET /v1/jobs/dead': '200 403 403',
  // There is none, and that is all that is said.
  'POST /v1/jobs/dead/:id/replay': '404 403 403',
  'GET /fhir/R4/:type': '403 200 200',
  'POST /fhir/R4/:type/_search': '403 200 403',
  'GET /fhir/R4/:type/:id': '403 200 403',
  'GET /fhir/R4/:type/:id/_history': '403 200 403',
  // No version that is kept; people are everybody's to know.
  'GET /fhir/R4/:type/:id/_history/:version': '404 404 404',
  // The target is no patient, and no booking.
  'POST /fhir/R4/:type': '403 422 403',
  'PUT /fhir/R4/:type/:id': '403 404 404',
  'GET /fhir/R4/Binary/:id': '403 200 403',
  // Whoever takes out a clinic answers for it and is a clinician too.
  'GET /fhir/R4/$export': '403 403 403',
  'GET /fhir/R4/Patient/$export': '403 403 403',
  'GET /fhir/R4/_export/:id': '404 404 404',
  'DELETE /fhir/R4/_export/:id': '404 404 404',
  'GET /fhir/R4/_export/:id/:file': '404 404 404',
  'POST /fhir/R4': '403 422 403',
  'POST /fhir/R4/': '403 422 403',
  // The target is no patient: whoever may take out a journal hears so.
  'GET /fhir/R4/Patient/:id/$everything': '403 404 403',
};

interface Caller {
  role: Role;
  by: 'device' | 'session';
  as: { credential: string };
}
interface Clinic {
  owner: Laptop;
  /** A colleague whose laptop was revoked and handed in; an attachment has its id. */
  colleague: Target;
  callers: Caller[];
}

describe.each(PLACES)('tenants (%s)', (place) => {
  let database: TestDatabase;
  let server: TestServer;
  let admin: pg.Client;
  let ours: Clinic;
  let theirs: Clinic;
  /** Everything in the other clinic's rows by which it could be recognised. */
  let secrets: string[];
  beforeAll(async () => {
    database = await openTestDatabase(place);
    server = await openTestServer(database);
    admin = new pg.Client({ connectionString: database.adminUrl });
    await admin.connect();
    [ours, theirs] = [await seeded('Vår'), await seeded('Deres')];
    secrets = await tracesOf(theirs.owner.clinicId);
  });
  afterAll(async () => {
    await admin?.end();
    await server?.close();
    await database?.close();
  });

  async function seeded(name: string): Promise<Clinic> {
    const owner = await foundClinic(server.app, { name: `${name}klinikken` });
    const lost = await addColleague(server.app, owner, ['PRACTITIONER']);
    const patient = newPatient(`${name}kanari`);
    const visit = newEncounter(lost, patient.rowId);
    const attachment = { ...newAttachment(lost, patient.rowId, PNG), rowId: lost.deviceId };
    const drafts = [patient, visit, newSection(visit.rowId, `${name} notat`), attachment];
    await push(
      server.app,
      lost,
      drafts.map((draft) => changeOf(lost, draft)),
    );
    await request(server.app, lost, 'PUT', `/v1/attachments/${lost.deviceId}/content/0`, PNG);
    await request(server.app, lost, 'POST', `/v1/attachments/${lost.deviceId}/content/complete`);
    await request(server.app, owner, 'POST', `/v1/devices/${lost.deviceId}/revoke`);
    await pushRaw(server.app, lost, [changeOf(lost, newPatient(`${name} innlevert`))]);
    const callers: Caller[] = [];
    for (const role of ROLES) {
      const laptop = await addColleague(server.app, owner, [role]);
      await request(server.app, laptop, 'PUT', `/v1/accounts/${laptop.userId}`, { verifier: await verifierOf(PASSPHRASE) });
      const session = await request(server.app, undefined, 'POST', '/v1/sessions', { email: laptop.email, passphrase: PASSPHRASE });
      callers.push(
        { role, by: 'device', as: laptop },
        { role, by: 'session', as: { credential: session.json<{ accessToken: string }>().accessToken } },
      );
    }
    return { owner, colleague: lost, callers };
  }
  async function rowsOf(clinicId: string): Promise<string[]> {
    const all: string[] = [];
    for (const table of TENANT_TABLES) {
      const { rows } = await admin.query<{ row: string }>(`select '${table} ' || t::text as row from "${table}" t where clinic_id = $1`, [
        clinicId,
      ]);
      all.push(...rows.map(({ row }) => row).sort());
    }
    return all;
  }
  async function tracesOf(clinicId: string): Promise<string[]> {
    const text = (await rowsOf(clinicId)).join('\n');
    const ids = text.match(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g) ?? [];
    return [...new Set(ids)]
      .filter((id) => !id.startsWith('00000000'))
      .concat('Dereskanari', 'Deres notat', 'Deres innlevert', 'Deresklinikken');
  }
  const ask = ({ as }: Caller, route: Route, target: Target) => {
    const probe = PROBES[nameOf(route)]?.(target);
    if (probe === undefined) throw new Error(`${nameOf(route)} has no probe (testing/probes.ts)`);
    return request(server.app, as, route.method, probe.url, probe.payload);
  };
  /** All that a caller could tell two answers apart by, but the id that each request has of its own. */
  const said = ({ statusCode, headers, body }: Awaited<ReturnType<typeof ask>>) => {
    const { date: _date, 'x-request-id': id, ...others } = headers;
    return { statusCode, headers: others, body: body.replaceAll(String(id), 'id') };
  };
  const namesTarget = (route: Route) =>
    JSON.stringify(PROBES[nameOf(route)]?.({ userId: 'a', deviceId: 'b' })) !==
    JSON.stringify(PROBES[nameOf(route)]?.({ userId: 'c', deviceId: 'd' }));

  it('the list of what each role gets has every route', () => {
    expect(Object.keys(OWN).sort()).toEqual(closed.map(nameOf).sort());
    expect(closed.filter(namesTarget).length).toBeGreaterThan(10);
    expect(secrets.length).toBeGreaterThan(20);
  });

  it('of the other clinic no route reads or writes anything, and what is foreign is answered as what is nowhere, byte for byte', async () => {
    const before = await rowsOf(theirs.owner.clinicId);
    let asked = 0;
    for (const route of closed) {
      for (const caller of ours.callers) {
        const foreign = await ask(caller, route, theirs.colleague);
        const who = `${nameOf(route)} by ${caller.role}'s ${caller.by}`;
        for (const secret of secrets) expect(foreign.body.includes(secret), `${who}: ${secret}`).toBe(false);
        asked += 1;
        if (!namesTarget(route)) continue;
        const absent = await ask(caller, route, { userId: v7(), deviceId: v7() });
        expect(said(foreign), who).toEqual(said(absent));
      }
    }
    expect(await rowsOf(theirs.owner.clinicId)).toEqual(before);
    expect(asked).toBe(closed.length * ROLES.length * 2);
    // Every route there is, some six times.
  }, 120_000);

  it.each(closed.map((route) => [nameOf(route), OWN[nameOf(route)] ?? '?', route] as const))('%s: %s', async (_, expected, route) => {
    for (const by of ['device', 'session'] as const) {
      const answers = [];
      for (const caller of ours.callers.filter((one) => one.by === by)) answers.push((await ask(caller, route, ours.colleague)).statusCode);
      expect([by, answers.join(' ')]).toEqual([by, expected]);
    }
  });
});
