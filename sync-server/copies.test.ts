/** Several copies of the server on one Postgres: what is written at one holds at all. (Reading: tests/conformance.) */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addColleague, changeOf, foundClinic, newPatient, push, request, type Laptop } from './testing/test-clinic.ts';
import { openTestCopies, type TestCopies } from './testing/test-copies.ts';
import { openTestDatabase, type TestDatabase } from './testing/test-database.ts';

let database: TestDatabase;
let servers: TestCopies;
let laptop: Laptop;
const next = () => servers.next();

beforeAll(async () => {
  database = await openTestDatabase();
  servers = await openTestCopies(database, 3);
  laptop = await foundClinic(next().app);
});
afterAll(async () => {
  await servers?.close();
  await database?.close();
});

it('a push cut off at one copy is answered by another, once', async () => {
  const changes = [newPatient('Gjentatt'), newPatient('Gjentatt igjen')].map((draft) => changeOf(laptop, draft));
  const first = await push(next().app, laptop, changes);
  const again = await push(next().app, laptop, changes);
  expect(again.outcomes).toEqual(first.outcomes);
  const later = changeOf(laptop, newPatient('Etterpå'));
  expect((await push(next().app, laptop, [later])).outcomes[0]?.outcome).toBe('applied');
});

it('two laptops pushing through two copies at once: one order, no gap', async () => {
  const colleague = await addColleague(next().app, laptop, ['PRACTITIONER']);
  const of = (who: Laptop, name: string) => Array.from({ length: 60 }, (_, n) => changeOf(who, newPatient(`${name} ${n}`)));
  const replies = await Promise.all([push(next().app, laptop, of(laptop, 'Min')), push(next().app, colleague, of(colleague, 'Din'))]);
  const places = replies.flatMap(({ outcomes }) => outcomes.map(({ seq }) => seq ?? 0)).toSorted((a, b) => a - b);
  expect(new Set(places).size).toBe(120);
  expect((places.at(-1) ?? 0) - (places[0] ?? 0)).toBe(119);
});

it('a session opened at one copy holds at the others, and a revocation at one is felt at all', async () => {
  const colleague = await addColleague(next().app, laptop, ['PRACTITIONER']);
  await request(next().app, laptop, 'POST', `/v1/devices/${colleague.deviceId}/revoke`);
  for (const copy of servers.copies) expect((await request(copy.app, colleague, 'GET', '/v1/bootstrap')).statusCode).toBe(403);
});
