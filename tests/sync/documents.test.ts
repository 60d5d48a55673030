/** What other systems get as PDF from the server, beside what the laptop itself shows: byte for byte the same, for who may, and in the log. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { v7 } from 'uuid';
import { withClinic } from '#db/postgres/open.ts';
import { clinicDay } from '#db/rules/appointments.ts';
import { openClinic, PASSPHRASE, testLaptop, type TestLaptop } from '#electron/core/testing.ts';
import { renderLetter } from '#db/documents/render-letter.ts';
import { readPdf } from '#db/documents/testing/read-pdf.ts';
import { EpikriseContent } from '#db/rules/letter-content.ts';
import { epikrise1, readLetter } from '#db/rules/letter-kinds.ts';
import { redFlagsOf } from '#db/rules/red-flags.ts';
import { visitTypeOf } from '#db/rules/visit-types.ts';
import { openedRows } from '#sync-server/testing/opened.ts';
import { foundClinic, PASSPHRASE as SERVER_PASSPHRASE } from '#sync-server/testing/test-clinic.ts';
import { inSync, joinColleague } from './colleague.ts';
import { startTestServer, type TestServer } from './server.ts';

let server: TestServer;
let kim: TestLaptop;
let bo: TestLaptop;
let boId: string;
let clinicId: string;
let patientId: string;
let letterId: string;
let referralId: string;
let paymentId: string;
let invoiceId: string;

beforeAll(async () => {
  server = await startTestServer();
  kim = testLaptop({ fetch });
  bo = testLaptop({ fetch });
  ({ clinicId } = await openClinic(kim));
  await kim.must('server.connect', { url: server.url, registrationCode: null, passphrase: PASSPHRASE });
  await kim.must('clinic.update', { set: { orgNumber: '999888777' } });
  patientId = (
    await kim.must('patient.create', {
      givenName: 'Kari',
      familyName: 'Prøve-Åsgård',
      birthDate: '1979-01-01',
      missingNationalIdReason: 'foreign',
      fastlegeName: 'Lege Lie',
      fastlegePractice: 'Sentrum legekontor',
    })
  ).id;
  const { id: encounterId } = await kim.must('encounter.start', { patientId, visitType: 'initial' });
  const rule = visitTypeOf('initial');
  for (const { key, required } of rule.sections) if (required) await kim.must('section.write', { encounterId, key, text: `${key}: funn` });
  for (const { key } of redFlagsOf('low-back'))
    await kim.must('redFlag.answer', { encounterId, region: 'low-back', question: key, answer: 'no', comment: null });
  await kim.must('diagnosis.add', { encounterId, system: 'icpc-2', code: 'L03' });
  await kim.must('price.save', { code: 'X', label: 'Førstegangsundersøkelse', kind: 'takst', amountOre: 90_000, refundOre: 4_600 });
  const item = (await kim.must('price.list', {})).items.find(({ code }) => code === 'X');
  await kim.must('line.add', { encounterId, priceItemId: item?.id ?? '' });
  await kim.must('encounter.sign', { id: encounterId, patientId });
  paymentId = (await kim.must('payment.take', { encounterId, method: 'card', amountOre: 50_000 })).id;
  const rest = await kim.must('payment.take', { encounterId, method: 'invoice_later', amountOre: 35_400 });
  await kim.must('billing.save', { accountNumber: '1503 20 80119', kid: 'mod10', dueDays: 14 });
  invoiceId = (await kim.must('invoice.issue', { patientId, paymentIds: [rest.id] })).id;
  letterId = (await kim.must('letter.create', { encounterId, kind: 'epikrise' })).id;
  await kim.must('letter.update', {
    id: letterId,
    content: { treatment: 'Mobilisering', followUp: 'Fastlegen ved behov', sickLeave: 'Ikke sykmeldt' },
  });
  await kim.must('letter.sign', { id: letterId });
  referralId = (await kim.must('letter.create', { encounterId, kind: 'imaging_referral' })).id;
  await kim.must('letter.take', { id: referralId, keys: ['history', 'findings', 'redFlags', 'diagnoses'] });
  await kim.must('letter.update', {
    id: referralId,
    content: {
      ...{ recipient: { name: 'Oslo røntgen' }, modality: 'mr', region: 'Lumbalcolumna', urgency: 'ordinary', question: 'Prolaps?' },
      ...{ implants: 'no', pregnancy: 'not_applicable', earlierImaging: 'Ingen kjent', patientPhone: '900 00 000' },
    },
  });
  await kim.must('letter.sign', { id: referralId });
  await inSync(kim);
  boId = await joinColleague(kim, bo, server.url, { name: 'Bo Lund', email: 'bo@bakken.example', roles: ['ASSISTANT'] });
  await inSync(bo);
}, 120_000);
afterAll(async () => {
  await kim?.close();
  await bo?.close();
  await server?.close();
});

async function sessionOf(email: string, passphrase = PASSPHRASE): Promise<string> {
  const answer = await fetch(`${server.url}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, passphrase }),
  });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { accessToken: string }).accessToken;
}
const asked = async (token: string, path: string, body?: unknown) => {
  const response = await fetch(`${server.url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  const code = response.ok ? null : (JSON.parse(bytes.toString('utf8')) as { code: string }).code;
  return { status: response.status, bytes, code, headers: response.headers };
};
const KIM = 'kim@bakken.example';

test('a signed letter: the bytes that were signed, which are what its content gives on the server too', async () => {
  const laptop = Buffer.from((await kim.must('letter.pdf', { id: letterId })).pdfBase64, 'base64');
  const answer = await asked(await sessionOf(KIM), `/v1/letters/${letterId}/pdf`);
  expect([answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual([
    200,
    'application/pdf',
    'private, no-store',
  ]);
  expect(answer.bytes.equals(laptop)).toBe(true);
  expect(answer.headers.get('x-document-sha256')).toBe(createHash('sha256').update(laptop).digest('hex'));
  expect(answer.headers.get('content-disposition')).not.toMatch(/Kari|Prøve/);
  // The one template, run here over what the server opens: the same page, to the byte.
  const [row] = await openedRows(server.open.deps.pool, clinicId, 'letter', 'id = $1', [letterId]);
  const content = EpikriseContent.parse(row?.['content']);
  const { name, profession, hprNumber } = content.sender;
  const again = await renderLetter(epikrise1, content, { name, profession, hprNumber, signedAt: String(row?.['signedAt']) });
  expect(Buffer.from(again).equals(laptop)).toBe(true);
});

test('a referral too; FHIR knows it as one, by Volven 9602', async () => {
  const laptop = Buffer.from((await kim.must('letter.pdf', { id: referralId })).pdfBase64, 'base64');
  const token = await sessionOf(KIM);
  const answer = await asked(token, `/v1/letters/${referralId}/pdf`);
  expect([answer.status, answer.bytes.equals(laptop)]).toEqual([200, true]);
  const [row] = await openedRows(server.open.deps.pool, clinicId, 'letter', 'id = $1', [referralId]);
  const read = readLetter('imaging_referral', row?.['content']);
  if (read === null) throw new Error('not read');
  const { name, profession, hprNumber } = read.content.sender;
  const again = await renderLetter(read.template, read.content, { name, profession, hprNumber, signedAt: String(row?.['signedAt']) });
  expect(Buffer.from(again).equals(laptop)).toBe(true);
  const found = await asked(token, `/fhir/R4/DocumentReference?patient=${patientId}&type=urn:oid:2.16.578.1.12.4.1.1.9602|I01-2`);
  const bundle = JSON.parse(found.bytes.toString('utf8')) as { entry?: { resource: { id: string; type: { text: string } } }[] };
  expect(bundle.entry?.map(({ resource }) => [resource.id, resource.type.text])).toEqual([[referralId, 'Henvisning til bildediagnostikk']]);
});

test('a receipt: to the byte what the laptop prints; the desk has it too', async () => {
  const laptop = Buffer.from((await kim.must('payment.receipt', { id: paymentId })).pdfBase64, 'base64');
  for (const email of [KIM, 'bo@bakken.example']) {
    const answer = await asked(await sessionOf(email), `/v1/payments/${paymentId}/receipt`);
    expect([answer.status, answer.bytes.equals(laptop)]).toEqual([200, true]);
  }
});

test('an invoice: to the byte what the laptop prints', async () => {
  const laptop = Buffer.from((await kim.must('invoice.pdf', { id: invoiceId })).pdfBase64, 'base64');
  const answer = await asked(await sessionOf(KIM), `/v1/invoices/${invoiceId}/pdf`);
  expect([answer.status, answer.bytes.equals(laptop)]).toEqual([200, true]);
});

test('an account statement over days of the clinic', async () => {
  const token = await sessionOf('bo@bakken.example');
  const [paid] = await openedRows(server.open.deps.pool, clinicId, 'payment');
  const today = clinicDay(String(paid?.['paidAt']));
  const statement = (from: string, to: string) => asked(token, '/v1/statements', { patientId, from, to });
  const [text = ''] = readPdf((await statement(today, today)).bytes).pages;
  expect(text.replaceAll('\u00a0', ' ')).toMatch(
    /Førstegangsundersøkelse\s+Kort\s+900,00\s+−46,00\s+500,00[\s\S]*Faktura\s+–\s+–\s+354,00[\s\S]*Refusjon fra Helfo\s+−46,00[\s\S]*faktura sendes senere\s+354,00[\s\S]*Betalt i perioden, kroner\s+500,00/,
  );
  expect(readPdf((await statement('2020-01-01', '2020-12-31')).bytes).pages[0]).toContain('Ingen betalinger er registrert i perioden');
  expect([(await statement('2026-02-30', today)).code, (await statement('2026-12-31', '2026-01-01')).code]).toEqual([
    'request/malformed',
    'request/malformed',
  ]);
});

test('the desk gets no letter, another clinic nothing, and nobody a draft', async () => {
  const desk = await sessionOf('bo@bakken.example');
  expect((await asked(desk, `/v1/letters/${letterId}/pdf`)).code).toBe('role/forbidden');
  const foreigner = await foundClinic(server.open.app);
  const token = await sessionOf(foreigner.email, SERVER_PASSPHRASE);
  for (const [path, body] of [
    [`/v1/letters/${letterId}/pdf`],
    [`/v1/payments/${paymentId}/receipt`],
    ['/v1/statements', { patientId, from: '2026-01-01', to: '2027-12-31' }],
  ] as const) {
    const answer = await asked(token, path, body);
    expect(answer.code).toMatch(/^(letter|payment|patient)\/unknown$/);
    expect(answer.bytes.includes('%PDF')).toBe(false);
  }
  expect((await asked(await sessionOf(KIM), `/v1/letters/${v7()}/pdf`)).code).toBe('letter/unknown');
});

test('each stands in the log before it goes out; what the patient has shut for somebody stands there as refused', async () => {
  await kim.must('access.block', { patientId, userId: boId, blocked: true });
  await inSync(kim);
  const token = await sessionOf('bo@bakken.example');
  expect((await asked(token, `/v1/payments/${paymentId}/receipt`)).code).toBe('patient/blocked');
  const { rows } = await withClinic(server.open.deps.pool, clinicId, (tx) =>
    tx.query<{ said: string; patient: string }>(
      `select action || ' ' || verb || ' ' || actor_name as said, patient_id as patient from audit_event where details ->> 'by' = 'api' order by clinic_n`,
    ),
  );
  expect(new Set(rows.map(({ patient }) => patient))).toEqual(new Set([patientId]));
  expect(rows.map(({ said }) => said)).toEqual([
    'export letter.export Kim Rygg',
    'export letter.export Kim Rygg',
    'export payment.receipt Kim Rygg',
    'export payment.receipt Bo Lund',
    'export invoice.pdf Kim Rygg',
    'export payment.statement Bo Lund',
    'export payment.statement Bo Lund',
    'refused payment.receipt Bo Lund',
  ]);
});
