/** What a clinic has chosen for SMS and for e-mail: the `options` of its `integration_setting`. Whatever is missing or odd reads as its default. */
import { z } from 'zod';
import type { MessageChannel } from '../model/message.ts';

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);

export const smsOptionsSchema = z.object({
  /** Vendors in the order they are tried; empty: as the operator has them. */
  providers: z.array(z.enum(['twilio', 'telnyx'])).catch([]),
  /** What stands in the text instead of the clinic's name (S3); empty: the clinic's name. */
  neutralName: z.string().trim().max(60).catch(''),
  /** Name the phone shows as sender, 3–11 letters and digits; empty: the operator's number, which can be answered. */
  sender: z
    .string()
    .regex(/^(|[A-Za-z][A-Za-z0-9 ]{2,10})$/)
    .catch(''),
  /** Practitioner's first name may stand in the text. */
  firstName: z.boolean().catch(false),
  /** Nothing is sent from the first to the second, by the clinic's clock. */
  quietFrom: clock.catch('21:00'),
  quietTo: clock.catch('08:00'),
  foreignNumbers: z.boolean().catch(false),
  /** What the booking proposes. */
  remind24: z.boolean().catch(true),
  remind2: z.boolean().catch(false),
  language: z.enum(['nb', 'en']).catch('nb'),
  /** Days until what was written is emptied (S8). */
  keepDays: z.int().min(1).max(3650).catch(90),
  /** The clinic's own wording by template. */
  texts: z.record(z.string(), z.string().max(1000)).catch({}),
});
export type SmsOptions = z.infer<typeof smsOptionsSchema>;

const { neutralName, firstName, quietFrom, quietTo, remind24, language, keepDays, texts } = smsOptionsSchema.shape;
export const EMAIL_PROVIDERS = ['smtp', 'sendgrid', 'outlook'] as const;
const emailOptionsSchema = z.object({
  providers: z.array(z.enum(EMAIL_PROVIDERS)).catch([]),
  ...{ neutralName, firstName, quietFrom, quietTo, remind24, language, keepDays, texts },
});
type EmailOptions = z.infer<typeof emailOptionsSchema>;

/** What both channels know. */
export type MessageOptions = Omit<EmailOptions, 'providers'> & { providers: readonly string[]; sender: string; foreignNumbers: boolean };

export const smsOptions = (options: unknown): SmsOptions => read(smsOptionsSchema, options);
export const messageOptions = (channel: MessageChannel, options: unknown): MessageOptions =>
  channel === 'sms' ? smsOptions(options) : { ...read(emailOptionsSchema, options), sender: '', foreignNumbers: false };

function read<Shape extends z.ZodRawShape>(schema: z.ZodObject<Shape>, options: unknown): z.output<z.ZodObject<Shape>> {
  const record = typeof options === 'object' && options !== null && !Array.isArray(options) ? options : {};
  return schema.parse(Object.fromEntries(Object.keys(schema.shape).map((key) => [key, Reflect.get(record, key)])));
}
