/** Messages to patients: what is asked for here goes out from the server; what became of it comes back. All of it works without network. */
import { z } from 'zod';
import { MESSAGE_TEMPLATES, type TemplateId } from '#db/rules/message-templates.ts';
import { MESSAGE_CHANNELS, type MessageChannel, type MessageState } from '#db/model/message.ts';
import { verb } from './verb.ts';

/** How a message has fared, from being asked for to where it stands. */
export interface MessageLife {
  id: string;
  templateId: string;
  channel: MessageChannel;
  state: MessageState;
  /** Code of why (db/rules/message-reasons.ts). */
  reason: string | null;
  /** When it is to go out, went out, or came. */
  at: string;
  requestedAt: string;
  byName: string | null;
  plannedAt: string;
  sentAt: string | null;
  /** Since when it is in this state, by the server. */
  stateAt: string | null;
  /** Written here and not yet taken in by the server: nothing goes out before. */
  waiting: boolean;
}
export interface MessageView extends MessageLife {
  appointmentId: string | null;
  direction: 'out' | 'in';
  /** What was written or is to be written; null when it has been emptied, or cannot be told yet. */
  text: string | null;
  sentTo: 'patient' | 'guardian' | null;
  segments: number | null;
  /** Of a watched invitation. */
  opens: number | null;
  clicks: number | null;
  /** A reply that nobody has read. */
  isNew: boolean;
}
export type Reminder = MessageLife;

export interface ChannelOffer {
  channel: MessageChannel;
  /** The clinic has switched it on. */
  on: boolean;
  consent: 'yes' | 'no' | null;
  /** Code of why none would reach the patient, besides consent. */
  problem: string | null;
  /** Reminders the clinic proposes by it. */
  proposed: string[];
}
/** Of the channel that would be used: what the patient wants first, of those that reach them. */
export interface ReminderOffer extends ChannelOffer {
  channels: ChannelOffer[];
}

const templateId = z.enum(MESSAGE_TEMPLATES.map(({ id }) => id) as [TemplateId, ...TemplateId[]]);
export const REMINDERS = ['reminder-24h', 'reminder-2h'] as const;
const channel = z.enum(MESSAGE_CHANNELS);
const asked = z.object({
  patientId: z.uuid(),
  templateId,
  channel: channel.default('sms'),
  appointmentId: z.uuid().nullable(),
  /** The letter or the recall it tells of; never said in it. */
  subjectId: z.uuid().nullable().default(null),
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
  /** Of the last fortnight: did not get through, and nobody has done anything about it. Newest first. */
  'message.stuck': verb<{ items: (MessageLife & { patientId: string; patientName: string })[] }>()(z.object({})),
  /** What was said of a letter or a recall, oldest first. */
  'message.about': verb<{ items: MessageLife[] }>()(z.object({ subjectId: z.uuid() })),
  'message.ofBooking': verb<{ items: MessageLife[] }>()(z.object({ appointmentId: z.uuid() })),
  'reminder.offer': verb<ReminderOffer>()(z.object({ patientId: z.uuid() }), ['patient/unknown']),
  /** These reminders of a booking, and no others; `agreed`: the patient has just said yes to the channel. */
  'reminder.set': verb<null>()(
    z.object({
      appointmentId: z.uuid(),
      templates: z.array(z.enum(REMINDERS)).max(2),
      channel: channel.default('sms'),
      agreed: z.boolean().default(false),
    }),
    ['appointment/unknown'],
  ),
};
