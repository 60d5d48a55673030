/** What all three vendors are to us. Each has one file that imports its SDK: smtp-client.ts, sendgrid-client.ts, outlook-client.ts. */
import type { EMAIL_PROVIDERS } from '#db/rules/message-options.ts';
import type { VendorOutcome } from '../fail-over.ts';
import type { Outgoing, Webhook } from '../kit.ts';

export interface Vendor {
  name: (typeof EMAIL_PROVIDERS)[number];
  send(message: Outgoing): Promise<VendorOutcome>;
  check(): Promise<string | undefined>;
  /** Absent: it tells us nothing, or cannot prove what it tells. */
  webhook?: Webhook | undefined;
}

/** Robots do not answer it (RFC 3834; the second is Exchange's). */
export const ROBOT_HEADERS = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' };

/** What an answer over HTTP means. From 500 on the vendor may have it. */
export function outcomeOfStatus(status: number, retryAfter: string | null | undefined): VendorOutcome {
  if (status === 429) return { kind: 'elsewhere', retryAfterSeconds: secondsIn(retryAfter) };
  if ([401, 402, 403, 404].includes(status)) return { kind: 'elsewhere', retryAfterSeconds: 600 };
  return status >= 400 && status < 500 ? { kind: 'refused', code: 'vendor/refused' } : { kind: 'unknown' };
}

const secondsIn = (said: string | null | undefined): number =>
  said !== null && said !== undefined && /^\d{1,4}$/.test(said) ? Math.min(Math.max(Number(said), 1), 3600) : 30;
