/** A month of a clinic settles: what Helfo owes is what was signed, what patients owe is what they were asked for, to the øre. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { syntheticNationalId } from '#db/rules/fodselsnummer.ts';
import { kravSchema } from '#db/rules/kuhr.ts';
import { openPractice } from '../encounters/testing.ts';
import type { Practice } from '../encounters/testing.ts';

const VISITS = 300;
const MONTH = '2026-12';
let practice: Practice;
const patients: { id: string; episodeId: string | null; cardId: string | null }[] = [];
const prices: Record<string, string> = {};
/** Visits by what became of them. */
const visits: { id: string; signed: boolean; inError: boolean }[] = [];
let prng = 20261128;
const random = (below: number): number => {
  prng = (Math.imul(prng, 1_103_515_245) + 12_345) >>> 0;
  return (prng >>> 8) % below;
};

const sql = async <T>(text: string, ...values: (string | number)[]): Promise<T[]> =>
  (await practice.db()).prepare(text).all(...values) as T[];
const due = async (encounterId: string): Promise<number> => {
  const bill = await practice.must('bill.get', { encounterId });
  return (bill.patientShareOre ?? 0) - bill.paidOre;
};

async function price(code: string, amountOre: number, refundOre: number | null, set: { packageVisits?: number; vatPercent?: number } = {}) {
  const kind = /^K\d/.test(code) ? ('takst' as const) : ('service' as const);
  const known = (await practice.must('price.list', {})).items.find((item) => item.code === code)?.id;
  const fields = { code, label: `Behandling ${code}`, kind, amountOre, refundOre, ...set };
  prices[code] = (await practice.must('price.save', known === undefined ? fields : { id: known, ...fields })).id;
}

async function pay(encounterId: string, patient: (typeof patients)[number]): Promise<void> {
  const open = await due(encounterId);
  if (open === 0) return;
  const kind = random(10);
  if (patient.cardId !== null && kind < 3 && (await practice.call('prepaid.use', { id: patient.cardId, encounterId })).ok) return;
  if (kind < 6) return void (await practice.must('payment.take', { encounterId, method: kind < 4 ? 'card' : 'vipps', amountOre: open }));
  if (kind === 6) return;
  // A part at the desk, the rest on an invoice.
  const now = kind === 7 ? Math.floor(open / 3) : 0;
  if (now > 0) await practice.must('payment.take', { encounterId, method: 'cash', amountOre: now });
  await practice.must('payment.take', { encounterId, method: 'invoice_later', amountOre: open - now });
}

async function visit(n: number): Promise<void> {
  const patient = patients[n % patients.length];
  if (patient === undefined) return;
  const first = patient.episodeId === null;
  const id = await practice.ready(patient.id, 'follow_up');
  if (first) {
    await practice.must('encounter.setEpisode', { id, episodeId: null, newTitle: 'Korsrygg' });
    patient.episodeId = (await practice.must('encounter.get', { id })).episode?.id ?? null;
  } else await practice.must('encounter.setEpisode', { id, episodeId: patient.episodeId, newTitle: null });
  await practice.must('line.add', { encounterId: id, priceItemId: prices[first ? 'K1' : 'K2'] ?? '' });
  if (n % 11 === 0) await practice.must('line.add', { encounterId: id, priceItemId: prices['L214'] ?? '', quantity: 1 + (n % 3) });
  if (n % 17 === 0) await practice.must('line.add', { encounterId: id, priceItemId: prices['ALT'] ?? '' });
  // A second K1 in the series: Helfo would send it back.
  if (n % 97 === 96) await practice.must('line.add', { encounterId: id, priceItemId: prices['K1'] ?? '' });
  const signed = n % 50 !== 49;
  if (signed) await practice.must('encounter.sign', { id, patientId: patient.id });
  const inError = n % 61 === 59;
  if (n % 13 === 5 && patient.cardId === null) {
    await practice.must('line.add', { encounterId: id, priceItemId: prices['KLIPP'] ?? '' });
    await practice.must('payment.take', { encounterId: id, method: 'card', amountOre: await due(id) });
    patient.cardId = (await practice.must('prepaid.list', { patientId: patient.id })).cards[0]?.id ?? null;
  } else if (!inError) await pay(id, patient);
  if (inError) await practice.must('encounter.enterInError', { id, reason: 'Feil pasient' });
  visits.push({ id, signed, inError });
  practice.laptop.pass(20 * 60_000);
}

