import { afterEach, beforeEach, expect, it } from 'vitest';
import { kidOf } from '#db/rules/kid.ts';
import { readPdf } from '#db/documents/testing/read-pdf.ts';
import { openPractice } from '../encounters/testing.ts';
import type { Practice } from '../encounters/testing.ts';

let practice: Practice;
let patientId: string;
let encounterId: string;
beforeEach(async () => {
  practice = await openPractice();
  await practice.must('clinic.update', { set: { orgNumber: '999888777' } });
  await practice.must('billing.save', { accountNumber: '1503 20 80119', kid: 'mod10', dueDays: 14 });
  patientId = await practice.patient({ addressLine: 'Lia 2', postalCode: '0150', city: 'Oslo' });
  encounterId = await practice.ready(patientId);
});
afterEach(() => practice.close());

const priced = (
  amountOre: number,
  set: { refundOre?: number; vatPercent?: number; packageVisits?: number; label?: string; code?: string } = {},
) => practice.must('price.save', { code: 'OPPF', label: 'Oppfølging', kind: 'service', amountOre, refundOre: null, ...set });
const due = async (id = encounterId): Promise<number> => {
  const bill = await practice.must('bill.get', { encounterId: id });
  return (bill.patientShareOre ?? 0) - bill.paidOre;
};
/** A visit of 700 kr of which Helfo pays 46, to be invoiced. */
async function later(id = encounterId): Promise<string> {
  await practice.must('line.add', { encounterId: id, priceItemId: (await priced(70_000, { refundOre: 4_600 })).id });
  return (await practice.must('payment.take', { encounterId: id, method: 'invoice_later', amountOre: await due(id) })).id;
}

it('an invoice collects what was to be invoiced, once, with what Helfo pays taken off, and a KID the bank can check', async () => {
  const payment = await later();
  expect((await practice.must('invoice.waiting', {})).people).toMatchObject([
    { patientId, amountOre: 65_400, payments: [{ id: payment }] },
  ]);
  const invoice = await practice.must('invoice.issue', { patientId, paymentIds: [payment] });
  expect(invoice).toMatchObject({
    kind: 'invoice',
    totalOre: 70_000,
    refundOre: 4_600,
    shareOre: 65_400,
    paidBeforeOre: 0,
    vatOre: 0,
    openOre: 65_400,
    state: 'open',
    dueOn: '2026-12-07',
  });
  const [series = '', running = ''] = invoice.number.slice(1).split('-');
  expect(running).toBe('000001');
  expect(invoice.kid).toBe(kidOf('mod10', series, 1));
  expect((await practice.must('invoice.waiting', {})).people).toEqual([]);
  expect(await practice.call('invoice.issue', { patientId, paymentIds: [payment] })).toMatchObject({ code: 'payment/unknown' });
});

it('without an organisation number or an account there is no invoice, and no number is used up', async () => {
  const payment = await later();
  await practice.must('billing.save', { accountNumber: null });
  expect(await practice.call('invoice.issue', { patientId, paymentIds: [payment] })).toMatchObject({ code: 'invoice/no-account' });
  await practice.must('billing.save', { accountNumber: '15032080119' });
  await practice.must('clinic.update', { set: { orgNumber: null } });
  expect(await practice.call('invoice.issue', { patientId, paymentIds: [payment] })).toMatchObject({ code: 'invoice/no-org-number' });
  await practice.must('clinic.update', { set: { orgNumber: '999888777' } });
  expect((await practice.must('invoice.issue', { patientId, paymentIds: [payment] })).number).toMatch(/-000001$/);
  expect(await practice.call('billing.save', { accountNumber: '15032080118' })).toMatchObject({ code: 'billing/account-number' });
});

