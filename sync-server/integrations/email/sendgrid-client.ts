/**
 * SendGrid: the only importer of `@sendgrid/mail`. It has no idempotency keys, and its list of messages is an extra that is paid for:
 * after a crash a person decides. What it can do to see whether somebody reads is switched off in every message.
 */
import sendgrid from '@sendgrid/mail';
import { neverLeft, type VendorOutcome } from '../fail-over.ts';
import type { Ports } from '../kit.ts';
import type { SendGridConfig } from './config.ts';
import { outcomeOfStatus, ROBOT_HEADERS, type Vendor } from './vendor.ts';
import { htmlOf } from './watched-html.ts';
import { referenceArgs, sendGridWebhook } from './webhook.ts';

const HOSTS = { eu: 'https://api.eu.sendgrid.com/', global: 'https://api.sendgrid.com/' };
/** Also of the account, whatever is set there. */
const NOT_WATCHED = {
  clickTracking: { enable: false, enableText: false },
  openTracking: { enable: false },
  subscriptionTracking: { enable: false },
  ganalytics: { enable: false },
};

/** What is there, and what its types leave out: they are those of the one instance that it exports. */
interface Package {
  MailService: new () => typeof sendgrid;
}
interface Client {
  setDefaultRequest(values: object): unknown;
  request(request: { method: 'GET'; url: string }): Promise<unknown>;
}

export function openSendGrid(config: SendGridConfig, ports: Ports, timeoutMs: number): Vendor {
  const service = new (sendgrid as unknown as Package).MailService();
  service.setApiKey(config.apiKey);
  service.setTimeout(timeoutMs);
  const { client } = service as unknown as { client: Client };
  // A redirect would carry the message elsewhere.
  client.setDefaultRequest({ baseUrl: ports.baseUrls?.['sendgrid'] ?? HOSTS[config.region], maxRedirects: 0 });
  return {
    name: 'sendgrid',
    async send({ to, sender = '', subject = '', text, watch, reference }) {
      try {
        const [answer] = await service.send({
          to: { email: to },
          from: { email: config.from, name: sender },
          subject,
          text,
          ...(watch === undefined ? {} : { html: htmlOf({ text, watch }) ?? '' }),
          headers: ROBOT_HEADERS,
          customArgs: referenceArgs(reference),
          trackingSettings: NOT_WATCHED,
        });
        const id: unknown = Reflect.get(Object(answer.headers), 'x-message-id');
        return answer.statusCode === 202 && typeof id === 'string' && id !== ''
          ? { kind: 'accepted', providerId: id }
          : { kind: 'unknown' };
      } catch (error) {
        return outcomeOf(error);
      }
    },
    async check() {
      try {
        await client.request({ method: 'GET', url: '/v3/scopes' });
        return undefined;
      } catch (error) {
        return [401, 403].includes(Number(codeOf(error))) ? 'vendor/credentials' : 'vendor/unreachable';
      }
    },
    webhook: config.publicKey === undefined ? undefined : sendGridWebhook(config.publicKey, ports.now),
  };
}

/** The SDK's error has the status as its `code`; one of the connection has Node's code, or none. */
function outcomeOf(error: unknown): VendorOutcome {
  const code = codeOf(error);
  if (typeof code !== 'number') return neverLeft(code) ? { kind: 'elsewhere', retryAfterSeconds: 60 } : { kind: 'unknown' };
  const headers: unknown = Reflect.get(Object(Reflect.get(Object(error), 'response')), 'headers');
  const after: unknown = Reflect.get(Object(headers), 'retry-after');
  return outcomeOfStatus(code, typeof after === 'string' ? after : undefined);
}
const codeOf = (error: unknown): unknown => Reflect.get(Object(error), 'code');
