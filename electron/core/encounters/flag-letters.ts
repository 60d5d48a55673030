/** Letters out of a visit that was amended or entered in error are marked; they stay what they are until somebody decides. */
import type { Context } from '../context.ts';

/** @param causeId the amendment, or the visit itself @returns how many letters are marked by it */
export function flagLetters(ctx: Context, encounterId: string, causeId: string): number {
  const letters = ctx.rows('letter', "encounter_id = ? and status <> 'withdrawn'", [encounterId]);
  for (const letter of letters) ctx.patch('letter', letter.id, { affectedByAmendmentId: causeId });
  return letters.length;
}
