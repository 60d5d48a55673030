/** SALT, the signature, and the list of what still waits for one. */
import { err, ok } from '#electron/contract/verb.ts';
import { clinicDay } from '#db/rules/appointments.ts';
import { carriedSections } from '#db/rules/salt.ts';
import { maySign, signedContentOf, signProblems } from '#db/rules/signing.ts';
import type { Signer } from '#db/rules/signing.ts';
import { saltSource, unsignedNotes } from '#db/sqlite/queries/encounters.ts';
import { isSamePerson, staysOf } from '#db/sqlite/queries/same-person.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { Context } from '../context.ts';
import { fullName } from '../patients/patient-view.ts';
import { useCase } from '../use-case.ts';
import { cleanText } from '#db/rules/text.ts';
import { daysWaited } from '#db/rules/overdue.ts';
import { contentHashOf } from './content-hash.ts';
import { logRead } from '../audit/log-once.ts';
import { editable, logChange, noteParts, sectionId } from './note-parts.ts';

const signer = (ctx: Context): Signer => ctx.actor;

export const signingHandlers = [
  useCase('encounter.salt', (ctx, { id }) => {
    const note = editable(ctx, id);
    if (!note.ok) return note;
    const source = saltSource(ctx.db, note.value);
    if (source?.signedContent === undefined || source.signedContent === null) return err('salt/no-signed-visit');
    const written = new Set(
      ctx
        .rows('note_section', 'encounter_id = ? and sibling_of_id is null', [id])
        .filter((section) => section.text.trim() !== '')
        .map((section) => section.key),
    );
    const corrections = ctx
      .rows('amendment', "encounter_id = ? and status = 'signed' and kind = 'correction' order by signed_at", [source.id])
      .map((row) => row.text);
    const carried = carriedSections(source.signedContent, note.value.visitType, written, corrections);
    for (const { key, text } of carried) {
      ctx.put('note_section', sectionId(id, key), {
        encounterId: id,
        key,
        text,
        origin: 'salt',
        originEncounterId: source.id,
        originText: text,
        review: 'unreviewed',
      });
    }
    // A note that belongs to no complaint yet goes on with the one it carries from; the chart shows it.
    ctx.patch('encounter', id, { saltFromId: source.id, episodeId: note.value.episodeId ?? source.episodeId });
    logRead(ctx, { subjectEntity: 'encounter', subjectId: source.id, patientId: source.patientId });
    logChange(ctx, note.value, { saltFrom: source.id });
    return ok({ carried: carried.map((section) => section.key) });
  }),

  useCase('encounter.signCheck', (ctx, { id }) => {
    const note = editable(ctx, id);
    if (!note.ok) return note;
    const patient = ctx.get('patient', staysOf(ctx.db, note.value.patientId));
    return ok({
      problems: signProblems(noteParts(ctx, note.value), signer(ctx)),
      patientName: patient === undefined ? '' : fullName(patient),
    });
  }),

  useCase('encounter.sign', (ctx, { id, patientId, shown }) => {
    const note = editable(ctx, id);
    if (!note.ok) return note;
    if (!maySign(note.value, signer(ctx))) return err('sign/not-allowed');
    if (!isSamePerson(ctx.db, note.value.patientId, patientId)) return err('sign/other-patient');
    const patient = ctx.get('patient', staysOf(ctx.db, patientId));
    if (patient === undefined) return err('sign/other-patient');
    const parts = noteParts(ctx, note.value);
    if (shown !== undefined && parts.sections.some((section) => section.siblingOfId === null && isOther(shown[section.key], section.text)))
      return err('sign/text-changed');
    const blocking = signProblems(parts, signer(ctx)).filter((problem) => problem.blocking);
    if (blocking.length > 0) return err('sign/problems', { problems: blocking.map((problem) => problem.code) });
    // What was typed goes out before the signature over it.
    ctx.releaseOutbox();
    const signedContent = signedContentOf(parts, signer(ctx), {
      patientName: fullName(patient),
      clinicName: ctx.get('clinic', ctx.clinicId)?.name ?? '',
      signedAt: ctx.now,
    });
    const contentHash = contentHashOf(signedContent);
    const episodeId = note.value.episodeId ?? newEpisode(ctx, note.value, parts.diagnoses.find((diagnosis) => diagnosis.main)?.text ?? '');
    ctx.patch('encounter', id, {
      status: 'signed',
      signedContent,
      signedAt: ctx.now,
      signedById: ctx.actor.userId,
      contentHash,
      episodeId,
    });
    const appointment = note.value.appointmentId === null ? undefined : ctx.get('appointment', note.value.appointmentId);
    if (appointment !== undefined && appointment.status !== 'done') ctx.patch('appointment', appointment.id, { status: 'done' });
    ctx.audit({ action: 'sign', subjectEntity: 'encounter', subjectId: id, patientId, details: { contentHash } });
    return ok({ contentHash, signedAt: ctx.now });
  }),

  useCase('encounter.unsigned', (ctx, { mine }) => {
    const rows = unsignedNotes(ctx.db, mine ? ctx.actor.userId : null);
    const ids = rows.map((row) => row.encounterId);
    const patients = [...new Set(rows.map((row) => row.patientId))];
    if (ids.length > 0) logRead(ctx, { subjectEntity: 'encounter', details: { unsigned: ids, patients } }, ids.join());
    return ok({
      items: rows.map(({ practitionerId, ...row }) => ({
        ...row,
        mine: practitionerId === ctx.actor.userId,
        daysWaited: daysWaited(row.visitAt, ctx.now),
      })),
    });
  }),
];

/** Another text than the one on the page; a section that is not on the page says nothing. */
function isOther(shown: string | undefined, text: string): boolean {
  if (shown === undefined) return false;
  const clean = cleanText(shown);
  return !clean.ok || clean.text !== text;
}

/** A complaint begins with its first signed visit. */
function newEpisode(ctx: Context, encounter: RowOf<'encounter'>, title: string): string {
  return ctx.insert('episode', { patientId: encounter.patientId, title, startedOn: clinicDay(encounter.visitAt) }).id;
}
