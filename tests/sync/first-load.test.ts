/** A new laptop of a clinic with a long record: today is there at once, the rest comes with a progress, and goes on after a kill. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { derivedId } from '#db/model/ids.ts';
import { readCursor } from '#electron/sync/cursor.ts';
import type { Fetch } from '#electron/sync/ports.ts';
import { differing, replicaDigests } from '#tests/tools/digest-of.ts';
import { drained, foundClinic, type TestClinic } from './clinic.ts';
import { until, type Laptop } from './laptop.ts';
import { startTestServer, type TestServer } from './server.ts';

let server: TestServer;
let clinic: TestClinic;
const opened: Laptop[] = [];
const TODAY = derivedId('018f0000-0000-7000-8000-000000000001', 'today');

beforeAll(async () => {
  server = await startTestServer();
  server.open.deps.shape.rows = 100;
  clinic = await foundClinic(server.url);
  opened.push(clinic.first);
  clinic.first.write('seed', (ctx) => {
    for (let n = 0; n < 2000; n += 1) ctx.insert('patient', { givenName: 'Kari', familyName: `Nr ${n}` });
    ctx.insert('patient', { givenName: 'Olav', familyName: 'Idag' }, TODAY);
    ctx.insert('appointment', {
      patientId: TODAY,
      practitionerId: ctx.actor.userId,
      startsAt: new Date().toISOString(),
      durationMinutes: 20,
      visitType: 'follow_up',
    });
  });
  await drained(clinic.first);
});
afterAll(async () => {
  for (const laptop of opened) await laptop.close();
  await server?.close();
});

test("today's patients are there before the feed is, and a killed first load goes on where it was", async () => {
  let chunks = 0;
  const asked: string[] = [];
  let release = (): void => {};
  let gate = new Promise<void>((resolve) => (release = resolve));
  const slow: Fetch = async (input, init) => {
    const url = new URL(String(input instanceof Request ? input.url : input));
    if (url.pathname === '/v1/shape') {
      asked.push(url.searchParams.get('offset') ?? '');
      // Five chunks come, then the network is slow for good, until it is let go.
      if (chunks >= 5) await gate;
      chunks += 1;
    }
    return await fetch(input, init);
  };
  const laptop = await clinic.join(server.url, ['PRACTITIONER'], { fetch: slow });
  opened.push(laptop);
  const found = () => laptop.db.prepare('select family_name as name from patient where id = ?').get(TODAY) as { name: string } | undefined;
  await until(found, (row) => row?.name === 'Idag', 'today is there');
  await until(
    () => laptop.engine().status(),
    ({ progress }) => progress !== null && progress > 0 && progress < 1,
    'the load says how far it is',
  );
  expect(readCursor(laptop.db).complete).toBe(false);
  await until(
    () => readCursor(laptop.db).seenSeq,
    (seen) => seen >= 400,
    'some of the feed is here',
  );

  asked.length = 0;
  release();
  gate = Promise.resolve();
  await laptop.restart();
  await drained(laptop);
  expect(asked[0]).toMatch(/^\d{3,}_0$/);
  expect(readCursor(laptop.db).complete).toBe(true);
  expect(laptop.engine().status().progress).toBeNull();
  // The first laptop may have yet to hear of the second's enrolment.
  await until(
    () => differing(replicaDigests(laptop.db), replicaDigests(clinic.first.db)),
    (found) => found.length === 0,
    'both are equal',
  );
});
