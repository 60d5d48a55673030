import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { v7 } from 'uuid';
import { withClinic } from '#db/postgres/open.ts';
import { openBodies } from '#db/postgres/queries/feed.ts';
import { syntheticNationalId } from '#db/rules/fodselsnummer.ts';
import { SCHEMA_VERSION } from '#db/model/entities.ts';
import { fromBody, toBody } from '#db/sync/body.ts';
import { renamed, UPCASTS } from '#db/sync/upcast.ts';
import {
  addColleague,
  changeOf,
  enrolLaptop,
  foundClinic,
  newEncounter,
  newPatient,
  newSection,
  push,
  pushRaw,
  request,
  signatureOver,
  write,
  type Laptop,
} from './testing/test-clinic.ts';
import { openedFields, openedRows, quarantined } from './testing/opened.ts';
import { openTestDatabase, PLACES, type TestDatabase } from './testing/test-database.ts';
import { openTestServer, type TestServer } from './testing/test-server.ts';

describe.each(PLACES)('changes go up (%s)', (place) => {
  let database: TestDatabase;
  let server: TestServer;
  beforeAll(async () => {
    database = await openTestDatabase(place);
    server = await openTestServer(database);
  });
  afterAll(async () => {
    await server?.close();
    await database?.close();
  });
  const rows = <T extends object>(clinicId: string, sql: string, values: unknown[] = []) =>
    withClinic(server.pool, clinicId, async (tx) => (await tx.query<T>(sql, values)).rows);

  it('the same batch twice has one effect and the same answer', async () => {
    const laptop = await foundClinic(server.app);
    const patient = newPatient();
    const batch = [changeOf(laptop, patient), changeOf(laptop, { entity: 'patient', rowId: patient.rowId, set: { phone: '40000000' } })];
    const first = await push(server.app, laptop, batch);
    const second = await push(server.app, laptop, batch);
    expect(first.outcomes.map(({ outcome }) => outcome)).toEqual(['applied', 'applied']);
    expect(second.outcomes).toEqual(first.outcomes);
    expect(await rows(laptop.clinicId, 'select * from ledger')).toHaveLength(2);
    expect(await openedFields(server.pool, laptop.clinicId, 'patient', ['phone'])).toEqual([{ phone: '40000000' }]);
  });

  it('three releases behind: each change is proven as it was signed and kept in the words of today', async () => {
    const laptop = await foundClinic(server.app);
    const before = new Map(UPCASTS);
    // Two renamings since the laptop was last upgraded.
    UPCASTS.set(1, (told) => renamed('patient', 'work', 'occupation')(renamed('patient', 'job', 'work')(told)));
    try {
      const rowId = v7();
      const born = changeOf(laptop, {
        entity: 'patient',
        rowId,
        set: { givenName: 'Kari', familyName: 'Nordmann', sex: 'female', job: 'Snekker' },
        schema: 1,
      });
      const forged = { ...changeOf(laptop, { entity: 'patient', rowId, set: { job: 'Lege' }, schema: 1 }), set: { job: 'Prest' } };
      const { outcomes } = await push(server.app, laptop, [born, forged]);
      expect(outcomes).toMatchObject([{ outcome: 'applied' }, { outcome: 'rejected', code: 'actor/signature' }]);
      expect(await openedFields(server.pool, laptop.clinicId, 'patient', ['occupation'])).toEqual([{ occupation: 'Snekker' }]);
      // Upgraded meanwhile, it sends the same bytes again: the same answer, no second effect.
      expect((await push(server.app, laptop, [born])).outcomes).toMatchObject([{ outcome: 'applied' }]);
      expect(await rows(laptop.clinicId, 'select hash from ledger where n = $1', [born.n])).toHaveLength(1);
      const [kept] = await quarantined(server.pool, laptop.clinicId);
      expect(kept?.change).toContain('Prest');
    } finally {
      UPCASTS.clear();
      for (const [from, step] of before) UPCASTS.set(from, step);
    }
  });

  it('what this server is too old to keep waits on its laptop, in order; what stands before it is taken', async () => {
    const laptop = await foundClinic(server.app);
    const known = changeOf(laptop, newPatient());
    const newer = { ...changeOf(laptop, newPatient()), entity: 'spaceship', schema: SCHEMA_VERSION + 1 };
    expect((await push(server.app, laptop, [known, newer])).outcomes).toMatchObject([{ n: known.n, outcome: 'applied' }]);
    const answer = await pushRaw(server.app, laptop, [newer]);
    expect(answer.statusCode).toBe(409);
    expect(answer.json()).toMatchObject({ code: 'changes/from-newer', supported: SCHEMA_VERSION });
    expect(await rows(laptop.clinicId, 'select 1 from quarantine')).toEqual([]);
  });

  it('two identical pushes at the same moment have one effect', async () => {
    const laptop = await foundClinic(server.app);
    const batch = Array.from({ length: 20 }, () => changeOf(laptop, newPatient()));
    const answers = await Promise.all([1, 2, 3].map(() => push(server.app, laptop, batch)));
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
    expect(await rows(laptop.clinicId, 'select 1 from patient')).toHaveLength(20);
  });

  it("a clinic's own birth, pushed again from its outbox, conflicts with nothing", async () => {
    const laptop = await foundClinic(server.app, { name: 'Klinikken' });
    const outcome = await write(server.app, laptop, { entity: 'clinic', rowId: laptop.clinicId, set: { name: 'Klinikken', demo: true } });
    expect(outcome).toEqual({ n: 1, outcome: 'applied', seq: 1 });
  });

  it('a gap in n is refused with what is expected, and nothing happens', async () => {
    const laptop = await foundClinic(server.app);
    laptop.next = 3;
    const answer = await pushRaw(server.app, laptop, [changeOf(laptop, newPatient())]);
    expect(answer.statusCode).toBe(409);
    expect(answer.json()).toMatchObject({ code: 'changes/gap', expected: 1 });
    laptop.next = 1;
    const [a, , c] = [changeOf(laptop, newPatient()), changeOf(laptop, newPatient()), changeOf(laptop, newPatient())];
    expect((await pushRaw(server.app, laptop, [a, c])).json()).toMatchObject({ code: 'changes/gap', expected: 2 });
    expect(await rows(laptop.clinicId, 'select 1 from patient')).toEqual([]);
  });

  it('a change brought again at another place of the queue is refused, kept whole, and changes nothing; in one push too', async () => {
    const laptop = await foundClinic(server.app);
    const patient = newPatient('Første');
    const birth = changeOf(laptop, patient);
    await push(server.app, laptop, [birth]);
    await write(server.app, laptop, { entity: 'patient', rowId: patient.rowId, set: { familyName: 'Gift' }, base: { familyName: 1 } });
    const { outcomes } = await push(server.app, laptop, [{ ...birth, n: 3 }]);
    expect(outcomes).toEqual([{ n: 3, outcome: 'rejected', code: 'change/replayed' }]);
    expect(await openedFields(server.pool, laptop.clinicId, 'patient', ['familyName'])).toEqual([{ familyName: 'Gift' }]);
    expect(await quarantined(server.pool, laptop.clinicId)).toHaveLength(1);
    laptop.next = 4;
    const another = changeOf(laptop, newPatient('Andre'));
    const twice = await push(server.app, laptop, [another, { ...another, n: 5 }]);
    expect(twice.outcomes).toMatchObject([
      { n: 4, outcome: 'applied' },
      { n: 5, outcome: 'rejected', code: 'change/replayed' },
    ]);
    laptop.next = 6;
    expect((await push(server.app, laptop, [{ ...birth, n: 3 }])).outcomes).toEqual(outcomes);
  });

  it('another change under a known n is quarantined whole, the first one stands', async () => {
    const laptop = await foundClinic(server.app);
    await write(server.app, laptop, newPatient('Første'));
    laptop.next = 1;
    const other = changeOf(laptop, newPatient('Andre'));
    const { outcomes } = await push(server.app, laptop, [other]);
    expect(outcomes).toEqual([{ n: 1, outcome: 'rejected', code: 'change/hash-mismatch' }]);
    expect(await openedFields(server.pool, laptop.clinicId, 'patient', ['familyName'])).toEqual([{ familyName: 'Første' }]);
    const [held] = await quarantined(server.pool, laptop.clinicId);
    expect(JSON.parse(held?.change ?? '')).toEqual(other);
  });

  it('a malformed change goes to quarantine with its text, its neighbours are applied', async () => {
    const laptop = await foundClinic(server.app);
    const good = [
      changeOf(laptop, newPatient()),
      changeOf(laptop, { entity: 'patient', rowId: v7(), set: { givenName: 'Uten etternavn' } }),
      changeOf(laptop, newPatient()),
    ];
    const broken = { n: laptop.next, noe: 'helt annet \u0000 \ud800' };
    const { outcomes } = await push(server.app, laptop, [...good, broken]);
    expect(outcomes.map(({ outcome, code }) => code ?? outcome)).toEqual(['applied', 'change/incomplete', 'applied', 'change/malformed']);
    const held = await quarantined(server.pool, laptop.clinicId);
    expect(held.map(({ change }) => JSON.parse(change) as unknown)).toEqual([good[1], broken]);
    expect(await rows(laptop.clinicId, 'select 1 from patient')).toHaveLength(2);
    laptop.next += 1;
    expect((await write(server.app, laptop, newPatient())).outcome).toBe('applied');
  });

  it('the longest value the model allows goes through: nothing that a laptop may store can stop its queue', async () => {
    const laptop = await foundClinic(server.app);
    const patient = newPatient();
    await write(server.app, laptop, patient);
    const data = 'A'.repeat(8_000_000);
    const document = {
      patientId: patient.rowId,
      kind: 'letter',
      title: 'Epikrise',
      mediaType: 'application/pdf',
      sha256: 'a',
      byteLength: 6_000_000,
      data,
    };
    const outcome = await write(server.app, laptop, { entity: 'document', rowId: v7(), set: document });
    expect(outcome.outcome).toBe('applied');
  });

  it('a child whose parent is unknown is held back, alone', async () => {
    const laptop = await foundClinic(server.app);
    const orphan = newEncounter(laptop, v7());
    const { outcomes } = await push(server.app, laptop, [changeOf(laptop, orphan), changeOf(laptop, newPatient())]);
    expect(outcomes.map(({ code, outcome }) => code ?? outcome)).toEqual(['change/parent-missing', 'applied']);
  });

  it('what only Postgres refuses is found change by change, and the rest of the batch goes on', async () => {
    const laptop = await foundClinic(server.app);
    // A constraint the model does not know stands for any surprise.
    const admin = new pg.Client({ connectionString: database.adminUrl });
    await admin.connect();
    await admin.query(`alter table patient add constraint surprise check (status <> 'deceased')`);
    try {
      const { outcomes } = await push(server.app, laptop, [
        changeOf(laptop, newPatient()),
        changeOf(laptop, { ...newPatient(), set: { ...newPatient().set, status: 'deceased' } }),
        changeOf(laptop, newPatient()),
      ]);
      expect(outcomes.map(({ code, outcome }) => code ?? outcome)).toEqual(['applied', 'change/not-storable', 'applied']);
      expect(await rows(laptop.clinicId, 'select 1 from patient')).toHaveLength(2);
    } finally {
      await admin.query('alter table patient drop constraint surprise');
      await admin.end();
    }
  });

  it('the counter is gapless and each row has its own place', async () => {
    const laptop = await foundClinic(server.app);
    const [before] = await rows<{ seq: number }>(laptop.clinicId, 'select seq from clinic_clock');
    const other = await enrolLaptop(server.app, laptop, laptop);
    await Promise.all(
      [laptop, other].map((one) =>
        push(
          server.app,
          one,
          Array.from({ length: 150 }, () => changeOf(one, newPatient())),
        ),
      ),
    );
    const seqs = (await rows<{ seq: number }>(laptop.clinicId, 'select seq from feed order by seq')).map(({ seq }) => seq);
    expect(seqs).toEqual(Array.from({ length: (before?.seq ?? 0) + 2 + 300 }, (_, i) => i + 1));
    expect(await rows(laptop.clinicId, 'select seq::int from clinic_clock')).toEqual([{ seq: seqs.length }]);
  });

  it('the feed body is the row as db/sync says it', async () => {
    const laptop = await foundClinic(server.app);
    const patient = newPatient();
    await write(server.app, laptop, patient);
    const [fed] = await withClinic(server.pool, laptop.clinicId, async (tx) =>
      openBodies(
        tx,
        (await tx.query<{ entity: string; id: string; body: string }>(`select entity, id, body from feed where entity = 'patient'`)).rows,
      ),
    );
    const [stored] = await openedRows(server.pool, laptop.clinicId, 'patient');
    if (stored === undefined) throw new Error('no row');
    // What is empty and sensitive is not written down: a reader takes the model's own initial value, which is empty as well.
    const body = toBody('patient', stored);
    expect({
      ...Object.fromEntries(Object.keys(body).map((column) => [column, null])),
      ...(JSON.parse(fed?.body ?? '') as object),
    }).toEqual(body);
    expect(fromBody('patient', stored, fed?.body ?? '')).toEqual(stored);
  });

  describe('two laptops', () => {
    let a: Laptop;
    let b: Laptop;
    beforeAll(async () => {
      a = await foundClinic(server.app);
      b = await addColleague(server.app, a, ['PRACTITIONER']);
    });

    it('change different fields of a patient: merged', async () => {
      const patient = newPatient();
      const { seq = 0 } = await write(server.app, a, patient);
      await write(server.app, a, { entity: 'patient', rowId: patient.rowId, set: { phone: '1' }, base: { phone: seq } });
      const outcome = await write(server.app, b, {
        entity: 'patient',
        rowId: patient.rowId,
        set: { email: 'k@example.test' },
        base: { email: seq },
      });
      expect(outcome.outcome).toBe('merged');
      expect(await openedFields(server.pool, a.clinicId, 'patient', ['phone', 'email'], 'id = $1', [patient.rowId])).toEqual([
        { phone: '1', email: 'k@example.test' },
      ]);
    });

    it('change the same field: the first stands, the other is a visible conflict', async () => {
      const patient = newPatient();
      const { seq = 0 } = await write(server.app, a, patient);
      await write(server.app, a, { entity: 'patient', rowId: patient.rowId, set: { phone: 'A' }, base: { phone: seq } });
      const outcome = await write(server.app, b, { entity: 'patient', rowId: patient.rowId, set: { phone: 'B' }, base: { phone: seq } });
      expect(outcome.outcome).toBe('conflict');
      const [conflict] = await openedRows(server.pool, a.clinicId, 'conflict', 'subject_id = $1', [patient.rowId]);
      expect(conflict).toMatchObject({ field: 'phone', kept: 'A', lost: 'B', status: 'open', audience: 'desk', lostDeviceId: b.deviceId });
    });

    it('write the same note section: both texts stay', async () => {
      const patient = newPatient();
      const encounter = newEncounter(a, patient.rowId);
      const section = newSection(encounter.rowId, 'fra a');
      await push(
        server.app,
        a,
        [patient, encounter, section].map((draft) => changeOf(a, draft)),
      );
      const outcome = await write(server.app, b, { ...section, set: { ...section.set, text: 'fra b' } });
      expect(outcome.outcome).toBe('conflict');
      const texts = await openedRows(server.pool, a.clinicId, 'note_section', 'encounter_id = $1', [encounter.rowId]);
      expect(texts.map((row) => ({ text: row['text'], sibling: row['siblingOfId'] !== null }))).toEqual([
        { text: 'fra a', sibling: false },
        { text: 'fra b', sibling: true },
      ]);
    });

    it('sign, then the other one’s text arrives: an unsigned supplement, the note untouched', async () => {
      const patient = newPatient();
      const encounter = newEncounter(a, patient.rowId);
      const section = newSection(encounter.rowId, 'signert tekst');
      const signature = {
        entity: 'encounter' as const,
        rowId: encounter.rowId,
        set: signatureOver(a, patient.rowId, ['signert tekst']),
      };
      // One batch writes and signs: children go before their visit.
      const { outcomes } = await push(
        server.app,
        a,
        [patient, encounter, section, signature].map((draft) => changeOf(a, draft)),
      );
      expect(outcomes.map(({ outcome }) => outcome)).toEqual(['applied', 'applied', 'applied', 'applied']);
      const outcome = await write(server.app, b, { ...section, set: { ...section.set, text: 'kom for sent' } });
      expect(outcome).toMatchObject({ outcome: 'conflict', flags: ['encounter/signed'] });
      expect(await openedFields(server.pool, a.clinicId, 'note_section', ['text'], 'encounter_id = $1', [encounter.rowId])).toEqual([
        { text: 'signert tekst' },
      ]);
      expect(
        await openedFields(server.pool, a.clinicId, 'amendment', ['kind', 'text', 'status'], 'encounter_id = $1', [encounter.rowId]),
      ).toEqual([{ kind: 'late-sibling', text: 'kom for sent', status: 'draft' }]);
    });

    it('register the same person: both are accepted, the second flagged', async () => {
      const number = syntheticNationalId({ birthDate: '1920-11-13', n: 1 });
      await write(server.app, a, { entity: 'patient', rowId: v7(), set: { givenName: 'Ola', familyName: 'N', nationalId: number } });
      const outcome = await write(server.app, b, {
        entity: 'patient',
        rowId: v7(),
        set: { givenName: 'Ola', familyName: 'N', nationalId: number },
      });
      expect(outcome).toMatchObject({ outcome: 'applied', flags: ['patient/national-id-shared'] });
      const wrong = await write(server.app, b, {
        entity: 'patient',
        rowId: v7(),
        set: { givenName: 'Ola', familyName: 'N', nationalId: '12345678901' },
      });
      expect(wrong).toMatchObject({ outcome: 'applied', flags: ['national-id/date'] });
    });
  });

  describe('who may', () => {
    it('an assistant writes patients and bookings, and never clinical text', async () => {
      const admin = await foundClinic(server.app);
      const desk = await addColleague(server.app, admin, ['ASSISTANT']);
      const patient = newPatient();
      const encounter = newEncounter(desk, patient.rowId);
      const { outcomes } = await push(server.app, desk, [
        changeOf(desk, patient),
        changeOf(desk, encounter),
        changeOf(desk, { entity: 'price_item', rowId: v7(), set: { code: 'X', label: 'X', kind: 'service' } }),
      ]);
      expect(outcomes.map(({ code, outcome }) => code ?? outcome)).toEqual(['applied', 'actor/forbidden', 'actor/forbidden']);
    });

    it('a role that was lost after signing is flagged, not discarded', async () => {
      const admin = await foundClinic(server.app);
      const colleague = await addColleague(server.app, admin, ['PRACTITIONER']);
      const patient = newPatient();
      await write(server.app, colleague, patient);
      await write(server.app, admin, {
        entity: 'user',
        rowId: colleague.userId,
        set: { roles: ['ASSISTANT'] },
        base: { roles: 1_000_000 },
      });
      const outcome = await write(server.app, colleague, newEncounter(colleague, patient.rowId));
      expect(outcome).toMatchObject({ outcome: 'applied', flags: ['actor/role-lost'] });
    });

    it("nobody signs another practitioner's visit or supplement, or in their name", async () => {
      const a = await foundClinic(server.app);
      const b = await addColleague(server.app, a, ['PRACTITIONER']);
      const patient = newPatient();
      const encounter = newEncounter(a, patient.rowId);
      const supplement = {
        entity: 'amendment' as const,
        rowId: v7(),
        set: { encounterId: encounter.rowId, kind: 'addition', text: 'x', authorId: a.userId },
      };
      await push(
        server.app,
        a,
        [patient, encounter, supplement].map((draft) => changeOf(a, draft)),
      );
      const sign = (laptop: Laptop, signedById: string) =>
        write(server.app, laptop, {
          entity: 'encounter',
          rowId: encounter.rowId,
          set: { ...signatureOver(laptop, patient.rowId, ['x']), signedById },
        });
      expect(await sign(b, b.userId)).toMatchObject({ outcome: 'rejected', code: 'actor/forbidden' });
      expect(await sign(b, a.userId)).toMatchObject({ outcome: 'rejected', code: 'actor/forbidden' });
      expect(await write(server.app, b, { entity: 'amendment', rowId: supplement.rowId, set: { status: 'signed' } })).toMatchObject({
        code: 'actor/forbidden',
      });
      expect(await sign(a, b.userId)).toMatchObject({ code: 'actor/forbidden' });
      // A signature over nothing, over something else, or over another patient freezes nothing.
      const over = (set: Record<string, unknown>) => write(server.app, a, { entity: 'encounter', rowId: encounter.rowId, set });
      expect(await over({ status: 'signed', signedById: a.userId })).toMatchObject({ code: 'sign/content-missing' });
      const good = signatureOver(a, patient.rowId, ['x']);
      expect(await over({ ...good, contentHash: 'f'.repeat(64) })).toMatchObject({ code: 'sign/hash-mismatch' });
      expect(await over(signatureOver(a, v7(), ['x']))).toMatchObject({ code: 'sign/other-patient' });
      expect(await sign(a, a.userId)).toMatchObject({ outcome: 'applied', flags: ['sign/no-main-diagnosis'] });
    });

    it("nobody signs for somebody else, with another's key or none", async () => {
      const a = await foundClinic(server.app);
      const b = await addColleague(server.app, a, ['PRACTITIONER']);
      const borrowed = { ...b, userId: a.userId };
      expect(await write(server.app, borrowed, newPatient())).toMatchObject({ outcome: 'rejected', code: 'actor/key-unknown' });
      b.next = borrowed.next;
      const change = changeOf(b, newPatient());
      const { outcomes } = await push(server.app, b, [{ ...change, set: { ...change.set, familyName: 'Endret underveis' } }]);
      expect(outcomes[0]).toMatchObject({ outcome: 'rejected', code: 'actor/signature' });
      // A second key for the same person on the same device must be signed with the first.
      const forged = generateKeyPairSync('ed25519');
      const publicKey = String(forged.publicKey.export({ format: 'jwk' }).x);
      const forger = { ...b, key: forged.privateKey };
      expect(
        await write(server.app, forger, { entity: 'signing_key', rowId: v7(), set: { userId: b.userId, deviceId: b.deviceId, publicKey } }),
      ).toMatchObject({ code: 'actor/signature' });
    });

    it("nobody brings a first key of somebody else's to their own device; an administrator vouches for a colleague", async () => {
      const chief = await foundClinic(server.app);
      const desk = await addColleague(server.app, chief, ['ASSISTANT']);
      const forged = generateKeyPairSync('ed25519');
      const publicKey = String(forged.publicKey.export({ format: 'jwk' }).x);
      const as = { ...desk, userId: chief.userId, key: forged.privateKey };
      const set = { userId: chief.userId, deviceId: desk.deviceId, publicKey };
      expect(await write(server.app, as, { entity: 'signing_key', rowId: v7(), set })).toMatchObject({ code: 'actor/key-unknown' });
      desk.next = as.next;
      expect(await write(server.app, desk, { entity: 'signing_key', rowId: v7(), set })).toMatchObject({ code: 'actor/forbidden' });
      const vouched = { userId: desk.userId, deviceId: chief.deviceId, publicKey };
      expect((await write(server.app, chief, { entity: 'signing_key', rowId: v7(), set: vouched })).outcome).toBe('applied');
      const here = { ...chief, userId: desk.userId, key: forged.privateKey };
      expect((await write(server.app, here, newPatient())).outcome).toBe('applied');
    });

    it('who was an administrator cannot make themselves one again', async () => {
      const chief = await foundClinic(server.app);
      const was = await addColleague(server.app, chief, ['ADMIN']);
      await write(server.app, chief, { entity: 'user', rowId: was.userId, set: { roles: ['ASSISTANT'] } });
      const back = await write(server.app, was, { entity: 'user', rowId: was.userId, set: { roles: ['ADMIN', 'PRACTITIONER'] } });
      expect(back).toMatchObject({ outcome: 'rejected', code: 'actor/forbidden' });
    });

    it('a device receives no more than its person may see today', async () => {
      const chief = await foundClinic(server.app);
      const was = await addColleague(server.app, chief, ['PRACTITIONER']);
      const patient = newPatient();
      await write(server.app, chief, patient);
      await write(server.app, chief, newEncounter(chief, patient.rowId));
      const feed = async () => (await request(server.app, was, 'GET', '/v1/shape?table=feed&offset=-1')).body;
      expect(await feed()).toContain('"entity":"encounter"');
      await write(server.app, chief, { entity: 'user', rowId: was.userId, set: { roles: ['ASSISTANT'] } });
      expect(await feed()).not.toContain('"entity":"encounter"');
    });

    it('a clinic cannot write the clinic row of another', async () => {
      const [a, b] = [await foundClinic(server.app), await foundClinic(server.app)];
      expect(await write(server.app, a, { entity: 'clinic', rowId: b.clinicId, set: { name: 'Kapret' } })).toMatchObject({
        code: 'clinic/foreign',
      });
      expect(
        await write(server.app, a, { entity: 'patient', rowId: v7(), set: { givenName: 'x', familyName: 'y', clinicId: b.clinicId } }),
      ).toMatchObject({ outcome: 'rejected' });
    });

    it('a revoked device hands in what it holds, to quarantine', async () => {
      const admin = await foundClinic(server.app);
      const lost = await addColleague(server.app, admin, ['PRACTITIONER']);
      expect((await request(server.app, admin, 'POST', `/v1/devices/${lost.deviceId}/revoke`)).statusCode).toBe(204);
      const outcome = await write(server.app, lost, newPatient());
      expect(outcome).toMatchObject({ outcome: 'rejected', code: 'device/revoked' });
      expect(await rows(admin.clinicId, 'select 1 from quarantine')).toHaveLength(1);
      // Nor through another device of the same person.
      const other = await enrolLaptop(server.app, admin, lost);
      const through = { ...lost, credential: other.credential };
      expect(await write(server.app, through, newPatient())).toMatchObject({ outcome: 'rejected', code: 'device/revoked' });
      expect((await request(server.app, lost, 'GET', '/v1/bootstrap')).json()).toMatchObject({ status: 403, code: 'device/revoked' });
    });

    it("a restored laptop's new device delivers the old one's changes, a stranger's does not", async () => {
      const admin = await foundClinic(server.app);
      const other = await addColleague(server.app, admin, ['PRACTITIONER']);
      const again = await enrolLaptop(server.app, admin, admin);
      const asOld = { ...admin, credential: again.credential };
      expect((await write(server.app, asOld, newPatient())).outcome).toBe('applied');
      admin.next = asOld.next;
      const answer = await pushRaw(server.app, { ...admin, credential: other.credential }, [changeOf(admin, newPatient())]);
      expect(answer.json()).toMatchObject({ status: 403, code: 'device/mismatch' });
    });
  });
});
