/** A letter as it stands: a draft with today's names and addresses, a signed one exactly as it was signed. */
import type { LetterView } from '#electron/contract/letters.ts';
import { err, ok, type Result } from '#electron/contract/verb.ts';
import { readLetter } from '#db/rules/letter-kinds.ts';
import { missingIn, type LetterContent, type LetterTemplate } from '#db/rules/letter-template.ts';
import { readsNotes } from '#db/rules/permissions.ts';
import { staysOf } from '#db/sqlite/queries/same-person.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { Context } from '../context.ts';
import { fullName, safetyOf } from '../patients/patient-view.ts';
import { frame } from './frame.ts';
import { proposalsFor, visitDiagnoses } from './proposals.ts';

export interface ReadLetter {
  template: LetterTemplate;
  content: LetterContent;
}

/** Errors: letter/newer, of a template that this version does not know. */
export function contentOf(ctx: Context, letter: RowOf<'letter'>): Result<ReadLetter> {
  const stored = readLetter(letter.kind, letter.content);
  if (stored === null) return err('letter/newer');
  // Only its author's draft carries the author's name; a colleague who looks must not become the sender.
  return ok(isOwnDraft(ctx, letter) ? { ...stored, content: { ...stored.content, ...frame(ctx, letter.patientId) } } : stored);
}

export const isOwnDraft = (ctx: Context, letter: RowOf<'letter'>): boolean =>
  letter.status === 'draft' && letter.authorId === ctx.actor.userId;

export function letterView(ctx: Context, letter: RowOf<'letter'>): Result<LetterView> {
  const read = contentOf(ctx, letter);
  if (!read.ok) return read;
  const { template, content } = read.value;
  const { must, advised, faults } = missingIn(template, content);
  const patient = ctx.get('patient', staysOf(ctx.db, letter.patientId));
  const document = letter.documentId === null ? undefined : ctx.get('document', letter.documentId);
  const mine = isOwnDraft(ctx, letter);
  return ok({
    letter: { ...letter, content },
    patientName: patient === undefined ? '' : fullName(patient),
    missing: must,
    advised,
    faults,
    proposals: mine ? proposalsFor(ctx, letter, template) : [],
    visitDiagnoses: mine ? visitDiagnoses(ctx, letter.encounterId) : [],
    safety: readsNotes(ctx.actor.roles, ctx.actor.granted) ? safetyOf(ctx, letter.patientId) : null,
    affected: letter.affectedByAmendmentId !== null || amendedSince(ctx, letter),
    sha256: document?.sha256 ?? null,
  });
}

/** Signed on another laptop, an amendment may have met no letter to mark: what counts is which was signed last. */
function amendedSince(ctx: Context, letter: RowOf<'letter'>): boolean {
  if (letter.signedAt === null) return false;
  return (
    ctx.rows('amendment', "encounter_id = ? and status = 'signed' and signed_at > ?", [letter.encounterId, letter.signedAt]).length > 0
  );
}
