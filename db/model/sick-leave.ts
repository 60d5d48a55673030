/** Absence from work as it is known here: certified here, certified elsewhere as the patient says, or said to be none. Never a sick note itself: that is Nav's. */
import { choice, date, entity, flag, initially, integer, looseId, optional, reference, text } from './entity.ts';

export const sickLeave = entity('sick_leave', 'clinical', {
  patientId: reference('patient', { merge: 'scalar' }),
  encounterId: optional(looseId()),
  /** `none_earlier`: the patient was asked on `fromDay` and knows of no earlier absence. */
  origin: choice(['here', 'elsewhere', 'none_earlier'], { merge: 'fixed' }),
  fromDay: date({ sensitive: true }),
  toDay: date({ sensitive: true }),
  gradePercent: optional(integer({ min: 1, max: 100, sensitive: true })),
  note: optional(text({ max: 500, sensitive: true })),
  enteredById: looseId(),
  enteredInError: initially(flag(), false),
});
