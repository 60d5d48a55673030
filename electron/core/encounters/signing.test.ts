import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { derivedId } from '#db/model/ids.ts';
import { redFlagsOf } from '#db/rules/red-flags.ts';
import { canonical } from '#db/sync/change.ts';
import { openPractice } from './testing.ts';
import type { Practice } from './testing.ts';

let practice: Practice;
beforeEach(async () => {
  practice = await openPractice();
});
afterEach(() => practice.close());

const chartOf = (id: string) => practice.must('encounter.get', { id });
const problemsOf = async (id: string) =>
  (await practice.must('encounter.signCheck', { id })).problems.map(({ code, where }) => (where === null ? code : `${code} ${where}`));

describe('signing', () => {
  it('freezes text, codes, name, profession, HPR and their hash, and the booking is done', async () => {
    const patientId = await practice.patient();
    const booking = await practice.must('appointment.book', {
      patientId,
      practitionerId: practice.userId,
      startsAt: '2026-11-23T08:00:00.000Z',
      durationMinutes: 20,
      visitType: 'follow_up',
      reason: null,
    });
    const { id } = await practice.must('encounter.start', { patientId, visitType: 'follow_up', appointmentId: booking.id });
    await practice.must('section.write', { encounterId: id, key: 'subjective', text: 'Bedre' });
    await practice.must('section.write', { encounterId: id, key: 'treatment', text: 'Mobilisering' });
    await practice.must('observation.set', { encounterId: id, code: 'nrs-now', value: 0 });
    await practice.must('diagnosis.add', { encounterId: id, system: 'icpc-2', code: 'L03' });
    const { contentHash } = await practice.must('encounter.sign', { id, patientId });
    const { encounter, readOnly } = await chartOf(id);
    expect(readOnly).toBe(true);
    expect(encounter.signedContent).toMatchObject({
      patientId,
      sections: [
        { key: 'subjective', text: 'Bedre' },
        { key: 'treatment', text: 'Mobilisering' },
      ],
      observations: [{ code: 'nrs-now', value: 0 }],
      diagnoses: [{ code: 'L03', main: true, release: expect.stringContaining('2026') }],
      signedBy: { userId: practice.userId, name: 'Kim Rygg', profession: 'KI', hprNumber: '1234567' },
    });
    expect(contentHash).toBe(createHash('sha256').update(canonical(encounter.signedContent)).digest('hex'));
    expect((await practice.must('day.list', { day: '2026-11-23' })).items[0]?.appointment.status).toBe('done');
    const open = (await practice.db()).prepare(`select count(*) as n from outbox where state = 'open'`).get();
    expect(open).toEqual({ n: 0 });
  });

  it('a signed note refuses edits', async () => {
    const patientId = await practice.patient();
    const id = await practice.signed(patientId);
    const before = await chartOf(id);
    const tries = [
      practice.call('section.write', { encounterId: id, key: 'subjective', text: 'Endret' }),
      practice.call('section.drop', { encounterId: id, key: 'treatment' }),
      practice.call('observation.set', { encounterId: id, code: 'nrs-now', value: 3 }),
      practice.call('diagnosis.add', { encounterId: id, system: 'icpc-2', code: 'L83' }),
      practice.call('treatmentConsent.set', { encounterId: id, given: true, comment: null }),
      practice.call('encounter.salt', { id }),
      practice.call('encounter.setType', { id, visitType: 'acute' }),
      practice.call('encounter.discard', { id, reason: 'x' }),
      practice.call('encounter.move', { id, patientId: await practice.patient(), reason: 'x' }),
      practice.call('encounter.sign', { id, patientId }),
    ];
    for (const reply of await Promise.all(tries)) expect(reply).toMatchObject({ ok: false, code: 'encounter/not-editable' });
    const db = await practice.db();
    expect(() => db.prepare(`update note_section set text = 'Endret' where encounter_id = ?`).run(id)).toThrow('signed/immutable');
    expect((await chartOf(id)).sections).toEqual(before.sections);
  });

  it('refuses another patient than the one that was shown', async () => {
    const patientId = await practice.patient();
    const id = await practice.ready(patientId);
    expect(await practice.call('encounter.sign', { id, patientId: await practice.patient() })).toMatchObject({
      ok: false,
      code: 'sign/other-patient',
    });
  });

  it('signs only the text that stood on the page', async () => {
    const patientId = await practice.patient();
    const id = await practice.ready(patientId);
    const { sections } = await chartOf(id);
    const shown = Object.fromEntries(sections.map(({ key, text }) => [key, text]));
    const [first = ''] = Object.keys(shown);
    expect(await practice.call('encounter.sign', { id, patientId, shown: { ...shown, [first]: 'Noe annet' } })).toMatchObject({
      code: 'sign/text-changed',
    });
    await practice.must('encounter.sign', { id, patientId, shown });
  });

  it('only the practitioner of the visit signs it', async () => {
    const patientId = await practice.patient();
    const id = await practice.ready(patientId);
    await practice.asColleague(['PRACTITIONER']);
    expect(await practice.call('encounter.sign', { id, patientId })).toMatchObject({ ok: false, code: 'sign/not-allowed' });
    expect(await problemsOf(id)).toEqual(['sign/not-practitioner']);
  });

  it('names what is missing: required sections, main diagnosis, and nothing at all', async () => {
    const patientId = await practice.patient();
    const { id } = await practice.must('encounter.start', { patientId, visitType: 'follow_up' });
    expect(await problemsOf(id)).toEqual([
      'sign/empty',
      'sign/required-section subjective',
      'sign/required-section treatment',
      'sign/no-main-diagnosis',
    ]);
  });

  it('red flags cannot be skipped silently in a first visit; one left open says why', async () => {
    const patientId = await practice.patient();
    const id = await practice.ready(patientId, 'initial');
    const last = redFlagsOf('low-back').at(-1)?.key ?? '';
    expect(await problemsOf(id)).toEqual(['sign/consent-not-recorded']);
    await practice.must('redFlag.answer', { encounterId: id, region: 'low-back', question: last, answer: null, comment: null });
    expect(await problemsOf(id)).toContain('sign/red-flags-unanswered low-back');
    await practice.must('redFlag.answer', {
      encounterId: id,
      region: 'low-back',
      question: last,
      answer: null,
      comment: 'Lot seg ikke undersøke i dag',
    });
    expect(await problemsOf(id)).toEqual(['sign/consent-not-recorded']);
    await practice.must('encounter.sign', { id, patientId });
    expect((await chartOf(id)).encounter.signedContent?.redFlags).toContainEqual({
      region: 'low-back',
      question: last,
      answer: null,
      comment: 'Lot seg ikke undersøke i dag',
    });
  });

  it('two versions of a section must be decided first, and the one that does not stand is kept', async () => {
    const patientId = await practice.patient();
    const id = await practice.ready(patientId);
    const db = await practice.db();
    const main = derivedId(id, 'section:treatment');
    const sibling = '018f0000-0000-7000-8000-000000000001';
    db.prepare(
      `insert into note_section select ?, clinic_id, 9, 0, '{}', null, encounter_id, key, 'Fra den andre', 'typed', null, null, 'none', id, 'open' from note_section where id = ?`,
    ).run(sibling, main);
    expect(await problemsOf(id)).toEqual(['sign/open-sibling treatment']);
    await practice.must('section.resolve', { encounterId: id, key: 'treatment', choice: 'theirs', siblingId: sibling });
    expect(await problemsOf(id)).toEqual([]);
    expect((await chartOf(id)).sections.find((section) => section.key === 'treatment')?.text).toBe('Fra den andre');
    expect(db.prepare('select text, sibling_state as state from note_section where id = ?').get(sibling)).toEqual({
      text: 'treatment: funn',
      state: 'dropped',
    });
  });

  it('a first signed visit begins a complaint, and follow-ups belong to it', async () => {
    const patientId = await practice.patient();
    const first = await practice.signed(patientId, 'initial');
    const { id } = await practice.must('encounter.start', { patientId, visitType: 'follow_up' });
    const [one, two] = [await chartOf(first), await chartOf(id)];
    expect(one.episode?.title).toContain('Korsrygg');
    expect([two.episode?.id, two.visitNumber]).toEqual([one.episode?.id, 2]);
  });
});

