/** A copy of a journal: everything that is in it, nothing of anybody else, and a line in the log that says who got it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Bundle, DocumentReference } from '@medplum/fhirtypes';
import { entities, entityNames } from '#db/model/entities.ts';
import { columnName } from '#db/model/entity.ts';
import { syntheticNationalId } from '#db/rules/fodselsnummer.ts';
import { faultsOf, loose, resourcesOf, wordsOf } from '#tests/fhir/read-bundle.ts';
import { openPractice, type Practice } from '../encounters/testing.ts';

let practice: Practice;
let patientId: string;
let folder: string;
beforeEach(async () => {
  practice = await openPractice();
  folder = mkdtempSync(join(tmpdir(), 'ryggrad-journal-'));
  patientId = await practice.patient({ givenName: 'Åse', familyName: 'Ødegård', phone: '40404040' });
});
afterEach(async () => {
  await practice.close();
  rmSync(folder, { recursive: true, force: true });
});

const copy = async (form: 'pdf' | 'data' | 'fhir', of = patientId) => {
  const { base64, fileName } = await practice.must('journal.copy', {
    patientId: of,
    recipient: 'Åse Ødegård',
    basis: 'patient',
    form,
    warned: true,
  });
  return { bytes: Buffer.from(base64, 'base64'), fileName };
};
function words(pdf: Buffer): string {
  const file = join(folder, 'journal.pdf');
  writeFileSync(file, pdf);
  return execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' }).replaceAll(/\s+/g, ' ');
}

test('the pages hold every note with who, when and recorded when, its additions, what is unsigned and what does not count', async () => {
  const first = await practice.signed(patientId, 'initial', 'stiv korsrygg');
  const wrong = await practice.signed(patientId, 'follow_up', 'hører ikke hit');
  await practice.must('encounter.enterInError', { id: wrong, reason: 'Ført på feil pasient' });
  const { id: amendment } = await practice.must('amendment.write', {
    encounterId: first,
    kind: 'correction',
    text: 'Venstre, ikke høyre',
    reason: 'Forvekslet side',
  });
  await practice.must('amendment.sign', { id: amendment });
  await practice.must('safety.set', { patientId, kind: 'anticoagulants', state: 'yes', detail: 'Marevan' });
  const { id: draft } = await practice.must('encounter.start', { patientId, visitType: 'follow_up' });
  await practice.must('section.write', { encounterId: draft, key: 'subjective', text: 'begynt på i dag' });
  const other = await practice.patient({ familyName: 'Nabosen' });
  await practice.signed(other, 'follow_up', 'KANARI om naboen');

  const { bytes, fileName } = await copy('pdf');
  const text = words(bytes);
  for (const said of [
    'Kopi av journal',
    'Pasientens innsyn (pasient- og brukerrettighetsloven',
    'Åse Ødegård',
    'Blodfortynnende: Marevan',
    'Førstegangskonsultasjon',
    'stiv korsrygg',
    'av Kim Rygg, HPR-nummer 1234567',
    'Ført 23. november 2026',
    'Nummenhet i ridebukseområdet: nei',
    'L03',
    'Venstre, ikke høyre',
    'Grunn: Forvekslet side',
    'Feilført: Ført på feil pasient',
    'Ikke signert',
    'begynt på i dag',
  ])
    expect(text).toContain(said);
  expect(text).not.toContain('KANARI');
  expect(fileName).toMatch(/^journal-2026-11-\d\d\.pdf$/);
  const db = await practice.db();
  const logged = db
    .prepare("select details from audit_event where action = 'export' and patient_id = ?")
    .pluck()
    .all(patientId) as string[];
  expect(JSON.parse(logged[0] ?? '{}')).toMatchObject({ form: 'pdf', basis: 'patient', recipient: 'Åse Ødegård', notes: 3 });
});

test('the data are the database, row by row and field by field, and of nobody else', async () => {
  await practice.signed(patientId, 'initial', 'stiv nakke');
  await practice.must('consent.set', { patientId, channel: 'sms', state: 'yes' });
  const other = await practice.patient({ familyName: 'Nabosen' });
  await practice.signed(other, 'follow_up', 'KANARI om naboen');
  const { bytes } = await copy('data');
  expect(bytes.toString()).not.toContain('KANARI');
  const data = JSON.parse(bytes.toString()) as { rows: Record<string, Record<string, unknown>[]> };
  const db = await practice.db();
  let rows = 0;
  for (const entity of entityNames) {
    const { fields } = entities[entity];
    const mine =
      entity === 'patient'
        ? 'id = ?'
        : 'patientId' in fields
          ? 'patient_id = ?'
          : 'encounterId' in fields
            ? 'encounter_id in (select id from encounter where patient_id = ?)'
            : null;
    if (mine === null) continue;
    const stored = db.prepare(`select * from "${entity}" where deleted = 0 and ${mine}`).all(patientId) as Record<string, unknown>[];
    const given = data.rows[entity] ?? [];
    expect(given, entity).toHaveLength(stored.length);
    rows += stored.length;
    for (const row of stored) {
      const same = given.find(({ id }) => id === row['id']);
      expect(Object.keys(same ?? {}).toSorted()).toEqual(['id', ...Object.keys(fields)].toSorted());
      for (const field of Object.keys(fields)) {
        const said = same?.[field];
        // Lists and flags lie otherwise in SQLite; they say the same.
        expect([said, JSON.stringify(said), Number(said)]).toContainEqual(row[columnName(field)]);
      }
    }
  }
  expect(rows).toBeGreaterThan(12);
});

test('as FHIR it holds the same rows, once, word by word, right by the definitions of HL7, and of nobody else', async () => {
  await practice.must('clinic.update', { set: { orgNumber: '999888777' } });
  const first = await practice.signed(patientId, 'initial', 'stiv & <øm> nakke');
  await practice.must('consent.set', { patientId, channel: 'sms', state: 'no' });
  await practice.must('safety.set', { patientId, kind: 'allergies', state: 'yes', detail: 'Penicillin' });
  const wrong = await practice.signed(patientId, 'follow_up', 'hører ikke hit');
  await practice.must('encounter.enterInError', { id: wrong, reason: 'Ført på feil pasient' });
  const correction = { encounterId: first, kind: 'correction', text: 'Venstre, ikke høyre', reason: 'Forvekslet side' } as const;
  const { id: amendment } = await practice.must('amendment.write', correction);
  await practice.must('amendment.sign', { id: amendment });
  const { id: letter } = await practice.must('letter.create', { encounterId: first, kind: 'epikrise' });
  await practice.must('letter.update', {
    id: letter,
    content: { treatment: 'Mobilisering', followUp: 'Fastlegen ved behov', recipient: { name: 'Lege Lie' } },
  });
  await practice.must('letter.sign', { id: letter });
  const other = await practice.patient({ familyName: 'Nabosen' });
  await practice.signed(other, 'follow_up', 'KANARI om naboen');

  const { bytes, fileName } = await copy('fhir');
  const bundle = JSON.parse(bytes.toString()) as Bundle;
  expect(fileName).toMatch(/^journal-2026-11-\d\d\.fhir\.json$/);
  expect(faultsOf(bundle)).toEqual([]);
  expect(loose(bundle)).toEqual([]);
  const { ids, texts } = wordsOf(bundle);
  const { rows } = JSON.parse((await copy('data')).bytes.toString()) as { rows: Record<string, { id: string }[]> };
  const owned = Object.values(rows).flatMap((some) => some.map(({ id }) => id));
  expect(owned.length).toBeGreaterThan(20);
  expect(owned.filter((id) => ids.filter((one) => one === id).length !== 1)).toEqual([]);
  for (const text of ['history: stiv & <øm> nakke', 'Venstre, ikke høyre', 'Ført på feil pasient', 'Penicillin'])
    expect(texts).toContain(text);
  expect(bytes.toString()).not.toContain('KANARI');
  expect(bytes.toString()).not.toContain(other);
  const pdf = resourcesOf(bundle).find(({ id }) => id === letter) as DocumentReference;
  expect(pdf.content[0]?.attachment.data).toBe((await practice.must('letter.pdf', { id: letter })).pdfBase64);
  const logged = (await practice.db()).prepare("select details from audit_event where verb = 'journal.copy' and patient_id = ?").pluck();
  expect(JSON.parse(logged.all(patientId)[0] as string)).toMatchObject({ form: 'fhir', basis: 'patient', recipient: 'Åse Ødegård' });
});

test('without notes there is a page that says whose it is; a long journal breaks over pages with the name on each', async () => {
  expect(words((await copy('pdf')).bytes)).toContain('Åse Ødegård');
  for (let visit = 0; visit < 12; visit += 1)
    await practice.signed(patientId, 'follow_up', `${'Stiv og øm over korsryggen. '.repeat(20)}${visit}`);
  const { bytes } = await copy('pdf');
  const text = words(bytes);
  expect(text.split('side ').length).toBeGreaterThan(4);
  expect(text.split('Journal 23. november 2026 · Åse Ødegård').length).toBeGreaterThan(3);
  for (let visit = 0; visit < 12; visit += 1) expect(text).toContain(`korsryggen. ${visit}`);
});

test('letters stand in it word for word with whom they went to, absence and attachments line by line, and the patient reads what the terms mean', async () => {
  await practice.must('clinic.update', { set: { orgNumber: '999888777' } });
  const encounterId = await practice.signed(patientId, 'initial', 'Lasègue positiv, nedsatt ekstensjon');
  const { id } = await practice.must('letter.create', { encounterId, kind: 'sick_leave_summary' });
  await practice.must('sickLeave.add', {
    patientId,
    encounterId,
    origin: 'here',
    fromDay: '2026-11-09',
    toDay: '2026-11-22',
    gradePercent: 50,
  });
  await practice.must('letter.take', { id, keys: ['recipient', 'diagnoses', 'periodFrom', 'periodTo', 'grade', 'knownDays'] });
  await practice.must('letter.update', {
    id,
    content: { employer: 'Renhold Nord', earlierAbsence: 'Ingen', navReference: 'ikke mottatt' },
  });
  await practice.must('letter.sign', { id });
  await practice.must('letter.setStatus', { id, status: 'handed_over' });
  const { id: begun } = await practice.must('letter.create', { encounterId, kind: 'referral' });
  await practice.must('letter.update', { id: begun, content: { question: 'KANARI i et utkast' } });
  const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64');
  const { addingId } = await practice.must('attachment.begin', { patientId, title: 'Bilde av holdning', byteLength: png.length });
  await practice.must('attachment.put', { addingId, n: 0, data: png.toString('base64') });
  await practice.must('attachment.finish', { addingId });

  const text = words((await copy('pdf')).bytes);
  for (const said of [
    'Brev: Oppsummering av sykmelding Signert 23. november 2026 av Kim Rygg, HPR-nummer 1234567',
    'Åse Ødegård Levert 23. november 2026',
    'minst 14 dager kjent her, av 84',
    'Renhold Nord',
    '9. november 2026 – 22. november 2026, 50 %',
    'Bilde av holdning: bilde (PNG), 1 kB, lagt ved 23. november 2026 av Kim Rygg',
    'Vedleggene er filer for seg',
    'Ekstensjon: strekking eller bakoverbøyning',
    'Lasègue: prøve der det strake beinet løftes',
  ])
    expect(text).toContain(said);
  expect(text).not.toContain('KANARI');
  // Another receiver knows the words.
  const { base64 } = await practice.must('journal.copy', { patientId, recipient: 'Lege Lie', basis: 'consent', form: 'pdf', warned: true });
  expect(words(Buffer.from(base64, 'base64'))).not.toContain('Ordforklaringer');
});

test('an assistant gets no copy', async () => {
  await practice.asColleague(['ASSISTANT']);
  expect(await practice.call('journal.copy', { patientId, recipient: 'x', basis: 'patient', form: 'pdf', warned: true })).toMatchObject({
    code: 'permission/denied',
  });
});

test('of what was brought in the pages say no hour that nobody wrote, and no day where none is known; each stands in its place among the visits', async () => {
  const nationalId = syntheticNationalId({ birthDate: '1980-02-01', n: 3 });
  const kari = await practice.patient({ birthDate: '1980-02-01', nationalId, missingNationalIdReason: null });
  await practice.signed(kari);
  const lines = ['Fnr;Dato;Notat', `${nationalId};01.03.2019;a`, `${nationalId};02.03.2099 08:15;b`, `${nationalId};en gang i fjor;c`];
  const base64 = Buffer.from(lines.join('\n')).toString('base64');
  const file = {
    base64,
    fileName: 'journal.csv',
    sourceSystem: 'Gammelt system',
    mapping: ['nationalId' as const, 'when' as const, 'text' as const],
  };
  expect(await practice.must('import.runHistory', file)).toMatchObject({ taken: 3 });
  expect(words((await copy('pdf', kari)).bytes)).toMatch(
    /Uten kjent tidspunkt – Notat.*[^.] 1\. mars 2019 – Notat.* kl\. \d\d:\d\d – .*2\. mars 2099 kl\. 08:15 – Notat/,
  );
});
