/** Answers that came by FHIR: listed and read by the clinician, told of in the log, in the copy of the journal, and shut with the journal. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { v7 } from 'uuid';
import { openPractice, type Practice } from '../encounters/testing.ts';
import { titleOf } from './verbs.ts';

let practice: Practice;
let patientId: string;
beforeEach(async () => {
  practice = await openPractice();
  patientId = await practice.patient({ givenName: 'Åse', familyName: 'Ødegård' });
});
afterEach(() => practice.close());

interface Came {
  questionnaire?: string;
  status?: string;
  item?: unknown;
  authoredAt?: string;
  encounterId?: string | null;
  of?: string;
}
/** As sync leaves them. */
async function came({
  questionnaire = 'https://nav.example/fhir/Questionnaire/s%C3%B8vn',
  status = 'completed',
  item,
  authoredAt = '2026-11-20T09:00:00.000Z',
  encounterId = null,
  of = patientId,
}: Came): Promise<string> {
  const id = v7();
  const db = await practice.db();
  db.prepare(
    `insert into questionnaire_response (id, clinic_id, seq, deleted, field_seq, patient_id, encounter_id, questionnaire, status, authored_at, content, added_by_id, added_at)
     values (?, ?, 1, 0, '{}', ?, ?, ?, ?, ?, ?, ?, '2026-11-21T08:00:00.000Z')`,
  ).run(id, practice.clinicId, of, encounterId, questionnaire, status, authoredAt, JSON.stringify({ item }), practice.userId);
  return id;
}
const slept = [
  { linkId: '1', text: 'Sover du godt?', answer: [{ valueBoolean: false }] },
  { linkId: '2', text: 'Hvorfor?', answer: [{ valueString: 'Vondt i ryggen' }, { valueString: 'Naboen' }] },
];

test('newest first, with whose questions they are, the visit they belong to and who handed them in', async () => {
  const visit = await practice.signed(patientId);
  const older = await came({ item: slept, encounterId: visit });
  const newer = await came({
    authoredAt: '2026-11-22T09:00:00.000Z',
    status: 'stopped',
    questionnaire: 'urn:ryggrad:questionnaire:nrs-now|1',
  });
  const other = await practice.patient({ familyName: 'Nabosen' });
  await came({ of: other });
  const { answers } = await practice.must('answer.list', { patientId });
  expect(answers).toMatchObject([
    { id: newer, title: 'Smerte nå (NRS)', source: null, status: 'stopped', visitAt: null },
    {
      id: older,
      title: 'søvn',
      source: 'nav.example',
      status: 'completed',
      addedByName: 'Kim Rygg',
      visitAt: expect.any(String) as string,
    },
  ]);
  const read = await practice.must('answer.get', { id: older });
  expect(read.lines.map(({ question, answers: said }) => [question, said])).toEqual([
    ['Sover du godt?', [{ yes: false }]],
    ['Hvorfor?', [{ text: 'Vondt i ryggen' }, { text: 'Naboen' }]],
  ]);
  expect(await practice.call('answer.get', { id: v7() })).toEqual({ ok: false, code: 'answer/unknown' });
});

test('our own questions are said in their words, also where only their names came', async () => {
  const id = await came({
    questionnaire: 'urn:ryggrad:questionnaire:nrs-now',
    item: [{ linkId: 'nrs-now', answer: [{ valueInteger: 7 }] }],
  });
  expect((await practice.must('answer.get', { id })).lines).toMatchObject([{ question: 'Smerte nå, 0–10', answers: [{ number: 7 }] }]);
});

test('a look stands in the log with the patient; who reads no notes is refused; a shut journal gives nothing', async () => {
  const id = await came({ item: slept });
  await practice.must('answer.get', { id });
  const db = await practice.db();
  const read = db.prepare("select subject_entity as entity from audit_event where action = 'read' and patient_id = ? and subject_id = ?");
  expect(read.all(patientId, id)).toEqual([{ entity: 'questionnaire_response' }]);
  for (const roles of [['ASSISTANT'], ['ADMIN']] as const) {
    await practice.asColleague([...roles]);
    for (const [verb, input] of [['answer.list', { patientId }] as const, ['answer.get', { id }] as const])
      expect(await practice.call(verb, input as never)).toEqual({ ok: false, code: 'permission/denied' });
    await practice.asFirst();
  }
  const colleague = await practice.asColleague(['PRACTITIONER']);
  await practice.asFirst();
  await practice.must('access.block', { patientId, userId: colleague, blocked: true });
  await practice.must('session.unlock', { clinicId: practice.clinicId, userId: colleague, passphrase: 'furu lyng tind skog' });
  expect(await practice.call('answer.list', { patientId })).toEqual({ ok: false, code: 'patient/blocked' });
  expect(await practice.call('answer.get', { id })).toEqual({ ok: false, code: 'patient/blocked' });
});

test('the copy of the journal on paper holds them, word by word', async () => {
  await came({ item: slept, status: 'entered-in-error' });
  const { base64 } = await practice.must('journal.copy', { patientId, recipient: 'Åse', basis: 'patient', form: 'pdf', warned: true });
  const folder = mkdtempSync(join(tmpdir(), 'ryggrad-answers-'));
  writeFileSync(join(folder, 'journal.pdf'), Buffer.from(base64, 'base64'));
  const text = execFileSync('pdftotext', ['-layout', join(folder, 'journal.pdf'), '-'], { encoding: 'utf8' }).replaceAll(/\s+/g, ' ');
  rmSync(folder, { recursive: true });
  for (const said of ['Svar: søvn', 'Besvart 20. november 2026 (feilført)', 'Sover du godt?: nei', 'Hvorfor?: Vondt i ryggen; Naboen'])
    expect(text).toContain(said);
});

test('what an address is called', () => {
  expect(titleOf('http://nav.no/Questionnaire/sykmelding|2')).toEqual({ title: 'sykmelding', source: 'nav.no' });
  expect(titleOf('https://x.example/a/%E0%A4%A')).toEqual({ title: '%E0%A4%A', source: 'x.example' });
  expect(titleOf('urn:oid:1.2.3')).toEqual({ title: 'urn:oid:1.2.3', source: null });
  expect(titleOf('https://bare.example')).toEqual({ title: 'https://bare.example', source: null });
});
