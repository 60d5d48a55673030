/**
 * Telnyx: the only importer of `telnyx`. It has neither idempotency keys for messages nor a list of them: after a crash nobody can know,
 * and a person decides. Its webhooks are signed (Ed25519 over `timestamp|body`, five minutes); the address is not under the signature,
 * so a status counts only for the vendor id it speaks of (core/messages/receive.ts).
 */
import Telnyx from 'telnyx';
import type { MessageReason } from '#db/rules/message-reasons.ts';
import { neverLeft, type VendorOutcome } from '../fail-over.ts';
import type { DeliveryStatus, Ports, WebhookEvent, WebhookRequest } from '../kit.ts';
import type { TelnyxConfig } from './config.ts';
import { hasMoved, referenceIn, referenceQuery, type Vendor } from './vendor.ts';

const PATH = '/api/v1/webhooks/telnyx';
/** https://developers.telnyx.com/development/api-fundamentals/error-codes */
const REFUSALS: Readonly<Record<string, MessageReason>> = {
  '40310': 'number/invalid',
  '40001': 'number/not-mobile',
  '40300': 'consent/withdrawn',
  '40304': 'text/too-long',
  '40309': 'number/foreign',
};
const STATUSES: Readonly<Record<string, DeliveryStatus>> = {
  queued: 'accepted',
  sending: 'accepted',
  sent: 'sent',
  delivered: 'delivered',
  sending_failed: 'failed',
  delivery_failed: 'failed',
  delivery_unconfirmed: 'sent',
};

export function openTelnyx(config: TelnyxConfig, ports: Ports, timeoutMs: number): Vendor {
  const base = ports.baseUrls?.['telnyx'];
  const client = new Telnyx({
    apiKey: config.apiKey,
    publicKey: config.publicKey ?? null,
    clientID: null,
    clientSecret: null,
    // Given always: the SDK would else read the environment.
    baseURL: base ?? 'https://api.telnyx.com/v2',
    // A second try of the SDK's would be a second SMS.
    maxRetries: 0,
    timeout: timeoutMs,
    logLevel: 'off',
    // A redirect would carry the message elsewhere.
    fetchOptions: { redirect: 'manual' },
  });
  const callback = ports.publicUrl === undefined ? undefined : `${ports.publicUrl}${PATH}`;
  const { publicKey } = config;
  return {
    name: 'telnyx',
    async send({ to, text, reference, sender }) {
      const from = sender ?? config.from;
      try {
        const { data } = await client.messages.send({
          to,
          text,
          type: 'SMS',
          ...(from === undefined ? {} : { from }),
          ...(config.messagingProfileId === undefined ? {} : { messaging_profile_id: config.messagingProfileId }),
          ...(callback === undefined ? {} : { webhook_url: `${callback}${referenceQuery(reference)}`, use_profile_webhooks: false }),
        });
        return typeof data?.id === 'string'
          ? { kind: 'accepted', providerId: data.id, ...(typeof data.parts === 'number' ? { segments: data.parts } : {}) }
          : { kind: 'unknown' };
      } catch (error) {
        return outcomeOf(error);
      }
    },
    lookup: async () => ({ kind: 'unsure' }),
    async check() {
      try {
        await client.balance.retrieve();
        return undefined;
      } catch (error) {
        return error instanceof Telnyx.APIError && (error.status === 401 || error.status === 403)
          ? 'vendor/credentials'
          : 'vendor/unreachable';
      }
    },
    webhook:
      publicKey === undefined
        ? undefined
        : { path: PATH, contentType: 'application/json', verify: (request) => eventsIn(client, publicKey, request) },
  };
}

function outcomeOf(error: unknown): VendorOutcome {
  if (error instanceof Telnyx.APIConnectionError) {
    const cause = error.cause instanceof Error ? (error.cause.cause ?? error.cause) : undefined;
    const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
    return neverLeft(code) ? { kind: 'elsewhere', retryAfterSeconds: 60 } : { kind: 'unknown' };
  }
  if (!(error instanceof Telnyx.APIError)) return { kind: 'unknown' };
  const status: number = error.status ?? 0;
  if (status === 429 || hasMoved(status) || [401, 402, 403, 404].includes(status))
    return { kind: 'elsewhere', retryAfterSeconds: status === 429 ? 30 : 600 };
  if (status >= 400 && status < 500) return { kind: 'refused', code: REFUSALS[codeIn(error.error)] ?? 'vendor/refused' };
  return { kind: 'unknown' };
}

function codeIn(body: unknown): string {
  const errors = typeof body === 'object' && body !== null ? Reflect.get(body, 'errors') : undefined;
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  return typeof first === 'object' && first !== null && 'code' in first ? String(first.code) : '';
}

async function eventsIn(client: Telnyx, key: string, { url, headers, raw }: WebhookRequest): Promise<WebhookEvent[] | undefined> {
  const given = Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  const news: unknown = await client.webhooks.unwrap(raw.toString('utf8'), { headers: given, key }).catch(() => undefined);
  if (news === undefined) return undefined;
  const data = part(news, 'data');
  const payload = part(data, 'payload');
  const id = text(payload, 'id');
  const type = text(data, 'event_type');
  if (id === '') return [];
  const to: unknown = Reflect.get(payload, 'to');
  const recipient: unknown = Array.isArray(to) ? to[0] : undefined;
  if (type === 'message.received') {
    const from = text(part(payload, 'from'), 'phone_number');
    if (from === '') return [];
    return [
      {
        kind: 'inbound',
        key: `${id}/received`,
        channel: 'sms',
        provider: 'telnyx',
        from,
        to: text(recipient, 'phone_number'),
        text: text(payload, 'text'),
      },
    ];
  }
  const said = text(recipient, 'status');
  const status = STATUSES[said];
  const reference = referenceIn(url);
  if ((type !== 'message.sent' && type !== 'message.finalized') || status === undefined || reference === undefined) return [];
  const code = codeIn(payload);
  const parts: unknown = Reflect.get(payload, 'parts');
  return [
    {
      kind: 'status',
      key: `${id}/${said}`,
      reference,
      provider: 'telnyx',
      providerId: id,
      status,
      ...(code === '' ? {} : { code: `telnyx/${code.slice(0, 20)}` }),
      ...(typeof parts === 'number' ? { segments: parts } : {}),
    },
  ];
}

const part = (value: unknown, name: string): object => {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return typeof found === 'object' && found !== null ? found : {};
};
const text = (value: unknown, name: string): string => {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return typeof found === 'string' ? found : '';
};
