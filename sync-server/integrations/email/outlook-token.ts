/** Tokens for Graph by client credentials (RFC 6749 §4.4), one at a time, asked anew five minutes before the last one ends. */
import { z } from 'zod';
import type { Ports } from '../kit.ts';
import type { OutlookConfig } from './config.ts';

const EARLY_MS = 300_000;
const answer = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });

/** No token, so Graph was not called. */
export class NoToken extends Error {
  override name = 'NoToken';
  /** They know neither this application nor its secret. */
  readonly refused: boolean;
  constructor(refused: boolean) {
    super('no token');
    this.refused = refused;
  }
}

export function openTokens(config: OutlookConfig, ports: Ports) {
  const base = ports.baseUrls?.['login'] ?? 'https://login.microsoftonline.com';
  let known: { token: string; until: number } | undefined;
  return {
    async get(signal: AbortSignal | undefined): Promise<string> {
      if (known !== undefined && ports.now().getTime() < known.until) return known.token;
      const response = await fetch(`${base}/${config.tenantId}/oauth2/v2.0/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: config.clientId,
          client_secret: config.clientSecret,
          scope: 'https://graph.microsoft.com/.default',
        }),
        redirect: 'error',
        ...(signal === undefined ? {} : { signal }),
      }).catch(() => undefined);
      const said = answer.safeParse(await response?.json().catch(() => undefined));
      if (response?.ok !== true || !said.success) throw new NoToken(response?.status === 400 || response?.status === 401);
      const { access_token: token, expires_in: seconds } = said.data;
      known = { token, until: ports.now().getTime() + seconds * 1000 - EARLY_MS };
      return token;
    },
    forget(): void {
      known = undefined;
    },
  };
}
