/**
 * `POST /api/v1/webhooks/sendgrid`: what became of e-mails, in batches. Signed by ECDSA (P-256, SHA-256) over timestamp and raw body;
 * each piece of news has an id of its own. That somebody opened or clicked is not asked for, and not kept if it comes.
 * https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features
 */
import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import type { DeliveryStatus, Reference, Webhook, WebhookEvent, WebhookRequest } from '../kit.ts';

const PATH = '/api/v1/webhooks/sendgrid';
const TOLERANCE_MS = 300_000;
const STATUSES: Readonly<Record<string, DeliveryStatus>> = {
  processed: 'accepted',
  deferred: 'accepted',
  delivered: 'delivered',
  bounce: 'bounced',
  dropped: 'failed',
};
const WITHDRAWN = ['spamreport', 'unsubscribe', 'group_unsubscribe'];

/** How our reference travels: ids, which tell nobody anything. */
export const referenceArgs = ({ clinicId, messageId }: Reference) => ({ ryggrad_clinic: clinicId, ryggrad_message: messageId });

export function sendGridWebhook(publicKey: string, now: () => Date): Webhook {
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
  return {
    path: PATH,
    contentType: 'application/json',
    verify: async (request) => (isTheirs(key, request, now()) ? eventsIn(request.raw) : undefined),
  };
}

function isTheirs(key: KeyObject, { headers, raw }: WebhookRequest, now: Date): boolean {
  const timestamp = headers['x-twilio-email-event-webhook-timestamp'] ?? '';
  const said = headers['x-twilio-email-event-webhook-signature'] ?? '';
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(now.getTime() - Number(timestamp) * 1000) > TOLERANCE_MS) return false;
  const signature = Buffer.from(said, 'base64');
  // Base64 can write the same bytes in several ways; theirs is one.
  if (signature.length === 0 || signature.toString('base64') !== said) return false;
  return verify('sha256', Buffer.concat([Buffer.from(timestamp), raw]), { key, dsaEncoding: 'der' }, signature);
}

function eventsIn(raw: Buffer): WebhookEvent[] {
  let said: unknown;
  try {
    said = JSON.parse(raw.toString('utf8'));
  } catch {
    return [];
  }
  return Array.isArray(said) ? said.flatMap(eventIn) : [];
}

function eventIn(one: unknown): WebhookEvent[] {
  const text = (name: string): string => {
    const found: unknown = typeof one === 'object' && one !== null ? Reflect.get(one, name) : undefined;
    return typeof found === 'string' ? found.slice(0, 300) : '';
  };
  const [key, kind, clinicId, messageId] = [text('sg_event_id'), text('event'), text('ryggrad_clinic'), text('ryggrad_message')];
  if (key === '' || clinicId === '' || messageId === '') return [];
  if (WITHDRAWN.includes(kind)) {
    const address = text('email');
    return address === '' ? [] : [{ kind: 'withdrawn', key, reference: { clinicId }, channel: 'email', address }];
  }
  const status = STATUSES[kind];
  // `<id of the send>.<where it was handled>`
  const [providerId = ''] = text('sg_message_id').split('.');
  if (status === undefined || providerId === '') return [];
  // Turned away for now, by a name on a list or a full box, is told as a bounce too, and is just as final.
  const bounced = text('type') === 'blocked' ? 'email/turned-away' : 'email/bounced';
  const code = status === 'bounced' ? bounced : 'email/suppressed';
  return [
    {
      kind: 'status',
      key,
      reference: { clinicId, messageId },
      provider: 'sendgrid',
      providerId,
      status,
      ...(status === 'bounced' || status === 'failed' ? { code } : {}),
    },
  ];
}
