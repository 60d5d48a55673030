/** Letters beside the epikrise, from the visit to the signed page, on an encrypted database on disk. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LETTER_KINDS, type LetterKind } from '#db/model/letter-kinds.ts';
import { newestTemplate } from '#db/rules/letter-kinds.ts';
import { ruleOf, type LetterContent } from '#db/rules/letter-template.ts';
import { readPdf } from '#db/documents/testing/read-pdf.ts';
import { openPractice } from '../encounters/testing.ts';
import type { Practice } from '../encounters/testing.ts';

let practice: Practice;
let patientId: string;
let encounterId: string;
beforeEach(async () => {
  practice = await openPractice();
  await practice.must('clinic.update', { set: { orgNumber: '999888777', refersToPhysio: true } });
  patientId = await practice.patient({ phone: '900 00 000', addressLine: 'Åsveien 9', postalCode: '7020', city: 'Trondheim' });
  encounterId = await practice.signed(patientId, 'initial');
});
afterEach(() => practice.close());

const begin = async (kind: LetterKind): Promise<string> => (await practice.must('letter.create', { encounterId, kind })).id;
const view = (id: string) => practice.must('letter.get', { id });
const offered = async (id: string) => Object.fromEntries((await view(id)).proposals.map((one) => [one.key, one]));

/** Writes into every field that must be there and is not. */
async function fill(id: string, kind: LetterKind): Promise<void> {
  const of = newestTemplate(kind);
  await practice.must('letter.update', { id, content: { recipient: { name: 'Sykehuset Øst' } } });
  if ((await view(id)).missing.includes('diagnoses')) await practice.must('letter.take', { id, keys: ['diagnoses'] });
  for (let round = 0; round < 3; round += 1)
    for (const one of of.fields) {
      const content = (await view(id)).letter.content as LetterContent;
      if (ruleOf(one, content) !== 'must' || content[one.key] !== '') continue;
      const value =
        one.as === 'choice'
          ? one.options?.[0]?.value
          : one.as === 'date'
            ? '2026-11-23'
            : one.as === 'percent'
              ? '50'
              : one.key === 'knownDays'
                ? 'minst 3 dager kjent her'
                : one.key === 'tariff'
                  ? 'L4'
                  : `Ord om ${one.key}`;
      await practice.must('letter.update', { id, content: { [one.key]: value ?? '' } });
    }
}

it('begins empty beside what it may take; what was taken is word for word what was signed, and logged', async () => {
  const id = await begin('referral');
  const before = await view(id);
  expect(before.letter.content).toMatchObject({ template: 1, reason: '', findings: '', diagnoses: [], recipient: { name: '' } });
  const offers = await offered(id);
  expect(offers['reason']).toMatchObject({ value: 'contactReason: funn', from: 'visit' });
  expect(offers['patientPhone']).toMatchObject({ value: '900 00 000', from: 'record' });
  expect(offers['redFlags']?.value).toMatch(/^Korsrygg og bekken\nNei: Nummenhet i ridebukseområdet;/);
  expect(offers['question']).toBeUndefined();
  expect(offers['urgency']).toBeUndefined();
  expect(await practice.must('letter.take', { id, keys: ['reason', 'diagnoses', 'question'] })).toEqual({ taken: ['reason', 'diagnoses'] });
  expect((await view(id)).letter.content).toMatchObject({ reason: 'contactReason: funn', diagnoses: [{ code: 'L03' }], question: '' });
  const told = (await practice.db())
    .prepare("select details from audit_event where verb = 'letter.take' and subject_id = ?")
    .pluck()
    .all(id) as string[];
  expect(told.map((one) => JSON.parse(one) as unknown)).toEqual([{ taken: ['reason', 'diagnoses'] }]);
});

it('never takes over what somebody wrote', async () => {
  const id = await begin('referral');
  await practice.must('letter.update', { id, content: { reason: 'Mine egne ord' } });
  expect(await practice.must('letter.take', { id, keys: ['reason'] })).toEqual({ taken: [] });
  expect((await view(id)).letter.content['reason']).toBe('Mine egne ord');
});

it('offers no answer that nobody gave, and the day of one that somebody did', async () => {
  const id = await begin('imaging_referral');
  expect(await offered(id)).not.toHaveProperty('implants');
  expect(await offered(id)).not.toHaveProperty('pregnancy');
  await practice.must('safety.set', { patientId, kind: 'implants', state: 'yes', detail: 'Pacemaker 2019' });
  await practice.must('safety.set', { patientId, kind: 'pregnancy', state: 'none', detail: null });
  const offers = await offered(id);
  expect(offers['implants']).toMatchObject({ value: 'yes', words: 'Ja', from: 'record' });
  expect(offers['implants']?.at).toMatch(/^2026-11-23T/);
  expect(offers['implantDetail']).toMatchObject({ value: 'Pacemaker 2019' });
  expect(offers['pregnancy']).toMatchObject({ value: 'no' });
  expect(offers['precautions']?.value).toBe(
    'Graviditet: nei (spurt 23. november 2026)\nImplantater: Pacemaker 2019 (spurt 23. november 2026)',
  );
  // Another answer than the record's is the writer's to give; the record's is offered still.
  await practice.must('letter.update', { id, content: { implants: 'no' } });
  expect((await view(id)).letter.content['implants']).toBe('no');
  expect((await offered(id))['implants']).toMatchObject({ value: 'yes' });
});

