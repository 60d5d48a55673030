/** Absence from work as known here, counted against the 84 days. Nav's form is Nav's own. */
import { z } from 'zod';
import type { EntityOf } from '#db/model/entities.ts';
import type { Row } from '#db/model/entity.ts';
import type { SickLeaveCount } from '#db/rules/sick-leave.ts';
import { verb } from './verb.ts';

export interface SickLeaveView {
  rows: Row<EntityOf<'sick_leave'>>[];
  count: SickLeaveCount;
}
const patientId = z.uuid();
const day = z.iso.date();

export const sickLeave = {
  'sickLeave.get': verb<SickLeaveView>()(z.object({ patientId }), ['patient/unknown']),
  'sickLeave.add': verb<SickLeaveView>()(
    z.object({
      patientId,
      encounterId: z.uuid().nullable(),
      origin: z.enum(['here', 'elsewhere', 'none_earlier']),
      fromDay: day,
      toDay: day,
      gradePercent: z.int().min(1).max(100).nullable(),
    }),
    ['patient/unknown', 'sick-leave/order', 'sick-leave/grade'],
  ),
  'sickLeave.remove': verb<SickLeaveView>()(z.object({ id: z.uuid() }), ['sick-leave/unknown', 'patient/unknown']),
};
