/** Writing a note: sections, measurements, red flags, consent, codes. Nothing here writes a value nobody gave. */
import { stampOf, type StoredRow } from '#db/sync/row.ts';
import { err, ok } from '#electron/contract/verb.ts';
import { derivedId } from '#db/model/ids.ts';
import { codeKind, mainDiagnosisProblem } from '#db/rules/codes.ts';
import { clinicDay } from '#db/rules/appointments.ts';
import { redFlagsOf } from '#db/rules/red-flags.ts';
import { reviewAfterEdit } from '#db/rules/salt.ts';
import { cleanText } from '#db/rules/text.ts';
import { isSectionKey, measurements } from '#db/rules/visit-types.ts';
import { isSamePerson } from '#db/sqlite/queries/same-person.ts';
import { findCode } from '#db/reference/code-systems.ts';
import type { Context } from '../context.ts';
import { useCase } from '../use-case.ts';
import { chartView } from './chart-view.ts';
import { logRead, logTyping } from '../audit/log-once.ts';
import { consentId, editable, logChange, sectionId } from './note-parts.ts';
import { startVisit } from './start-visit.ts';
import { resolveSibling } from './resolve-sibling.ts';

export const chartingHandlers = [
  useCase('encounter.start', startVisit),

  useCase('encounter.get', (ctx, { id }) => {
    const encounter = ctx.get('encounter', id);
    const view = encounter === undefined ? null : chartView(ctx, encounter);
    if (encounter === undefined || view === null) return err('encounter/unknown');
    logRead(ctx, { subjectEntity: 'encounter', subjectId: id, patientId: encounter.patientId });
    return ok(view);
  }),
  useCase('encounter.previous', (ctx, { id }) => {
    const encounter = ctx.get('encounter', id);
    const view = encounter === undefined ? null : chartView(ctx, encounter);
    if (encounter === undefined || view === null) return err('encounter/unknown');
    logRead(ctx, { subjectEntity: 'encounter', subjectId: id, patientId: encounter.patientId });
    return ok(view);
  }),

  useCase('encounter.setType', (ctx, { id, visitType }) => {
    const note = editable(ctx, id);
    if (!note.ok) return note;
    ctx.patch('encounter', id, { visitType });
    logChange(ctx, note.value, { visitType });
    return ok(null);
  }),
  useCase('encounter.setEpisode', (ctx, { id, episodeId, newTitle }) => {
    const note = editable(ctx, id);
    if (!note.ok) return note;
    if (episodeId !== null && !isSamePerson(ctx.db, ctx.get('episode', episodeId)?.patientId, note.value.patientId))
      return err('encounter/unknown');
    const episode =
      newTitle === null
        ? episodeId
        : ctx.insert('episode', { patientId: note.value.patientId, title: newTitle, startedOn: clinicDay(note.value.visitAt) }).id;
    ctx.patch('encounter', id, { episodeId: episode });
    logChange(ctx, note.value, { episodeId: episode });
    return ok(null);
  }),

  useCase('section.write', (ctx, { encounterId, key, text, textSeq, was }) => {
    const note = editable(ctx, encounterId);
    if (!note.ok) return note;
    if (!isSectionKey(key)) return err('input/invalid', { fields: ['key'] });
    const clean = cleanText(text);
    if (!clean.ok) return err(clean.code);
    const id = sectionId(encounterId, key);
    const known = ctx.get('note_section', id);
    const stands = known?.text ?? '';
    // Another laptop's text becomes a sibling on the server, by what was read; another window's on this one is known here alone.
    const writer = known === undefined ? undefined : stampOf(known as unknown as StoredRow, 'note_section', 'text')?.[1];
    const elsewhere = writer !== undefined && writer !== ctx.deviceId && writer !== 'self';
    if (was !== undefined && was !== stands && stands !== clean.text && !elsewhere) return err('section/changed', { text: stands });
    if (known === undefined) {
      // An empty section is not worth a row; the first word makes it.
      if (clean.text === '') return ok({ savedAt: ctx.now });
      ctx.put('note_section', id, { encounterId, key, text: clean.text }, { autosave: true });
    } else {
      const review = reviewAfterEdit(known.origin, known.review, clean.text !== known.text);
      ctx.patch(
        'note_section',
        id,
        { text: clean.text, review },
        { autosave: true, ...(textSeq === undefined ? {} : { baseSeq: textSeq }) },
      );
    }
    logTyping(ctx, { subjectEntity: 'encounter', subjectId: encounterId, patientId: note.value.patientId, details: { section: key } }, key);
    return ok({ savedAt: ctx.now });
  }),
  useCase('section.confirm', (ctx, { encounterId, key }) => review(ctx, encounterId, key, 'confirmed')),
  useCase('section.drop', (ctx, { encounterId, key }) => {
    const note = editable(ctx, encounterId);
    if (!note.ok) return note;
    const id = sectionId(encounterId, key);
    if (ctx.get('note_section', id) !== undefined)
      ctx.patch('note_section', id, { text: '', review: 'none', origin: 'typed', originEncounterId: null, originText: null });
    logChange(ctx, note.value, { section: key, dropped: true });
    return ok(null);
  }),
  useCase('section.resolve', resolveSibling),

  useCase('observation.set', (ctx, { encounterId, code, value }) => {
    const note = editable(ctx, encounterId);
    if (!note.ok) return note;
    const range = measurements[code];
    if (range === undefined || (value !== null && (value < range.min || value > range.max))) return err('observation/out-of-range');
    const id = derivedId(encounterId, `observation:${code}`);
    // Empty is not asked, and leaves no row; 0 is an answer.
    if (value === null && ctx.get('observation', id) === undefined) return ok(null);
    ctx.put('observation', id, { encounterId, code, value }, { autosave: true });
    logChange(ctx, note.value, { observation: code });
    return ok(null);
  }),
  useCase('redFlag.answer', (ctx, { encounterId, region, question, answer, comment }) => {
    const note = editable(ctx, encounterId);
    if (!note.ok) return note;
    if (!redFlagsOf(region).some((flag) => flag.key === question)) return err('red-flag/unknown-question');
    const id = derivedId(encounterId, `red-flag:${region}:${question}`);
    if (answer === null && blank(comment) && ctx.get('red_flag_answer', id) === undefined) return ok(null);
    ctx.put('red_flag_answer', id, { encounterId, region, question, answer, comment });
    logChange(ctx, note.value, { redFlag: question });
    return ok(null);
  }),
  useCase('treatmentConsent.set', (ctx, { encounterId, given, comment }) => {
    const note = editable(ctx, encounterId);
    if (!note.ok) return note;
    const id = consentId(encounterId);
    if (given === null && blank(comment) && ctx.get('treatment_consent', id) === undefined) return ok(null);
    ctx.put('treatment_consent', id, { encounterId, given, comment });
    logChange(ctx, note.value, { consent: true });
    return ok(null);
  }),

  useCase('diagnosis.add', (ctx, { encounterId, system, code }) => {
    const note = editable(ctx, encounterId);
    if (!note.ok) return note;
    const found = findCode(system, code);
    if (found === undefined) return err('code/unknown');
    const others = ctx.rows('diagnosis', 'encounter_id = ?', [encounterId]);
    const same = others.find((row) => row.system === system && row.code === found.code);
    if (same !== undefined) return ok({ id: same.id });
    const main = system === 'icpc-2' && codeKind(system, found.code) !== 'process' && !others.some((row) => row.main);
    const row = ctx.insert('diagnosis', { encounterId, system, code: found.code, text: found.text, release: found.release, main });
    logChange(ctx, note.value, { diagnosis: found.code });
    return ok({ id: row.id });
  }),
  useCase('diagnosis.remove', (ctx, { encounterId, id }) => {
    const note = editable(ctx, encounterId);
    if (!note.ok) return note;
    const row = ctx.get('diagnosis', id);
    if (row === undefined || row.encounterId !== encounterId) return ok(null);
    ctx.remove('diagnosis', id);
    // Nothing takes its place by itself: which diagnosis is the main one is the clinician's word.
    logChange(ctx, note.value, { diagnosis: row.code, removed: true });
    return ok(null);
  }),
  useCase('diagnosis.setMain', (ctx, { encounterId, id }) => {
    const note = editable(ctx, encounterId);
    if (!note.ok) return note;
    const row = ctx.get('diagnosis', id);
    if (row === undefined || row.encounterId !== encounterId) return err('code/unknown');
    const problem = mainDiagnosisProblem(row.system, row.code);
    if (problem !== null) return err(problem);
    for (const other of ctx.rows('diagnosis', 'encounter_id = ? and main = 1', [encounterId]))
      ctx.patch('diagnosis', other.id, { main: false });
    ctx.patch('diagnosis', id, { main: true });
    logChange(ctx, note.value, { mainDiagnosis: row.code });
    return ok(null);
  }),
];

const blank = (text: string | null): boolean => (text ?? '').trim() === '';

function review(ctx: Context, encounterId: string, key: string, state: 'confirmed') {
  const note = editable(ctx, encounterId);
  if (!note.ok) return note;
  const section = ctx.get('note_section', sectionId(encounterId, key));
  if (section?.review === 'unreviewed') ctx.patch('note_section', section.id, { review: state });
  logChange(ctx, note.value, { section: key, review: state });
  return ok(null);
}