describe('amending', () => {
  it('needs a reason and a text, is signed by its author, stands beside the untouched original and flags its letters', async () => {
    const patientId = await practice.patient({ fastlegeName: 'Lege Lie' });
    const id = await practice.signed(patientId);
    const before = (await chartOf(id)).encounter.contentHash;
    const letter = await practice.must('letter.create', { encounterId: id, kind: 'epikrise' });
    const { id: amendment } = await practice.must('amendment.write', { encounterId: id, kind: 'correction', text: '', reason: null });
    expect(await practice.call('amendment.sign', { id: amendment })).toMatchObject({ code: 'amendment/empty' });
    await practice.must('amendment.write', {
      encounterId: id,
      id: amendment,
      kind: 'correction',
      text: 'Venstre, ikke høyre',
      reason: null,
    });
    expect(await practice.call('amendment.sign', { id: amendment })).toMatchObject({ code: 'amendment/no-reason' });
    await practice.must('amendment.write', {
      encounterId: id,
      id: amendment,
      kind: 'correction',
      text: 'Venstre, ikke høyre',
      reason: 'Forvekslet side',
    });
    expect(await practice.must('amendment.sign', { id: amendment })).toEqual({ affectedLetters: 1 });
    const chart = await chartOf(id);
    expect(chart.amendments).toMatchObject([
      { text: 'Venstre, ikke høyre', status: 'signed', authorName: 'Kim Rygg', authorHprNumber: '1234567' },
    ]);
    expect(chart.encounter.contentHash).toBe(before);
    expect((await practice.must('letter.get', { id: letter.id })).affected).toBe(true);
    expect(
      await practice.call('amendment.write', { encounterId: id, id: amendment, kind: 'correction', text: 'Nei', reason: 'x' }),
    ).toMatchObject({ code: 'amendment/signed' });
  });

  it('a supplement that waits for its signature is on the list of what is unsigned', async () => {
    const patientId = await practice.patient();
    const id = await practice.signed(patientId);
    await practice.signed(patientId);
    const { id: amendment } = await practice.must('amendment.write', {
      encounterId: id,
      kind: 'addition',
      text: 'Kom for sent',
      reason: 'Fra den andre maskinen',
    });
    expect((await practice.must('encounter.unsigned', {})).items).toMatchObject([{ encounterId: id, empty: false, mine: true }]);
    await practice.must('amendment.sign', { id: amendment });
    expect((await practice.must('encounter.unsigned', {})).items).toEqual([]);
  });

  it("a colleague does not sign somebody else's amendment, and an unsigned note has none", async () => {
    const patientId = await practice.patient();
    const draft = await practice.ready(patientId);
    expect(await practice.call('amendment.write', { encounterId: draft, kind: 'addition', text: 'x', reason: 'y' })).toMatchObject({
      code: 'encounter/not-signed',
    });
    const id = await practice.signed(await practice.patient());
    const { id: amendment } = await practice.must('amendment.write', { encounterId: id, kind: 'addition', text: 'x', reason: 'y' });
    await practice.asColleague(['PRACTITIONER']);
    expect(await practice.call('amendment.sign', { id: amendment })).toMatchObject({ code: 'sign/not-allowed' });
  });
});