it('an answer that its writer gave stays when what is offered is taken; only who asks for it replaces it', async () => {
  const id = await begin('imaging_referral');
  await practice.must('safety.set', { patientId, kind: 'pregnancy', state: 'none', detail: null });
  await practice.must('safety.set', { patientId, kind: 'implants', state: 'none', detail: null });
  await practice.must('letter.update', { id, content: { pregnancy: 'possible' } });
  expect(await practice.must('letter.take', { id, keys: ['pregnancy', 'implants'] })).toEqual({ taken: ['implants'] });
  expect((await view(id)).letter.content).toMatchObject({ pregnancy: 'possible', implants: 'no' });
  expect(await practice.must('letter.take', { id, keys: ['pregnancy'], replaces: true })).toEqual({ taken: ['pregnancy'] });
});

it('that there is no pregnancy is asked anew for each visit; that there is one is offered for as long as it stands', async () => {
  await practice.must('safety.set', { patientId, kind: 'pregnancy', state: 'none', detail: null });
  practice.laptop.pass(30 * 86_400_000);
  encounterId = await practice.signed(patientId, 'follow_up');
  const id = await begin('imaging_referral');
  expect(await offered(id)).not.toHaveProperty('pregnancy');
  expect((await offered(id))['precautions']?.value).toBe('Graviditet: nei (spurt 23. november 2026)');
  await practice.must('safety.set', { patientId, kind: 'pregnancy', state: 'yes', detail: 'uke 12' });
  practice.laptop.pass(30 * 86_400_000);
  encounterId = await practice.signed(patientId, 'follow_up');
  expect((await offered(await begin('imaging_referral')))['pregnancy']).toMatchObject({ value: 'yes' });
});

it('red flags that were asked at an earlier visit say when', async () => {
  practice.laptop.pass(7 * 86_400_000);
  encounterId = await practice.signed(patientId, 'follow_up');
  expect((await offered(await begin('referral')))['redFlags']?.value).toMatch(/^Spurt 23\. november 2026\nKorsrygg og bekken\nNei:/);
});

it('refuses MR without an answer about implants by name of the field, and signs when there is one', async () => {
  const id = await begin('imaging_referral');
  await fill(id, 'imaging_referral');
  await practice.must('letter.update', { id, content: { modality: 'mr', implants: '' } });
  expect(await practice.call('letter.sign', { id })).toMatchObject({
    ok: false,
    code: 'letter/missing-content',
    details: { missing: ['implants'] },
  });
  await practice.must('letter.update', { id, content: { implants: 'no' } });
  await practice.must('letter.sign', { id });
});

it.each(LETTER_KINDS)(
  '%s is signed, stored as its bytes and tagged, handed over with its recipient in the log, and edited no more',
  async (kind) => {
    const id = await begin(kind);
    await fill(id, kind);
    const { sha256 } = await practice.must('letter.sign', { id });
    const shown = await practice.must('letter.pdf', { id });
    expect([shown.signed, shown.sha256]).toEqual([true, sha256]);
    const { text, structure, info } = readPdf(Buffer.from(shown.pdfBase64, 'base64'));
    const { title } = newestTemplate(kind);
    expect(info).toMatch(new RegExp(`Title:\\s+${title}\\n`));
    expect(info).toMatch(/Tagged:\s+yes/);
    expect(structure).toContain(`"${title}"`);
    expect(text.replaceAll('\u00a0', ' ')).toContain('Kiropraktor · HPR-nummer 1234567');
    expect(text).not.toContain('Mangler');
    expect(await practice.call('letter.update', { id, content: { recipient: { name: 'Andre' } } })).toMatchObject({
      code: 'letter/signed',
    });
    expect(await practice.call('letter.take', { id, keys: ['reason'] })).toMatchObject({ code: 'letter/signed' });
    await practice.must('letter.setStatus', { id, status: 'handed_over' });
    const [handed] = (await practice.db())
      .prepare("select details from audit_event where verb = 'letter.setStatus' and subject_id = ?")
      .pluck()
      .all(id) as string[];
    expect(JSON.parse(handed ?? '{}')).toEqual({ status: 'handed_over', recipient: 'Sykehuset Øst' });
  },
);

