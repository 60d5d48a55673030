/** Two laptops, a server, real Postgres: whatever happens, all end with the same record, and nothing is lost. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { v7 } from 'uuid';
import { derivedId } from '#db/model/ids.ts';
import { readRow, rowsWhere } from '#db/sqlite/store.ts';
import { resolveConflict } from '#electron/core/conflicts/resolve-conflict.ts';
import { replicaDigests } from '#tests/tools/digest-of.ts';
import { signatureOver } from '#sync-server/testing/test-clinic.ts';
import { call, drained, foundClinic, NOW, type TestClinic } from './clinic.ts';
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

const serverDigests = async (credential = clinic.credential) =>
  (await call(server.url, 'GET', '/v1/digest', credential))['entities'] as { entity: string; rows: number; digest: string }[];
const plain = (digests: { entity: string; rows: number; digest: string }[]) =>
  Object.fromEntries(digests.map(({ entity, rows, digest }) => [entity, `${rows} ${digest}`]));

/** Until laptops and server hold the same rows. */
async function converged(...laptops: Laptop[]): Promise<void> {
  for (const laptop of laptops) await drained(laptop);
  const wanted = plain(await serverDigests());
  for (const laptop of laptops) {
    await until(
      () => plain(replicaDigests(laptop.db)),
      (have) => JSON.stringify(have) === JSON.stringify(wanted),
      'equal digests',
    );
  }
}

function newVisit(laptop: Laptop, patientId: string): string {
  return laptop.write(
    'encounter.start',
    (ctx) =>
      ctx.insert('encounter', { patientId, practitionerId: laptop.actor.userId, visitType: 'follow_up', visitAt: NOW, recordedAt: NOW }).id,
  );
}

