/** Several copies of the server on one Postgres, behind a proxy that sends each request to the next: nobody can tell. */
import { ShapeStream, isChangeMessage, isControlMessage } from '@electric-sql/client';
import { v7 } from 'uuid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addColleague, changeOf, foundClinic, newPatient, push, request, write, type Laptop } from './testing/test-clinic.ts';
import { openTestDatabase, type TestDatabase } from './testing/test-database.ts';
import { openTestServer, type TestServer } from './testing/test-server.ts';

let database: TestDatabase;
let copies: TestServer[];
let laptop: Laptop;
let turn = 0;
const next = (): TestServer => copies[(turn += 1) % copies.length] as TestServer;

beforeAll(async () => {
  database = await openTestDatabase();
  const sessionKey = new Uint8Array(32).fill(9);
  copies = await Promise.all(
    [1, 2, 3].map(() => openTestServer(database, { sessionKey, shape: { rows: 40, bytes: 100_000, longPollMs: 20_000 } })),
  );
  laptop = await foundClinic(next().app);
});
afterAll(async () => {
  for (const copy of copies) await copy.close();
  await database.close();
});

it('the stock client reads chunks, goes live and hears a change, each request answered by another copy', async () => {
  const early = Array.from({ length: 150 }, (_, n) => changeOf(laptop, newPatient(`Tidlig ${n}`)));
  await push(next().app, laptop, early);
  const names = new Set<string>();
  const aborter = new AbortController();
  let upToDate = 0;
  const asked: string[] = [];
  const stream = new ShapeStream<{ entity: string; body: string | null }>({
    url: 'http://copies.invalid/v1/shape',
    params: { table: 'feed', replica: 'full', stream: v7() },
    headers: { authorization: `Bearer ${laptop.credential}` },
    signal: aborter.signal,
    fetchClient: async (input, init) => {
      const address = new URL(String(input));
      address.searchParams.delete('stream');
      const copy = await next().url();
      asked.push(copy);
      return await fetch(`${copy}${address.pathname}${address.search}`, init);
    },
  });
  stream.subscribe((messages) => {
    for (const message of messages) {
      if (isControlMessage(message) && message.headers.control === 'up-to-date') upToDate += 1;
      if (!isChangeMessage(message) || message.value.entity !== 'patient' || message.value.body === null) continue;
      names.add((JSON.parse(message.value.body) as { family_name: string }).family_name);
    }
  });
  try {
    await expect.poll(() => upToDate, { timeout: 20_000 }).toBeGreaterThan(0);
    expect(names.size).toBe(150);
    for (let late = 0; late < 6; late += 1) {
      await write(next().app, laptop, newPatient(`Sen ${late}`));
      await expect.poll(() => names.has(`Sen ${late}`), { timeout: 10_000 }).toBe(true);
    }
    expect(new Set(asked).size).toBe(3);
  } finally {
    aborter.abort();
  }
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
  for (const copy of copies) expect((await request(copy.app, colleague, 'GET', '/v1/bootstrap')).statusCode).toBe(403);
});
