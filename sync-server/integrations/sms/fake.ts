/**
 * Twilio and Telnyx as this server sees them over HTTP, for tests: credentials and bodies are checked as the vendors check them, and
 * webhooks are signed as they sign them. Keeps what was sent, so that a test can count it.
 */
import { createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import http from 'node:http';

export interface FakeSms {
  provider: 'twilio' | 'telnyx';
  id: string;
  to: string;
  from: string;
  text: string;
  /** Where its status goes. */
  callback: string;
  at: Date;
}
/**
 * `lost`: the message is taken, and the answer never comes. `refused`: the number is wrong. `locked`: not with these credentials. `gone`: there is
 * no such address. `moved`: another address is named. What is refused is quoted, as vendors do.
 */
export type Mood =
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
  | 'moved'
  | 'closed';

export interface WebhookCall {
  path: string;
  headers: Record<string, string>;
  payload: string;
}

export interface FakeVendors {
  baseUrls: { twilio: string; telnyx: string };
  environment: Record<string, string>;
  sent: FakeSms[];
  /** Every body that came, as it came: for canaries. */
  bodies: string[];
  /** Addresses and headers of every request. */
  asked: string[];
  /** What came where a vendor that has moved pointed to. */
  elsewhere: string[];
  mood: { twilio: Mood; telnyx: Mood };
  /** The webhook a vendor would call. */
  status(sms: FakeSms, status: string): WebhookCall;
  answer(provider: FakeSms['provider'], from: string, text: string, id?: string): WebhookCall;
  close(): Promise<void>;
}

export const FAKE_PUBLIC_URL = 'https://sync.example.test';
const MOVED = '/flyttet';
const ACCOUNT = `AC${'0123456789abcdef'.repeat(2)}`;
const FROM = '+4759440000';

/** @param now the clock that what is sent is dated by */
export async function openFakeVendors(now: () => Date = () => new Date()): Promise<FakeVendors> {
  const token = randomBytes(16).toString('hex');
  const apiKey = `KEY${randomBytes(12).toString('hex')}`;
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const sent: FakeSms[] = [];
  const bodies: string[] = [];
  const asked: string[] = [];
  const elsewhere: string[] = [];
  const mood: FakeVendors['mood'] = { twilio: 'well', telnyx: 'well' };
  const basic = `Basic ${Buffer.from(`${ACCOUNT}:${token}`).toString('base64')}`;

  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    asked.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      if (body !== '') bodies.push(body);
      const url = new URL(request.url ?? '', 'http://fake');
      if (url.pathname === MOVED) {
        elsewhere.push(`${request.method} ${JSON.stringify(request.headers)} ${body}`);
        return void response.writeHead(200).end();
      }
      const provider = url.pathname.startsWith('/2010-04-01/') ? 'twilio' : 'telnyx';
      const allowed =
        provider === 'twilio' ? request.headers.authorization === basic : request.headers.authorization === `Bearer ${apiKey}`;
      const reply = (status: number, value: unknown) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(typeof value === 'string' ? value : JSON.stringify(value));
      if (!allowed)
        return reply(
          401,
          provider === 'twilio'
            ? { code: 20003, message: 'Authenticate', status: 401 }
            : { errors: [{ code: '10009', title: 'Authentication failed' }] },
        );
      if (request.method === 'GET') return reply(200, reading(provider, url, sent));
      act(provider, mood[provider], body, now(), sent, reply, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const base = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;

  const twilioCall = (path: string, params: Record<string, string>): WebhookCall => {
    const data = Object.keys(params)
      .sort()
      .reduce((text, name) => text + name + params[name], `${FAKE_PUBLIC_URL}${path}`);
    return {
      path,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': createHmac('sha1', token).update(data).digest('base64'),
      },
      payload: new URLSearchParams(params).toString(),
    };
  };
  const telnyxCall = (path: string, data: object): WebhookCall => {
    const payload = JSON.stringify({ data });
    const timestamp = String(Math.floor(Date.now() / 1000));
    return {
      path,
      headers: {
        'content-type': 'application/json',
        'telnyx-timestamp': timestamp,
        'telnyx-signature-ed25519': sign(null, Buffer.from(`${timestamp}|${payload}`), privateKey).toString('base64'),
      },
      payload,
    };
  };
  return {
    baseUrls: { twilio: base, telnyx: `${base}/v2` },
    environment: {
      TWILIO_ACCOUNT_SID: ACCOUNT,
      TWILIO_AUTH_TOKEN: token,
      TWILIO_FROM: FROM,
      TELNYX_API_KEY: apiKey,
      TELNYX_PUBLIC_KEY: Buffer.from(String(publicKey.export({ format: 'jwk' }).x), 'base64url').toString('base64'),
      TELNYX_FROM: FROM,
    },
    sent,
    bodies,
    asked,
    elsewhere,
    mood,
    status(sms, status) {
      const path = sms.callback.slice(FAKE_PUBLIC_URL.length);
      if (sms.provider === 'twilio')
        return twilioCall(path, {
          MessageSid: sms.id,
          SmsSid: sms.id,
          MessageStatus: status,
          To: sms.to,
          From: sms.from,
          AccountSid: ACCOUNT,
          ApiVersion: '2010-04-01',
        });
      return telnyxCall(path, {
        event_type: ['queued', 'sending', 'sent'].includes(status) ? 'message.sent' : 'message.finalized',
        id: `${sms.id}-${status}`,
        payload: { id: sms.id, direction: 'outbound', to: [{ phone_number: sms.to, status }], parts: 1 },
      });
    },
    answer(provider, from, text, id = `SM${randomBytes(16).toString('hex')}`) {
      if (provider === 'twilio')
        return twilioCall('/api/v1/webhooks/twilio', {
          MessageSid: id,
          SmsStatus: 'received',
          From: from,
          To: FROM,
          Body: text,
          AccountSid: ACCOUNT,
          NumMedia: '0',
        });
      return telnyxCall('/api/v1/webhooks/telnyx', {
        event_type: 'message.received',
        id: `event-${id}`,
        payload: { id, direction: 'inbound', from: { phone_number: from }, to: [{ phone_number: FROM }], text },
      });
    },
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function reading(provider: FakeSms['provider'], url: URL, sent: readonly FakeSms[]): unknown {
  if (provider === 'telnyx') return { data: { record_type: 'balance', balance: '10.00', currency: 'USD' } };
  if (!url.pathname.endsWith('/Messages.json')) return { sid: ACCOUNT, status: 'active', friendly_name: 'Fake' };
  const to = url.searchParams.get('To');
  const messages = sent.filter((sms) => sms.provider === 'twilio' && (to === null || sms.to === to)).toReversed();
  return { messages: messages.map(asTwilio), page: 0, page_size: 50, next_page_uri: null, uri: url.pathname };
}

const asTwilio = (sms: FakeSms) => ({
  sid: sms.id,
  to: sms.to,
  from: sms.from,
  body: sms.text,
  status: 'queued',
  direction: 'outbound-api',
  num_segments: String(Math.max(1, Math.ceil(sms.text.length / 160))),
  date_created: sms.at.toUTCString(),
  date_updated: sms.at.toUTCString(),
  date_sent: null,
  error_code: null,
});

function act(
  provider: FakeSms['provider'],
  mood: Mood,
  body: string,
  at: Date,
  sent: FakeSms[],
  reply: (status: number, value: unknown) => unknown,
  response: http.ServerResponse,
): void {
  const wrong = (status: number, code: number) =>
    reply(
      status,
      provider === 'twilio' ? { code, message: `no: ${body}`, status } : { errors: [{ code: String(code), title: 'no', detail: body }] },
    );
  if (mood === 'closed') return void response.destroy();
  if (mood === 'throttled') return void wrong(429, provider === 'twilio' ? 20429 : 10011);
  if (mood === 'broken') return void wrong(500, 20500);
  if (mood === 'refused') return void wrong(400, provider === 'twilio' ? 21211 : 40310);
  if (mood === 'locked') return void wrong(401, provider === 'twilio' ? 20003 : 10009);
  if (mood === 'gone') return void wrong(404, provider === 'twilio' ? 20404 : 10005);
  if (mood === 'moved') return void response.writeHead(307, { location: MOVED }).end();
  if (mood === 'garbage') return void reply(200, `<html>Bad gateway ${body}</html>`);
  const sms = provider === 'twilio' ? fromTwilio(new URLSearchParams(body), at) : fromTelnyx(body, at);
  if (sms === undefined) return void wrong(400, provider === 'twilio' ? 21602 : 40304);
  sent.push(sms);
  if (mood === 'lost') return;
  if (mood === 'broken-after') return void wrong(500, 20500);
  const taken = () =>
    provider === 'twilio'
      ? reply(201, asTwilio(sms))
      : reply(200, {
          data: { id: sms.id, record_type: 'message', direction: 'outbound', parts: 1, to: [{ phone_number: sms.to, status: 'queued' }] },
        });
  if (mood === 'slow') setTimeout(taken, 300);
  else taken();
}

function fromTwilio(form: URLSearchParams, at: Date): FakeSms | undefined {
  const [to, text, from] = [form.get('To') ?? '', form.get('Body') ?? '', form.get('From') ?? ''];
  if (!/^\+\d{8,15}$/.test(to) || text === '' || from === '') return undefined;
  return { provider: 'twilio', id: `SM${randomBytes(16).toString('hex')}`, to, from, text, callback: form.get('StatusCallback') ?? '', at };
}

function fromTelnyx(body: string, at: Date): FakeSms | undefined {
  const { to, text, from, webhook_url: callback } = JSON.parse(body) as Record<string, string | undefined>;
  if (to === undefined || !/^\+\d{8,15}$/.test(to) || text === undefined || text === '' || from === undefined) return undefined;
  return { provider: 'telnyx', id: `tx-${randomBytes(12).toString('hex')}`, to, from, text, callback: callback ?? '', at };
}