describe('two laptops', () => {
  test('what one writes the other has, and all three digests are equal', async () => {
    const patientId = anna.write('patient.create', (ctx) => ctx.insert('patient', { givenName: 'Kari', familyName: 'Nordmann' }).id);
    await until(
      () => readRow(bent.db, 'patient', patientId)?.givenName,
      (name) => name === 'Kari',
      'Bent has the patient',
    );
    await converged(anna, bent);
    expect(anna.engine().status()).toMatchObject({ state: 'in_sync', pending: 0, problem: null });
  });

  test('three days offline on the same patient: both texts are there, every disagreement is seen, nothing is lost', async () => {
    const patientId = anna.write(
      'patient.create',
      (ctx) => ctx.insert('patient', { givenName: 'Ola', familyName: 'Hansen', phone: '90000000' }).id,
    );
    const visit = newVisit(anna, patientId);
    const section = derivedId(visit, 'subjective');
    await converged(anna, bent);
    await anna.engine().stop();
    await bent.engine().stop();

    const texts: string[] = [];
    for (const [laptop, who] of [
      [anna, 'Anna'],
      [bent, 'Bent'],
    ] as const) {
      for (let day = 1; day <= 3; day += 1) {
        const text = `${who} dag ${day}: vondt i nakken`;
        laptop.write('section.write', (ctx) =>
          ctx.put('note_section', section, { encounterId: visit, key: 'subjective', text }, { autosave: true }),
        );
        if (day === 3) texts.push(text);
        const own = newVisit(laptop, patientId);
        const ownText = `${who} egen time ${day}`;
        texts.push(ownText);
        laptop.write('section.write', (ctx) =>
          ctx.insert('note_section', { encounterId: own, key: 'subjective', text: ownText }, derivedId(own, 'subjective')),
        );
      }
      laptop.write('patient.update', (ctx) =>
        ctx.patch('patient', patientId, {
          phone: who === 'Anna' ? '91111111' : '92222222',
          ...(who === 'Anna' ? { city: 'Oslo' } : { occupation: 'Snekker' }),
        }),
      );
      laptop.write('safety.set', (ctx) =>
        ctx.put('safety_fact', derivedId(patientId, 'allergies'), {
          patientId,
          kind: 'allergies',
          state: who === 'Anna' ? 'none' : 'yes',
          recordedById: laptop.actor.userId,
          recordedAt: NOW,
        }),
      );
    }
    anna.engine().start();
    await drained(anna);
    bent.engine().start();
    await converged(anna, bent);

    for (const { db } of [anna, bent]) {
      const found = rowsWhere(db, 'note_section', '1 = 1').map(({ text }) => text);
      for (const text of texts) expect(found, text).toContain(text);
      expect(readRow(db, 'patient', patientId)).toMatchObject({ phone: '91111111', city: 'Oslo', occupation: 'Snekker' });
      expect(readRow(db, 'safety_fact', derivedId(patientId, 'allergies'))?.state).toBe('yes');
      const conflicts = rowsWhere(db, 'conflict', 'patient_id = ?', [patientId]).map(({ field, kept, lost }) => ({ field, kept, lost }));
      expect(conflicts).toEqual(
        expect.arrayContaining([
          { field: 'phone', kept: '91111111', lost: '92222222' },
          { field: 'state', kept: 'yes', lost: 'none' },
        ]),
      );
      expect(rowsWhere(db, 'note_section', 'sibling_of_id = ?', [section])).toMatchObject([
        { siblingState: 'open', text: 'Bent dag 3: vondt i nakken' },
      ]);
    }
    expect(bent.engine().status().state).toBe('attention');

    // A person decides, offline; the decision reaches the other, and is no new conflict.
    await bent.engine().stop();
    const disputed = (laptop: Laptop) => rowsWhere(laptop.db, 'conflict', "patient_id = ? and status = 'open'", [patientId]);
    for (const { id, field } of disputed(bent)) {
      expect(
        bent.write('conflict.resolve', (ctx) => resolveConflict.run(ctx, { id, choice: field === 'phone' ? 'mine' : 'theirs' })),
      ).toEqual({ ok: true, value: null });
      expect(bent.write('conflict.resolve', (ctx) => resolveConflict.run(ctx, { id, choice: 'mine' }))).toMatchObject({
        code: 'conflict/resolved',
      });
    }
    bent.engine().start();
    await converged(anna, bent);
    expect(disputed(anna)).toEqual([]);
    expect(readRow(anna.db, 'patient', patientId)?.phone).toBe('92222222');
    expect(readRow(anna.db, 'safety_fact', derivedId(patientId, 'allergies'))?.state).toBe('none');
  });

  test('text that arrives after the signature becomes an unsigned supplement on both', async () => {
    const patientId = anna.write('patient.create', (ctx) => ctx.insert('patient', { givenName: 'Siv', familyName: 'Lie' }).id);
    const visit = newVisit(anna, patientId);
    const section = derivedId(visit, 'subjective');
    await converged(anna, bent);
    await bent.engine().stop();
    bent.write('section.write', (ctx) =>
      ctx.put('note_section', section, { encounterId: visit, key: 'subjective', text: 'Bents tillegg' }),
    );
    anna.write('section.write', (ctx) =>
      ctx.put('note_section', section, { encounterId: visit, key: 'subjective', text: 'Signert tekst' }),
    );
    anna.write('encounter.sign', (ctx) => ctx.patch('encounter', visit, signatureOver(anna.actor, patientId, ['Signert tekst'])));
    await drained(anna);
    bent.engine().start();
    await converged(anna, bent);
    for (const { db } of [anna, bent]) {
      expect(readRow(db, 'note_section', section)?.text).toBe('Signert tekst');
      expect(rowsWhere(db, 'amendment', 'encounter_id = ?', [visit])).toMatchObject([
        { kind: 'late-sibling', status: 'draft', text: 'Bents tillegg' },
      ]);
    }
  });
});

