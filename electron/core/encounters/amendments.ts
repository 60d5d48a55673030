/** "Rett eller suppler": what is added to a signed note, signed by its author; the note itself stays (helsepersonelloven § 42). */
import { err, ok } from '#electron/contract/verb.ts';
import { amendmentProblem, isSigned, maySignAmendment } from '#db/rules/amending.ts';
import { cleanText } from '#db/rules/text.ts';
import { logTyping } from '../audit/log-once.ts';
import { useCase } from '../use-case.ts';
import { contentHashOf } from './content-hash.ts';
import { flagLetters } from './flag-letters.ts';
import { logChange } from './note-parts.ts';

export const amendmentHandlers = [
  useCase('amendment.write', (ctx, { encounterId, id, kind, text, reason }) => {
    const encounter = ctx.get('encounter', encounterId);
    if (encounter === undefined) return err('encounter/unknown');
    if (!isSigned(encounter.status)) return err('encounter/not-signed');
    const clean = cleanText(text);
    if (!clean.ok) return err(clean.code);
    const known = id === undefined ? undefined : ctx.get('amendment', id);
    if (id !== undefined && known?.encounterId !== encounterId) return err('amendment/unknown');
    if (known !== undefined && known.status !== 'draft') return err('amendment/signed');
    if (known !== undefined && !maySignAmendment(known, encounter, ctx.actor.userId)) return err('sign/not-allowed');
    const row =
      known === undefined
        ? ctx.insert('amendment', { encounterId, kind, text: clean.text, reason, authorId: ctx.actor.userId })
        : ctx.patch(
            'amendment',
            known.id,
            { text: clean.text, reason, kind: known.kind === 'late-sibling' ? known.kind : kind },
            { autosave: true },
          );
    logTyping(ctx, { subjectEntity: 'amendment', subjectId: row.id, patientId: encounter.patientId }, 'text');
    return ok({ id: row.id });
  }),

  useCase('amendment.sign', (ctx, { id }) => {
    const amendment = ctx.get('amendment', id);
    const encounter = amendment === undefined ? undefined : ctx.get('encounter', amendment.encounterId);
    if (amendment === undefined || encounter === undefined) return err('amendment/unknown');
    if (amendment.status !== 'draft') return err('amendment/signed');
    if (!maySignAmendment(amendment, encounter, ctx.actor.userId)) return err('sign/not-allowed');
    const problem = amendmentProblem(amendment);
    if (problem !== null) return err(problem);
    ctx.releaseOutbox();
    const { userId, name, profession, hprNumber } = ctx.actor;
    const { kind, text, reason } = amendment;
    const contentHash = contentHashOf({
      encounterId: encounter.id,
      parent: encounter.contentHash,
      kind,
      text,
      reason,
      signedBy: { userId, name, profession, hprNumber },
      signedAt: ctx.now,
    });
    ctx.patch('amendment', id, {
      status: 'signed',
      authorName: name,
      authorProfession: profession,
      authorHprNumber: hprNumber,
      signedAt: ctx.now,
      contentHash,
    });
    const affectedLetters = flagLetters(ctx, encounter.id, id);
    ctx.audit({ action: 'sign', subjectEntity: 'amendment', subjectId: id, patientId: encounter.patientId, details: { contentHash } });
    return ok({ affectedLetters });
  }),

  useCase('amendment.discard', (ctx, { id }) => {
    const amendment = ctx.get('amendment', id);
    const encounter = amendment === undefined ? undefined : ctx.get('encounter', amendment.encounterId);
    if (amendment === undefined || encounter === undefined) return err('amendment/unknown');
    if (amendment.status !== 'draft') return err('amendment/signed');
    if (!maySignAmendment(amendment, encounter, ctx.actor.userId)) return err('sign/not-allowed');
    // The text stays in the row; only its standing is gone.
    ctx.patch('amendment', id, { status: 'discarded' });
    logChange(ctx, encounter, { amendment: id, discarded: true });
    return ok(null);
  }),
];
