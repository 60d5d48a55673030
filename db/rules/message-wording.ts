/** From a template and what is known of a booking to the words that go out, on the laptop as a preview and on the server for good. */
import { clinicTime } from './message-time.ts';
import type { MessageChannel } from '../model/message.ts';
import { emailWording, MAX_EMAIL } from './message-email.ts';
import { MAX_SMS, renderText, textProblem, type Rendered } from './message-text.ts';
import type { MessageOptions } from './message-options.ts';
import type { MessageTemplate } from './message-templates.ts';

export interface Said {
  /** An SMS, unless said. */
  channel?: MessageChannel;
  options: Pick<MessageOptions, 'language' | 'neutralName' | 'firstName' | 'texts'>;
  clinic: { name: string; place: string; phone: string };
  startsAt: string | null;
  practitionerName: string;
  /** The desk's own words. */
  body: string | null;
}

const days = {
  nb: new Intl.DateTimeFormat('nb-NO', { timeZone: 'Europe/Oslo', weekday: 'long', day: 'numeric', month: 'long' }),
  en: new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Oslo', weekday: 'long', day: 'numeric', month: 'long' }),
};

/** `from`: the clinic as the patient sees it. */
export type Worded = { ok: true; text: string; subject: string; from: string } | Extract<Rendered, { ok: false }>;

export function renderMessage(
  template: MessageTemplate,
  { channel = 'sms', options, clinic, startsAt, practitionerName, body }: Said,
): Worded {
  const { language } = options;
  // A line break in it would be a header of its own.
  const name = (options.neutralName === '' ? clinic.name : options.neutralName).replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
  const subject = language === 'nb' ? `Melding fra ${name}` : `Message from ${name}`;
  if (template.id === 'answer') {
    const judged = textProblem(body ?? '', { allowed: [name, clinic.phone] });
    return judged.ok ? { ok: true, text: judged.text.trim(), subject, from: name } : judged;
  }
  const given = practitionerName.trim().split(/\s+/)[0] ?? '';
  const worded =
    options.texts[template.id] ?? (channel === 'email' ? emailWording(template.id, language) : undefined) ?? template[language];
  const values = {
    clinic: name,
    day: startsAt === null ? '' : days[language].format(new Date(startsAt)),
    time: startsAt === null ? '' : clinicTime(startsAt),
    // A neutral sender with the clinic's street would not be one, but then the place is what the patient needs.
    place: clinic.place === '' ? '' : clinic.place,
    phone: clinic.phone,
    first: options.firstName && given !== '' ? (language === 'nb' ? `hos ${given}` : `with ${given}`) : '',
  };
  const rendered = renderText(worded, values, channel === 'email' ? MAX_EMAIL : MAX_SMS);
  return rendered.ok ? { ok: true, text: rendered.text, subject, from: name } : rendered;
}
