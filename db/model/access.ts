/**
 * Who may not open a patient's journal because the patient has said so, who opened it all the same in an emergency (J12, J13),
 * and whom the clinic lets read notes although their role does not (J11).
 */
import { entity, flag, instant, looseId, optional, reference, text } from './entity.ts';

/** Id derived from patient and person: two laptops that say the same meet in one row. */
export const accessBlock = entity('access_block', 'desk', {
  patientId: reference('patient'),
  /** Who shall not open it. */
  userId: reference('user', { merge: 'fixed' }),
  blocked: flag(),
  setById: looseId({ merge: 'latest' }),
  setAt: instant({ merge: 'latest' }),
});

/** For the desk too: whoever answers for the clinic must see it, clinician or not. */
export const emergencyAccess = entity('emergency_access', 'desk', {
  patientId: reference('patient'),
  userId: reference('user', { merge: 'fixed' }),
  /** Why it could not wait, in the person's own words. */
  reason: text({ max: 500, sensitive: true, merge: 'fixed' }),
  openedAt: instant({ merge: 'fixed' }),
  until: instant({ merge: 'fixed' }),
  seenById: optional(looseId({ merge: 'latest' })),
  seenAt: optional(instant({ merge: 'latest' })),
});

/** An assistant reads the notes for a time (J11). For the desk: whoever is asked must see why. Ended rather than deleted. */
export const accessGrant = entity('access_grant', 'desk', {
  userId: reference('user', { merge: 'fixed' }),
  grantedById: looseId(),
  /** What the work is that needs it. */
  reason: text({ max: 500, merge: 'fixed', sensitive: true }),
  validFrom: instant({ merge: 'fixed' }),
  validUntil: instant({ merge: 'fixed' }),
  endedById: optional(looseId({ merge: 'latest' })),
  endedAt: optional(instant({ merge: 'latest' })),
});
