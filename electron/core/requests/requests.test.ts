/** A patient asks; the responsible clinician decides; a refusal is answered with the appeal, a deletion leaves no word behind on this laptop. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { clinicDay } from '#db/rules/appointments.ts';
import { eraseHere } from '#db/sqlite/queries/erase.ts';
import { openPractice, type Practice } from '../encounters/testing.ts';

const CANARY = 'KANARIFUGL';
const NONE = { harmless: false, archive: false, wrong: false, burdening: false, unnecessary: false, otherPerson: false };
let practice: Practice;
let patientId: string;
let visit: string;
beforeEach(async () => {
  practice = await openPractice();
  patientId = await practice.patient({
    givenName: 'Kari',
    familyName: 'Prøvesen',
    addressLine: 'Lia 4',
    postalCode: '5003',
    city: 'Bergen',
  });
  visit = await practice.signed(patientId, 'follow_up', CANARY);
});
afterEach(() => practice.close());

const receive = (kind: 'correction' | 'deletion' | 'wrong_person', asked = `Slett det om ${CANARY}, takk`) =>
  practice.must('request.receive', { patientId, kind, origin: 'patient', asked, targets: [{ entity: 'encounter', id: visit }] });

function words(base64: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'ryggrad-refusal-'));
  try {
    writeFileSync(join(folder, 'a.pdf'), Buffer.from(base64, 'base64'));
    return execFileSync('pdftotext', ['-layout', join(folder, 'a.pdf'), '-'], { encoding: 'utf8' }).replaceAll(/\s+/g, ' ');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Every cell of every table that holds the word. */
async function places(word: string): Promise<string[]> {
  const db = await practice.db();
  const tables = db.prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'").pluck().all() as string[];
  return tables.flatMap((table) =>
    (db.prepare(`select * from "${table}"`).all() as Record<string, unknown>[]).flatMap((row) =>
      Object.entries(row).flatMap(([column, value]) => (String(value).includes(word) ? [`${table}.${column}`] : [])),
    ),
  );
}

test('a refused request stands in the journal with its reason; the letter names the appeal, and is what was decided', async () => {
  const { id } = await receive('deletion');
  const reason = 'Opplysningene er nødvendige for videre behandling.';
  expect(await practice.must('request.decide', { id, decision: 'refused', reason, assessment: NONE })).toEqual({ erased: 0 });
  const { requests, erasures } = await practice.must('request.list', { patientId });
  expect(requests).toMatchObject([
    {
      status: 'refused',
      decisionReason: reason,
      asked: `Slett det om ${CANARY}, takk`,
      receivedByName: 'Kim Rygg',
      decidedByName: 'Kim Rygg',
    },
  ]);
  expect(erasures).toEqual([]);
  const letter = words((await practice.must('request.letter', { id, warned: true })).base64);
  for (const said of [
    'Avslag på krav om sletting',
    'Lia 4',
    reason,
    'helsepersonelloven § 43',
    'Statsforvalteren',
    'ført inn i journalen',
    'Kim Rygg',
  ])
    expect(letter).toContain(said);
  // Decided once.
  expect(await practice.call('request.decide', { id, decision: 'refused', reason, assessment: NONE })).toMatchObject({
    code: 'request/decided',
  });
  const db = await practice.db();
  expect(() => db.prepare("update journal_request set decision_reason = 'annet'").run()).toThrow('signed/immutable');
  expect(db.prepare('select count(*) from encounter where id = ? and deleted = 0').pluck().get(visit)).toBe(1);
});

test.each([
  ['harmless', { archive: true, wrong: true, burdening: true }],
  ['archive', { harmless: true, wrong: true, burdening: true }],
  ['wrong', { harmless: true, archive: true }],
  ['burdening', { harmless: true, archive: true, wrong: true }],
] as const)('without the condition %s nothing is deleted under § 43', async (condition, held) => {
  const { id } = await receive('deletion');
  const asked = { id, decision: 'granted' as const, reason: 'Vurdert etter § 43.', assessment: { ...NONE, ...held } };
  expect(await practice.call('request.decide', asked)).toMatchObject({ code: 'request/condition', details: { condition } });
  expect(await practice.call('request.decide', { ...asked, assessment: null })).toMatchObject({ code: 'request/condition' });
  expect((await practice.must('encounter.get', { id: visit })).encounter.status).toBe('signed');
});