it('a referral to a physiotherapist is refused where the clinic does not write them, also one begun before', async () => {
  const id = await begin('physio_referral');
  await fill(id, 'physio_referral');
  await practice.must('clinic.update', { set: { refersToPhysio: false } });
  expect(await practice.call('letter.create', { encounterId, kind: 'physio_referral' })).toEqual({ ok: false, code: 'letter/kind-off' });
  expect(await practice.call('letter.sign', { id })).toEqual({ ok: false, code: 'letter/kind-off' });
});

it('says of absence what is known here, at least', async () => {
  await practice.must('sickLeave.add', {
    patientId,
    encounterId,
    origin: 'here',
    fromDay: '2026-11-09',
    toDay: '2026-11-22',
    gradePercent: 50,
  });
  await practice.must('sickLeave.add', {
    ...{ patientId, encounterId: null, origin: 'elsewhere', fromDay: '2026-10-01', toDay: '2026-10-31', gradePercent: null },
  });
  const offers = await offered(await begin('sick_leave_summary'));
  expect(offers['knownDays']?.value).toBe('minst 45 dager kjent her, av 84');
  expect(offers['periodFrom']).toMatchObject({ value: '2026-11-09', words: '9. november 2026', from: 'absence' });
  expect([offers['periodTo']?.value, offers['grade']?.value]).toEqual(['2026-11-22', '50']);
  expect(offers['absences']?.value).toBe(
    '1. oktober 2026 – 31. oktober 2026, sykmeldt av andre etter det pasienten opplyser\n9. november 2026 – 22. november 2026, 50 %',
  );
  expect(offers['earlierAbsence']?.value).toBe('Pasienten opplyser fravær 1. oktober 2026 – 31. oktober 2026.');
  expect(offers['employer']).toBeUndefined();
  expect(offers['navReference']).toBeUndefined();
});

it('a plan is for the patient, and begins where the series did; a certificate brings no diagnosis along', async () => {
  practice.laptop.pass(7 * 86_400_000);
  encounterId = await practice.signed(patientId, 'follow_up');
  const offers = await offered(await begin('treatment_plan'));
  expect(offers['seriesStart']).toMatchObject({ value: '2026-11-23' });
  expect(offers['measures']?.value).toContain('treatment: funn');
  expect(offers['goals']).toBeUndefined();
  const id = await begin('treatment_plan');
  await practice.must('letter.take', { id, keys: ['recipient'] });
  expect((await view(id)).letter.content['recipient']).toMatchObject({ addressLine: 'Åsveien 9', city: 'Trondheim' });
  expect(await offered(await begin('certificate'))).not.toHaveProperty('diagnoses');
});

it('what corrects the visit comes along', async () => {
  const amendment = await practice.must('amendment.write', { encounterId, kind: 'correction', text: 'Venstre side', reason: 'Forvekslet' });
  await practice.must('amendment.sign', { id: amendment.id });
  expect((await offered(await begin('imaging_referral')))['history']?.value).toMatch(/Rettelse: Venstre side$/);
  expect((await offered(await begin('treatment_plan')))['problem']?.value).toMatch(/Rettelse: Venstre side$/);
});

it('what was written stands when the program is killed and opened again, and waits under the unsigned', async () => {
  const id = await begin('referral');
  await practice.must('letter.update', { id, content: { question: 'Er det en prolaps?' } });
  await practice.laptop.restart();
  await practice.asFirst();
  expect((await view(id)).letter.content['question']).toBe('Er det en prolaps?');
  expect((await practice.must('letter.list', { open: true })).letters).toMatchObject([
    { id, kind: 'referral', status: 'draft', mine: true },
  ]);
  expect(await practice.must('letter.create', { encounterId, kind: 'referral' })).toEqual({ id });
});

it('a letter of a newer version is not touched', async () => {
  const id = await begin('referral');
  (await practice.db()).prepare(`update letter set content = json_set(content, '$.template', 9) where id = ?`).run(id);
  for (const verb of ['letter.get', 'letter.pdf', 'letter.sign'] as const)
    expect(await practice.call(verb, { id }), verb).toEqual({ ok: false, code: 'letter/newer' });
  expect(await practice.call('letter.update', { id, content: { question: 'x' } })).toEqual({ ok: false, code: 'letter/newer' });
});

it('nobody changes the template, or answers outside the answers', async () => {
  const id = await begin('imaging_referral');
  expect(await practice.call('letter.update', { id, content: { template: 2 } })).toMatchObject({ code: 'letter/content-invalid' });
  expect(await practice.call('letter.update', { id, content: { modality: 'pet' } })).toMatchObject({ code: 'letter/content-invalid' });
});
