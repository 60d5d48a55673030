/** The order in which a clinic's vendors are tried: the next only where it is certain that nothing went out. */
import type { MessageReason } from '#db/rules/message-reasons.ts';
import type { Outgoing, SendOutcome } from './kit.ts';

/** As `SendOutcome`; `elsewhere`: certain that nothing went out here, and another vendor may do better. */
export type VendorOutcome =
  | { kind: 'accepted'; providerId: string; segments?: number }
  | { kind: 'refused'; code: MessageReason }
  | { kind: 'elsewhere'; retryAfterSeconds: number }
  | { kind: 'unknown' };

interface Sender {
  name: string;
  send(message: Outgoing): Promise<VendorOutcome>;
}

export async function sendInOrder(vendors: readonly Sender[], message: Outgoing): Promise<SendOutcome> {
  let wait = 60;
  let first = true;
  for (const name of message.providers) {
    const vendor = vendors.find((one) => one.name === name);
    if (vendor === undefined) continue;
    if (!first) await message.attempting(name);
    first = false;
    const outcome = await vendor.send(message);
    if (outcome.kind !== 'elsewhere') return { ...outcome, provider: name };
    wait = outcome.retryAfterSeconds;
  }
  return { kind: 'busy', retryAfterSeconds: wait };
}

/** Never left this machine: the name was not found, or nobody took the connection. */
export const neverLeft = (code: unknown): boolean =>
  typeof code === 'string' && ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'].includes(code);
