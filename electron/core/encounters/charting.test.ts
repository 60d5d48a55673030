import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VISIT_TYPES } from '#db/model/encounter.ts';
import { TEXT_LIMIT } from '#db/model/entity.ts';
import { redFlagsOf } from '#db/rules/red-flags.ts';
import { openPractice } from './testing.ts';
import type { Practice } from './testing.ts';

let practice: Practice;
beforeEach(async () => {
  practice = await openPractice();
});
afterEach(() => practice.close());

const CLINICAL = [
  'note_section',
  'observation',
  'red_flag_answer',
  'treatment_consent',
  'diagnosis',
  'treatment_line',
  'amendment',
  'letter',
  'safety_fact',
  'episode',
];

describe('opening a visit', () => {
  it.each(VISIT_TYPES)('stores nothing clinical: %s', async (visitType) => {
    const patientId = await practice.patient();
    const { id } = await practice.must('encounter.start', { patientId, visitType });
    const chart = await practice.must('encounter.get', { id });
    const db = await practice.db();
    for (const table of CLINICAL) expect(db.prepare(`select count(*) as n from "${table}"`).get(), table).toEqual({ n: 0 });
    expect(chart.sections.length).toBeGreaterThan(0);
    expect(chart.sections.every((section) => section.text === '' && section.origin === 'typed')).toBe(true);
    expect([chart.observations, chart.redFlags, chart.diagnoses, chart.lines, chart.treatmentConsent]).toEqual([[], [], [], [], null]);
    expect(chart.patient.safety?.map((fact) => fact.state)).toEqual(Array.from({ length: 6 }, () => 'not_asked'));
    const visit = chart.encounter;
    expect([visit.signedContent, visit.saltFromId, visit.episodeId, visit.closedReason]).toEqual([null, null, null, null]);
  });

  it('a booking has one visit: opening it again opens the same draft, and the patient is in treatment', async () => {
    const patientId = await practice.patient();
    const booking = await practice.must('appointment.book', {
      patientId,
      practitionerId: practice.userId,
      startsAt: '2026-11-23T08:00:00.000Z',
      durationMinutes: 20,
      visitType: 'follow_up',
      reason: null,
    });
    const first = await practice.must('encounter.start', { patientId, visitType: 'follow_up', appointmentId: booking.id });
    const again = await practice.must('encounter.start', { patientId, visitType: 'initial', appointmentId: booking.id });
    expect(again.id).toBe(first.id);
    const day = await practice.must('day.list', { day: '2026-11-23' });
    expect(day.items[0]).toMatchObject({ appointment: { status: 'in_progress' }, encounter: { id: first.id, status: 'draft' } });
  });

  it("another patient's booking is not taken", async () => {
    const [kari, ola] = [await practice.patient(), await practice.patient()];
    const booking = await practice.must('appointment.book', {
      patientId: kari,
      practitionerId: practice.userId,
      startsAt: '2026-11-23T08:00:00.000Z',
      durationMinutes: 20,
      visitType: 'follow_up',
      reason: null,
    });
    expect(await practice.call('encounter.start', { patientId: ola, visitType: 'follow_up', appointmentId: booking.id })).toMatchObject({
      ok: false,
      code: 'appointment/unknown',
    });
  });

  it('an empty draft that was left behind is marked empty, and is taken up again the same day', async () => {
    const patientId = await practice.patient();
    const { id } = await practice.must('encounter.start', { patientId, visitType: 'follow_up' });
    expect((await practice.must('encounter.unsigned', {})).items).toMatchObject([{ encounterId: id, empty: true }]);
    const { id: asked } = await practice.must('encounter.start', { patientId: await practice.patient(), visitType: 'initial' });
    await practice.must('treatmentConsent.set', { encounterId: asked, given: false, comment: null });
    expect((await practice.must('encounter.unsigned', {})).items).toMatchObject([{ empty: true }, { encounterId: asked, empty: false }]);
    await practice.must('encounter.discard', { id: asked, reason: 'Ønsket ikke behandling' });
    expect((await practice.must('encounter.start', { patientId, visitType: 'follow_up' })).id).toBe(id);
    await practice.must('section.write', { encounterId: id, key: 'subjective', text: 'Vondt' });
    expect((await practice.must('encounter.unsigned', {})).items).toMatchObject([{ encounterId: id, empty: false }]);
    expect((await practice.must('encounter.start', { patientId, visitType: 'follow_up' })).id).not.toBe(id);
  });
});

