/**
 * Twilio: the only importer of `twilio`. It has no idempotency keys: after a crash we look for a message of the same words to the same
 * number since the claim. Its webhooks carry no time (security.md §3): the same SID and status are taken once.
 * Error codes: https://www.twilio.com/docs/api/errors
 */
import twilio from 'twilio';
import type { MessageReason } from '#db/rules/message-reasons.ts';
import { neverLeft, type VendorOutcome } from '../fail-over.ts';
import type { Asked, DeliveryStatus, Outgoing, Ports, WebhookEvent, WebhookRequest } from '../kit.ts';
import type { TwilioConfig } from './config.ts';
import { hasMoved, referenceIn, referenceQuery, type Vendor } from './vendor.ts';

const PATH = '/api/v1/webhooks/twilio';
/** Our clock and Twilio's may differ by so much. */
const SKEW_MS = 120_000;
const REFUSALS: Readonly<Record<number, MessageReason>> = {
  21211: 'number/invalid',
  21214: 'number/invalid',
  21217: 'number/invalid',
  21614: 'number/not-mobile',
  21612: 'number/unreachable',
  21408: 'number/foreign',
  21610: 'consent/withdrawn',
  21602: 'text/empty',
  21617: 'text/too-long',
};
const STATUSES: Readonly<Record<string, DeliveryStatus>> = {
  accepted: 'accepted',
  queued: 'accepted',
  sending: 'accepted',
  sent: 'sent',
  delivered: 'delivered',
  read: 'delivered',
  undelivered: 'failed',
  failed: 'failed',
};

export function openTwilio(config: TwilioConfig, ports: Ports, timeoutMs: number): Vendor {
  const http = rebased(ports.baseUrls?.['twilio'], timeoutMs);
  const client = twilio(config.accountSid, config.authToken, { httpClient: http, autoRetry: false });
  const callback = ports.publicUrl === undefined ? undefined : `${ports.publicUrl}${PATH}`;
  return {
    name: 'twilio',
    async send({ to, text, reference, sender }) {
      const from = sender ?? config.from;
      try {
        const sent = await client.messages.create({
          to,
          body: text,
          smartEncoded: false,
          ...(config.messagingServiceSid === undefined ? {} : { messagingServiceSid: config.messagingServiceSid }),
          ...(from === undefined ? {} : { from }),
          ...(callback === undefined ? {} : { statusCallback: `${callback}${referenceQuery(reference)}` }),
        });
        return typeof sent.sid === 'string' && sent.sid.startsWith('SM')
          ? { kind: 'accepted', providerId: sent.sid, ...segmentsOf(sent.numSegments) }
          : { kind: 'unknown' };
      } catch (error) {
        return outcomeOf(error);
      }
    },
    async lookup({ to, text, claimedAt, others }: Asked) {
      const found = await client.messages.list({ to, limit: 50 });
      const mayBe = found.filter(({ sid, direction }) => direction.startsWith('outbound') && !others.has(sid));
      const since = mayBe.filter(({ dateCreated }) => dateCreated.getTime() > claimedAt.getTime() - SKEW_MS);
      // A trial account puts a sentence of its own in front.
      const ours = since.find(({ body }) => body.endsWith(text));
      if (ours !== undefined) return { kind: 'found', providerId: ours.sid };
      // Where texts are not kept, any message of that time may be ours.
      return { kind: since.some(({ body }) => body === '') ? 'unsure' : 'absent' };
    },
    async check() {
      try {
        const account = await client.api.v2010.accounts(config.accountSid).fetch();
        return account.status === 'active' ? undefined : 'vendor/account-closed';
      } catch (error) {
        return [401, 403, 404].includes(statusOf(error)) ? 'vendor/credentials' : 'vendor/unreachable';
      }
    },
    webhook: {
      path: PATH,
      contentType: 'application/x-www-form-urlencoded',
      verify: async (request) => eventsIn(config.authToken, request),
    },
  };
}

function outcomeOf(error: unknown): VendorOutcome {
  const status = statusOf(error);
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (status === 0) return neverLeft(code) ? { kind: 'elsewhere', retryAfterSeconds: 60 } : { kind: 'unknown' };
  if (status === 429 || hasMoved(status) || [401, 403, 404].includes(status))
    return { kind: 'elsewhere', retryAfterSeconds: status === 429 ? 30 : 600 };
  if (status >= 400 && status < 500)
    return { kind: 'refused', code: (typeof code === 'number' ? REFUSALS[code] : undefined) ?? 'vendor/refused' };
  return { kind: 'unknown' };
}

function statusOf(error: unknown): number {
  return typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number' ? error.status : 0;
}
const segmentsOf = (said: unknown) => (/^\d+$/.test(String(said)) && Number(said) > 0 ? { segments: Number(said) } : {});

/** @returns undefined when it is not signed by Twilio with this account's token */
function eventsIn(authToken: string, { url, headers, raw }: WebhookRequest): WebhookEvent[] | undefined {
  const signature = headers['x-twilio-signature'];
  if (signature === undefined || signature === '') return undefined;
  const params = Object.fromEntries(new URLSearchParams(raw.toString('utf8')));
  if (!twilio.validateRequest(authToken, signature, url, params)) return undefined;
  const { MessageSid: sid = '', MessageStatus: said = '', From: from = '', To: to = '', Body: text } = params;
  if (sid === '') return [];
  const reference = referenceIn(url);
  if (said === '' || said === 'received') {
    if (text === undefined || from === '') return [];
    return [{ kind: 'inbound', key: `${sid}/received`, channel: 'sms', provider: 'twilio', from, to, text }];
  }
  const status = STATUSES[said];
  if (reference === undefined || status === undefined) return [];
  const code = params['ErrorCode'];
  return [
    {
      kind: 'status',
      key: `${sid}/${said}`,
      reference,
      provider: 'twilio',
      providerId: sid,
      status,
      ...(code === undefined || code === '' ? {} : { code: `twilio/${code.slice(0, 20)}` }),
    },
  ];
}

/** The SDK's own client, with Twilio's address replaced in tests. */
function rebased(base: string | undefined, timeoutMs: number) {
  const client = new twilio.RequestClient({ timeout: timeoutMs, keepAlive: true, maxSockets: 20 });
  if (base === undefined) return client;
  const request = client.request.bind(client);
  client.request = (options) => request({ ...options, uri: options.uri.replace(/^https:\/\/[a-z0-9.-]+/, base) });
  return client;
}
export type { Outgoing };
