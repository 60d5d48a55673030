/** Claims go to Helfo by the server, each once; what Helfo answers and pays comes back to the laptop's ledger. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NOBODY } from '#db/model/message.ts';
import { withClinic } from '#db/postgres/open.ts';
import { syntheticNationalId } from '#db/rules/fodselsnummer.ts';
import { pollHelfo } from '#sync-server/core/helfo/poll.ts';
import { HELFO_SETTLE_MS } from '#sync-server/core/helfo/deps.ts';
import { sendToHelfo } from '#sync-server/core/helfo/send.ts';
import { serverWrite } from '#sync-server/core/server-write.ts';
import { MONTH, openHelfoClinic, type HelfoClinic } from './helfo-clinic.ts';

let clinic: HelfoClinic;
beforeAll(async () => {
  clinic = await openHelfoClinic();
}, 120_000);
afterAll(() => clinic?.close());

const send = (messageId: string) => sendToHelfo(clinic.server.helfo, clinic.practice.clinicId, messageId);
const poll = (messageId: string) => pollHelfo(clinic.server.helfo, clinic.practice.clinicId, messageId);
const messageRow = (id: string) => clinic.server.row(clinic.practice.clinicId, 'helfo_message', id);
const last = () => {
  const message = clinic.fake.messages.at(-1);
  if (message === undefined) throw new Error('nothing came in');
  return message;
};

test('asked for without network, sent, received, judged line by line, and paid to the øre', async () => {
  const { practice, ledger, visit, fake } = clinic;
  const visits = [await visit(), await visit(), await visit()];
  await clinic.sync();
  const { messageId, count, amountOre } = await practice.must('claim.send', { month: MONTH, practitionerId: practice.userId });
  expect({ count, amountOre }).toEqual({ count: 3, amountOre: 3 * 4_817 });
  expect(await practice.call('claim.send', { month: MONTH, practitionerId: practice.userId })).toMatchObject({ code: 'claim/nothing' });
  expect(await ledger(visits[0] ?? '')).toMatchObject({ state: 'queued', amountOre: 4_817, message: { id: messageId, wanted: true } });
  await clinic.sync();
  expect(await send(messageId)).toBeUndefined();
  await clinic.sync();
  expect(fake.messages).toHaveLength(1);
  const { krav } = last();
  expect(krav).toMatchObject({ praksisId: '1000005649', behandlerkrav: { antallRegninger: 3, belop: 144.51 } });
  expect(krav.behandlerkrav.regninger[0]).toMatchObject({
    takster: [{ kode: 'K2', antall: 1, belop: 48.17 }],
    diagnoser: [{ kodeverk: '2.16.578.1.12.4.1.1.7170' }],
  });
  expect(await ledger(visits[0] ?? '')).toMatchObject({ state: 'received', message: { state: 'received' } });
  // Nothing is known yet, and nothing is said.
  expect(await poll(messageId)).toBeUndefined();
  const guids = krav.behandlerkrav.regninger.map(({ guid }) => guid);
  fake.check(last(), new Map([[guids[1] ?? '', 'Ugyldig kombinasjon av takster']]));
  await poll(messageId);
  await clinic.sync();
  const { rows, sums } = await practice.must('claim.ledger', { month: MONTH });
  expect(rows.map(({ state, answer }) => [state, answer])).toEqual([
    ['accepted', null],
    ['rejected', '470: Ugyldig kombinasjon av takster'],
    ['accepted', null],
  ]);
  expect(sums).toMatchObject({ acceptedOre: 2 * 4_817, rejectedOre: 4_817, paidOre: 0, sentOre: 0 });
  // The money goes out.
  fake.pay(last());
  await poll(messageId);
  await clinic.sync();
  expect((await practice.must('claim.ledger', { month: MONTH })).sums).toMatchObject({ paidOre: 2 * 4_817, acceptedOre: 2 * 4_817 });
  expect(await messageRow(messageId)).toMatchObject({ state: 'paid', paidOre: 2 * 4_817, paidOn: '2026-12-01', reason: null });
  // Asked once more nothing is asked.
  expect(await poll(messageId)).toBeUndefined();
  // The rejected one goes again, under the same guid and number.
  const again = await clinic.ask([visits[1] ?? '']);
  await send(again);
  expect(last().krav.behandlerkrav.regninger.map(({ guid, regningsnummer }) => [guid, regningsnummer])).toEqual([
    [guids[1], krav.behandlerkrav.regninger[1]?.regningsnummer],
  ]);
  fake.check(last());
  await poll(again);
  await clinic.sync();
  expect(await ledger(visits[1] ?? '')).toMatchObject({ state: 'accepted', answer: null });
  // The log says whose data left.
  const logged = await withClinic(
    clinic.server.pool,
    practice.clinicId,
    async (tx) =>
      (
        await tx.query<{ id: string; patient: string }>(
          `select subject_id as id, patient_id as patient from audit_event where verb = 'helfo.send'`,
        )
      ).rows,
  );
  expect(logged.map(({ id }) => id).toSorted()).toEqual([...guids, guids[1]].toSorted());
  expect(new Set(logged.map(({ patient }) => patient))).toEqual(new Set([clinic.patientId]));
}, 120_000);

test('another sum than what was accepted marks nothing as paid, and is told', async () => {
  const id = await clinic.visit();
  await clinic.sync();
  const messageId = await clinic.ask([id]);
  await send(messageId);
  clinic.fake.check(last());
  clinic.fake.pay(last(), 48.16);
  await poll(messageId);
  await clinic.sync();
  expect(await messageRow(messageId)).toMatchObject({ state: 'paid', paidOre: 4_816, reason: 'helfo/paid-differs' });
  expect(await clinic.ledger(id)).toMatchObject({ state: 'accepted', paidOre: null, message: { reason: 'helfo/paid-differs' } });
}, 60_000);

test('a claim that was accepted is taken back whole, and then claimed anew under another guid', async () => {
  const { practice, ledger } = clinic;
  const id = await clinic.visit();
  await clinic.sync();
  const messageId = await clinic.ask([id]);
  await send(messageId);
  clinic.fake.check(last());
  await poll(messageId);
  await clinic.sync();
  const claimId = (await ledger(id)).claimId ?? '';
  const { messageId: creditId, amountOre } = await practice.must('claim.sendCredit', { id: claimId });
  expect(amountOre).toBe(-4_817);
  await clinic.sync();
  await send(creditId);
  expect(last().krav.behandlerkrav).toMatchObject({ belop: -48.17, regninger: [{ guid: claimId, kreditering: true, belop: -48.17 }] });
  // Refused it stays what it was.
  clinic.fake.check(last(), new Map([[claimId, 'Regningen er ikke mottatt']]));
  await poll(creditId);
  await clinic.sync();
  expect(await ledger(id)).toMatchObject({ state: 'accepted', answer: '470: Regningen er ikke mottatt' });
  // The very same again: Helfo knows it, and nothing is sent that would be answered so again.
  const { messageId: same } = await practice.must('claim.sendCredit', { id: claimId });
  await clinic.sync();
  const before = clinic.fake.messages.length;
  await send(same);
  clinic.pass(HELFO_SETTLE_MS);
  await send(same);
  await clinic.sync();
  expect(clinic.fake.messages).toHaveLength(before);
  expect(await ledger(id)).toMatchObject({ state: 'accepted', answer: 'helfo/unchanged' });
  expect(await messageRow(same)).toMatchObject({ state: 'refused', reason: 'helfo/unchanged' });
  // Once Helfo has put its own right.
  clinic.fake.messages.pop();
  const { messageId: second } = await practice.must('claim.sendCredit', { id: claimId });
  await clinic.sync();
  await send(second);
  clinic.fake.check(last());
  clinic.fake.pay(last());
  await poll(second);
  await clinic.sync();
  expect(await messageRow(second)).toMatchObject({ state: 'paid', paidOre: -4_817, reason: null });
  expect(await ledger(id)).toMatchObject({ state: 'ready', claimId: null });
  const anew = await clinic.ask([id]);
  await send(anew);
  expect(last().krav.behandlerkrav.regninger[0]?.guid).not.toBe(claimId);
}, 60_000);

test('what waits is taken back before it goes, and may then go as a file or be asked for again', async () => {
  const { practice, ledger } = clinic;
  const id = await clinic.visit();
  await clinic.sync();
  const messageId = await clinic.ask([id]);
  await practice.must('claim.withdraw', { messageId });
  expect(await practice.call('claim.withdraw', { messageId })).toMatchObject({ code: 'claim/not-waiting' });
  await clinic.sync();
  const before = clinic.fake.messages.length;
  await send(messageId);
  await clinic.sync();
  expect(clinic.fake.messages).toHaveLength(before);
  expect(await ledger(id)).toMatchObject({ state: 'returned', message: { state: 'cancelled' } });
  const again = await clinic.ask([id]);
  await send(again);
  expect(clinic.fake.messages).toHaveLength(before + 1);
  // What has gone is not taken back.
  await clinic.sync();
  expect(await practice.call('claim.withdraw', { messageId: again })).toMatchObject({ code: 'claim/not-waiting' });
}, 60_000);

test('switched off by the clinic nothing goes; switched on again what waited goes', async () => {
  const { practice, ledger } = clinic;
  const id = await clinic.visit();
  await clinic.sync();
  const messageId = await clinic.ask([id]);
  await practice.must('integration.set', { name: 'helfo', enabled: false, options: {} });
  await clinic.sync();
  const before = clinic.fake.messages.length;
  expect(await send(messageId)).toBeUndefined();
  await clinic.sync();
  expect(await ledger(id)).toMatchObject({ state: 'queued', message: { reason: 'helfo/off' } });
  expect(await practice.call('claim.send', { month: MONTH, practitionerId: practice.userId })).toMatchObject({ code: 'claim/sending-off' });
  await practice.must('integration.set', { name: 'helfo', enabled: true, options: {} });
  await clinic.sync();
  await send(messageId);
  expect(clinic.fake.messages).toHaveLength(before + 1);
}, 60_000);

test.each([
  ['a practice that Helfo does not have', { praksisId: '2000000000' }, 'helfo/practice-unknown'],
  ['a doctor’s practice', { type: 'FALE' }, 'helfo/practice-type'],
  ['one that is not ready', { status: 'ikke_ok' }, 'helfo/practice-not-ok'],
  ['one that ended before the visit', { to: '2026-11-30' }, 'helfo/practice-dates'],
] as const)(
  '%s: nothing leaves, and the clinic is told why',
  async (_, change, reason) => {
    const id = await clinic.visit();
    await clinic.sync();
    const messageId = await clinic.ask([id]);
    const kept = clinic.fake.practices;
    clinic.fake.practices = kept.map((one) => ({ ...one, ...change }));
    const asked = clinic.fake.asked.length;
    await send(messageId);
    expect(clinic.fake.asked).toHaveLength(asked);
    clinic.fake.practices = kept;
    await clinic.sync();
    expect(await clinic.ledger(id)).toMatchObject({ state: 'rejected', answer: reason, message: { state: 'refused', reason } });
    // Put right it goes.
    await send(await clinic.ask([id]));
    await clinic.sync();
    expect(await clinic.ledger(id)).toMatchObject({ state: 'received' });
  },
  60_000,
);

test.each([
  ['other takster than were signed', 'helfo/note-differs', { takster: [{ kode: 'K1', antall: 1, belopOre: 11_233 }], amountOre: 11_233 }],
  [
    'the signed line twice',
    'helfo/note-differs',
    { takster: [1, 2].map(() => ({ kode: 'K2', antall: 1, belopOre: 4_817 })), amountOre: 9_634 },
  ],
  ['another sum than its lines', 'helfo/note-differs', { amountOre: 4_818 }],
  ['another patient', 'helfo/incomplete', { patientId: 'other' }],
  ['a number that Helfo has no room for', 'helfo/incomplete', { regningsnummer: 'A17' }],
] as const)(
  'a claim with %s does not leave, says why, and keeps no other claim back',
  async (_, reason, change) => {
    const { practice, server, fake } = clinic;
    const [good, bad] = [await clinic.visit(), await clinic.visit()];
    const otherId = await practice.patient({
      birthDate: '1980-02-03',
      nationalId: syntheticNationalId({ birthDate: '1980-02-03', n: 20 + fake.messages.length }),
    });
    await clinic.sync();
    const messageId = await clinic.ask([good, bad]);
    const claimId = (await clinic.ledger(bad)).claimId ?? '';
    const set = 'patientId' in change ? { patientId: otherId } : structuredClone(change);
    await withClinic(server.pool, practice.clinicId, (tx) =>
      serverWrite(tx, practice.clinicId, NOBODY, [{ entity: 'helfo_claim', id: claimId, birth: false, set, extra: {} }]),
    );
    expect(await send(messageId)).toBeUndefined();
    expect(last().krav.behandlerkrav).toMatchObject({ antallRegninger: 1, belop: 48.17 });
    expect(clinic.times(claimId)).toBe(0);
    expect(await server.row(practice.clinicId, 'helfo_claim', claimId)).toMatchObject({ status: 'rejected', answer: reason });
    await clinic.sync();
    expect(await clinic.ledger(good)).toMatchObject({ state: 'received' });
    expect(await clinic.ledger(bad)).toMatchObject({ state: 'rejected', answer: reason });
  },
  60_000,
);

test('what Helfo refuses as a whole is rejected with Helfo’s own words, and goes again once it is put right', async () => {
  const id = await clinic.visit();
  await clinic.sync();
  const messageId = await clinic.ask([id]);
  clinic.fake.mood = 'faulty';
  await send(messageId);
  clinic.fake.mood = 'well';
  await clinic.sync();
  const row = await clinic.ledger(id);
  expect(row).toMatchObject({ state: 'rejected', message: { state: 'refused', reason: 'helfo/refused' } });
  expect(row.answer).toMatch(/^UKJENT_FELT: Ukjent felt i JSON/);
  await send(await clinic.ask([id]));
  expect(clinic.times(row.claimId ?? '')).toBe(1);
}, 60_000);

test('an intent says nothing of a diagnosis, and the server takes in no state from a laptop', async () => {
  const { practice } = clinic;
  const id = await clinic.visit();
  await clinic.sync();
  const messageId = await clinic.ask([id]);
  expect(JSON.stringify(await messageRow(messageId))).not.toMatch(/L\d\d|K2/);
  const db = await practice.db();
  expect(db.prepare('select state from helfo_message where id = ?').get(messageId)).toEqual({ state: 'planned' });
  expect((await practice.must('sync.outbox', { show: 'quarantined' })).items).toEqual([]);
  await send(messageId);
}, 60_000);

test('nothing of a patient, a token or a key is in the log', () => {
  const log = clinic.server.logged.join('\n');
  expect(log).not.toMatch(/belop|regningsnummer|eyJ|L84|Authorization/i);
});