beforeAll(async () => {
  practice = await openPractice();
  await practice.must('clinic.update', { set: { orgNumber: '999888777' } });
  await practice.must('billing.save', { accountNumber: '15032080119', kid: 'mod11', praksisIds: { [practice.userId]: '1000005649' } });
  await price('K1', 95_050, 11_233);
  await price('K2', 70_005, 4_817);
  await price('L214', 12_345, null);
  await price('ALT', 33_333, null, { vatPercent: 25 });
  await price('KLIPP', 333_333, null, { packageVisits: 7 });
  for (let n = 0; n < 40; n += 1) {
    const birthDate = `19${60 + (n % 30)}-03-1${n % 9}`;
    // One in twenty has no number: their claims cannot go.
    const number = n % 20 === 19 ? null : syntheticNationalId({ birthDate, n });
    const id = await practice.patient({ birthDate, nationalId: number, ...(number === null ? {} : { missingNationalIdReason: null }) });
    patients.push({ id, episodeId: null, cardId: null });
  }
  let n = 0;
  for (let day = 1; n < VISITS; day += 1) {
    if ([0, 6].includes(new Date(Date.UTC(2026, 11, day)).getUTCDay())) continue;
    practice.laptop.setClock(`2026-12-${String(day).padStart(2, '0')}T06:00:00.000Z`);
    await practice.asFirst();
    for (let of = 0; of < 14 && n < VISITS; of += 1, n += 1) await visit(n);
  }
}, 600_000);
afterAll(() => practice.close());

it(`the ledger of ${VISITS} visits is what was signed of Helfo's takster, and nothing that was not`, async () => {
  expect(visits).toHaveLength(VISITS);
  // Asked of the signed words themselves, not of the lines the ledger reads.
  const [signed] = await sql<{ ore: number; n: number }>(
    `select sum(json_extract(l.value, '$.refundOre') * json_extract(l.value, '$.quantity')) as ore, count(distinct e.id) as n
     from encounter e, json_each(e.signed_content, '$.treatmentLines') l
     where e.status = 'signed' and json_extract(l.value, '$.code') in ('K1', 'K2') and e.visit_at >= '2026-11-30T23:00' and e.visit_at < '2026-12-31T23:00'`,
  );
  const { rows, sums } = await practice.must('claim.ledger', { month: MONTH });
  expect(rows).toHaveLength(signed?.n ?? 0);
  expect(signed?.n).toBe(visits.filter((one) => one.signed && !one.inError).length);
  expect(sums.readyOre + sums.problemsOre).toBe(signed?.ore);
  expect(rows.every(({ amountOre, state }) => Number.isSafeInteger(amountOre) && (state === 'ready' || state === 'problems'))).toBe(true);
  expect(new Set(rows.flatMap(({ problems }) => problems.map(({ code }) => code)))).toEqual(
    new Set(['claim/national-id-missing', 'takst/combination', 'takst/once-per-series']),
  );
  expect(sums.problemsOre).toBeGreaterThan(0);
  const other = await practice.must('claim.ledger', { month: '2026-11' });
  expect(other.rows).toEqual([]);
});