it('numbers have no gap across restarts, refusals and credit notes, which stand in the same series', async () => {
  const visits = [encounterId, await practice.ready(patientId), await practice.ready(patientId)];
  const numbers: string[] = [];
  for (const id of visits) {
    const payment = await later(id);
    await practice.call('invoice.issue', { patientId, paymentIds: [payment, practice.userId] });
    const invoice = await practice.must('invoice.issue', { patientId, paymentIds: [payment] });
    numbers.push(invoice.number);
    await practice.call('invoice.credit', { id: invoice.id, amountOre: 999_999, reason: 'for mye' });
    await practice.must('invoice.credit', { id: invoice.id, amountOre: 100, reason: 'Rabatt' });
    await practice.laptop.restart();
    await practice.asFirst();
  }
  expect(numbers.map((number) => number.split('-')[1])).toEqual(['000001', '000003', '000005']);
  const { control } = await practice.must('invoice.list', { show: 'all' });
  expect(control).toEqual([{ series: numbers[0]?.slice(1).split('-')[0], last: 6, missing: [], twice: [] }]);
  // A number that was given stays given, also where its row has gone.
  (await practice.db()).prepare('delete from invoice where running = 6').run();
  const payment = await later(await practice.ready(patientId));
  expect((await practice.must('invoice.issue', { patientId, paymentIds: [payment] })).number).toMatch(/-000007$/);
  expect((await practice.must('invoice.list', { show: 'all' })).control[0]?.missing).toEqual([6]);
});

it('an issued invoice never changes: a part is credited, then the rest, and the visit may be corrected and invoiced anew', async () => {
  const invoice = await practice.must('invoice.issue', { patientId, paymentIds: [await later()] });
  const frozen = async () => (await practice.db()).prepare('select content, share_ore from invoice where id = ?').get(invoice.id);
  const before = await frozen();
  expect(await practice.must('invoice.credit', { id: invoice.id, amountOre: 15_400, reason: 'Avtalt pris' })).toMatchObject({
    openOre: 50_000,
    creditedOre: 15_400,
    credits: [{ shareOre: 15_400, reason: 'Avtalt pris' }],
  });
  const line = (await practice.must('bill.get', { encounterId })).lines[0];
  const correct = () => practice.call('line.update', { encounterId, id: line?.id ?? '', set: { amountOre: 50_000 } });
  expect(await correct()).toMatchObject({ code: 'encounter/paid' });
  expect(await practice.call('invoice.credit', { id: invoice.id, amountOre: 50_001, reason: 'for mye' })).toMatchObject({
    code: 'invoice/not-creditable',
  });
  const whole = await practice.must('invoice.credit', { id: invoice.id, amountOre: 50_000, reason: 'Feil pris' });
  expect(whole).toMatchObject({ openOre: 0, state: 'credited' });
  expect(await frozen()).toEqual(before);
  expect(await practice.call('invoice.credit', { id: whole.credits[0]?.id ?? '', amountOre: 1, reason: 'x' })).toMatchObject({
    code: 'invoice/not-creditable',
  });
  expect(await correct()).toMatchObject({ ok: true });
  const again = await practice.must('payment.take', { encounterId, method: 'invoice_later', amountOre: await due() });
  expect(await practice.must('invoice.issue', { patientId, paymentIds: [again.id] })).toMatchObject({ shareOre: 45_400 });
});

it('what comes in closes it; too much is owed back, a mistake is voided; the unpaid are listed with what is overdue', async () => {
  const invoice = await practice.must('invoice.issue', { patientId, paymentIds: [await later()] });
  const pay = (amountOre: number) => practice.call('invoice.pay', { id: invoice.id, amountOre, method: 'bank', paidOn: '2026-11-25' });
  expect(await pay(65_000)).toMatchObject({ value: { openOre: 400, state: 'open' } });
  practice.laptop.setClock('2026-12-08T09:00:00.000Z');
  await practice.asFirst();
  expect(await practice.must('invoice.list', {})).toMatchObject({ openOre: 400, overdueOre: 400, invoices: [{ state: 'overdue' }] });
  expect(await pay(500)).toMatchObject({ value: { openOre: -100, state: 'overpaid' } });
  expect(await practice.must('invoice.list', {})).toMatchObject({ openOre: 0, invoices: [{ state: 'overpaid' }] });
  expect(await pay(-101)).toMatchObject({ code: 'invoice/more-than-open' });
  expect(await pay(-100)).toMatchObject({ value: { openOre: 0, state: 'paid' } });
  expect((await practice.must('invoice.list', {})).invoices).toEqual([]);
  const { payments } = await practice.must('invoice.get', { id: invoice.id });
  await practice.must('invoice.voidPayment', { id: payments[0]?.id ?? '', reason: 'Feil faktura' });
  expect(await practice.must('invoice.get', { id: invoice.id })).toMatchObject({ openOre: 65_000 });
});

