/** Who is to be asked to come again, and when. Nothing goes out by itself: what is due is on the day's list, and a person asks. */
import { z } from 'zod';
import { RECALL_BASES, type RecallBasis } from '#db/model/message.ts';
import type { ChannelOffer, MessageLife } from './messages.ts';
import type { PatientHit } from './patients.ts';
import { verb } from './verb.ts';

export interface RecallView {
  id: string;
  patient: PatientHit;
  dueOn: string;
  basis: RecallBasis;
  plannedByName: string | null;
  /** By which channels it could be asked for, and why not by others. */
  channels: Pick<ChannelOffer, 'channel' | 'problem'>[];
  /** What was asked, newest last. */
  messages: MessageLife[];
}

export const recalls = {
  /** Due by this day and open, oldest first; who has a booking to come is not asked. */
  'recall.due': verb<{ items: RecallView[]; more: number }>()(z.object({ day: z.iso.date() })),
  'recall.of': verb<{ items: RecallView[] }>()(z.object({ patientId: z.uuid() }), ['patient/unknown']),
  /** `agreed`: with the patient, in a visit. One open recall for each person: planning again moves it. */
  'recall.plan': verb<{ id: string }>()(z.object({ patientId: z.uuid(), dueOn: z.iso.date(), basis: z.enum(RECALL_BASES) }), [
    'patient/unknown',
  ]),
  'recall.close': verb<null>()(z.object({ id: z.uuid(), state: z.enum(['open', 'done', 'dropped']) }), ['recall/unknown']),
};