test('granted: no word is left here, the trace says who, when and on what basis, and the chart is gone', async () => {
  await practice.must('amendment.write', { encounterId: visit, kind: 'addition', text: `${CANARY} igjen`, reason: 'mer' });
  const { id } = await receive('deletion');
  expect((await places(CANARY)).length).toBeGreaterThan(5);
  const assessment = { ...NONE, harmless: true, archive: true, unnecessary: true };
  const { erased } = await practice.must('request.decide', { id, decision: 'granted', reason: `Om ${CANARY}: unødvendig`, assessment });
  expect(erased).toBeGreaterThan(4);
  // The request itself was asked for by the patient and waits to be told to the server, which empties it: until then its change says what it said.
  expect(new Set(await places(CANARY))).toEqual(new Set(['outbox.set']));
  const waiting = (await practice.db()).prepare('select distinct entity from outbox where "set" like ?').pluck();
  expect(waiting.all(`%${CANARY}%`)).toEqual(['journal_request']);
  const { requests, erasures, entries } = await practice.must('request.list', { patientId });
  expect(requests).toMatchObject([{ status: 'granted', asked: '', decisionReason: null, assessment }]);
  expect(erasures).toMatchObject([{ basis: 'hpl-43', decidedByName: 'Kim Rygg', targets: [{ entity: 'encounter', id: visit }] }]);
  expect(entries).toEqual([]);
  expect(await practice.call('encounter.get', { id: visit })).toMatchObject({ code: 'encounter/unknown' });
  const copy = await practice.must('journal.copy', { patientId, recipient: 'Kari', basis: 'patient', form: 'data', warned: true });
  expect(Buffer.from(copy.base64, 'base64').toString()).not.toContain(CANARY);
  const db = await practice.db();
  expect(db.prepare("select count(*) from audit_event where subject_entity = 'erasure' and patient_id = ?").pluck().get(patientId)).toBe(1);
});

test('what stands in the wrong journal is copied to the right one and then removed under § 44', async () => {
  const right = await practice.patient({ givenName: 'Rett', familyName: 'Pasient' });
  const copy = await practice.must('encounter.copyTo', { id: visit, patientId: right });
  const { id } = await receive('wrong_person', 'Ført på feil person');
  const asked = { id, decision: 'granted' as const, reason: 'Ført på feil person.', assessment: { ...NONE, harmless: true } };
  expect(await practice.call('request.decide', asked)).toMatchObject({ code: 'request/condition', details: { condition: 'otherPerson' } });
  await practice.must('request.decide', { ...asked, assessment: { ...NONE, harmless: true, otherPerson: true } });
  expect((await practice.must('request.list', { patientId })).erasures).toMatchObject([{ basis: 'hpl-44' }]);
  const chart = await practice.must('encounter.get', { id: copy.id });
  expect(chart.encounter.patientId).toBe(right);
  expect(JSON.stringify(chart.sections)).toContain(CANARY);
});

test('the one who is responsible for the entry decides; a colleague does when that person no longer works here', async () => {
  const { id } = await receive('deletion');
  const colleague = await practice.asColleague(['PRACTITIONER', 'ADMIN']);
  const asked = { id, decision: 'refused' as const, reason: 'Ikke mitt å avgjøre.', assessment: NONE };
  expect(await practice.call('request.decide', asked)).toMatchObject({ code: 'request/not-responsible', details: { name: 'Kim Rygg' } });
  await practice.must('user.update', { userId: practice.userId, set: { active: false } });
  expect(await practice.must('request.decide', asked)).toEqual({ erased: 0 });
  expect((await practice.must('request.list', { patientId })).requests).toMatchObject([{ decidedById: colleague }]);
});

test('a locum’s entry is a colleague’s to decide about once the last day is over', async () => {
  const { id } = await receive('deletion');
  await practice.asColleague(['PRACTITIONER', 'ADMIN']);
  const day = clinicDay(practice.laptop.ports.clock.now().toISOString());
  await practice.must('user.update', { userId: practice.userId, set: { roles: ['PRACTITIONER'], hprNumber: '9999999', validUntil: day } });
  const asked = { id, decision: 'refused' as const, reason: 'Nødvendig for videre behandling.', assessment: NONE };
  expect(await practice.call('request.decide', asked)).toMatchObject({ code: 'request/not-responsible' });
  practice.laptop.pass(86_400_000);
  expect(await practice.must('request.decide', asked)).toEqual({ erased: 0 });
});

test('who writes in a section that has just been erased is told, before the visit is heard of as gone', async () => {
  const draft = await practice.must('encounter.start', { patientId, visitType: 'follow_up' });
  await practice.must('section.write', { encounterId: draft.id, key: 'subjective', text: 'Skrevet.' });
  const db = await practice.db();
  const id = String(db.prepare('select id from note_section where encounter_id = ?').pluck().get(draft.id));
  db.transaction(() => eraseHere(db, [{ entity: 'note_section', id }]))();
  expect(await practice.call('section.write', { encounterId: draft.id, key: 'subjective', text: 'Mer.' })).toMatchObject({
    ok: false,
    code: 'erased/meanwhile',
  });
});
