/**
 * The three vendors of e-mail as this server sees them, for tests: a real SMTP server, and SendGrid and Graph over HTTP, which check
 * credentials and bodies as theirs do. Keeps what was sent, so that a test can count it, and signs webhooks as SendGrid signs them.
 */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import http from 'node:http';
import { SMTPServer } from 'smtp-server';

type Provider = 'smtp' | 'sendgrid' | 'outlook';
export interface FakeEmail {
  provider: Provider;
  id: string;
  to: string;
  from: string;
  /** Who the patient reads as sender. */
  name: string;
  subject: string;
  text: string;
  /** Of a watched one; absent for all others. */
  html?: string;
  /** Ours, as SendGrid gives it back. */
  args: Record<string, string>;
}
/**
 * `lost`: it is taken, and the answer never comes. `refused`: nobody has that address. `locked`: not with these credentials. `gone`: there is no
 * such address of the vendor's. What is refused is quoted, as vendors do.
 */
export type EmailMood =
  | 'well'
  | 'slow'
  | 'throttled'
  | 'broken'
  | 'broken-after'
  | 'garbage'
  | 'lost'
  | 'refused'
  | 'locked'
  | 'gone'
  | 'closed';

export interface FakeWebhook {
  path: string;
  headers: Record<string, string>;
  payload: string;
}
export interface FakeEmailVendors {
  baseUrls: { sendgrid: string; graph: string; login: string };
  environment: Record<string, string>;
  sent: FakeEmail[];
  /** Every body and message that came, as it came: for canaries. */
  bodies: string[];
  /** Addresses and headers of every request over HTTP. */
  asked: string[];
  mood: Record<Provider, EmailMood>;
  /** How often tokens for Graph were asked for. */
  tokens(): number;
  /** What SendGrid would tell of an e-mail. */
  news(email: FakeEmail, event: string, more?: Record<string, unknown>): Record<string, unknown>;
  /** One call with several news, signed. */
  webhook(news: readonly unknown[], at?: Date): FakeWebhook;
  close(): Promise<void>;
}

export const FAKE_FROM = 'ikke-svar@klinikk.example.test';
const MAILBOX = 'post@klinikk.example.test';
const TENANT = 'contoso.example.test';

/** @param now the clock that webhooks are dated by */
export async function openFakeEmail(now: () => Date = () => new Date()): Promise<FakeEmailVendors> {
  const sent: FakeEmail[] = [];
  const bodies: string[] = [];
  const requests: string[] = [];
  const mood: FakeEmailVendors['mood'] = { smtp: 'well', sendgrid: 'well', outlook: 'well' };
  const [password, secret, token] = [random(), random(), random()];
  const apiKey = `SG.${random()}`;
  const clientId = '5f0c5a2e-8f0e-4d53-9a39-2f0f7a3c1b11';
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  let asked = 0;

  const smtp = openSmtpServer({ password, mood: () => mood.smtp, sent, bodies });
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    requests.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const { pathname } = new URL(request.url ?? '', 'http://fake');
      const reply = (status: number, value: unknown, headers: Record<string, string> = {}) =>
        void response
          .writeHead(status, { 'content-type': 'application/json', ...headers })
          .end(typeof value === 'string' ? value : JSON.stringify(value));
      if (pathname === `/${TENANT}/oauth2/v2.0/token`) {
        asked += 1;
        const form = new URLSearchParams(body);
        const right =
          form.get('client_id') === clientId && form.get('client_secret') === secret && form.get('grant_type') === 'client_credentials';
        if (mood.outlook === 'locked' || !right) return reply(401, { error: 'invalid_client' });
        return reply(200, { token_type: 'Bearer', expires_in: 3599, access_token: token });
      }
      if (body !== '') bodies.push(body);
      const provider = pathname.startsWith('/v3/') ? 'sendgrid' : 'outlook';
      const right = request.headers.authorization === `Bearer ${provider === 'sendgrid' ? apiKey : token}`;
      if (!right || mood[provider] === 'locked') return reply(401, { errors: [{ message: 'no' }], error: { code: 'no', message: 'no' } });
      if (pathname === '/v3/scopes') return reply(200, { scopes: ['mail.send'] });
      if (pathname !== '/v3/mail/send' && pathname !== `/v1.0/users/${encodeURIComponent(MAILBOX)}/sendMail`)
        return reply(404, { error: { code: 'no', message: 'no' } });
      const email = provider === 'sendgrid' ? fromSendGrid(body) : fromGraph(body);
      act(mood[provider], email, body, sent, reply, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', () => resolve()));
  const base = `http://127.0.0.1:${portOf(server.address())}`;
  return {
    baseUrls: { sendgrid: `${base}/`, graph: `${base}/`, login: base },
    environment: {
      EMAIL_FROM: FAKE_FROM,
      SMTP_HOST: '127.0.0.1',
      SMTP_PORT: String(portOf(smtp.server.address())),
      SMTP_TLS: 'none',
      SMTP_USER: 'ryggrad',
      SMTP_PASSWORD: password,
      SENDGRID_API_KEY: apiKey,
      SENDGRID_WEBHOOK_PUBLIC_KEY: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
      OUTLOOK_TENANT_ID: TENANT,
      OUTLOOK_CLIENT_ID: clientId,
      OUTLOOK_CLIENT_SECRET: secret,
      OUTLOOK_MAILBOX: MAILBOX,
    },
    sent,
    bodies,
    asked: requests,
    mood,
    tokens: () => asked,
    news: (email, event, more = {}) => ({
      email: email.to,
      event,
      timestamp: Math.floor(now().getTime() / 1000),
      sg_event_id: random(),
      sg_message_id: `${email.id}.recvd-fake-1`,
      ...email.args,
      ...more,
    }),
    webhook(news, at = now()) {
      const payload = `${JSON.stringify(news)}\r\n`;
      const timestamp = String(Math.floor(at.getTime() / 1000));
      return {
        path: '/api/v1/webhooks/sendgrid',
        headers: {
          'content-type': 'application/json',
          'x-twilio-email-event-webhook-timestamp': timestamp,
          'x-twilio-email-event-webhook-signature': sign('sha256', Buffer.from(timestamp + payload), privateKey).toString('base64'),
        },
        payload,
      };
    },
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await new Promise<void>((resolve) => smtp.close(() => resolve()));
    },
  };
}