describe('putting right', () => {
  it('an unsigned note on the wrong patient moves with its lines; both bookings stand right, and both charts have the trace', async () => {
    const [wrong, right] = [await practice.patient(), await practice.patient()];
    const book = (patientId: string, hour: string) =>
      practice.must('appointment.book', {
        patientId,
        practitionerId: practice.userId,
        startsAt: `2026-11-23T${hour}:00:00.000Z`,
        durationMinutes: 20,
        visitType: 'follow_up',
        reason: null,
      });
    const [theirs, own] = [await book(wrong, '08'), await book(right, '09')];
    const { id } = await practice.must('encounter.start', { patientId: wrong, visitType: 'follow_up', appointmentId: theirs.id });
    await practice.must('section.write', { encounterId: id, key: 'subjective', text: 'Vondt' });
    const price = await practice.must('price.save', {
      code: 'OPPF',
      label: 'Oppfølging',
      kind: 'service',
      amountOre: 70_000,
      refundOre: null,
    });
    await practice.must('line.add', { encounterId: id, priceItemId: price.id });
    await practice.must('encounter.move', { id, patientId: right, reason: 'Feil pasient valgt' });
    const chart = await chartOf(id);
    expect(chart.patient.patient.id).toBe(right);
    expect(chart.lines.map((line) => line.patientId)).toEqual([right]);
    expect(chart.appointmentId).toBe(own.id);
    const statuses = (await practice.must('day.list', { day: '2026-11-23' })).items.map((item) => [
      item.patient.id,
      item.appointment.status,
    ]);
    expect(statuses).toEqual([
      [wrong, 'arrived'],
      [right, 'in_progress'],
    ]);
    const traced = (await practice.db())
      .prepare(`select patient_id as id from audit_event where verb = 'encounter.move' and reason = 'Feil pasient valgt' order by n`)
      .all();
    expect(traced).toEqual([{ id: wrong }, { id: right }]);
  });

  it('what was carried for one patient is unread again when the note moves to another', async () => {
    const [wrong, right] = [await practice.patient(), await practice.patient()];
    await practice.signed(wrong);
    const { id } = await practice.must('encounter.start', { patientId: wrong, visitType: 'follow_up' });
    await practice.must('encounter.salt', { id });
    await practice.must('section.confirm', { encounterId: id, key: 'treatment' });
    await practice.must('encounter.move', { id, patientId: right, reason: 'Feil pasient' });
    const chart = await chartOf(id);
    expect(chart.sections.find((section) => section.key === 'treatment')?.review).toBe('unreviewed');
    expect(chart.episode).toBeNull();
  });

  it('a paid note neither moves nor goes away', async () => {
    const patientId = await practice.patient();
    const id = await practice.ready(patientId);
    const price = await practice.must('price.save', {
      code: 'OPPF',
      label: 'Oppfølging',
      kind: 'service',
      amountOre: 70_000,
      refundOre: null,
    });
    await practice.must('line.add', { encounterId: id, priceItemId: price.id });
    await practice.must('payment.take', { encounterId: id, method: 'card', amountOre: 70_000 });
    expect(await practice.call('encounter.move', { id, patientId: await practice.patient(), reason: 'x' })).toMatchObject({
      code: 'encounter/paid',
    });
    expect(await practice.call('encounter.discard', { id, reason: 'x' })).toMatchObject({ code: 'encounter/paid' });
  });

  it('a discarded note keeps its text, leaves the lists, and comes back whole', async () => {
    const patientId = await practice.patient();
    const id = await practice.ready(patientId);
    await practice.must('encounter.discard', { id, reason: 'Pasienten kom ikke likevel' });
    expect((await practice.must('encounter.unsigned', {})).items).toEqual([]);
    expect((await chartOf(id)).sections.find((section) => section.key === 'treatment')?.text).toBe('treatment: funn');
    await practice.must('encounter.restore', { id });
    expect((await practice.must('encounter.unsigned', {})).items).toMatchObject([{ encounterId: id, mine: true }]);
    expect(await practice.call('encounter.restore', { id })).toMatchObject({ code: 'encounter/not-discarded' });
  });

  it('a signed note on the wrong patient is entered in error and copied, to be confirmed section by section', async () => {
    const [wrong, right] = [await practice.patient(), await practice.patient()];
    const id = await practice.signed(wrong);
    await practice.must('encounter.enterInError', { id, reason: 'Feil pasient' });
    expect(await practice.call('letter.create', { encounterId: id, kind: 'epikrise' })).toMatchObject({ code: 'encounter/not-signed' });
    const copy = await practice.must('encounter.copyTo', { id, patientId: right });
    const chart = await chartOf(copy.id);
    expect(
      chart.sections
        .filter((section) => section.text !== '')
        .map(({ key, origin, review, originEncounterId }) => ({ key, origin, review, originEncounterId })),
    ).toEqual([
      { key: 'subjective', origin: 'copied', review: 'unreviewed', originEncounterId: id },
      { key: 'treatment', origin: 'copied', review: 'unreviewed', originEncounterId: id },
    ]);
    expect([chart.diagnoses, chart.observations, chart.redFlags]).toEqual([[], [], []]);
    expect((await chartOf(id)).encounter.signedContent?.sections.length).toBe(2);
  });
});

it.each([['ASSISTANT'], ['ADMIN']] as const)('%s alone reads and writes no notes', async (role) => {
  const patientId = await practice.patient();
  const id = await practice.signed(patientId);
  await practice.asColleague([role]);
  const tries = [
    practice.call('encounter.get', { id }),
    practice.call('encounter.start', { patientId, visitType: 'acute' }),
    practice.call('section.write', { encounterId: id, key: 'plan', text: 'x' }),
    practice.call('letter.list', {}),
  ];
  for (const reply of await Promise.all(tries)) expect(reply).toMatchObject({ ok: false, code: 'permission/denied' });
});

it('the desk knows neither safety facts nor notes of a patient', async () => {
  const patientId = await practice.patient();
  await practice.must('safety.set', { patientId, kind: 'implants', state: 'yes', detail: 'Pacemaker' });
  await practice.signed(patientId);
  await practice.asColleague(['ASSISTANT']);
  expect((await practice.must('patient.get', { id: patientId })).safety).toBeNull();
  expect((await practice.must('patient.timeline', { patientId })).items).toEqual([]);
});
