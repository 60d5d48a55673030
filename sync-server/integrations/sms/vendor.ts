/** What both vendors are to us. Each has one file that imports its SDK: twilio-client.ts, telnyx-client.ts. */
import type { VendorOutcome } from '../fail-over.ts';
import type { Asked, Lookup, Outgoing, Webhook } from '../kit.ts';

export interface Vendor {
  name: 'twilio' | 'telnyx';
  send(message: Pick<Outgoing, 'to' | 'text' | 'reference' | 'sender'>): Promise<VendorOutcome>;
  lookup(asked: Asked): Promise<Pick<Lookup, 'kind'> & { providerId?: string }>;
  check(): Promise<string | undefined>;
  /** Absent: it cannot prove what it tells us. */
  webhook: Webhook | undefined;
}

/** How our reference travels in the address of a callback. */
export const referenceQuery = ({ clinicId, messageId }: Outgoing['reference']): string => `?m=${clinicId}.${messageId}`;
export function referenceIn(url: string): Outgoing['reference'] | undefined {
  const [clinicId = '', messageId = '', ...more] = (URL.parse(url, 'http://x')?.searchParams.get('m') ?? '').split('.');
  return clinicId === '' || messageId === '' || more.length > 0 ? undefined : { clinicId, messageId };
}

/** The vendor names another address: it has taken nothing, and nothing is sent where it points. */
export const hasMoved = (status: number): boolean => status >= 300 && status < 400;