describe('writing', () => {
  async function begun(): Promise<{ id: string; patientId: string }> {
    const patientId = await practice.patient();
    return { patientId, ...(await practice.must('encounter.start', { patientId, visitType: 'follow_up' })) };
  }
  const textOf = async (id: string, key: string): Promise<string | undefined> =>
    (await practice.must('encounter.get', { id })).sections.find((section) => section.key === key)?.text;

  it('text is there after a restart as soon as it was answered, in a brand-new note too', async () => {
    const { id } = await begun();
    await practice.must('section.write', { encounterId: id, key: 'subjective', text: 'Stiv om morgenen' });
    await practice.laptop.restart();
    await practice.asFirst();
    expect(await textOf(id, 'subjective')).toBe('Stiv om morgenen');
  });

  it('typing replaces its own unsent entry in the outbox and never one that is on its way', async () => {
    const { id } = await begun();
    for (const text of ['V', 'Vo', 'Von', 'Vondt']) await practice.must('section.write', { encounterId: id, key: 'subjective', text });
    const db = await practice.db();
    const entries = db
      .prepare(`select state, json_extract("set", '$.text') as text from outbox where entity = 'note_section' order by born`)
      .all() as { state: string; text: string }[];
    expect(entries.length).toBeLessThanOrEqual(2);
    expect(entries.at(-1)?.text).toBe('Vondt');
  });

  it('200 kB of pasted text is taken whole; more than the limit is refused, never cut', async () => {
    const { id } = await begun();
    const pasted = 'æøå 👩‍⚕️ עברית '.repeat(20_000).slice(0, 200_000).toWellFormed();
    await practice.must('section.write', { encounterId: id, key: 'objective', text: pasted });
    expect(await textOf(id, 'objective')).toBe(pasted.normalize('NFC'));
    expect(await practice.call('section.write', { encounterId: id, key: 'objective', text: 'x'.repeat(TEXT_LIMIT + 1) })).toMatchObject({
      ok: false,
      code: 'text/too-long',
    });
    expect((await textOf(id, 'objective'))?.length).toBe(pasted.normalize('NFC').length);
  });

  it('text written upon an older version says so, and meets the newer one as a conflict on the server', async () => {
    const { id } = await begun();
    const db = await practice.db();
    await practice.must('section.write', { encounterId: id, key: 'subjective', text: 'Min' });
    db.prepare(`update outbox set state = 'ready' where state = 'open'`).run();
    db.prepare(
      `update note_section set seq = 9, text = 'Fra den andre', field_seq = '{"text":[9,"0190aaaa-0000-7000-8000-000000000001"]}' where encounter_id = ?`,
    ).run(id);
    expect((await practice.must('encounter.get', { id })).sections.find((section) => section.key === 'subjective')?.textSeq).toBe(9);
    await practice.must('section.write', { encounterId: id, key: 'subjective', text: 'Min, videre', textSeq: 5 });
    expect(db.prepare(`select base from outbox where entity = 'note_section' order by born desc limit 1`).get()).toEqual({
      base: '{"text":5}',
    });
  });

  it('half a surrogate pair in any field is made storable, so that the server does not refuse the whole change', async () => {
    const patientId = await practice.patient({ familyName: 'Berg\ud800', occupation: 'snekker\0' });
    expect((await practice.must('patient.get', { id: patientId })).patient).toMatchObject({
      familyName: 'Berg\ufffd',
      occupation: 'snekker',
    });
  });

  it('a section no visit has is refused', async () => {
    const { id } = await begun();
    expect(await practice.call('section.write', { encounterId: id, key: 'secret', text: 'x' })).toMatchObject({
      ok: false,
      code: 'input/invalid',
    });
  });

  it('NRS: empty is not 0, 0 is an answer, 11 is refused', async () => {
    const { id } = await begun();
    await practice.must('observation.set', { encounterId: id, code: 'nrs-now', value: null });
    expect((await practice.must('encounter.get', { id })).observations).toEqual([]);
    await practice.must('observation.set', { encounterId: id, code: 'nrs-now', value: 0 });
    expect((await practice.must('encounter.get', { id })).observations).toEqual([{ code: 'nrs-now', value: 0 }]);
    await practice.must('observation.set', { encounterId: id, code: 'nrs-now', value: null });
    expect((await practice.must('encounter.get', { id })).observations).toEqual([{ code: 'nrs-now', value: null }]);
    expect(await practice.call('observation.set', { encounterId: id, code: 'nrs-now', value: 11 })).toMatchObject({
      ok: false,
      code: 'observation/out-of-range',
    });
  });

  it('a process code is never the main diagnosis, an unknown code is refused, removing the main one promotes nothing', async () => {
    const { id } = await begun();
    expect(await practice.call('diagnosis.add', { encounterId: id, system: 'icpc-2', code: 'L00' })).toMatchObject({
      ok: false,
      code: 'code/unknown',
    });
    const back = await practice.must('diagnosis.add', { encounterId: id, system: 'icpc-2', code: 'L03' });
    await practice.must('diagnosis.add', { encounterId: id, system: 'icpc-2', code: 'L83' });
    await practice.must('diagnosis.remove', { encounterId: id, id: back.id });
    const chart = await practice.must('encounter.get', { id });
    expect(chart.diagnoses.map(({ code, main }) => ({ code, main }))).toEqual([{ code: 'L83', main: false }]);
  });

  it('an answer that was never given leaves no row', async () => {
    const { id } = await begun();
    const question = redFlagsOf('neck')[0]?.key ?? '';
    await practice.must('redFlag.answer', { encounterId: id, region: 'neck', question, answer: null, comment: null });
    await practice.must('treatmentConsent.set', { encounterId: id, given: null, comment: null });
    const chart = await practice.must('encounter.get', { id });
    expect([chart.redFlags, chart.treatmentConsent]).toEqual([[], null]);
    expect(
      await practice.call('redFlag.answer', { encounterId: id, region: 'neck', question: 'weather', answer: 'no', comment: null }),
    ).toMatchObject({ ok: false, code: 'red-flag/unknown-question' });
  });

  it('an open chart that is asked again and again is one look in the log', async () => {
    const { id } = await begun();
    for (let look = 0; look < 5; look += 1) await practice.must('encounter.get', { id });
    const db = await practice.db();
    const count = db.prepare(`select count(*) as n from audit_event where action = 'read' and subject_id = ?`).get(id);
    expect(count).toEqual({ n: 1 });
    practice.laptop.pass(6 * 60_000);
    await practice.must('encounter.get', { id });
    expect(db.prepare(`select count(*) as n from audit_event where action = 'read' and subject_id = ?`).get(id)).toEqual({ n: 2 });
  });
});
