/**
 * When something of a journal may be deleted, and by whom (helsepersonelloven §§ 43, 44, with the Directorate's comments; norway.md J5–J7).
 * § 43's conditions are cumulative: unobjectionable, not against the Archives Act, and either wrong or misleading and felt as a burden, or
 * obviously not needed. A refusal is stored with its reason and names the appeal to Statsforvalteren.
 */
import type { Role } from '../model/clinic.ts';
import type { Assessment } from '../model/erasure.ts';
import type { EntityName } from '../model/entities.ts';

/** What a decision can be about; what hangs under it goes with it (db/sync/erase.ts). */
export const ERASABLE = ['encounter', 'amendment', 'letter', 'attachment', 'imported_entry'] as const satisfies readonly EntityName[];
export type Erasable = (typeof ERASABLE)[number];
export const isErasable = (entity: string): entity is Erasable => (ERASABLE as readonly string[]).includes(entity);

/** Which condition is not met; null: it may be erased on this basis. */
export function missingCondition(basis: 'hpl-43' | 'hpl-44', assessment: Assessment): keyof Assessment | null {
  if (!assessment.harmless) return 'harmless';
  if (basis === 'hpl-44') return assessment.otherPerson ? null : 'otherPerson';
  if (!assessment.archive) return 'archive';
  if (assessment.unnecessary) return null;
  if (!assessment.wrong) return 'wrong';
  return assessment.burdening ? null : 'burdening';
}

/**
 * Whether this person is the one who decides about an entry: who is responsible for it, or another clinician where that one no longer works here.
 * @param responsible whose entry it is; undefined when nobody is known
 */
export function decidesAbout(
  actor: { userId: string; roles: readonly Role[] },
  responsible: { userId: string; works: boolean } | undefined,
): boolean {
  if (!actor.roles.includes('PRACTITIONER')) return false;
  return responsible === undefined || responsible.userId === actor.userId || !responsible.works;
}

/** The field of an entry that names who is responsible for it. */
export const RESPONSIBLE: Readonly<Record<Erasable, string>> = {
  encounter: 'practitionerId',
  amendment: 'authorId',
  letter: 'authorId',
  attachment: 'addedById',
  imported_entry: 'addedById',
};
