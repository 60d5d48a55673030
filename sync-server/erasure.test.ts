/** Who decides that something is erased by law: whoever answers for it, another clinician once that one has left, and no machine that was taken away. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { v7 } from 'uuid';
import { addColleague, changeOf, foundClinic, newPatient, push, request, write, type Draft, type Laptop } from './testing/test-clinic.ts';
import { openTestDatabase, type TestDatabase } from './testing/test-database.ts';
import { openTestServer, type TestServer } from './testing/test-server.ts';

let database: TestDatabase;
let server: TestServer;
let boss: Laptop;
beforeAll(async () => {
  database = await openTestDatabase('embedded');
  server = await openTestServer(database);
  boss = await foundClinic(server.app);
});
afterAll(async () => {
  await server?.close();
  await database?.close();
});

const AT = '2026-11-23T08:00:00.000Z';
const erasureBy = (decidedById: string, patientId: string, visit: string): Draft => ({
  entity: 'erasure',
  rowId: v7(),
  set: { patientId, requestId: null, basis: 'hpl-43', targets: [{ entity: 'encounter', id: visit }], decidedById, decidedAt: AT },
});

async function visitOf(who: Laptop): Promise<{ patientId: string; visit: string }> {
  const patient = newPatient();
  const visit = v7();
  const set = { patientId: patient.rowId, practitionerId: who.userId, visitType: 'follow_up', visitAt: AT, recordedAt: AT };
  const { outcomes } = await push(server.app, who, [changeOf(who, patient), changeOf(who, { entity: 'encounter', rowId: visit, set })]);
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['applied', 'applied']);
  return { patientId: patient.rowId, visit };
}

it('a locum answers for what they wrote until their last day; afterwards a colleague may decide', async () => {
  const locum = await addColleague(server.app, boss, ['PRACTITIONER']);
  const { patientId, visit } = await visitOf(locum);
  expect(await write(server.app, boss, erasureBy(boss.userId, patientId, visit))).toMatchObject({ code: 'actor/forbidden' });
  expect(await write(server.app, boss, { entity: 'user', rowId: locum.userId, set: { validUntil: '2020-01-31' } })).toMatchObject({
    outcome: 'applied',
  });
  expect(await write(server.app, boss, erasureBy(boss.userId, patientId, visit))).toMatchObject({ outcome: 'applied' });
});

it('handed in by a revoked laptop it is not taken in: the trace alone would say that something is gone which is there', async () => {
  const lost = await addColleague(server.app, boss, ['PRACTITIONER']);
  const { patientId, visit } = await visitOf(lost);
  expect((await request(server.app, boss, 'POST', `/v1/devices/${lost.deviceId}/revoke`)).statusCode).toBe(204);
  const held = await write(server.app, lost, erasureBy(lost.userId, patientId, visit));
  expect(held).toMatchObject({ code: 'device/revoked' });
  const decided = await request(server.app, boss, 'POST', '/v1/handed-in/decide', {
    deviceId: lost.deviceId,
    ns: [held.n],
    decision: 'admit',
  });
  expect(decided.json()).toEqual({ outcomes: [{ n: held.n, outcome: 'rejected', code: 'handed-in/governing' }] });
});

it('what a revoked laptop wrote into what is gone is held for who decided, and not laid before every clinician', async () => {
  const lost = await addColleague(server.app, boss, ['PRACTITIONER']);
  const { patientId, visit } = await visitOf(boss);
  expect(await write(server.app, boss, erasureBy(boss.userId, patientId, visit))).toMatchObject({ outcome: 'applied' });
  expect((await request(server.app, boss, 'POST', `/v1/devices/${lost.deviceId}/revoke`)).statusCode).toBe(204);
  const set = { encounterId: visit, key: 'subjective', text: 'KANARI' };
  const held = await write(server.app, lost, { entity: 'note_section', rowId: v7(), set });
  expect(held).toMatchObject({ outcome: 'rejected', code: 'row/erased' });
  expect((await request(server.app, boss, 'POST', '/v1/handed-in', { limit: 100 })).body).not.toContain('KANARI');
  expect((await request(server.app, boss, 'POST', '/v1/held', { limit: 10 })).body).toContain('KANARI');
});
