/**
 * A webhook of Clerk's: signed by Svix over id, time and the bytes of the body, at most five minutes old (Standard Webhooks). The other importer
 * of `@clerk/backend`, which trims headers and reads a number with something behind it; here they are taken to the letter.
 */
import { verifyWebhook } from '@clerk/backend/webhooks';
import { z } from 'zod';
import { err, ok, type Result } from '../result.ts';

const headersSchema = z.object({
  'svix-id': z.string().regex(/^[\w.:-]{1,128}$/),
  'svix-timestamp': z.string().regex(/^[1-9]\d{9}$/),
  'svix-signature': z.string().regex(/^v1,[A-Za-z0-9+/]{43}=( v1,[A-Za-z0-9+/]{43}=){0,4}$/),
});

const userId = z.string().regex(/^user_[A-Za-z0-9]{1,64}$/);
const sessionId = z.string().regex(/^sess_[A-Za-z0-9]{1,64}$/);
const changed = z.object({
  id: userId,
  updated_at: z.int().min(0),
  primary_email_address_id: z.string().nullable(),
  email_addresses: z
    .array(z.object({ id: z.string(), email_address: z.string(), verification: z.object({ status: z.string() }).nullable() }))
    .max(100),
});
const eventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal(['user.created', 'user.updated']), data: changed }),
  z.object({ type: z.literal('user.deleted'), data: z.object({ id: userId }) }),
  z.object({
    type: z.literal(['session.ended', 'session.revoked', 'session.removed']),
    data: z.object({ id: sessionId, user_id: userId }),
  }),
]);
export type ClerkEvent = z.infer<typeof eventSchema>;
const KNOWN: ReadonlySet<string> = new Set([
  'user.created',
  'user.updated',
  'user.deleted',
  'session.ended',
  'session.revoked',
  'session.removed',
]);

export interface Received {
  /** `svix-id`: the same for every delivery of one event. */
  id: string;
  /** Undefined: of a kind that is nothing to us. */
  event: ClerkEvent | undefined;
}

/** Errors: webhook/signature (401) for whatever is not to the byte what Clerk signed lately; request/malformed for what is, and makes no sense. */
export async function readWebhook(
  secret: string,
  body: Buffer,
  headers: Readonly<Record<string, string | undefined>>,
): Promise<Result<Received>> {
  const read = headersSchema.safeParse(headers);
  if (!read.success) return err('webhook/signature');
  let payload: { type: string };
  try {
    const request = new Request('http://clerk.invalid/', { method: 'POST', headers: read.data, body: new Uint8Array(body) });
    payload = await verifyWebhook(request, { signingSecret: secret });
  } catch {
    return err('webhook/signature');
  }
  const id = read.data['svix-id'];
  if (!KNOWN.has(payload.type)) return ok({ id, event: undefined });
  const event = eventSchema.safeParse(payload);
  return event.success ? ok({ id, event: event.data }) : err('request/malformed');
}
