/** One call of one webhook, signed by Standard Webhooks (standardwebhooks.com); the only importer of its package. Redirects are not followed, answers not read. */
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { Webhook } from 'standardwebhooks';
import type { Hook, HookOutcome, Hooks } from '../kit.ts';
import type { WebhooksConfig } from './config.ts';
import { addressProblem, isAllowed, lookupPublic } from './public-address.ts';

export function openHooks({ allow, timeoutMs, disableAfterHours }: WebhooksConfig): Hooks {
  return {
    disableAfterHours,
    newSecret: () => `whsec_${randomBytes(32).toString('base64')}`,
    addressProblem: (url) => addressProblem(url, allow),
    async call(hook, now) {
      const problem = addressProblem(hook.url, allow);
      if (problem !== undefined) return { ok: false, code: problem, status: null, gone: false };
      return post(hook, now, { timeoutMs, guarded: !isAllowed(new URL(hook.url), allow) });
    },
  };
}

function post(hook: Hook, now: Date, { timeoutMs, guarded }: { timeoutMs: number; guarded: boolean }): Promise<HookOutcome> {
  const url = new URL(hook.url);
  const body = Buffer.from(hook.body, 'utf8');
  return new Promise((resolve) => {
    const failed = (code: string, status: number | null = null): void => resolve({ ok: false, code, status, gone: status === 410 });
    const request = (url.protocol === 'https:' ? https : http).request(
      url,
      {
        method: 'POST',
        agent: false,
        // Drop by drop does not help: this is for the whole call.
        signal: AbortSignal.timeout(timeoutMs),
        ...(guarded ? { lookup: lookupPublic } : {}),
        headers: {
          'content-type': 'application/json',
          'content-length': body.length,
          'user-agent': 'Ryggrad-Webhooks/1',
          'webhook-id': hook.id,
          'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
          'webhook-signature': new Webhook(hook.secret).sign(hook.id, now, hook.body),
        },
      },
      (response) => {
        const status = response.statusCode ?? 0;
        // What they say is not ours to keep; and it may be without end.
        response.destroy();
        if (status >= 200 && status < 300) resolve({ ok: true, status });
        else failed(status >= 300 && status < 400 ? 'webhook/redirect' : 'webhook/status', status);
      },
    );
    request.on('error', (error: Error & { code?: string }) =>
      failed(
        error.code === 'WEBHOOK_PRIVATE'
          ? 'webhook/private'
          : error.name === 'AbortError' || error.name === 'TimeoutError'
            ? 'webhook/timeout'
            : error.code?.startsWith('HPE_') === true
              ? 'webhook/unreadable'
              : 'webhook/unreachable',
      ),
    );
    request.end(body);
  });
}