it('what is ready goes out, is answered and paid; what was rejected is put right under its number; a paid claim is taken back whole', async () => {
  const before = await practice.must('claim.ledger', { month: MONTH });
  const file = await practice.must('claim.export', { month: MONTH, practitionerId: practice.userId });
  expect(file.amountOre).toBe(before.sums.readyOre);
  const { behandlerkrav } = kravSchema.parse(JSON.parse(file.text));
  expect(Math.round(behandlerkrav.belop * 100)).toBe(before.sums.readyOre);
  expect(new Set(behandlerkrav.regninger.map(({ guid }) => guid)).size).toBe(file.count);
  const numbers = behandlerkrav.regninger.map(({ regningsnummer }) => Number(regningsnummer));
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  expect(await practice.call('claim.export', { month: MONTH, practitionerId: practice.userId })).toMatchObject({ code: 'claim/nothing' });

  const rejected = behandlerkrav.regninger.slice(0, 4).map(({ guid }) => guid);
  const regninger = behandlerkrav.regninger.map(({ guid }) => ({
    guid,
    status: rejected.includes(guid) ? 'avvist' : 'godkjent',
    merknader: rejected.includes(guid) ? [{ nummer: 470, tekst: 'Ugyldig kombinasjon' }] : [],
  }));
  const answer = JSON.stringify({ innsending: { regninger } });
  expect(await practice.must('claim.readAnswer', { text: answer })).toEqual({
    accepted: file.count - 4,
    rejected: 4,
    credited: 0,
    unknown: 0,
  });
  // The same answer once more changes nothing.
  expect(await practice.must('claim.readAnswer', { text: answer })).toEqual({ accepted: 0, rejected: 0, credited: 0, unknown: 0 });
  const answered = await practice.must('claim.ledger', { month: MONTH });
  expect(answered.sums.acceptedOre + answered.sums.rejectedOre).toBe(file.amountOre);

  const settle = (paidOre: number) => practice.must('claim.settle', { month: MONTH, practitionerId: practice.userId, paidOre });
  expect(await settle(answered.sums.acceptedOre - 1)).toEqual({ expectedOre: answered.sums.acceptedOre, differenceOre: -1, settled: 0 });
  expect(await settle(answered.sums.acceptedOre)).toMatchObject({ differenceOre: 0, settled: file.count - 4 });
  expect((await practice.must('claim.ledger', { month: MONTH })).sums.paidOre).toBe(answered.sums.acceptedOre);

  const again = answered.rows.filter(({ state }) => state === 'rejected').map(({ encounterId }) => encounterId);
  const resent = await practice.must('claim.export', { month: MONTH, practitionerId: practice.userId, encounterIds: again });
  expect(resent.amountOre).toBe(answered.sums.rejectedOre);
  const regning = kravSchema.parse(JSON.parse(resent.text)).behandlerkrav.regninger;
  expect(regning.map(({ guid, regningsnummer }) => [guid, regningsnummer]).toSorted()).toEqual(
    behandlerkrav.regninger
      .filter(({ guid }) => rejected.includes(guid))
      .map(({ guid, regningsnummer }) => [guid, regningsnummer])
      .toSorted(),
  );

  const paid = answered.rows.find(({ state }) => state === 'accepted');
  const credit = await practice.must('claim.credit', { id: paid?.claimId ?? '' });
  expect(kravSchema.parse(JSON.parse(credit.text)).behandlerkrav).toMatchObject({
    belop: -(paid?.amountOre ?? 0) / 100,
    regninger: [{ kreditering: true }],
  });
  expect(await practice.call('claim.credit', { id: paid?.claimId ?? '' })).toMatchObject({ code: 'claim/not-accepted' });
  await practice.must('claim.answer', { id: paid?.claimId ?? '', status: 'credited' });
  const row = (await practice.must('claim.ledger', { month: MONTH })).rows.find(({ encounterId }) => encounterId === paid?.encounterId);
  // Claimed anew it is another claim, with another guid.
  expect(row).toMatchObject({ state: 'ready', claimId: null });
  const anew = await practice.must('claim.export', { month: MONTH, practitionerId: practice.userId });
  expect(kravSchema.parse(JSON.parse(anew.text)).behandlerkrav.regninger[0]?.guid).not.toBe(paid?.claimId);
});

it('patients owe what they were asked for: price is refund and share, share is paid, invoiced or due', async () => {
  let shareOre = 0;
  let paidOre = 0;
  let dueOre = 0;
  for (const { id, inError } of visits) {
    if (inError) continue;
    const bill = await practice.must('bill.get', { encounterId: id });
    expect(bill.refundOre + (bill.patientShareOre ?? 0)).toBe(bill.totalOre);
    shareOre += bill.patientShareOre ?? 0;
    paidOre += bill.paidOre;
    dueOre += (bill.patientShareOre ?? 0) - bill.paidOre;
  }
  expect(paidOre + dueOre).toBe(shareOre);
  const [later] = await sql<{ ore: number }>("select sum(amount_ore) as ore from payment where method = 'invoice_later' and voided = 0");
  const waiting = (await practice.must('invoice.waiting', {})).people;
  expect(waiting.reduce((sum, { amountOre }) => sum + amountOre, 0)).toBe(later?.ore);
  for (const { patientId, payments } of waiting)
    await practice.must('invoice.issue', { patientId, paymentIds: payments.map(({ id }) => id) });
  const issued = await practice.must('invoice.list', { show: 'all' });
  expect(issued.openOre).toBe(later?.ore);
  expect(issued.control).toMatchObject([{ last: waiting.length, missing: [], twice: [] }]);
  // Every third pays, every fifth gets something off; nothing disappears.
  let in_ = 0;
  let off = 0;
  for (const [at, { id, openOre }] of issued.invoices.entries()) {
    if (at % 3 === 0) {
      await practice.must('invoice.pay', { id, amountOre: openOre, method: 'bank', paidOn: '2026-12-28' });
      in_ += openOre;
    } else if (at % 5 === 0) {
      await practice.must('invoice.credit', { id, amountOre: 101, reason: 'Rabatt' });
      off += 101;
    }
  }
  const after = await practice.must('invoice.list', {});
  expect(after.openOre).toBe((later?.ore ?? 0) - in_ - off);
  const [cards] = await sql<{ used: number }>('select count(*) as used from payment where prepaid_id is not null and voided = 0');
  expect(cards?.used).toBeGreaterThan(5);
});
