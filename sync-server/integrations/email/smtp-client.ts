/**
 * SMTP: the only importer of `nodemailer`. Its connection is used without its transport, since we must know how far it came: until the
 * message was handed over nothing can have gone out; an answer of 4xx or 5xx to it is a no (RFC 5321 §4.2.1, §6.1); silence is not.
 */
import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { VendorOutcome } from '../fail-over.ts';
import type { Outgoing, Ports } from '../kit.ts';
import type { SmtpConfig } from './config.ts';
import { ROBOT_HEADERS, type Vendor } from './vendor.ts';
import { htmlOf } from './watched-html.ts';

export function openSmtp(config: SmtpConfig, ports: Ports, timeoutMs: number): Vendor {
  return {
    name: 'smtp',
    async send(message) {
      const id = `<${message.key}@${config.from.split('@')[1] ?? 'localhost'}>`;
      const mail = await compose(config.from, message, id, ports.now());
      let handedOver = false;
      try {
        return await withConnection(config, timeoutMs, async (connection) => {
          handedOver = true;
          await new Promise<void>((resolve, reject) =>
            connection.send({ from: config.from, to: [message.to] }, mail, (error) => (error === null ? resolve() : reject(error))),
          );
          return { kind: 'accepted', providerId: id };
        });
      } catch (error) {
        return handedOver ? outcomeOf(error) : { kind: 'elsewhere', retryAfterSeconds: codeOf(error) === 'EAUTH' ? 600 : 60 };
      }
    },
    async check() {
      try {
        await withConnection(config, timeoutMs, async () => undefined);
        return undefined;
      } catch (error) {
        return codeOf(error) === 'EAUTH' ? 'vendor/credentials' : 'vendor/unreachable';
      }
    },
  };
}

/** Addresses are given as parts: written out, a comma in one would be a second recipient. */
function compose(from: string, { to, sender = '', subject = '', text, watch }: Outgoing, messageId: string, date: Date): Promise<Buffer> {
  return new MailComposer({
    from: { name: sender, address: from },
    to: { name: '', address: to },
    subject,
    text,
    ...(watch === undefined ? {} : { html: htmlOf({ text, watch }) }),
    messageId,
    date,
    headers: ROBOT_HEADERS,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build();
}

/** Connected, encrypted and signed in; ended whatever comes, and after `timeoutMs` in any case: a server may answer a letter a minute. */
async function withConnection<T>(config: SmtpConfig, timeoutMs: number, use: (connection: SMTPConnection) => Promise<T>): Promise<T> {
  const connection = new SMTPConnection({
    host: config.host,
    port: config.port,
    secure: config.tls === 'implicit',
    requireTLS: config.tls === 'starttls',
    ignoreTLS: config.tls === 'none',
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    logger: false,
  });
  let timer: NodeJS.Timeout | undefined;
  const broken = new Promise<never>((_, reject) => {
    connection.on('error', reject);
    connection.once('end', () => reject(new Error('ended')));
    timer = setTimeout(() => reject(new Error('too slow')), timeoutMs);
  });
  const session = async (): Promise<T> => {
    await new Promise<void>((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve())));
    const { login } = config;
    if (login !== undefined)
      await new Promise<void>((resolve, reject) => connection.login(login, (error) => (error === null ? resolve() : reject(error))));
    return use(connection);
  };
  try {
    return await Promise.race([session(), broken]);
  } finally {
    clearTimeout(timer);
    // A late error has nobody to hear it.
    broken.catch(() => {});
    connection.close();
  }
}

function outcomeOf(error: unknown): VendorOutcome {
  const said = typeof error === 'object' && error !== null && 'responseCode' in error ? Number(error.responseCode) : 0;
  if (said >= 400 && said < 500) return { kind: 'elsewhere', retryAfterSeconds: 300 };
  if (said >= 500 && said < 600) return { kind: 'refused', code: [550, 551, 553].includes(said) ? 'email/no-mailbox' : 'vendor/refused' };
  return { kind: 'unknown' };
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');