test('a laptop of another clinic sees nothing of this one', async () => {
  const foreign = await foundClinic(server.url);
  await drained(foreign.first);
  const patientId = anna.write('patient.create', (ctx) => ctx.insert('patient', { givenName: 'Hemmelig', familyName: 'Person' }).id);
  await drained(anna);
  foreign.first.write('patient.create', (ctx) => ctx.insert('patient', { givenName: 'Egen', familyName: 'Pasient' }));
  await drained(foreign.first);
  expect(readRow(foreign.first.db, 'patient', patientId)).toBeUndefined();
  expect(rowsWhere(foreign.first.db, 'patient', '1 = 1').map(({ givenName }) => givenName)).toEqual(['Egen']);
  await foreign.first.close();
});

test('a desk laptop never receives a clinical row, and its own audience converges', async () => {
  const desk = await clinic.join(server.url, ['ASSISTANT']);
  const patientId = anna.write('patient.create', (ctx) => ctx.insert('patient', { givenName: 'Per', familyName: 'Dal' }).id);
  const visit = newVisit(anna, patientId);
  anna.write('section.write', (ctx) =>
    ctx.insert('note_section', { encounterId: visit, key: 'subjective', text: 'Klinisk' }, derivedId(visit, 'subjective')),
  );
  await drained(anna);
  desk.write('patient.update', (ctx) =>
    ctx.insert('appointment', { patientId, practitionerId: anna.actor.userId, startsAt: NOW, durationMinutes: 30, visitType: 'follow_up' }),
  );
  await drained(desk);
  await until(
    () => readRow(desk.db, 'patient', patientId)?.givenName,
    (name) => name === 'Per',
    'the desk has the patient',
  );
  for (const entity of ['encounter', 'note_section', 'safety_fact', 'letter', 'diagnosis'] as const)
    expect(rowsWhere(desk.db, entity, '1 = 1'), entity).toEqual([]);
  expect(rowsWhere(desk.db, 'conflict', "audience <> 'desk'")).toEqual([]);
  await converged(anna);
  const annas = plain(replicaDigests(anna.db, 'desk'));
  await until(
    () => plain(replicaDigests(desk.db, 'desk')),
    (have) => JSON.stringify(have) === JSON.stringify(annas),
    'equal digests of the desk',
  );
  await desk.close();
});

test('an edit and a deletion meet: the edit stands on both', async () => {
  const patientId = anna.write('patient.create', (ctx) => ctx.insert('patient', { givenName: 'Liv', familyName: 'Moe' }).id);
  await converged(anna, bent);
  await bent.engine().stop();
  bent.write('patient.update', (ctx) => ctx.patch('patient', patientId, { city: 'Bergen' }));
  anna.write('patient.remove', (ctx) => ctx.remove('patient', patientId));
  await drained(anna);
  bent.engine().start();
  await converged(anna, bent);
  for (const { db } of [anna, bent]) expect(readRow(db, 'patient', patientId)).toMatchObject({ deleted: false, city: 'Bergen' });
});

test('what the server refuses is kept whole, here and there, and the queue goes on', async () => {
  const id = v7();
  // A price is the administrator's; Bent is not.
  bent.write('price.add', (ctx) => ctx.insert('price_item', { code: 'B1', label: 'Behandling', kind: 'service' }, id));
  const patientId = bent.write('patient.create', (ctx) => ctx.insert('patient', { givenName: 'Etter', familyName: 'Avslaget' }).id);
  await bent.engine().syncNow();
  await until(
    () => readRow(anna.db, 'patient', patientId)?.givenName,
    (name) => name === 'Etter',
    'what came after is delivered',
  );
  expect(bent.db.prepare('select code, "set" from outbox where state = \'quarantined\'').get()).toMatchObject({
    code: 'actor/forbidden',
    set: expect.stringContaining('Behandling'),
  });
  expect(bent.engine().status()).toMatchObject({ state: 'attention', quarantined: 1 });
  expect(readRow(bent.db, 'price_item', id)?.deleted).toBe(true);
  await converged(anna, bent);
});
