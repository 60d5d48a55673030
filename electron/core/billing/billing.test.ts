import { afterEach, beforeEach, expect, it } from 'vitest';
import { openPractice } from '../encounters/testing.ts';
import type { Practice } from '../encounters/testing.ts';

let practice: Practice;
let patientId: string;
let encounterId: string;
beforeEach(async () => {
  practice = await openPractice();
  patientId = await practice.patient();
  encounterId = await practice.ready(patientId);
});
afterEach(() => practice.close());

const priced = (amountOre: number | null, refundOre: number | null = null) =>
  practice.must('price.save', { code: 'X', label: 'Behandling', kind: 'takst', amountOre, refundOre });

it('a tariff nobody confirmed stays empty: no total, and no money is taken', async () => {
  const items = (await practice.must('price.list', {})).items;
  expect(items.filter((item) => item.kind === 'takst').map(({ amountOre, refundOre }) => [amountOre, refundOre])).toEqual([
    [null, null],
    [null, null],
  ]);
  const line = await practice.must('line.add', { encounterId, priceItemId: items.find((item) => item.code === 'K2')?.id ?? '' });
  expect(line.amountOre).toBeNull();
  expect(await practice.must('bill.get', { encounterId })).toMatchObject({ totalOre: null, patientShareOre: null });
  expect(await practice.call('payment.take', { encounterId, method: 'card', amountOre: 0 })).toMatchObject({
    code: 'payment/price-missing',
  });
  await practice.must('line.update', { encounterId, id: line.id, set: { amountOre: 70_000 } });
  expect(await practice.must('bill.get', { encounterId })).toMatchObject({ totalOre: 70_000, patientShareOre: 70_000 });
});

it("the patient's share is price less refund; a line keeps the price of its day", async () => {
  const item = await priced(70_000, 4_600);
  await practice.must('line.add', { encounterId, priceItemId: item.id, quantity: 2 });
  await practice.must('price.save', { id: item.id, code: 'X', label: 'Behandling', kind: 'takst', amountOre: 90_000, refundOre: 4_600 });
  expect(await practice.must('bill.get', { encounterId })).toMatchObject({
    totalOre: 140_000,
    refundOre: 9_200,
    patientShareOre: 130_800,
    paidOre: 0,
  });
  const payment = await practice.must('payment.take', { encounterId, method: 'card', amountOre: 130_800 });
  expect(payment.lines).toEqual([{ label: 'Behandling', quantity: 2, amountOre: 70_000, refundOre: 4_600, shareOre: 65_400 }]);
});

it('more than is due is refused; what is paid freezes its lines until the payment is voided', async () => {
  const line = await practice.must('line.add', { encounterId, priceItemId: (await priced(70_000)).id });
  expect(await practice.call('payment.take', { encounterId, method: 'card', amountOre: 70_001 })).toMatchObject({
    code: 'payment/more-than-due',
    details: { dueOre: 70_000 },
  });
  await practice.must('payment.take', { encounterId, method: 'cash', amountOre: 20_000 });
  const rest = await practice.must('payment.take', { encounterId, method: 'card', amountOre: 50_000 });
  expect(await practice.call('payment.take', { encounterId, method: 'card', amountOre: 1 })).toMatchObject({
    code: 'payment/more-than-due',
  });
  expect(await practice.call('line.remove', { encounterId, id: line.id })).toMatchObject({ code: 'encounter/paid' });
  expect(await practice.call('line.update', { encounterId, id: line.id, set: { amountOre: 1 } })).toMatchObject({ code: 'encounter/paid' });
  await practice.must('payment.void', { id: rest.id, reason: 'Feil kort' });
  expect(await practice.must('bill.get', { encounterId })).toMatchObject({ paidOre: 20_000 });
  expect(await practice.call('payment.void', { id: rest.id, reason: 'igjen' })).toMatchObject({ code: 'payment/voided' });
});

it('receipts are numbered without gaps in the series of this device, refused payments included', async () => {
  await practice.must('line.add', { encounterId, priceItemId: (await priced(30_000)).id });
  const numbers: string[] = [];
  for (const amountOre of [10_000, 99_000, 10_000]) {
    const reply = await practice.call('payment.take', { encounterId, method: 'vipps', amountOre });
    if (reply.ok) numbers.push(reply.value.receiptNumber);
  }
  await practice.laptop.restart();
  await practice.asFirst();
  numbers.push((await practice.must('payment.take', { encounterId, method: 'invoice_later', amountOre: 10_000 })).receiptNumber);
  expect(numbers.map((number) => number.split('-')[1])).toEqual(['000001', '000002', '000003']);
  expect(new Set(numbers.map((number) => number.split('-')[0])).size).toBe(1);
});

it('the receipt is a PDF of the lines as they were paid', async () => {
  await practice.must('line.add', { encounterId, priceItemId: (await priced(30_000)).id });
  const payment = await practice.must('payment.take', { encounterId, method: 'vipps', amountOre: 30_000 });
  expect(payment.lines).toEqual([{ label: 'Behandling', quantity: 1, amountOre: 30_000, refundOre: null, shareOre: 30_000 }]);
  const receipt = await practice.must('payment.receipt', { id: payment.id });
  expect(Buffer.from(receipt.pdfBase64, 'base64').subarray(0, 5).toString()).toBe('%PDF-');
  expect(receipt.fileName).toBe(`kvittering-${payment.receiptNumber}.pdf`);
});

it('where no notes come, the bill is known by its lines', async () => {
  await practice.must('line.add', { encounterId, priceItemId: (await priced(30_000)).id });
  (await practice.db()).prepare('delete from encounter where id = ?').run(encounterId);
  expect(await practice.must('payment.take', { encounterId, method: 'card', amountOre: 30_000 })).toMatchObject({ patientId });
  expect(await practice.call('bill.get', { encounterId: patientId })).toMatchObject({ code: 'encounter/unknown' });
});

it('the desk takes payment without reading the note', async () => {
  await practice.must('line.add', { encounterId, priceItemId: (await priced(30_000)).id });
  await practice.asColleague(['ASSISTANT']);
  expect(await practice.must('payment.take', { encounterId, method: 'cash', amountOre: 30_000 })).toMatchObject({ amountOre: 30_000 });
  expect(await practice.call('encounter.get', { id: encounterId })).toMatchObject({ code: 'permission/denied' });
});

it('what Helfo would send back is told at the note, and stops nothing: K1 beside K2, and K1 again in the same episode', async () => {
  const items = (await practice.must('price.list', {})).items;
  const idOf = (code: string) => items.find((item) => item.code === code)?.id ?? '';
  const claim = async (id: string) =>
    (await practice.must('encounter.get', { id })).claimProblems
      .filter(({ code }) => code.startsWith('takst/'))
      .map(({ code, takst }) => `${code} ${takst}`);
  await practice.must('encounter.setEpisode', { id: encounterId, episodeId: null, newTitle: 'Korsrygg' });
  const episodeId = (await practice.must('encounter.get', { id: encounterId })).episode?.id ?? '';
  await practice.must('line.add', { encounterId, priceItemId: idOf('K1') });
  expect(await claim(encounterId)).toEqual([]);
  await practice.must('line.add', { encounterId, priceItemId: idOf('K2') });
  expect(await claim(encounterId)).toEqual(['takst/combination K1']);
  const again = await practice.ready(patientId);
  await practice.must('line.add', { encounterId: again, priceItemId: idOf('K1') });
  expect(await claim(again)).toEqual([]);
  await practice.must('encounter.setEpisode', { id: again, episodeId, newTitle: null });
  expect(await claim(again)).toEqual(['takst/once-per-series K1']);
});