const random = (): string => randomBytes(16).toString('hex');
const portOf = (address: unknown): number => Number(Reflect.get(Object(address), 'port'));

function act(
  mood: EmailMood,
  email: FakeEmail | undefined,
  body: string,
  sent: FakeEmail[],
  reply: (status: number, value: unknown, headers?: Record<string, string>) => void,
  response: http.ServerResponse,
): void {
  const wrong = (status: number) => reply(status, { errors: [{ message: `no: ${body}` }], error: { code: 'no', message: `no: ${body}` } });
  if (mood === 'closed') return void response.destroy();
  if (mood === 'gone') return wrong(404);
  if (mood === 'throttled') return wrong(429);
  if (mood === 'broken') return wrong(500);
  if (mood === 'refused' || email === undefined) return wrong(400);
  if (mood === 'garbage') return reply(200, `<html>Bad gateway ${body}</html>`);
  sent.push(email);
  if (mood === 'lost') return;
  if (mood === 'broken-after') return wrong(503);
  const taken = () => reply(202, '', { 'x-message-id': email.id });
  if (mood === 'slow') setTimeout(taken, 300);
  else taken();
}

/** What SendGrid takes; undefined: 400. Refuses what we must never ask for: attachments, and to watch the reader. */
function fromSendGrid(body: string): FakeEmail | undefined {
  const said = JSON.parse(body) as {
    personalizations?: { to?: { email: string }[]; custom_args?: Record<string, string> }[];
    from?: { email: string; name?: string };
    subject?: string;
    content?: { type: string; value: string }[];
    attachments?: unknown;
    custom_args?: Record<string, string>;
    tracking_settings?: Record<string, { enable?: boolean }>;
  };
  const [to] = said.personalizations?.[0]?.to ?? [];
  const [content, page, ...more] = said.content ?? [];
  const watched = ['click_tracking', 'open_tracking', 'subscription_tracking', 'ganalytics'].some(
    (name) => said.tracking_settings?.[name]?.enable !== false,
  );
  if (to === undefined || said.from === undefined || content?.type !== 'text/plain' || content.value === '') return undefined;
  if (more.length > 0 || (page !== undefined && page.type !== 'text/html')) return undefined;
  if ((said.subject ?? '') === '' || 'attachments' in said || watched) return undefined;
  return {
    provider: 'sendgrid',
    id: random(),
    to: to.email,
    from: said.from.email,
    name: said.from.name ?? '',
    subject: said.subject ?? '',
    text: content.value,
    ...(page === undefined ? {} : { html: page.value }),
    args: { ...said.custom_args, ...said.personalizations?.[0]?.custom_args },
  };
}

