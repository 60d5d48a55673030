/** Messages to patients: what is asked for here goes out from the server; what became of it comes back. All of it works without network. */
import { z } from 'zod';
import { MESSAGE_TEMPLATES, type TemplateId } from '#db/rules/message-templates.ts';
import type { MessageState } from '#db/model/message.ts';
import { verb } from './verb.ts';

export interface MessageView {
  id: string;
  appointmentId: string | null;
  channel: 'sms' | 'email';
  direction: 'out' | 'in';
  templateId: string;
  /** What was written or is to be written; null when it has been emptied, or cannot be told yet. */
  text: string | null;
  state: MessageState;
  /** Code of why. */
  reason: string | null;
  /** When it is to go out, went out, or came. */
  at: string;
  sentTo: 'patient' | 'guardian' | null;
  segments: number | null;
  /** Written here and not yet taken in by the server: nothing goes out before. */
  waiting: boolean;
  /** A reply that nobody has read. */
  isNew: boolean;
  byName: string | null;
}
export interface Reminder {
  id: string;
  templateId: string;
  state: MessageState;
  reason: string | null;
  at: string;
  waiting: boolean;
}
export interface ReminderOffer {
  /** The clinic has switched SMS on. */
  on: boolean;
  /** What the clinic proposes. */
  proposed: string[];
  consent: 'yes' | 'no' | null;
  /** Code of why none would reach the patient, besides consent. */
  problem: string | null;
}

const templateId = z.enum(MESSAGE_TEMPLATES.map(({ id }) => id) as [TemplateId, ...TemplateId[]]);
export const REMINDERS = ['reminder-24h', 'reminder-2h'] as const;
const asked = z.object({
  patientId: z.uuid(),
  templateId,
  appointmentId: z.uuid().nullable(),
  body: z.string().max(1000).nullable(),
});

export const messages = {
  'message.thread': verb<{ items: MessageView[]; offer: ReminderOffer; canAnswer: boolean }>()(z.object({ patientId: z.uuid() }), [
    'patient/unknown',
  ]),
  /** What it would say, how many parts it takes, or the code of why it may not go out. */
  'message.preview': verb<{ text: string | null; segments: number; problem: string | null }>()(asked, ['patient/unknown']),
  'message.ask': verb<{ id: string }>()(asked, ['patient/unknown', 'appointment/unknown', 'message/refused']),
  'message.cancel': verb<null>()(z.object({ id: z.uuid() }), ['message/unknown', 'message/gone']),
  /** For one that may have gone out, or that was stopped: it did, or it is to be tried again. */
  'message.decide': verb<null>()(z.object({ id: z.uuid(), decision: z.enum(['sent', 'again']) }), ['message/unknown', 'message/gone']),
  'message.seen': verb<null>()(z.object({ id: z.uuid() }), ['message/unknown']),
  'reminder.offer': verb<ReminderOffer>()(z.object({ patientId: z.uuid() }), ['patient/unknown']),
  /** These reminders of a booking, and no others; `agreed`: the patient has just said yes to SMS. */
  'reminder.set': verb<null>()(
    z.object({ appointmentId: z.uuid(), templates: z.array(z.enum(REMINDERS)).max(2), agreed: z.boolean().default(false) }),
    ['appointment/unknown'],
  ),
};
