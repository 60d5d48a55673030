/** The clinic's messages to patients: wording, and what each is for. Texts keep to S1–S3 of norway.md §8; the clinic may word its own. */
import type { MessageChannel } from '../model/message.ts';

export interface MessageTemplate {
  id: string;
  channels: readonly MessageChannel[];
  /** Minutes before the appointment; `day`: at the same time of the day before. Undefined: at once. */
  before?: number | 'day';
  /** Says something about an appointment, and is nothing without one. */
  appointment: boolean;
  /** The consent it rests on: to be reminded of what is booked, or to be asked to come again (S4, S5). */
  consent: 'contact' | 'recall';
  nb: string;
  en: string;
}

const ANSWER_NB = 'Svar JA for å bekrefte, AVBESTILL for å avbestille. STOPP: ingen flere meldinger.';
const ANSWER_EN = 'Reply YES to confirm, CANCEL to cancel. STOP: no more messages.';

export const MESSAGE_TEMPLATES = [
  {
    id: 'reminder-24h',
    channels: ['sms', 'email'],
    before: 'day',
    appointment: true,
    consent: 'contact',
    nb: `Påminnelse fra {clinic}: time {day} kl. {time} {first} {place}. ${ANSWER_NB}`,
    en: `Reminder from {clinic}: appointment {day} at {time} {first} {place}. ${ANSWER_EN}`,
  },
  {
    id: 'reminder-2h',
    channels: ['sms'],
    before: 120,
    appointment: true,
    consent: 'contact',
    nb: 'Påminnelse fra {clinic}: time i dag kl. {time} {first} {place}. STOPP: ingen flere meldinger.',
    en: 'Reminder from {clinic}: appointment today at {time} {first} {place}. STOP: no more messages.',
  },
  {
    id: 'confirmation',
    channels: ['sms', 'email'],
    appointment: true,
    consent: 'contact',
    nb: 'Time hos {clinic}: {day} kl. {time} {first} {place}. STOPP: ingen flere meldinger.',
    en: 'Appointment at {clinic}: {day} at {time} {first} {place}. STOP: no more messages.',
  },
  {
    id: 'cancellation',
    channels: ['sms', 'email'],
    appointment: true,
    consent: 'contact',
    nb: 'Timen din hos {clinic} {day} kl. {time} er avlyst. Ring {phone} for ny time.',
    en: 'Your appointment at {clinic} {day} at {time} is cancelled. Call {phone} for a new one.',
  },
  {
    id: 'recall',
    channels: ['sms', 'email'],
    appointment: false,
    consent: 'recall',
    nb: 'Hei fra {clinic}. Du ønsket å bli minnet om å bestille ny time. Ring {phone}. STOPP: ingen flere meldinger.',
    en: 'Hello from {clinic}. You wanted to be reminded to book again. Call {phone}. STOP: no more messages.',
  },
  {
    // Agreed on in a visit, so no marketing: the server asks the recall's own row (`subjectId`).
    id: 'recall-agreed',
    channels: ['sms', 'email'],
    appointment: false,
    consent: 'contact',
    nb: 'Hei fra {clinic}. Som avtalt er det tid for å bestille ny time. Ring {phone}. STOPP: ingen flere meldinger.',
    en: 'Hello from {clinic}. As agreed, it is time to book again. Call {phone}. STOP: no more messages.',
  },
  {
    // There is something for you: a letter, an invoice. What it is, is never said (S6); `subjectId` never leaves the record.
    id: 'notice',
    channels: ['sms', 'email'],
    appointment: false,
    consent: 'contact',
    nb: 'Hei. Du har en melding fra {clinic}. Ring {phone} eller kom innom, så får du den. STOPP: ingen flere meldinger.',
    en: 'Hello. You have a message from {clinic}. Call {phone} or come by to get it. STOP: no more messages.',
  },
  {
    // The desk's own words, judged by message-text.ts; `body` holds them.
    id: 'answer',
    channels: ['sms'],
    appointment: false,
    consent: 'contact',
    nb: '',
    en: '',
  },
] as const satisfies readonly MessageTemplate[];

export type TemplateId = (typeof MESSAGE_TEMPLATES)[number]['id'];
export function messageTemplate(id: string): MessageTemplate | undefined {
  return MESSAGE_TEMPLATES.find((template) => template.id === id);
}
