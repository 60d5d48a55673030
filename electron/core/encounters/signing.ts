/** SALT, signing, amending, and putting right what stands on the wrong patient. */
import { createHash } from 'node:crypto';
import { err, ok } from '#electron/contract/verb.ts';
import { carriedSections } from '#db/rules/salt.ts';
import { signedContentOf, signProblems } from '#db/rules/signing.ts';
import type { Signer } from '#db/rules/signing.ts';
import { cleanText } from '#db/rules/text.ts';
import { saltSource, unsignedNotes } from '#db/sqlite/queries/encounters.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import { canonical } from '#db/sync/change.ts';
import type { Context } from '../context.ts';
import { fullName } from '../patients/patient-view.ts';
import { useCase } from '../use-case.ts';
import { sectionId } from './charting.ts';
import { editable, logChange, noteParts } from './note-parts.ts';

const signer = (ctx: Context): Signer => ctx.actor;
const sha256 = (value: unknown): string => createHash('sha256').update(canonical(value)).digest('hex');
const isPractitioner = (ctx: Context): boolean => ctx.actor.roles.includes('PRACTITIONER');

export const signingHandlers = [
  useCase('encounter.salt', (ctx, { id }) => {
    const note = editable(ctx, id);
    if (!note.ok) return note;
    const source = saltSource(ctx.db, note.value);
    if (source?.signedContent === undefined || source.signedContent === null) return err('salt/no-signed-visit');
    const written = new Set(ctx.rows('note_section', "encounter_id = ? and text <> '' and sibling_of_id is null", [id]).map((section) => section.key));
    const corrections = ctx.rows('amendment', "encounter_id = ? and status = 'signed' and kind = 'correction' order by signed_at", [source.id]).map((row) => row.text);
    const carried = carriedSections(source.signedContent, note.value.visitType, written, corrections);
    for (const { key, text } of carried) {
      ctx.put('note_section', sectionId(id, key), { encounterId: id, key, text, origin: 'salt', originEncounterId: source.id, originText: text, review: 'unreviewed' });
    }
    ctx.patch('encounter', id, { saltFromId: source.id });
    ctx.audit({ action: 'read', subjectEntity: 'encounter', subjectId: source.id, patientId: source.patientId });
    logChange(ctx, note.value, { saltFrom: source.id });
    return ok({ carried: carried.map((section) => section.key) });
  }),

  useCase('encounter.signCheck', (ctx, { id }) => {
    const note = editable(ctx, id);
    if (!note.ok) return note;
    const patient = ctx.get('patient', note.value.patientId);
    return ok({ problems: signProblems(noteParts(ctx, note.value), signer(ctx)), patientName: patient === undefined ? '' : fullName(patient) });
  }),

  useCase('encounter.sign', (ctx, { id, patientId }) => {
    const note = editable(ctx, id);
    if (!note.ok) return note;
    if (!isPractitioner(ctx)) return err('sign/not-allowed');
    if (note.value.patientId !== patientId) return err('sign/other-patient');
    const patient = ctx.get('patient', patientId);
    if (patient === undefined) return err('sign/other-patient');
    const parts = noteParts(ctx, note.value);
    const blocking = signProblems(parts, signer(ctx)).filter((problem) => problem.blocking);
    if (blocking.length > 0) return err('sign/problems', { problems: blocking.map((problem) => problem.code) });
    // What was typed goes out before the signature over it.
    ctx.releaseOutbox();
    const signedContent = signedContentOf(parts, signer(ctx), { patientName: fullName(patient), clinicName: ctx.get('clinic', ctx.clinicId)?.name ?? '', signedAt: ctx.now });
    const contentHash = sha256(signedContent);
    const episodeId = note.value.episodeId ?? newEpisode(ctx, note.value, parts.diagnoses.find((diagnosis) => diagnosis.main)?.text ?? '');
    ctx.patch('encounter', id, { status: 'signed', signedContent, signedAt: ctx.now, signedById: ctx.actor.userId, contentHash, episodeId });
    const appointment = note.value.appointmentId === null ? undefined : ctx.get('appointment', note.value.appointmentId);
    if (appointment !== undefined && appointment.status !== 'done') ctx.patch('appointment', appointment.id, { status: 'done' });
    ctx.audit({ action: 'sign', subjectEntity: 'encounter', subjectId: id, patientId, details: { contentHash } });
    return ok({ contentHash, signedAt: ctx.now });
  }),

  useCase('encounter.move', (ctx, { id, patientId, reason }) => {
    const note = editable(ctx, id);
    if (!note.ok) return note;
    if (ctx.get('patient', patientId) === undefined) return err('patient/unknown');
    if (ctx.rows('payment', 'encounter_id = ? and voided = 0', [id]).length > 0) return err('encounter/paid');
    ctx.releaseOutbox();
    ctx.patch('encounter', id, { patientId, episodeId: null, saltFromId: null, appointmentId: null });
    for (const line of ctx.rows('treatment_line', 'encounter_id = ?', [id])) ctx.patch('treatment_line', line.id, { patientId });
    for (const from of [note.value.patientId, patientId]) ctx.audit({ action: 'change', subjectEntity: 'encounter', subjectId: id, patientId: from, details: { moved: true }, reason });
    return ok(null);
  }),
  useCase('encounter.discard', (ctx, { id, reason }) => {
    const note = editable(ctx, id);
    if (!note.ok) return note;
    ctx.releaseOutbox();
    ctx.patch('encounter', id, { status: 'discarded', closedReason: reason, closedById: ctx.actor.userId, closedAt: ctx.now });
    ctx.audit({ action: 'change', subjectEntity: 'encounter', subjectId: id, patientId: note.value.patientId, details: { discarded: true }, reason });
    return ok(null);
  }),
  useCase('encounter.restore', (ctx, { id }) => {
    const encounter = ctx.get('encounter', id);
    if (encounter === undefined) return err('encounter/unknown');
    if (encounter.status !== 'discarded') return err('encounter/not-discarded');
    ctx.patch('encounter', id, { status: 'draft', closedReason: null, closedById: null, closedAt: null });
    logChange(ctx, encounter, { restored: true });
    return ok(null);
  }),
  useCase('encounter.enterInError', (ctx, { id, reason }) => {
    const encounter = ctx.get('encounter', id);
    if (encounter === undefined) return err('encounter/unknown');
    if (encounter.status !== 'signed') return err('encounter/not-signed');
    if (!isPractitioner(ctx)) return err('sign/not-allowed');
    ctx.patch('encounter', id, { status: 'entered_in_error', closedReason: reason, closedById: ctx.actor.userId, closedAt: ctx.now });
    flagLetters(ctx, id, id);
    ctx.audit({ action: 'change', subjectEntity: 'encounter', subjectId: id, patientId: encounter.patientId, details: { enteredInError: true }, reason });
    return ok(null);
  }),
  useCase('encounter.copyTo', (ctx, { id, patientId }) => {
    const source = ctx.get('encounter', id);
    if (source === undefined) return err('encounter/unknown');
    if (ctx.get('patient', patientId) === undefined) return err('patient/unknown');
    const copy = ctx.insert('encounter', { patientId, practitionerId: ctx.actor.userId, visitType: source.visitType, visitAt: source.visitAt, recordedAt: ctx.now });
    for (const section of ctx.rows('note_section', "encounter_id = ? and text <> '' and sibling_of_id is null", [id])) {
      const { key, text } = section;
      ctx.insert('note_section', { encounterId: copy.id, key, text, origin: 'copied', originEncounterId: id, originText: text, review: 'unreviewed' }, sectionId(copy.id, key));
    }
    ctx.audit({ action: 'read', subjectEntity: 'encounter', subjectId: id, patientId: source.patientId });
    ctx.audit({ action: 'create', subjectEntity: 'encounter', subjectId: copy.id, patientId, details: { copiedFrom: id } });
    return ok({ id: copy.id });
  }),
  useCase('encounter.unsigned', (ctx, { mine }) => {
    const rows = unsignedNotes(ctx.db, mine ? ctx.actor.userId : null);
    return ok({ items: rows.map(({ practitionerId, ...row }) => ({ ...row, mine: practitionerId === ctx.actor.userId })) });
  }),

  useCase('amendment.write', (ctx, { encounterId, id, kind, text, reason }) => {
    const encounter = ctx.get('encounter', encounterId);
    if (encounter === undefined) return err('encounter/unknown');
    if (encounter.status !== 'signed') return err('encounter/not-signed');
    const clean = cleanText(text);
    if (!clean.ok) return err(clean.code);
    const known = id === undefined ? undefined : ctx.get('amendment', id);
    if (known !== undefined && known.status !== 'draft') return err('amendment/signed');
    const row = known === undefined ? ctx.insert('amendment', { encounterId, kind, text: clean.text, reason, authorId: ctx.actor.userId }) : ctx.patch('amendment', known.id, { text: clean.text, reason }, { autosave: true });
    logChange(ctx, encounter, { amendment: row.id });
    return ok({ id: row.id });
  }),
  useCase('amendment.sign', (ctx, { id }) => {
    const amendment = ctx.get('amendment', id);
    const encounter = amendment === undefined ? undefined : ctx.get('encounter', amendment.encounterId);
    if (amendment === undefined || encounter === undefined) return err('amendment/unknown');
    if (amendment.status !== 'draft') return err('amendment/signed');
    if (!isPractitioner(ctx)) return err('sign/not-allowed');
    if (amendment.text.trim() === '') return err('amendment/empty');
    if (amendment.reason === null || amendment.reason.trim() === '') return err('amendment/no-reason');
    ctx.releaseOutbox();
    const { userId, name, profession, hprNumber } = ctx.actor;
    const contentHash = sha256({ encounterId: encounter.id, parent: encounter.contentHash, kind: amendment.kind, text: amendment.text, reason: amendment.reason, signedBy: { userId, name, profession, hprNumber }, signedAt: ctx.now });
    ctx.patch('amendment', id, { status: 'signed', authorName: name, authorProfession: profession, authorHprNumber: hprNumber, signedAt: ctx.now, contentHash });
    const affectedLetters = flagLetters(ctx, encounter.id, id);
    ctx.audit({ action: 'sign', subjectEntity: 'amendment', subjectId: id, patientId: encounter.patientId, details: { contentHash } });
    return ok({ affectedLetters });
  }),
  useCase('amendment.discard', (ctx, { id }) => {
    const amendment = ctx.get('amendment', id);
    if (amendment === undefined) return err('amendment/unknown');
    if (amendment.status !== 'draft') return err('amendment/signed');
    ctx.patch('amendment', id, { status: 'discarded' });
    const encounter = ctx.get('encounter', amendment.encounterId);
    if (encounter !== undefined) logChange(ctx, encounter, { amendment: id, discarded: true });
    return ok(null);
  }),
];

/** A complaint begins with its first signed visit. */
function newEpisode(ctx: Context, encounter: RowOf<'encounter'>, title: string): string {
  return ctx.insert('episode', { patientId: encounter.patientId, title, startedOn: encounter.visitAt.slice(0, 10) }).id;
}

/** Letters out of this visit are marked; they stay what they are until somebody decides. */
function flagLetters(ctx: Context, encounterId: string, causeId: string): number {
  const letters = ctx.rows('letter', "encounter_id = ? and status <> 'draft' and affected_by_amendment_id is null", [encounterId]);
  for (const letter of letters) ctx.patch('letter', letter.id, { affectedByAmendmentId: causeId });
  return letters.length;
}
