/** The operator's variables for e-mail. One vendor or several; a vendor that is named by half stops the start. */
import { z } from 'zod';
import { EMAIL_PROVIDERS } from '#db/rules/message-options.ts';

const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const text = z.string().min(1).optional();
const address = z.string().regex(/^[^\s@"<>,;]+@[^\s@"<>,;]+$/, 'must be an address such as ikke-svar@klinikk.example.no');
const PROVIDERS: readonly string[] = EMAIL_PROVIDERS;

export const environment = {
  EMAIL_FROM: address.optional(),
  SMTP_HOST: text,
  SMTP_PORT: whole(1, 65_535).optional(),
  SMTP_TLS: z.enum(['starttls', 'implicit', 'none'], 'must be starttls, implicit or none').default('starttls'),
  SMTP_USER: text,
  SMTP_PASSWORD: text,
  SENDGRID_API_KEY: z.string().startsWith('SG.', 'must begin with SG.').optional(),
  SENDGRID_REGION: z.enum(['eu', 'global'], 'must be eu or global').default('eu'),
  SENDGRID_WEBHOOK_PUBLIC_KEY: z
    .string()
    .regex(/^[A-Za-z0-9+/]{122}==$/, 'must be the verification key of the portal, in base64')
    .optional(),
  OUTLOOK_TENANT_ID: z
    .string()
    .regex(/^[A-Za-z0-9.-]+$/, 'must be the id of the tenant, or its domain')
    .optional(),
  OUTLOOK_CLIENT_ID: z.uuid('must be the id of the application').optional(),
  OUTLOOK_CLIENT_SECRET: text,
  OUTLOOK_MAILBOX: address.optional(),
  EMAIL_PROVIDERS: z
    .string()
    .default(PROVIDERS.join(','))
    .transform((value) => value.split(',').map((name) => name.trim()))
    .refine((names) => names.every((name) => PROVIDERS.includes(name)), 'must be smtp, sendgrid and outlook, in the order they are tried'),
  EMAIL_TRACKING_ENABLED: z
    .enum(['true', 'false'])
    .default('false')
    .transform((value) => value === 'true'),
  EMAIL_RATE_LIMIT_PER_PATIENT: whole(1, 100).default(5),
  EMAIL_RATE_LIMIT_PER_CLINIC: whole(1, 100_000).default(600),
  // Three vendors, one after the other, take less than the 90 s after which a sender is held to be gone.
  EMAIL_TIMEOUT_MS: whole(1000, 25_000).default(15_000),
};
type Slice = z.output<z.ZodObject<typeof environment>>;

export interface SmtpConfig {
  host: string;
  port: number;
  tls: 'starttls' | 'implicit' | 'none';
  login: { user: string; pass: string } | undefined;
  from: string;
}
export interface SendGridConfig {
  apiKey: string;
  region: 'eu' | 'global';
  /** Proves webhooks; without it none are taken. */
  publicKey: string | undefined;
  from: string;
}
export interface OutlookConfig {
  tenantId: string;
  clientId: string;
  clientSecret: string;
  mailbox: string;
}
export interface EmailConfig {
  smtp: SmtpConfig | undefined;
  sendgrid: SendGridConfig | undefined;
  outlook: OutlookConfig | undefined;
  order: readonly string[];
  perPatient: number;
  perClinic: number;
  timeoutMs: number;
  /** Clinics may count who opens what rests on consent to marketing. */
  tracking: boolean;
}

export function configure(e: Slice): EmailConfig | undefined {
  const [smtp, sendgrid, outlook] = [smtpOf(e), sendGridOf(e), outlookOf(e)];
  if (smtp === undefined && sendgrid === undefined && outlook === undefined) return undefined;
  return {
    smtp,
    sendgrid,
    outlook,
    order: e.EMAIL_PROVIDERS,
    perPatient: e.EMAIL_RATE_LIMIT_PER_PATIENT,
    perClinic: e.EMAIL_RATE_LIMIT_PER_CLINIC,
    timeoutMs: e.EMAIL_TIMEOUT_MS,
    tracking: e.EMAIL_TRACKING_ENABLED,
  };
}

function smtpOf(e: Slice): SmtpConfig | undefined {
  const { SMTP_HOST: host, SMTP_USER: user, SMTP_PASSWORD: pass, SMTP_TLS: tls } = e;
  if (host === undefined) {
    if (user !== undefined || pass !== undefined) throw new Error('SMTP_HOST: must be set beside the other SMTP_ variables.');
    return undefined;
  }
  if ((user === undefined) !== (pass === undefined)) throw new Error('SMTP_PASSWORD: must be set beside SMTP_USER, and with it.');
  // What is said to a patient does not cross a network in the clear.
  if (tls === 'none' && !['127.0.0.1', '::1', 'localhost'].includes(host))
    throw new Error('SMTP_TLS: none is for a mail server on this machine only.');
  const login = user === undefined || pass === undefined ? undefined : { user, pass };
  return { host, port: e.SMTP_PORT ?? (tls === 'implicit' ? 465 : 587), tls, login, from: fromOf(e, 'SMTP_HOST') };
}

function sendGridOf(e: Slice): SendGridConfig | undefined {
  const { SENDGRID_API_KEY: apiKey, SENDGRID_REGION: region, SENDGRID_WEBHOOK_PUBLIC_KEY: publicKey } = e;
  if (apiKey === undefined) {
    if (publicKey !== undefined) throw new Error('SENDGRID_API_KEY: must be set beside SENDGRID_WEBHOOK_PUBLIC_KEY.');
    return undefined;
  }
  return { apiKey, region, publicKey, from: fromOf(e, 'SENDGRID_API_KEY') };
}

function outlookOf(e: Slice): OutlookConfig | undefined {
  const { OUTLOOK_TENANT_ID: tenantId, OUTLOOK_CLIENT_ID: clientId, OUTLOOK_CLIENT_SECRET: clientSecret, OUTLOOK_MAILBOX: mailbox } = e;
  if (tenantId === undefined && clientId === undefined && clientSecret === undefined && mailbox === undefined) return undefined;
  const beside = (name: string) => new Error(`${name}: must be set beside the other OUTLOOK_ variables.`);
  if (tenantId === undefined) throw beside('OUTLOOK_TENANT_ID');
  if (clientId === undefined) throw beside('OUTLOOK_CLIENT_ID');
  if (clientSecret === undefined) throw beside('OUTLOOK_CLIENT_SECRET');
  if (mailbox === undefined) throw beside('OUTLOOK_MAILBOX');
  return { tenantId, clientId, clientSecret, mailbox };
}

function fromOf(e: Slice, name: string): string {
  if (e.EMAIL_FROM === undefined) throw new Error(`EMAIL_FROM: must be set beside ${name}.`);
  return e.EMAIL_FROM;
}
