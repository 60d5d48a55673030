/** From a template and what is known of a booking to the words that go out, on the laptop as a preview and on the server for good. */
import { clinicTime } from './message-time.ts';
import { renderText, textProblem, type Rendered } from './message-text.ts';
import type { SmsOptions } from './message-options.ts';
import type { MessageTemplate } from './message-templates.ts';

export interface Said {
  options: SmsOptions;
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

export type Worded = { ok: true; text: string; subject: string } | Extract<Rendered, { ok: false }>;

export function renderMessage(template: MessageTemplate, { options, clinic, startsAt, practitionerName, body }: Said): Worded {
  const { language } = options;
  const name = options.neutralName === '' ? clinic.name : options.neutralName;
  const subject = language === 'nb' ? `Melding fra ${name}` : `Message from ${name}`;
  if (template.id === 'answer') {
    const judged = textProblem(body ?? '', { allowed: [name, clinic.phone] });
    return judged.ok ? { ok: true, text: judged.text.trim(), subject } : judged;
  }
  const given = practitionerName.trim().split(/\s+/)[0] ?? '';
  const worded = options.texts[template.id] ?? template[language];
  const rendered = renderText(worded, {
    clinic: name,
    day: startsAt === null ? '' : days[language].format(new Date(startsAt)),
    time: startsAt === null ? '' : clinicTime(startsAt),
    // A neutral sender with the clinic's street would not be one, but then the place is what the patient needs.
    place: clinic.place === '' ? '' : clinic.place,
    phone: clinic.phone,
    first: options.firstName && given !== '' ? (language === 'nb' ? `hos ${given}` : `with ${given}`) : '',
  });
  return rendered.ok ? { ok: true, text: rendered.text, subject } : rendered;
}
