/** A letter as it stands: a draft with today's names and addresses, a signed one exactly as it was signed. */
import type { LetterView } from '#electron/contract/letters.ts';
import { EpikriseContent, missingLetterContent, parseEpikrise } from '#db/rules/letter-content.ts';
import { staysOf } from '#db/sqlite/queries/same-person.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { Context } from '../context.ts';
import { fullName } from '../patients/patient-view.ts';
import { frame } from './epikrise-draft.ts';

export function contentOf(ctx: Context, letter: RowOf<'letter'>): EpikriseContent {
  const stored = parseEpikrise(letter.content) ?? EpikriseContent.parse({});
  // Only its author's draft carries the author's name; a colleague who looks must not become the sender.
  const mine = letter.status === 'draft' && letter.authorId === ctx.actor.userId;
  return mine ? { ...stored, ...frame(ctx, letter.patientId) } : stored;
}

export function letterView(ctx: Context, letter: RowOf<'letter'>): LetterView {
  const content = contentOf(ctx, letter);
  const { must, advised } = missingLetterContent(content);
  const patient = ctx.get('patient', staysOf(ctx.db, letter.patientId));
  const document = letter.documentId === null ? undefined : ctx.get('document', letter.documentId);
  return {
    letter: { ...letter, content },
    patientName: patient === undefined ? '' : fullName(patient),
    missing: must,
    advised,
    affected: letter.affectedByAmendmentId !== null || amendedSince(ctx, letter),
    sha256: document?.sha256 ?? null,
  };
}

/** Signed on another laptop, an amendment may have met no letter to mark: what counts is which was signed last. */
function amendedSince(ctx: Context, letter: RowOf<'letter'>): boolean {
  if (letter.signedAt === null) return false;
  return (
    ctx.rows('amendment', "encounter_id = ? and status = 'signed' and signed_at > ?", [letter.encounterId, letter.signedAt]).length > 0
  );
}
