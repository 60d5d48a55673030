/** Which visits may be billed. */
import { err, ok } from '#electron/contract/verb.ts';
import type { Result } from '#electron/contract/verb.ts';
import type { Context } from '../context.ts';

/**
 * A visit that may still be billed: neither discarded nor entered in error. Where no notes come, it is known by its
 * lines alone.
 */
export function billable(ctx: Context, encounterId: string): Result<{ patientId: string }> {
  const encounter = ctx.get('encounter', encounterId);
  if (encounter === undefined) {
    const line = ctx.rows('treatment_line', 'encounter_id = ? limit 1', [encounterId])[0];
    return line === undefined ? err('encounter/unknown') : ok({ patientId: line.patientId });
  }
  return encounter.status === 'draft' || encounter.status === 'signed'
    ? ok(encounter)
    : err('encounter/not-editable', { status: encounter.status });
}
