/** A laptop that comes back after 400 days: all that was written on it arrives, and what left the feed meanwhile leaves it too. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { v7 } from 'uuid';
import { derivedId } from '#db/model/ids.ts';
import { readRow } from '#db/sqlite/store.ts';
import { compactFeeds } from '#sync-server/jobs/compaction.ts';
import { differing, replicaDigests } from '#tests/tools/digest-of.ts';
import { drained, foundClinic, NOW, type TestClinic } from './clinic.ts';
import type { Laptop } from './laptop.ts';
import { startTestServer, type TestServer } from './server.ts';

const DAY = 86_400_000;
let server: TestServer;
let clinic: TestClinic;
let anna: Laptop;
let bent: Laptop;
let days = 0;
const clock = { now: () => new Date(Date.now() + days * DAY) };

beforeAll(async () => {
  server = await startTestServer();
  clinic = await foundClinic(server.url);
  anna = clinic.first;
  bent = await clinic.join(server.url, ['PRACTITIONER'], { clock });
  await drained(bent);
});
afterAll(async () => {
  await bent?.close();
  await anna?.close();
  await server?.close();
});

test('every word of it arrives, the window is never empty, deletions that left the feed are gone here too, all are equal', async () => {
  const compacted = (after: number) =>
    compactFeeds({ pool: server.open.deps.pool, now: () => new Date(Date.now() + after * DAY), retentionDays: 400 });
  const [kept, removed, visit] = [v7(), v7(), v7()];
  anna.write('patient.register', (ctx) => {
    ctx.insert('patient', { givenName: 'Kari', familyName: 'Blir' }, kept);
    ctx.insert('patient', { givenName: 'Kåre', familyName: 'Går' }, removed);
  });
  await drained(anna);
  await drained(bent);

  // Away: a visit of three sections, of which nobody else knows.
  await bent.engine().stop();
  bent.write('encounter.start', (ctx) =>
    ctx.insert(
      'encounter',
      { patientId: kept, practitionerId: ctx.actor.userId, visitType: 'follow_up', visitAt: NOW, recordedAt: NOW },
      visit,
    ),
  );
  const texts = { subjective: 'Vondt siden mai.', objective: 'Stiv i C5.', treatment: 'Mobilisering.' };
  for (const [key, text] of Object.entries(texts))
    bent.write('section.write', (ctx) => ctx.insert('note_section', { encounterId: visit, key, text }, derivedId(visit, key)));

  anna.write('patient.remove', (ctx) => ctx.remove('patient', removed));
  await drained(anna);
  await compacted(0);
  anna.write('patient.update', (ctx) => ctx.patch('patient', kept, { phone: '40000000' }));
  await drained(anna);
  expect(await compacted(401)).toBe(1);

  days = 401;
  const seen: number[] = [];
  const patients = () => (bent.db.prepare('select count(*) as n from patient where deleted = 0').get() as { n: number }).n;
  const looking = setInterval(() => seen.push(patients()), 2);
  bent.engine().start();
  await drained(bent);
  clearInterval(looking);
  await drained(anna);

  expect(Math.min(...seen)).toBeGreaterThan(0);
  for (const [key, text] of Object.entries(texts))
    expect(readRow(anna.db, 'note_section', derivedId(visit, key))).toMatchObject({ text, deleted: false });
  expect(readRow(bent.db, 'patient', removed)?.deleted ?? true).toBe(true);
  expect(readRow(bent.db, 'patient', kept)?.phone).toBe('40000000');
  expect(differing(replicaDigests(bent.db), replicaDigests(anna.db))).toEqual([]);
  expect(bent.engine().status()).toMatchObject({ state: 'in_sync', pending: 0, quarantined: 0 });
});
