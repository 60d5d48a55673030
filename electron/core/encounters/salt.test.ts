import { afterEach, beforeEach, expect, it } from 'vitest';
import { openPractice } from './testing.ts';
import type { Practice } from './testing.ts';

let practice: Practice;
beforeEach(async () => {
  practice = await openPractice();
});
afterEach(() => practice.close());

async function salted(patientId: string): Promise<string> {
  const { id } = await practice.must('encounter.start', { patientId, visitType: 'follow_up' });
  await practice.must('encounter.salt', { id });
  return id;
}
const sectionsOf = async (id: string) =>
  Object.fromEntries((await practice.must('encounter.get', { id })).sections.map((section) => [section.key, section]));

it('carries treatment and findings, unreviewed, and never what the patient says, measurements, red flags, consent or diagnoses', async () => {
  const patientId = await practice.patient();
  const source = await practice.ready(patientId);
  await practice.must('section.write', { encounterId: source, key: 'objective', text: 'L4–L5 øm' });
  await practice.must('observation.set', { encounterId: source, code: 'nrs-now', value: 6 });
  await practice.must('treatmentConsent.set', { encounterId: source, given: true, comment: null });
  await practice.must('redFlag.answer', { encounterId: source, region: 'child', question: 'unwell', answer: 'no', comment: null });
  for (const question of ['no-weight', 'injury-story', 'night-pain'])
    await practice.must('redFlag.answer', { encounterId: source, region: 'child', question, answer: 'no', comment: null });
  await practice.must('encounter.sign', { id: source, patientId });
  const id = await salted(patientId);
  const chart = await practice.must('encounter.get', { id });
  const sections = await sectionsOf(id);
  expect(sections['treatment']).toMatchObject({
    text: 'treatment: funn',
    origin: 'salt',
    originEncounterId: source,
    originText: 'treatment: funn',
    review: 'unreviewed',
  });
  expect(sections['objective']?.text).toBe('L4–L5 øm');
  expect(sections['subjective']).toMatchObject({ text: '', origin: 'typed' });
  expect([chart.observations, chart.redFlags, chart.diagnoses, chart.treatmentConsent]).toEqual([[], [], [], null]);
  expect(chart.saltSource?.id).toBe(source);
});

it('carried text blocks the signature until it is edited, confirmed or dropped', async () => {
  const patientId = await practice.patient();
  const source = await practice.ready(patientId);
  for (const key of ['objective', 'assessment', 'plan'])
    await practice.must('section.write', { encounterId: source, key, text: `${key} sist` });
  await practice.must('encounter.sign', { id: source, patientId });
  const id = await salted(patientId);
  await practice.must('section.write', { encounterId: id, key: 'subjective', text: 'Bedre' });
  await practice.must('diagnosis.add', { encounterId: id, system: 'icpc-2', code: 'L03' });
  const blocked = async (): Promise<string[]> =>
    (await practice.must('encounter.signCheck', { id })).problems
      .filter((problem) => problem.code === 'sign/unreviewed')
      .map((problem) => problem.where ?? '');
  expect(await blocked()).toEqual(expect.arrayContaining(['objective', 'assessment', 'treatment', 'plan']));
  expect(await practice.call('encounter.sign', { id, patientId })).toMatchObject({ ok: false, code: 'sign/problems' });
  // A blur that writes the same text back is not a reading.
  await practice.must('section.write', { encounterId: id, key: 'treatment', text: 'treatment: funn' });
  expect(await blocked()).toContain('treatment');
  await practice.must('section.write', { encounterId: id, key: 'treatment', text: 'treatment: funn. Øvelser.' });
  await practice.must('section.confirm', { encounterId: id, key: 'objective' });
  await practice.must('section.confirm', { encounterId: id, key: 'plan' });
  await practice.must('section.drop', { encounterId: id, key: 'assessment' });
  expect(await blocked()).toEqual([]);
  await practice.must('encounter.sign', { id, patientId });
  const signed = (await practice.must('encounter.get', { id })).encounter.signedContent;
  expect(signed?.sections.map(({ key, origin, originEncounterId }) => [key, origin, originEncounterId])).toEqual([
    ['subjective', 'typed', null],
    ['objective', 'salt', source],
    ['treatment', 'salt', source],
    ['plan', 'salt', source],
  ]);
});

it('sections with text of their own are left alone', async () => {
  const patientId = await practice.patient();
  await practice.signed(patientId);
  const { id } = await practice.must('encounter.start', { patientId, visitType: 'follow_up' });
  await practice.must('section.write', { encounterId: id, key: 'treatment', text: 'Noe annet i dag' });
  await practice.must('encounter.salt', { id });
  expect((await sectionsOf(id))['treatment']).toMatchObject({ text: 'Noe annet i dag', origin: 'typed', review: 'none' });
});

it('comes from the last signed visit as amended: a correction cannot be confirmed without having been read', async () => {
  const patientId = await practice.patient();
  const source = await practice.signed(patientId);
  const { id: amendment } = await practice.must('amendment.write', {
    encounterId: source,
    kind: 'correction',
    text: 'Det var høyre side',
    reason: 'Forvekslet',
  });
  await practice.must('amendment.sign', { id: amendment });
  const id = await salted(patientId);
  expect((await sectionsOf(id))['treatment']).toMatchObject({
    text: '[Rettet i forrige notat: Det var høyre side]\ntreatment: funn',
    review: 'unreviewed',
  });
});

it('what was entered in error and what is unsigned is never carried', async () => {
  const patientId = await practice.patient();
  const good = await practice.signed(patientId, 'follow_up', 'god');
  const wrong = await practice.signed(patientId, 'follow_up', 'feil');
  await practice.must('encounter.enterInError', { id: wrong, reason: 'Feil pasient' });
  await practice.ready(patientId, 'maintenance', 'usignert');
  const id = await salted(patientId);
  const section = (await sectionsOf(id))['treatment'];
  expect(section).toMatchObject({ text: 'treatment: god', originEncounterId: good });
});

it('looks only inside the complaint; a note without one takes that of the visit it carries from', async () => {
  const patientId = await practice.patient();
  const back = await practice.signed(patientId, 'follow_up', 'rygg');
  const { id: other } = await practice.must('encounter.start', { patientId, visitType: 'follow_up' });
  await practice.must('encounter.setEpisode', { id: other, episodeId: null, newTitle: 'Nakke' });
  expect(await practice.call('encounter.salt', { id: other })).toMatchObject({ ok: false, code: 'salt/no-signed-visit' });
  await practice.must('encounter.setEpisode', { id: other, episodeId: null, newTitle: null });
  await practice.must('encounter.salt', { id: other });
  const chart = await practice.must('encounter.get', { id: other });
  const source = await practice.must('encounter.get', { id: back });
  expect(chart.episode?.id).toBe(source.episode?.id);
  expect(chart.visitNumber).toBe(2);
});

it('without a signed visit there is nothing to carry', async () => {
  const patientId = await practice.patient();
  const { id } = await practice.must('encounter.start', { patientId, visitType: 'follow_up' });
  expect(await practice.call('encounter.salt', { id })).toMatchObject({ ok: false, code: 'salt/no-signed-visit' });
});
