import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openPractice } from '../encounters/testing.ts';
import type { Practice } from '../encounters/testing.ts';

let practice: Practice;
beforeEach(async () => {
  practice = await openPractice();
  await practice.must('clinic.update', { set: { orgNumber: '999888777' } });
});
afterEach(() => practice.close());

async function letterFor(patientId: string, visitType: 'initial' | 'follow_up' = 'initial'): Promise<{ id: string; encounterId: string }> {
  const encounterId = await practice.signed(patientId, visitType);
  return { encounterId, ...(await practice.must('letter.create', { encounterId, kind: 'epikrise' })) };
}
const withDoctor = () => practice.patient({ fastlegeName: 'Lege Lie', fastlegePractice: 'Sentrum legekontor' });
const complete = (id: string) =>
  practice.must('letter.update', { id, content: { treatment: 'Mobilisering', followUp: 'Fastlegen ved behov' } });

it('begins with signed words only, and names what is missing instead of filling it', async () => {
  const { id } = await letterFor(await withDoctor());
  const view = await practice.must('letter.get', { id });
  expect(view.letter.content).toMatchObject({
    reason: 'contactReason: funn',
    findings: 'objective: funn',
    assessment: 'assessment: funn',
    treatment: '',
    followUp: '',
    sickLeave: '',
    recipient: { name: 'Lege Lie', practice: 'Sentrum legekontor' },
    sender: { name: 'Kim Rygg', profession: 'kiropraktor', hprNumber: '1234567', orgNumber: '999888777' },
    diagnoses: [{ system: 'icpc-2', code: 'L03', main: true }],
  });
  expect(view.missing).toEqual(['treatment', 'followUp']);
  expect(await practice.call('letter.sign', { id })).toMatchObject({
    ok: false,
    code: 'letter/missing-content',
    details: { missing: ['treatment', 'followUp'] },
  });
});

it('a follow-up letter says why the patient came from the first signed visit of the complaint', async () => {
  const patientId = await withDoctor();
  await practice.signed(patientId, 'initial', 'først');
  const { id } = await letterFor(patientId, 'follow_up');
  expect((await practice.must('letter.get', { id })).letter.content).toMatchObject({
    reason: 'contactReason: først',
    history: 'history: først',
    course: 'subjective: funn',
    treatment: 'treatment: funn',
    findings: '',
  });
});

it('carries signed amendments', async () => {
  const patientId = await withDoctor();
  const encounterId = await practice.signed(patientId, 'initial');
  const amendment = await practice.must('amendment.write', { encounterId, kind: 'correction', text: 'Venstre side', reason: 'Forvekslet' });
  await practice.must('amendment.sign', { id: amendment.id });
  const { id } = await practice.must('letter.create', { encounterId, kind: 'epikrise' });
  expect((await practice.must('letter.get', { id })).letter.content['assessment']).toBe('assessment: funn\n\nRettelse: Venstre side');
});

it('signing stores the PDF once; what is shown, printed and exported are those bytes', async () => {
  const { id } = await letterFor(await withDoctor());
  await complete(id);
  expect((await practice.must('letter.pdf', { id })).signed).toBe(false);
  const { sha256 } = await practice.must('letter.sign', { id });
  const shown = await practice.must('letter.pdf', { id });
  const bytes = Buffer.from(shown.pdfBase64, 'base64');
  expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
  expect([createHash('sha256').update(bytes).digest('hex'), shown.sha256, shown.signed]).toEqual([sha256, sha256, true]);
  expect((await practice.must('letter.print', { id })).pdfBase64).toBe(shown.pdfBase64);
  const exported = await practice.must('letter.export', { id, warned: true });
  expect(exported).toEqual({ pdfBase64: shown.pdfBase64, fileName: 'epikrise-2026-11-23.pdf' });
  const logged = (await practice.db())
    .prepare(`select action from audit_event where subject_id = ? and action in ('sign','print','export') order by n`)
    .all(id);
  expect(logged).toEqual([{ action: 'sign' }, { action: 'print' }, { action: 'export' }]);
});

it('a signed letter refuses edits and goes from waiting for print to handed over', async () => {
  const patientId = await withDoctor();
  const { id } = await letterFor(patientId);
  expect(await practice.call('letter.setStatus', { id, status: 'handed_over' })).toMatchObject({ code: 'letter/not-signed' });
  await complete(id);
  await practice.must('letter.sign', { id });
  expect(await practice.call('letter.update', { id, content: { plan: 'Noe annet' } })).toMatchObject({ code: 'letter/signed' });
  await practice.must('letter.setStatus', { id, status: 'awaiting_print' });
  expect((await practice.must('letter.list', { open: true })).letters).toMatchObject([{ id, status: 'awaiting_print' }]);
  await practice.must('letter.setStatus', { id, status: 'handed_over' });
  expect((await practice.must('letter.list', { open: true })).letters).toEqual([]);
  expect((await practice.must('letter.list', { patientId })).letters).toMatchObject([{ id, status: 'handed_over' }]);
});

it("the patient's objection stops the letter, before and after the signature", async () => {
  const { id } = await letterFor(await withDoctor());
  await complete(id);
  await practice.must('letter.update', { id, objection: true, objectionNote: 'Ønsker det ikke' });
  expect(await practice.call('letter.sign', { id })).toMatchObject({ code: 'letter/objection' });
  await practice.must('letter.update', { id, objection: false });
  await practice.must('letter.sign', { id });
  await practice.must('letter.update', { id, objection: true });
  expect(await practice.call('letter.setStatus', { id, status: 'posted' })).toMatchObject({ code: 'letter/objection' });
  await practice.must('letter.setStatus', { id, status: 'withdrawn' });
});

it('a letter out of a visit that was entered in error goes nowhere', async () => {
  const { id, encounterId } = await letterFor(await withDoctor());
  await complete(id);
  await practice.must('letter.sign', { id });
  await practice.must('encounter.enterInError', { id: encounterId, reason: 'Feil pasient' });
  expect((await practice.must('letter.get', { id })).affected).toBe(true);
  expect(await practice.call('letter.setStatus', { id, status: 'handed_over' })).toMatchObject({ code: 'letter/visit-not-signed' });
  expect(await practice.call('letter.print', { id })).toMatchObject({ code: 'letter/visit-not-signed' });
});

it('a draft whose visit was corrected is signed only by somebody who says that they have read it', async () => {
  const { id, encounterId } = await letterFor(await withDoctor());
  await complete(id);
  const amendment = await practice.must('amendment.write', { encounterId, kind: 'correction', text: 'HØYRE side', reason: 'Forveksling' });
  await practice.must('amendment.sign', { id: amendment.id });
  expect(await practice.call('letter.sign', { id })).toMatchObject({ ok: false, code: 'letter/affected' });
  await practice.must('letter.sign', { id, affectedSeen: true });
});

it('content of the wrong shape or name is refused, and nothing is cut', async () => {
  const { id } = await letterFor(await withDoctor());
  expect(await practice.call('letter.update', { id, content: { dose: 'x' } })).toMatchObject({ code: 'letter/content-invalid' });
  expect(await practice.call('letter.update', { id, content: { plan: 7 } })).toMatchObject({ code: 'letter/content-invalid' });
  expect(await practice.call('letter.update', { id, content: { plan: 'x'.repeat(400_001) } })).toMatchObject({ code: 'text/too-long' });
  await practice.must('letter.update', { id, content: { recipient: { name: 'Lege Aas' } } });
  expect((await practice.must('letter.get', { id })).letter.content).toMatchObject({
    recipient: { name: 'Lege Aas', practice: 'Sentrum legekontor' },
  });
});