it('a part that was paid at the desk is told on the invoice, and only the rest is asked for', async () => {
  await practice.must('line.add', { encounterId, priceItemId: (await priced(70_000, { refundOre: 4_600 })).id });
  await practice.must('payment.take', { encounterId, method: 'cash', amountOre: 20_000 });
  const rest = await practice.must('payment.take', { encounterId, method: 'invoice_later', amountOre: 45_400 });
  const invoice = await practice.must('invoice.issue', {
    patientId,
    paymentIds: [rest.id],
    recipient: ['Bedrift AS', 'Gata 1', '0151 Oslo'],
  });
  expect(invoice).toMatchObject({ shareOre: 65_400, paidBeforeOre: 20_000, askedOre: 45_400, openOre: 45_400 });
  const pdf = await practice.must('invoice.pdf', { id: invoice.id });
  const text = readPdf(Buffer.from(pdf.pdfBase64, 'base64')).text.replaceAll('\u00a0', ' ');
  for (const words of [
    'Faktura',
    invoice.number,
    'Org.nr. 999 888 777',
    'Bedrift AS',
    'Kari Prøve1',
    '23. november 2026',
    '7. desember 2026',
    'Betalt tidligere',
    '454,00',
    '1503 20 80119',
    invoice.kid ?? '?',
    'MVA 0 kr',
  ])
    expect(text).toContain(words);
  // The visit is coded L03.
  expect(text).not.toMatch(/L03|[Kk]orsrygg/);
});

it('alternative treatment with a price of its own has its VAT on the invoice, the exempt part has none', async () => {
  await practice.must('line.add', {
    encounterId,
    priceItemId: (await priced(50_000, { vatPercent: 25, code: 'ALT', label: 'Soneterapi' })).id,
  });
  const payment = await later();
  const invoice = await practice.must('invoice.issue', { patientId, paymentIds: [payment] });
  expect(invoice).toMatchObject({ totalOre: 120_000, vatOre: 10_000 });
  const pdf = await practice.must('invoice.pdf', { id: invoice.id });
  const text = readPdf(Buffer.from(pdf.pdfBase64, 'base64')).text.replaceAll('\u00a0', ' ');
  expect(text).toContain('Herav 25 % MVA: 100,00 kr.');
  expect(text).toContain('MVA 0 kr – helsetjenester er unntatt');
});

