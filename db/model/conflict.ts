/** Two people changed the same thing without knowing of each other; both versions, until somebody decides. */
import { z } from 'zod';
import { choice, entity, initially, instant, json, looseId, optional, text } from './entity.ts';

export const conflict = entity('conflict', 'by-row', {
  /** As the audience of its subject. */
  audience: choice(['desk', 'clinical'], { merge: 'fixed' }),
  subjectEntity: text({ max: 40, merge: 'fixed' }),
  subjectId: looseId(),
  patientId: optional(looseId()),
  field: text({ max: 60, merge: 'fixed' }),
  /** The value that stands, and who wrote it. */
  kept: json(z.unknown(), { merge: 'fixed', sensitive: true }),
  keptDeviceId: optional(looseId()),
  /** The value that was not applied, and who wrote it. */
  lost: json(z.unknown(), { merge: 'fixed', sensitive: true }),
  lostDeviceId: looseId(),
  lostActorId: looseId(),
  lostAt: instant({ merge: 'fixed' }),
  status: initially(choice(['open', 'resolved']), 'open'),
  resolution: optional(choice(['kept', 'lost', 'both'])),
  resolvedById: optional(looseId({ merge: 'scalar' })),
  resolvedAt: optional(instant()),
});
