/** What no feed can notice: rows that went wrong on a laptop are found by comparing, put right from rows, and reported. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { v7 } from 'uuid';
import { readRow } from '#db/sqlite/store.ts';
import { beginRound, checkProgress, compareNext } from '#electron/sync/anti-entropy.ts';
import { inApplying } from '#electron/sync/apply.ts';
import { differing, replicaDigests } from '#tests/tools/digest-of.ts';
import { drained, foundClinic, type TestClinic } from './clinic.ts';
import type { Laptop } from './laptop.ts';
import { startTestServer, type TestServer } from './server.ts';

let server: TestServer;
let clinic: TestClinic;
let anna: Laptop;
let bent: Laptop;
const patients = Array.from({ length: 2500 }, () => v7());

beforeAll(async () => {
  server = await startTestServer();
  clinic = await foundClinic(server.url);
  anna = clinic.first;
  for (let from = 0; from < patients.length; from += 500)
    anna.write('patient.register', (ctx) => {
      for (const id of patients.slice(from, from + 500)) ctx.insert('patient', { givenName: 'Kari', familyName: `Nr ${id.slice(-6)}` }, id);
    });
  await drained(anna);
  bent = await clinic.join(server.url, ['PRACTITIONER']);
  await drained(bent);
});
afterAll(async () => {
  await bent?.close();
  await anna?.close();
  await server?.close();
});

async function wholeRound(laptop: Laptop): Promise<void> {
  beginRound(laptop.db);
  const deps = {
    db: laptop.db,
    clinicId: laptop.clinicId,
    serverUrl: server.url,
    credential: laptop.credential,
    fetch: globalThis.fetch,
    now: () => new Date(),
    onDifference: (difference: Laptop['differences'][number]) => void laptop.differences.push(difference),
    onApplied() {},
  };
  for (let turn = 0; turn < 200 && checkProgress(laptop.db).entity !== null; turn += 1) {
    const done = await compareNext(deps, new AbortController().signal);
    if (!done) await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('equal copies: every row is compared, none is touched', async () => {
  await wholeRound(bent);
  const { doneAt, compared, repaired } = checkProgress(bent.db);
  expect({ done: doneAt !== null, repaired }).toEqual({ done: true, repaired: 0 });
  expect(compared).toBeGreaterThanOrEqual(patients.length);
  expect(bent.differences).toEqual([]);
});

test('a changed value, a row gone, a deletion missed: put right from rows, reported, and equal again', async () => {
  const [changed = '', gone = '', missed = '', mine = ''] = patients;
  anna.write('patient.remove', (ctx) => ctx.remove('patient', missed));
  await drained(anna);
  await drained(bent);
  // What a faulty disk or a faulty program might do, past every rule.
  inApplying(bent.db, () => {
    bent.db.prepare("update patient set family_name = 'Feil' where id = ?").run(changed);
    bent.db.prepare('delete from patient where id = ?').run(gone);
    bent.db.prepare('update patient set deleted = 0 where id = ?').run(missed);
  });
  // Something this laptop has just written is no fault.
  await bent.engine().stop();
  bent.write('patient.update', (ctx) => ctx.patch('patient', mine, { phone: '40000000' }));
  bent.write('patient.register', (ctx) => ctx.insert('patient', { givenName: 'Ny', familyName: 'Her' }));
  await wholeRound(bent);
  expect(
    bent.differences.map(({ entity, repaired, unknownToServer }) => ({ entity, repaired: repaired.toSorted(), unknownToServer })),
  ).toEqual([{ entity: 'patient', repaired: [changed, gone, missed].toSorted(), unknownToServer: [] }]);
  expect(readRow(bent.db, 'patient', mine)?.phone).toBe('40000000');
  bent.engine().start();
  await drained(bent);
  await drained(anna);
  expect(differing(replicaDigests(bent.db), replicaDigests(anna.db))).toEqual([]);
});

test('a row that the server has lost is reported and left: a laptop may hold the last copy', async () => {
  const [, , , , kept = ''] = patients;
  bent.differences.length = 0;
  await server.tamper(`delete from patient where id = '${kept}'`);
  await wholeRound(bent);
  expect(bent.differences).toEqual([{ entity: 'patient', repaired: [], unknownToServer: [kept] }]);
  expect(readRow(bent.db, 'patient', kept)).toMatchObject({ givenName: 'Kari', deleted: false });
});