function fromGraph(body: string): FakeEmail | undefined {
  const { message, saveToSentItems } = JSON.parse(body) as {
    message?: {
      subject: string;
      body: { contentType: string; content: string };
      from: { emailAddress: { address: string; name?: string } };
      toRecipients: { emailAddress: { address: string } }[];
    };
    saveToSentItems?: boolean;
  };
  const [to] = message?.toRecipients ?? [];
  if (message === undefined || to === undefined || 'attachments' in message) return undefined;
  if (saveToSentItems !== false || message.from.emailAddress.address !== MAILBOX) return undefined;
  const { address: from, name = '' } = message.from.emailAddress;
  const { subject, body: content } = message;
  // One body is all that Graph takes.
  const said = content.contentType === 'HTML' ? { html: content.content, text: '' } : { text: content.content };
  return { provider: 'outlook', id: random(), to: to.emailAddress.address, from, name, subject, ...said, args: {} };
}

interface SmtpFake {
  password: string;
  mood(): EmailMood;
  sent: FakeEmail[];
  bodies: string[];
}

function openSmtpServer({ password, mood, sent, bodies }: SmtpFake): SMTPServer {
  const no = (responseCode: number, said = '') => Object.assign(new Error(`no ${said.replaceAll(/[^ -~]+/g, ' ')}`), { responseCode });
  const server = new SMTPServer({
    authOptional: false,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    hideSTARTTLS: true,
    onConnect: (session, done) => (mood() === 'closed' ? done(no(421)) : done()),
    onAuth: (auth, session, done) =>
      mood() !== 'locked' && auth.username === 'ryggrad' && auth.password === password ? done(null, { user: 'ryggrad' }) : done(no(535)),
    onRcptTo: (address, session, done) =>
      done(mood() === 'refused' ? no(550, address.address) : mood() === 'throttled' ? no(451, address.address) : undefined),
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const raw = Buffer.concat(chunks).toString('utf8');
        bodies.push(raw);
        if (mood() === 'broken') return done(no(554, raw.slice(0, 200)));
        const { mailFrom, rcptTo } = session.envelope;
        const [to] = rcptTo;
        sent.push({ ...read(raw), provider: 'smtp', to: to?.address ?? '', from: mailFrom === false ? '' : mailFrom.address, args: {} });
        if (mood() === 'lost') return;
        if (mood() === 'slow') return void setTimeout(() => done(null, 'ok'), 300);
        done(null, 'ok');
      });
    },
  });
  server.on('error', () => {});
  return server;
}

/** One part of plain text, as ours are, and of a watched one a page beside it; anything else is a mistake that a test shall see. */
function read(raw: string): Pick<FakeEmail, 'id' | 'name' | 'subject' | 'text' | 'html'> {
  const whole = partOf(raw);
  const { headers } = whole;
  const word = (value: string) =>
    value
      .replace(/\?=\s+=\?/g, '?==?')
      .replace(/=\?UTF-8\?([QB])\?([^?]*)\?=/gi, (_, kind: string, coded: string) =>
        kind.toUpperCase() === 'B' ? Buffer.from(coded, 'base64').toString('utf8') : unquoted(coded.replaceAll('_', ' ')),
      );
  const boundary = /^multipart\/alternative;.*boundary="?([^";]+)/.exec(headers.get('content-type') ?? '')?.[1];
  const parts = boundary === undefined ? [whole] : whole.body.split(`--${boundary}`).slice(1, -1).map((part) => partOf(part.trimStart())); // prettier-ignore
  const [plain, page, ...more] = parts.map((part) => ({ type: part.headers.get('content-type') ?? '', text: decoded(part) }));
  if (plain === undefined || !plain.type.startsWith('text/plain') || more.length > 0) throw new Error('not plain text');
  if (page !== undefined && !page.type.startsWith('text/html')) throw new Error('not a page');
  return {
    id: headers.get('message-id') ?? '',
    name: word(headers.get('from') ?? '').replace(/\s*<[^>]*>$/, '').replace(/^"(.*)"$/, '$1'), // prettier-ignore
    subject: word(headers.get('subject') ?? ''),
    text: plain.text,
    ...(page === undefined ? {} : { html: page.text }),
  };
}

interface Part {
  headers: Map<string, string>;
  body: string;
}

function partOf(raw: string): Part {
  const [head = '', ...rest] = raw.split('\r\n\r\n');
  const lines = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  const headers = new Map(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
  return { headers, body: rest.join('\r\n\r\n') };
}

function decoded({ headers, body }: Part): string {
  const encoding = headers.get('content-transfer-encoding') ?? '7bit';
  const text = encoding === 'base64' ? Buffer.from(body, 'base64').toString('utf8') : encoding === '7bit' ? body : unquoted(body, '=\r\n');
  return text.replaceAll('\r\n', '\n').trim();
}

const unquoted = (text: string, soft = ''): string =>
  Buffer.from(
    (soft === '' ? text : text.replaceAll(soft, '')).replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');
