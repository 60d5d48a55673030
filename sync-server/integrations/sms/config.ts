/** The operator's variables for SMS. One vendor or both; a vendor that is named by half stops the start. */
import { z } from 'zod';

const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const number = z.string().regex(/^\+[1-9]\d{4,14}$/, 'must be a number such as +4759440000');
const text = z.string().min(1).optional();

export const environment = {
  TWILIO_ACCOUNT_SID: z
    .string()
    .regex(/^AC[0-9a-f]{32}$/i, 'must be AC and 32 hexadecimal digits')
    .optional(),
  TWILIO_AUTH_TOKEN: text,
  TWILIO_FROM: number.optional(),
  TWILIO_MESSAGING_SERVICE_SID: z
    .string()
    .regex(/^MG[0-9a-f]{32}$/i, 'must be MG and 32 hexadecimal digits')
    .optional(),
  TELNYX_API_KEY: text,
  TELNYX_PUBLIC_KEY: z
    .string()
    .regex(/^[A-Za-z0-9+/]{43}=$/, 'must be the 32 bytes in base64 of the portal')
    .optional(),
  TELNYX_FROM: number.optional(),
  TELNYX_MESSAGING_PROFILE_ID: text,
  SMS_PROVIDERS: z
    .string()
    .default('twilio,telnyx')
    .transform((value) => value.split(',').map((name) => name.trim()))
    .refine(
      (names) => names.every((name) => name === 'twilio' || name === 'telnyx'),
      'must be twilio and telnyx, in the order they are tried',
    ),
  SMS_RATE_LIMIT_PER_PATIENT: whole(1, 100).default(5),
  SMS_RATE_LIMIT_PER_CLINIC: whole(1, 100_000).default(600),
  SMS_SEGMENT_PRICE_ORE: whole(0, 10_000).default(0),
  SMS_TIMEOUT_MS: whole(1000, 30_000).default(15_000),
};
type Slice = z.output<z.ZodObject<typeof environment>>;

export interface TwilioConfig {
  accountSid: string;
  authToken: string;
  from: string | undefined;
  messagingServiceSid: string | undefined;
}
export interface TelnyxConfig {
  apiKey: string;
  /** Proves webhooks; without it none are taken. */
  publicKey: string | undefined;
  from: string | undefined;
  messagingProfileId: string | undefined;
}
export interface SmsConfig {
  twilio: TwilioConfig | undefined;
  telnyx: TelnyxConfig | undefined;
  order: readonly string[];
  perPatient: number;
  perClinic: number;
  segmentPriceOre: number;
  timeoutMs: number;
}

export function configure(e: Slice): SmsConfig | undefined {
  const twilio = twilioOf(e);
  const telnyx = telnyxOf(e);
  if (twilio === undefined && telnyx === undefined) return undefined;
  return {
    twilio,
    telnyx,
    order: e.SMS_PROVIDERS,
    perPatient: e.SMS_RATE_LIMIT_PER_PATIENT,
    perClinic: e.SMS_RATE_LIMIT_PER_CLINIC,
    segmentPriceOre: e.SMS_SEGMENT_PRICE_ORE,
    timeoutMs: e.SMS_TIMEOUT_MS,
  };
}

function twilioOf(e: Slice): TwilioConfig | undefined {
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken, TWILIO_FROM: from, TWILIO_MESSAGING_SERVICE_SID: service } = e;
  if (accountSid === undefined && authToken === undefined && from === undefined && service === undefined) return undefined;
  if (accountSid === undefined) throw new Error('TWILIO_ACCOUNT_SID: must be set beside the other TWILIO_ variables.');
  if (authToken === undefined) throw new Error('TWILIO_AUTH_TOKEN: must be set beside TWILIO_ACCOUNT_SID.');
  if (from === undefined && service === undefined) throw new Error('TWILIO_FROM: set it, or TWILIO_MESSAGING_SERVICE_SID.');
  return { accountSid, authToken, from, messagingServiceSid: service };
}

function telnyxOf(e: Slice): TelnyxConfig | undefined {
  const { TELNYX_API_KEY: apiKey, TELNYX_PUBLIC_KEY: publicKey, TELNYX_FROM: from, TELNYX_MESSAGING_PROFILE_ID: profile } = e;
  if (apiKey === undefined && publicKey === undefined && from === undefined && profile === undefined) return undefined;
  if (apiKey === undefined) throw new Error('TELNYX_API_KEY: must be set beside the other TELNYX_ variables.');
  if (from === undefined && profile === undefined) throw new Error('TELNYX_FROM: set it, or TELNYX_MESSAGING_PROFILE_ID.');
  return { apiKey, publicKey, from, messagingProfileId: profile };
}
