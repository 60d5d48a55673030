/** A clinic may ask for level 4 of who reads charts over the network (norway.md J17): who is then refused what, and what goes on as before. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withClinic } from '#db/postgres/open.ts';
import { routes } from './routes/index.ts';
import { codeOf, enrolBy, invitationFor, KARI, openHelseIdWorld, signIn, type HelseIdWorld } from './testing/helseid-world.ts';
import { nameOf, PROBES } from './testing/probes.ts';
import {
  addColleague,
  changeOf,
  foundClinic,
  newEncounter,
  newPatient,
  newSection,
  PASSPHRASE,
  push,
  request,
  write,
  type Laptop,
} from './testing/test-clinic.ts';

let world: HelseIdWorld;
let boss: Laptop;
let kari: Laptop;
let desk: Laptop;
beforeAll(async () => {
  world = await openHelseIdWorld();
  boss = await foundClinic(world.server.app);
  kari = await addColleague(world.server.app, boss, ['PRACTITIONER']);
  desk = await addColleague(world.server.app, boss, ['ASSISTANT']);
  const patient = newPatient('Kanarifugl');
  const visit = newEncounter(kari, patient.rowId);
  await push(
    world.server.app,
    kari,
    [patient, visit, newSection(visit.rowId, 'kanarinotat')].map((draft) => changeOf(kari, draft)),
  );
  world.helseId.people.set('boss', { ...KARI, pid: '13897500901', hprNumber: '1234567' });
  world.helseId.people.set('kari', { ...KARI, pid: '13897500902', hprNumber: '2222222' });
  world.helseId.people.set('lav', { ...KARI, pid: '13897500902', hprNumber: '2222222', level: '3' });
});
afterAll(() => world?.close());

const app = () => world.server.app;
async function show(who: Laptop, name: string) {
  const { code, verifier } = await signIn(world, name);
  return codeOf(await request(app(), who, 'POST', '/v1/helseid/binding', { code, verifier }));
}
const require = (who: Laptop, required: boolean) => request(app(), who, 'PUT', '/v1/helseid/required', { required });
async function sessionBy(name: string): Promise<{ credential: string }> {
  const { code, verifier } = await signIn(world, name);
  const answer = await request(app(), undefined, 'POST', '/v1/sessions/helseid', { code, verifier });
  return { credential: answer.json<{ accessToken?: string }>().accessToken ?? String(codeOf(answer)) };
}
const chartRoutes = routes.filter(({ reads }) => reads === 'chart');
const ask = (who: { credential: string }, name: string) => {
  const probe = PROBES[name]?.({ userId: kari.userId, deviceId: kari.deviceId });
  if (probe === undefined) throw new Error(name);
  return request(app(), who, name.split(' ')[0] as 'GET', probe.url, probe.payload);
};

describe('a clinic that does not ask', () => {
  it('lets a session of level 3 read, once the person is bound', async () => {
    expect(await show(kari, 'lav')).toBe('helseid/level');
    expect(await show(kari, 'kari')).toBe(204);
    expect(codeOf(await request(app(), await sessionBy('lav'), 'GET', '/v1/digest'))).toBe(200);
  });
});

describe('to ask for it', () => {
  it('is an administrator’s, who has shown it at this very device; it is told in the log', async () => {
    expect(codeOf(await require(kari, true))).toBe('role/forbidden');
    expect(codeOf(await require(boss, true))).toBe('helseid/show-first');
    expect(await show(boss, 'boss')).toBe(204);
    expect(codeOf(await require(boss, true))).toBe(204);
    expect(codeOf(await require(boss, true))).toBe(204);
    const state = (await request(app(), boss, 'GET', '/v1/helseid')).json<{ required: boolean; shownAt: string; people: object[] }>();
    expect([state.required, typeof state.shownAt, state.people.length]).toEqual([true, 'string', 2]);
    expect((await request(app(), kari, 'GET', '/v1/helseid')).json<{ people: object[] }>().people).toHaveLength(1);
    const told = await withClinic(world.server.pool, boss.clinicId, async (tx) => {
      const { rows } = await tx.query<{ verb: string; details: object }>(
        "select verb, details from audit_event where verb = 'helseid.required'",
      );
      return rows;
    });
    expect(told).toEqual([{ verb: 'helseid.required', details: { required: true } }]);
  });
});

describe('a clinic that asks', () => {
  it('a passphrase’s session and one of level 3 read no chart by any route, and see what a desk sees elsewhere', async () => {
    const byPassphrase = await request(app(), undefined, 'POST', '/v1/sessions', { email: boss.email, passphrase: PASSPHRASE });
    const session = { credential: byPassphrase.json<{ accessToken: string }>().accessToken };
    // FHIR is charts by another way out: none of its routes may be forgotten.
    const closedFhir = routes.filter(({ path, auth }) => path.startsWith('/fhir/') && auth !== 'open');
    expect(closedFhir.filter(({ reads }) => reads !== 'chart')).toEqual([]);
    expect(chartRoutes.length).toBeGreaterThan(8 + closedFhir.length);
    for (const route of chartRoutes) {
      const answer = await ask(session, nameOf(route));
      expect([nameOf(route), answer.statusCode, answer.body.includes('auth/level-needed')]).toEqual([nameOf(route), 403, true]);
      expect(answer.body).not.toContain('kanarinotat');
    }
    expect(await sessionBy('lav')).toEqual({ credential: 'helseid/level' });
    expect(codeOf(await request(app(), session, 'GET', '/v1/devices'))).toBe(200);
  });

  it('a session of level 4 reads; when nobody asks any more, a passphrase’s does again', async () => {
    const session = await sessionBy('kari');
    expect((await request(app(), session, 'GET', '/v1/shape?table=feed&offset=-1')).body).toContain('kanarinotat');
    expect(codeOf(await require(boss, false))).toBe(204);
    const byPassphrase = await request(app(), undefined, 'POST', '/v1/sessions', { email: boss.email, passphrase: PASSPHRASE });
    expect(
      codeOf(await request(app(), { credential: byPassphrase.json<{ accessToken: string }>().accessToken }, 'GET', '/v1/digest')),
    ).toBe(200);
    expect(codeOf(await require(boss, true))).toBe(204);
  });

  it('a clinical device comes in by level 4 alone; the invitation is not used up by the refusal', async () => {
    const code = await invitationFor(world.server, boss, kari.userId);
    expect(codeOf(await enrolBy(world.server, { code }))).toBe('join/level-needed');
    const low = await signIn(world, 'lav');
    expect(codeOf(await enrolBy(world.server, { code, helseId: low.code, verifier: low.verifier }))).toBe('helseid/level');
    const high = await signIn(world, 'kari');
    const entered = await enrolBy(world.server, { code, helseId: high.code, verifier: high.verifier });
    expect(entered.statusCode).toBe(201);
    const credential = entered.json<{ deviceCredential: string }>().deviceCredential;
    expect(codeOf(await request(app(), { credential }, 'GET', '/v1/digest'))).toBe(200);
    // Whom no chart comes down to is not asked.
    expect(codeOf(await enrolBy(world.server, { code: await invitationFor(world.server, boss, desk.userId) }))).toBe(201);
    expect(codeOf(await request(app(), desk, 'GET', '/v1/digest'))).toBe(200);
  });

  it('a device from before hands in and keeps its lease, and gets no chart until its own person has shown the level at it', async () => {
    const old = await addColleagueBefore();
    for (const route of chartRoutes.filter(({ auth }) => auth === 'signed-in'))
      expect([nameOf(route), codeOf(await ask(old, nameOf(route)))]).toEqual([nameOf(route), 'auth/level-needed']);
    expect((await write(app(), old, newPatient('Nordmann'))).outcome).toBe('applied');
    expect(codeOf(await request(app(), old, 'GET', '/v1/lease'))).toBe(200);
    world.helseId.people.set('ola', { ...KARI, pid: '13897500903', hprNumber: '3333333' });
    expect(await show(old, 'ola')).toBe(204);
    expect(codeOf(await request(app(), old, 'GET', '/v1/digest'))).toBe(200);
    // Without the binding it is as before.
    expect(codeOf(await request(app(), boss, 'POST', `/v1/helseid/bindings/${old.userId}/remove`))).toBe(204);
    expect(codeOf(await request(app(), old, 'GET', '/v1/digest'))).toBe('auth/level-needed');
  });

  it('a reader that waits is refused when the clinic begins to ask', async () => {
    expect(codeOf(await require(boss, false))).toBe(204);
    const old = await addColleagueBefore();
    const first = await request(app(), old, 'GET', '/v1/shape?table=feed&offset=-1');
    const handle = String(first.headers['electric-handle']);
    const offset = String(first.headers['electric-offset']);
    const waits = request(app(), old, 'GET', `/v1/shape?table=feed&offset=${offset}&handle=${handle}&live=true`);
    expect(codeOf(await require(boss, true))).toBe(204);
    await write(app(), boss, newPatient('Etterpå'));
    expect(codeOf(await waits)).toBe('auth/level-needed');
  });
});

/** Enrolled while the clinic did not ask. */
async function addColleagueBefore(): Promise<Laptop> {
  expect(codeOf(await require(boss, false))).toBe(204);
  const who = await addColleague(app(), boss, ['PRACTITIONER']);
  expect(codeOf(await require(boss, true))).toBe(204);
  return who;
}
