/** `POST /api/v1/webhooks/twilio` and `/telnyx`: a status of a message, or a patient's words. Each vendor proves its own (…-client.ts). */
import type { Webhook } from '../kit.ts';
import type { Vendor } from './vendor.ts';

/** @param publicUrl without it vendors cannot reach us, and Twilio's signature, which covers the address, cannot be proven */
export const webhooksOf = (vendors: readonly Vendor[], publicUrl: string | undefined): Webhook[] =>
  publicUrl === undefined ? [] : vendors.flatMap(({ webhook }) => webhook ?? []);
