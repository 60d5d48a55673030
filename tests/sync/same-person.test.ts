/** Mergings made on two laptops that do not see each other: whatever they say and undo, both end with the same persons. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { personIds, staysOf } from '#db/sqlite/queries/same-person.ts';
import { samePersons } from '#db/rules/same-person.ts';
import { rowsWhere } from '#db/sqlite/store.ts';
import { timeline } from '#db/sqlite/queries/patients.ts';
import { drained, foundClinic, NOW, type TestClinic } from './clinic.ts';
import { until, type Laptop } from './laptop.ts';
import { startTestServer, type TestServer } from './server.ts';

let server: TestServer;
let clinic: TestClinic;
let anna: Laptop;
let bent: Laptop;
beforeAll(async () => {
  server = await startTestServer();
  clinic = await foundClinic(server.url);
  anna = clinic.first;
  bent = await clinic.join(server.url, ['PRACTITIONER']);
});
afterAll(async () => {
  await anna?.close();
  await bent?.close();
  await server?.close();
});

const register = (laptop: Laptop, familyName: string): string =>
  laptop.write('patient.create', (ctx) => ctx.insert('patient', { givenName: 'Kari', familyName }).id);
const merge = (laptop: Laptop, patientId: string, intoId: string): string =>
  laptop.write(
    'patient.merge',
    (ctx) => ctx.insert('patient_link', { patientId, intoId, replaced: {}, linkedById: laptop.actor.userId, linkedAt: NOW }).id,
  );
const undo = (laptop: Laptop, id: string): void =>
  void laptop.write('patient.unmerge', (ctx) =>
    ctx.patch('patient_link', id, { undone: true, undoneById: laptop.actor.userId, undoneAt: NOW }),
  );
const table = ({ db }: Laptop) => db.prepare('select id, stays_id as stays from same_person order by id').all();
const links = ({ db }: Laptop) => rowsWhere(db, 'patient_link', '1 = 1 order by id').map(({ id, undone }) => `${id} ${undone}`);

async function alike(): Promise<void> {
  await drained(anna);
  await drained(bent);
  await drained(anna);
  await until(
    () => JSON.stringify(links(anna)) === JSON.stringify(links(bent)),
    (same) => same,
    'both have every link',
  );
  expect(table(anna)).toEqual(table(bent));
  // And it is what the links say, by the rule itself.
  const said = [...samePersons(rowsWhere(anna.db, 'patient_link', 'undone = 0'))].toSorted().map(([id, stays]) => ({ id, stays }));
  expect(table(anna)).toEqual(said);
}

test('opposite directions, offline: the same one stays on both; a visit begun by who did not know hangs under the person', async () => {
  const [one, other] = [register(anna, 'Først'), register(anna, 'Senere')];
  await alike();
  await anna.engine().stop();
  await bent.engine().stop();
  merge(anna, one, other);
  merge(bent, other, one);
  const visit = (laptop: Laptop, patientId: string) =>
    laptop.write(
      'encounter.start',
      (ctx) =>
        ctx.insert('encounter', { patientId, practitionerId: laptop.actor.userId, visitType: 'follow_up', visitAt: NOW, recordedAt: NOW })
          .id,
    );
  const visits = [visit(anna, one), visit(bent, other)];
  anna.engine().start();
  bent.engine().start();
  await alike();
  for (const { db } of [anna, bent]) {
    expect(personIds(db, other)).toEqual([one, other]);
    const shown = timeline(db, one, { before: null, limit: 10, clinical: true }).map(({ id }) => id);
    expect(shown.toSorted()).toEqual(visits.toSorted());
  }
});

test('a link that arrives before its patient leads to nobody until the patient is there', async () => {
  const one = register(anna, 'Her');
  await alike();
  const elsewhere = '00000000-0000-7000-8000-000000000001';
  anna.db.exec("insert into replica (key, value) values ('applying', '1') on conflict do nothing");
  anna.db
    .prepare(
      `insert into patient_link (id, clinic_id, seq, deleted, field_seq, patient_id, into_id, replaced, linked_by_id, linked_at, undone)
       values (?, ?, 1, 0, '{}', ?, ?, '{}', ?, ?, 0)`,
    )
    .run('00000000-0000-7000-8000-000000000002', anna.clinicId, one, elsewhere, anna.actor.userId, NOW);
  anna.write('patient.update', (ctx) => ctx.patch('patient', one, { city: 'Oslo' }));
  expect(staysOf(anna.db, one)).toBe(one);
  anna.write('patient.create', (ctx) => ctx.insert('patient', { givenName: 'Kari', familyName: 'Der' }, elsewhere));
  expect(staysOf(anna.db, one)).toBe(elsewhere);
  anna.db.exec("delete from patient_link where id = '00000000-0000-7000-8000-000000000002'");
  anna.db.exec("delete from replica where key = 'applying'");
  anna.write('patient.update', (ctx) => ctx.patch('patient', one, { city: 'Bergen' }));
  expect(staysOf(anna.db, one)).toBe(one);
});

test('any mergings and undoings on two laptops apart end alike on both', async () => {
  const people = ['a', 'b', 'c', 'd', 'e'].map((name) => register(anna, name));
  await alike();
  const step = fc.record({ at: fc.nat(1), from: fc.nat(4), into: fc.nat(4), undo: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 10 }), async (steps) => {
      await anna.engine().stop();
      await bent.engine().stop();
      for (const { at, from, into, undo: back } of steps) {
        const laptop = at === 0 ? anna : bent;
        const standing = rowsWhere(laptop.db, 'patient_link', 'undone = 0 order by id');
        const last = standing.at(from);
        const [patientId, intoId] = [people[from] ?? '', people[into] ?? ''];
        if (back && last !== undefined) undo(laptop, last.id);
        else if (patientId !== intoId) merge(laptop, patientId, intoId);
      }
      anna.engine().start();
      bent.engine().start();
      await alike();
      // Nobody's own row went or was made by it.
      expect(rowsWhere(bent.db, 'conflict', "status = 'open'")).toEqual([]);
    }),
    { numRuns: 12, seed: 46, endOnFailure: true },
  );
}, 120_000);
