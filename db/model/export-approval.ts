/** A second person's word that something of a journal may leave the house; asked for where the operator is strict (FEATURE_GDPR_STRICT). */
import { choice, entity, initially, instant, looseId, optional, reference, text } from './entity.ts';

export const exportApproval = entity('export_approval', 'desk', {
  patientId: reference('patient', { merge: 'scalar' }),
  askedById: looseId(),
  askedAt: instant({ merge: 'fixed' }),
  /** To whom, and why. */
  purpose: text({ max: 500, sensitive: true, merge: 'fixed' }),
  state: initially(choice(['asked', 'approved', 'refused'], { merge: 'latest' }), 'asked'),
  decidedById: optional(looseId({ merge: 'latest' })),
  decidedAt: optional(instant({ merge: 'latest' })),
});
