/**
 * Microsoft Graph, `sendMail` from one mailbox: the only importer of `@microsoft/microsoft-graph-client`. The SDK's own chain tries again
 * after 429 and 503; a second try may be a second e-mail, so ours does what it must and no more. Nothing is kept among the sent items
 * (S8: what was written is emptied after the clinic's days), so Graph cannot be asked after a crash: a person decides.
 * The application needs `Mail.Send`, for this mailbox alone. https://learn.microsoft.com/graph/api/user-sendmail
 */
import { Client, ResponseType, type Context } from '@microsoft/microsoft-graph-client';
import { neverLeft } from '../fail-over.ts';
import type { Ports } from '../kit.ts';
import type { OutlookConfig } from './config.ts';
import { NoToken, openTokens } from './outlook-token.ts';
import { outcomeOfStatus, type Vendor } from './vendor.ts';
import { htmlOf } from './watched-html.ts';

/** The SDK keeps an error's name alone. */
class NeverLeft extends Error {
  override name = 'NeverLeft';
}

export function openOutlook(config: OutlookConfig, ports: Ports, timeoutMs: number): Vendor {
  const tokens = openTokens(config, ports);
  const execute = async (context: Context): Promise<void> => {
    const { options } = context;
    const token = await tokens.get(options?.signal ?? undefined);
    const headers = { ...(options?.headers as Record<string, string>), Authorization: `Bearer ${token}` };
    try {
      context.response = await fetch(context.request, { ...options, headers, redirect: 'error' });
    } catch (error) {
      throw neverLeft(causeOf(error)) ? new NeverLeft() : error;
    }
  };
  const client = Client.initWithMiddleware({
    baseUrl: ports.baseUrls?.['graph'] ?? 'https://graph.microsoft.com/',
    defaultVersion: 'v1.0',
    middleware: { execute },
  });
  return {
    name: 'outlook',
    async send({ key, to, sender, subject = '', text, watch }) {
      try {
        const response: unknown = await client
          .api(`/users/${encodeURIComponent(config.mailbox)}/sendMail`)
          .options({ signal: AbortSignal.timeout(timeoutMs) })
          .header('client-request-id', key)
          .responseType(ResponseType.RAW)
          .post({
            message: {
              subject,
              body:
                watch === undefined ? { contentType: 'Text', content: text } : { contentType: 'HTML', content: htmlOf({ text, watch }) },
              from: { emailAddress: { address: config.mailbox, ...(sender === undefined ? {} : { name: sender }) } },
              toRecipients: [{ emailAddress: { address: to } }],
              // Graph takes none but its own X- headers.
              internetMessageHeaders: [{ name: 'X-Auto-Response-Suppress', value: 'All' }],
            },
            saveToSentItems: false,
          });
        if (!(response instanceof Response)) return { kind: 'unknown' };
        await response.body?.cancel();
        if (response.status === 202) return { kind: 'accepted', providerId: key };
        if (response.status === 401) tokens.forget();
        return outcomeOfStatus(response.status, response.headers.get('retry-after'));
      } catch (error) {
        const code: unknown = Reflect.get(Object(error), 'code');
        return code === 'NeverLeft' || code === 'NoToken' ? { kind: 'elsewhere', retryAfterSeconds: 60 } : { kind: 'unknown' };
      }
    },
    async check() {
      try {
        await tokens.get(AbortSignal.timeout(timeoutMs));
        return undefined;
      } catch (error) {
        return error instanceof NoToken && error.refused ? 'vendor/credentials' : 'vendor/unreachable';
      }
    },
  };
}

/** `fetch` says why in the cause, or in one of its own. */
function causeOf(error: unknown): unknown {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  if (cause instanceof AggregateError) return Reflect.get(cause, 'code') ?? Reflect.get(Object(cause.errors[0]), 'code');
  return Reflect.get(Object(cause), 'code');
}
