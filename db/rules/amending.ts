/**
 * Correcting what is signed (helsepersonelloven § 42): a further entry by a named person with a reason; the original
 * stays readable. A visit on the wrong patient is entered in error and left out of whatever comes after.
 */
import type { Row } from '../model/entity.ts';
import type { amendment, encounter } from '../model/encounter.ts';

type Amendment = Row<typeof amendment>;
type Encounter = Row<typeof encounter>;

/** Why this amendment cannot be signed; null when it can. */
export function amendmentProblem(
  row: Pick<Amendment, 'status' | 'text' | 'reason'>,
): 'amendment/signed' | 'amendment/empty' | 'amendment/no-reason' | null {
  if (row.status !== 'draft') return 'amendment/signed';
  if (row.text.trim() === '') return 'amendment/empty';
  return (row.reason ?? '').trim() === '' ? 'amendment/no-reason' : null;
}

/** Its author; text that another laptop sent too late may also be taken in by the visit's practitioner. */
export function maySignAmendment(
  row: Pick<Amendment, 'authorId' | 'kind'>,
  visit: Pick<Encounter, 'practitionerId'>,
  userId: string,
): boolean {
  return row.authorId === userId || (row.kind === 'late-sibling' && visit.practitionerId === userId);
}

/** Only a signed visit can be amended or entered in error. */
export function isSigned(status: Encounter['status']): boolean {
  return status === 'signed';
}