it('a package is used a visit at a time, and what is left is paid back by a credit note', async () => {
  const ten = await priced(500_000, { packageVisits: 3, code: 'KLIPP', label: 'Klippekort 3 besøk' });
  const line = await practice.must('line.add', { encounterId, priceItemId: ten.id });
  const other = await practice.ready(patientId);
  await practice.must('line.add', { encounterId: other, priceItemId: (await priced(70_000, { refundOre: 4_600 })).id });
  const [card] = (await practice.must('prepaid.list', { patientId })).cards;
  expect(card).toMatchObject({ visits: 3, left: 3, paid: false, priceOre: 500_000 });
  const id = card?.id ?? '';
  expect(await practice.call('prepaid.use', { id, encounterId: other })).toMatchObject({ code: 'prepaid/not-paid' });
  // It does not pay for itself.
  expect(await practice.call('prepaid.use', { id, encounterId })).toMatchObject({ code: 'prepaid/nothing-due' });
  const money = await practice.must('payment.take', { encounterId, method: 'card', amountOre: 500_000 });
  const used = await practice.must('prepaid.use', { id, encounterId: other });
  expect(used).toMatchObject({ method: 'prepaid', amountOre: 65_400, prepaidId: id });
  expect(await due(other)).toBe(0);
  expect(await practice.call('prepaid.use', { id, encounterId: other })).toMatchObject({ code: 'prepaid/used-here' });
  expect((await practice.must('prepaid.list', { patientId })).cards).toMatchObject([{ used: 1, left: 2, paid: true, usedOre: 166_667 }]);
  // Voided, the visit is the patient's again.
  await practice.must('payment.void', { id: used.id, reason: 'Feil' });
  expect((await practice.must('prepaid.list', { patientId })).cards).toMatchObject([{ left: 3 }]);
  await practice.must('prepaid.use', { id, encounterId: other });
  await practice.must('payment.void', { id: money.id, reason: 'Feil kort' });
  expect(await practice.call('line.remove', { encounterId, id: line.id })).toMatchObject({ code: 'prepaid/in-use' });
  expect(await practice.call('prepaid.refund', { id, method: 'bank', reason: 'Flytter' })).toMatchObject({ code: 'prepaid/not-paid' });
  await practice.must('payment.take', { encounterId, method: 'vipps', amountOre: 500_000 });
  const back = await practice.must('prepaid.refund', { id, method: 'bank', reason: 'Flytter' });
  expect(back.refundedOre).toBe(500_000 - 166_667);
  expect((await practice.must('prepaid.list', { patientId })).cards).toMatchObject([{ left: 0, leftOre: 0, ended: true }]);
  const pdf = await practice.must('invoice.pdf', { id: back.creditNoteId });
  const text = readPdf(Buffer.from(pdf.pdfBase64, 'base64')).text.replaceAll('\u00a0', ' ');
  for (const words of ['Kreditnota', 'Klippekort 3 besøk: 2 av 3 ubrukt', '3 333,33', 'Flytter']) expect(text).toContain(words);
});

it('the desk issues, credits and registers; a package whose price is corrected before it is paid costs the corrected price', async () => {
  const payment = await later();
  await practice.asColleague(['ASSISTANT']);
  const invoice = await practice.must('invoice.issue', { patientId, paymentIds: [payment] });
  await practice.must('invoice.credit', { id: invoice.id, amountOre: 400, reason: 'Rabatt' });
  await practice.must('invoice.pay', { id: invoice.id, amountOre: 65_000, method: 'vipps', paidOn: '2026-11-24' });
  expect((await practice.must('invoice.list', { show: 'all' })).invoices.map(({ kind, state }) => [kind, state])).toEqual([
    ['credit_note', 'credited'],
    ['invoice', 'paid'],
  ]);
  expect(await practice.call('billing.save', { dueDays: 3 })).toMatchObject({ code: 'permission/denied' });
  await practice.asFirst();
  const visit = await practice.ready(patientId);
  const line = await practice.must('line.add', { encounterId: visit, priceItemId: (await priced(100_000, { packageVisits: 5 })).id });
  await practice.must('line.update', { encounterId: visit, id: line.id, set: { amountOre: 90_000, quantity: 2 } });
  expect((await practice.must('prepaid.list', { patientId })).cards).toMatchObject([{ visits: 10, priceOre: 180_000 }]);
  await practice.must('line.remove', { encounterId: visit, id: line.id });
  expect((await practice.must('prepaid.list', { patientId })).cards).toEqual([]);
});

it('a visit that two laptops invoiced without network shows on both invoices, until one of them is credited', async () => {
  const payment = await later();
  const invoice = await practice.must('invoice.issue', { patientId, paymentIds: [payment] });
  // As it comes from the other laptop.
  (await practice.db())
    .prepare(
      "insert into invoice select 'other', clinic_id, seq, deleted, field_seq, extra, patient_id, kind, 'B1B2B3', running, issued_at, issued_by_id, due_on, credits_id, reason, content, total_ore, refund_ore, share_ore, paid_before_ore, vat_ore from invoice",
    )
    .run();
  const doubled = async () => (await practice.must('invoice.list', { show: 'all' })).invoices.map((one) => one.doubled);
  expect(await doubled()).toEqual([true, true]);
  await practice.must('invoice.credit', { id: invoice.id, amountOre: 65_400, reason: 'Fakturert to ganger' });
  expect((await practice.must('invoice.list', {})).invoices).toMatchObject([{ id: 'other', doubled: false }]);
});
