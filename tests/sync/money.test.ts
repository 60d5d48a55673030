/** Money on two laptops and a server: each numbers its invoices in its own series, what is issued cannot be changed, and the desk has no diagnosis. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withClinic } from '#db/postgres/open.ts';
import { syntheticNationalId } from '#db/rules/fodselsnummer.ts';
import { redFlagsOf } from '#db/rules/red-flags.ts';
import { visitTypeOf } from '#db/rules/visit-types.ts';
import { openClinic, PASSPHRASE, testLaptop, type TestLaptop } from '#electron/core/testing.ts';
import { openTestDatabase, PLACES, type TestDatabase } from '#sync-server/testing/test-database.ts';
import { openTestServer, type TestServer } from '#sync-server/testing/test-server.ts';
import { joinColleague, inSync } from './colleague.ts';
import { until } from './laptop.ts';

let database: TestDatabase;
let server: TestServer;
let kim: TestLaptop;
let siv: TestLaptop;
let clinicId: string;
let userId: string;
let patientId: string;
const payments: string[] = [];

async function signedVisit(price: string): Promise<string> {
  const { id } = await kim.must('encounter.start', { patientId, visitType: 'follow_up' });
  for (const { key, required } of visitTypeOf('follow_up').sections)
    if (required) await kim.must('section.write', { encounterId: id, key, text: `${key}: bedre` });
  if (visitTypeOf('follow_up').redFlags)
    for (const { key } of redFlagsOf('low-back'))
      await kim.must('redFlag.answer', { encounterId: id, region: 'low-back', question: key, answer: 'no', comment: null });
  await kim.must('diagnosis.add', { encounterId: id, system: 'icpc-2', code: 'L84' });
  await kim.must('line.add', { encounterId: id, priceItemId: price });
  await kim.must('encounter.sign', { id, patientId });
  payments.push((await kim.must('payment.take', { encounterId: id, method: 'invoice_later', amountOre: 65_400 })).id);
  return id;
}
const invoices = async (laptop: TestLaptop) => (await laptop.must('invoice.list', { show: 'all' })).invoices;

beforeAll(async () => {
  database = await openTestDatabase(PLACES[0] ?? 'embedded');
  server = await openTestServer(database);
  const url = await server.url();
  kim = testLaptop({ fetch });
  siv = testLaptop({ fetch });
  for (const laptop of [kim, siv]) laptop.setClock(server.time.now.toISOString());
  ({ clinicId, userId } = await openClinic(kim));
  await kim.must('clinic.update', { set: { orgNumber: '999888777' } });
  await kim.must('billing.save', { accountNumber: '15032080119', kid: 'mod10', praksisIds: { [userId]: '1000005649' } });
  const k2 = (await kim.must('price.list', {})).items.find(({ code }) => code === 'K2');
  const price = await kim.must('price.save', {
    ...(k2 === undefined ? {} : { id: k2.id }),
    code: 'K2',
    label: 'Behandling',
    kind: 'takst',
    amountOre: 70_000,
    refundOre: 4_600,
  });
  const nationalId = syntheticNationalId({ birthDate: '1979-01-01', n: 1 });
  patientId = (await kim.must('patient.create', { givenName: 'Åse', familyName: 'Ødegård', birthDate: '1979-01-01', nationalId })).id;
  await kim.must('server.connect', { url, registrationCode: null, passphrase: PASSPHRASE });
  await signedVisit(price.id);
  await signedVisit(price.id);
  await joinColleague(kim, siv, url, { name: 'Siv Dal', email: 'siv@bakken.example', roles: ['ASSISTANT'] });
  await inSync(kim);
  await inSync(siv);
}, 120_000);
afterAll(async () => {
  await kim?.close();
  await siv?.close();
  await server?.close();
  await database?.close();
});

test('each laptop issues in its own series without asking, and both have both afterwards, to the øre', async () => {
  await until(
    () => siv.must('invoice.waiting', {}),
    ({ people }) => people[0]?.payments.length === 2,
    'the desk has both visits to invoice',
  );
  const mine = await kim.must('invoice.issue', { patientId, paymentIds: payments.slice(0, 1) });
  const hers = await siv.must('invoice.issue', { patientId, paymentIds: payments.slice(1) });
  expect(mine.number.split('-')[0]).not.toBe(hers.number.split('-')[0]);
  expect([mine, hers].map(({ number }) => number.split('-')[1])).toEqual(['000001', '000001']);
  expect(mine.kid).not.toBe(hers.kid);
  for (const laptop of [kim, siv]) {
    await inSync(laptop);
    await until(
      () => invoices(laptop),
      (all) => all.length === 2,
      'both invoices are here',
    );
    const { openOre, control } = await laptop.must('invoice.list', {});
    expect(openOre).toBe(2 * 65_400);
    expect(control.map(({ last, missing, twice }) => ({ last, missing, twice }))).toEqual([
      { last: 1, missing: [], twice: [] },
      { last: 1, missing: [], twice: [] },
    ]);
  }
  expect((await kim.must('sync.outbox', { show: 'quarantined' })).items).toEqual([]);
  expect((await siv.must('sync.outbox', { show: 'quarantined' })).items).toEqual([]);
});

test('the desk credits and registers what came in on an invoice that the other laptop issued', async () => {
  const [mine] = (await kim.must('invoice.list', { show: 'all', patientId })).invoices.filter(({ kid }) => kid !== null);
  const id = mine?.id ?? '';
  await siv.must('invoice.credit', { id, amountOre: 5_400, reason: 'Avtalt pris' });
  await siv.must('invoice.pay', { id, amountOre: 60_000, method: 'bank', paidOn: '2026-11-25' });
  await inSync(siv);
  await until(
    () => kim.must('invoice.get', { id }),
    ({ state }) => state === 'paid',
    'it is settled on the other laptop too',
  );
  expect(await kim.must('invoice.get', { id })).toMatchObject({ creditedOre: 5_400, paidOre: 60_000, openOre: 0 });
});

test('a package that was priced and taken off again goes with its line, and the server takes that in', async () => {
  const { id: priceItemId } = await kim.must('price.save', {
    code: 'KLIPP',
    label: 'Klippekort',
    kind: 'service',
    amountOre: 500_000,
    refundOre: null,
    packageVisits: 10,
  });
  const { id: encounterId } = await kim.must('encounter.start', { patientId, visitType: 'follow_up' });
  const { id } = await kim.must('line.add', { encounterId, priceItemId });
  await inSync(kim);
  await until(
    () => siv.must('prepaid.list', { patientId }),
    ({ cards }) => cards.length === 1,
    'the desk sees the card',
  );
  await kim.must('line.remove', { encounterId, id });
  await inSync(kim);
  await until(
    () => siv.must('prepaid.list', { patientId }),
    ({ cards }) => cards.length === 0,
    'it has gone at the desk too',
  );
  expect((await kim.must('sync.outbox', { show: 'quarantined' })).items).toEqual([]);
});

test('nobody changes an issued invoice, not even by SQL on the server', async () => {
  const tried = withClinic(server.pool, clinicId, async (tx) => await tx.query('update invoice set share_ore = 1'));
  await expect(tried).rejects.toMatchObject({ code: 'RG001' });
  const gone = withClinic(server.pool, clinicId, async (tx) => await tx.query('update invoice_payment set amount_ore = 1'));
  await expect(gone).rejects.toMatchObject({ code: 'RG001' });
});

test('the desk sees no ledger where no notes are, and takes out no claims; no diagnosis is among what it has', async () => {
  expect(await siv.must('claim.ledger', { month: server.time.now.toISOString().slice(0, 7) })).toMatchObject({ rows: [], hasNotes: false });
  expect(await siv.call('claim.export', { month: '2026-11', practitionerId: userId })).toMatchObject({ code: 'permission/denied' });
  const month = server.time.now.toISOString().slice(0, 7);
  const file = await kim.must('claim.export', { month, practitionerId: userId });
  expect(file).toMatchObject({ count: 2, amountOre: 9_200 });
  expect(file.text).toContain('"L84"');
  await inSync(kim);
  const claims = await withClinic(
    server.pool,
    clinicId,
    async (tx) => (await tx.query<{ row: string }>('select c::text as row from helfo_claim c')).rows,
  );
  expect(claims).toHaveLength(2);
  // What was claimed lies in an envelope.
  for (const { row } of claims) expect(row).not.toMatch(/L84|K2/);
});
