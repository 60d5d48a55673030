/** What a clinic has chosen for SMS and for e-mail: the `options` of its `integration_setting`. Whatever is missing or odd reads as its default. */
import { z } from 'zod';
import type { MessageChannel } from '../model/message.ts';

/** Days that words are kept where nobody chose, and the most a strict operator (FEATURE_GDPR_STRICT) lets a clinic choose. */
export const KEEP_DAYS = 90;

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
  keepDays: z.int().min(1).max(3650).catch(KEEP_DAYS),
  /** The clinic's own wording by template. */
  texts: z.record(z.string(), z.string().max(1000)).catch({}),
});
export type SmsOptions = z.infer<typeof smsOptionsSchema>;

const { neutralName, firstName, quietFrom, quietTo, remind24, language, keepDays, texts } = smsOptionsSchema.shape;
export const EMAIL_PROVIDERS = ['smtp', 'sendgrid', 'outlook'] as const;
export const emailOptionsSchema = z.object({
  providers: z.array(z.enum(EMAIL_PROVIDERS)).catch([]),
  ...{ neutralName, firstName, quietFrom, quietTo, remind24, language, keepDays, texts },
  /** Whether an invitation that rests on consent to marketing is counted as opened and followed (decision 0085); nothing else ever is. */
  tracking: z.boolean().catch(false),
  /** Where such an invitation leads: the clinic's own page. */
  website: z
    .string()
    .regex(/^(|https:\/\/[^\s"<>]{3,300})$/)
    .catch(''),
  /** Who put the agreement with those who watch on file, when, and where it lies; without it a strict server watches nobody. */
  trackingAgreement: z
    .object({ byId: z.uuid(), at: z.iso.datetime({ precision: 3 }), reference: z.string().trim().min(3).max(200) })
    .nullable()
    .catch(null),
});
export type EmailOptions = z.infer<typeof emailOptionsSchema>;

/** What both channels know. */
export type MessageOptions = Omit<EmailOptions, 'providers' | 'tracking' | 'website' | 'trackingAgreement'> & {
  providers: readonly string[];
  sender: string;
  foreignNumbers: boolean;
  remind2: boolean;
};

export const smsOptions = (options: unknown): SmsOptions => read(smsOptionsSchema, options);
export const emailOptions = (options: unknown): EmailOptions => read(emailOptionsSchema, options);
/** @param strict the operator lets no clinic loosen what protects the patient */
export function messageOptions(channel: MessageChannel, options: unknown, strict = false): MessageOptions {
  const chosen = channel === 'sms' ? smsOptions(options) : { ...emailOptions(options), sender: '', foreignNumbers: false, remind2: false };
  return strict ? { ...chosen, keepDays: Math.min(chosen.keepDays, KEEP_DAYS) } : chosen;
}

/** What of these options a strict operator does not let a clinic choose; null: all is well. */
export function loosened(channel: MessageChannel, options: unknown): 'strict/keep-days' | 'strict/agreement' | null {
  if (messageOptions(channel, options).keepDays > KEEP_DAYS) return 'strict/keep-days';
  if (channel === 'sms') return null;
  const { tracking, trackingAgreement } = emailOptions(options);
  return tracking && trackingAgreement === null ? 'strict/agreement' : null;
}

/**
 * Whether a message is watched: an invitation that rests on consent to marketing, by e-mail, where the clinic has it, and on a strict server
 * only with the agreement on file. The operator's EMAIL_TRACKING_ENABLED is asked before (integrations/email).
 */
export function isWatched(templateId: string, channel: MessageChannel, options: unknown, strict: boolean): boolean {
  if (channel !== 'email' || templateId !== 'recall') return false;
  const { tracking, trackingAgreement } = emailOptions(options);
  return tracking && (!strict || trackingAgreement !== null);
}

function read<Shape extends z.ZodRawShape>(schema: z.ZodObject<Shape>, options: unknown): z.output<z.ZodObject<Shape>> {
  const record = typeof options === 'object' && options !== null && !Array.isArray(options) ? options : {};
  return schema.parse(Object.fromEntries(Object.keys(schema.shape).map((key) => [key, Reflect.get(record, key)])));
}
