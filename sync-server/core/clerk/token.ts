/**
 * A session token of Clerk's, judged without the network (security.md §3, ASVS 9.1.1–9.2.3). `@clerk/backend` proves signature, times, issuer and
 * origin; what it leaves to us is refused here. One of two importers of `@clerk/backend`.
 */
import { verifyToken } from '@clerk/backend';
import { z } from 'zod';
import { err, ok, type Result } from '../result.ts';
import type { Clerk } from './settings.ts';

const SKEW_MS = 5000;
/** A session's token lives for a minute; a template's may live for years. */
const LONGEST_S = 600;

/** Says where a key is to be had from, or is one: ours lies here, and nothing else is asked (RFC 8725 § 3.10). */
const FOREIGN_KEYS = ['jku', 'x5u', 'jwk', 'x5c', 'crit'] as const;
const headerSchema = z.looseObject({ alg: z.literal('RS256'), typ: z.literal('JWT').optional() });
/** What a session's own token has, and one from a template or for somebody else has not. */
const claims = z.looseObject({
  sub: z.string().regex(/^user_[A-Za-z0-9]{1,64}$/),
  sid: z.string().regex(/^sess_[A-Za-z0-9]{1,64}$/),
  azp: z.string(),
  iss: z.string(),
  iat: z.int(),
  nbf: z.int(),
  exp: z.int(),
  sts: z.literal('active').optional(),
  act: z.undefined().optional(),
});

/** Errors: auth/expired, auth/invalid. */
export async function readClerkToken(clerk: Clerk, token: string): Promise<Result<{ clerkUserId: string; sessionId: string }>> {
  const header = headerOf(token);
  if (header === undefined || FOREIGN_KEYS.some((name) => name in header)) return err('auth/invalid');
  try {
    const payload: unknown = await verifyToken(token, {
      jwtKey: clerk.jwtKey,
      authorizedParties: [...clerk.parties],
      issuer: clerk.issuer,
      clockSkewInMs: SKEW_MS,
    });
    const read = claims.safeParse(payload);
    if (!read.success || read.data.exp - read.data.iat > LONGEST_S) return err('auth/invalid');
    return ok({ clerkUserId: read.data.sub, sessionId: read.data.sid });
  } catch (error) {
    return err((error as { reason?: unknown }).reason === 'token-expired' ? 'auth/expired' : 'auth/invalid');
  }
}

/** Whether this may be one of Clerk's: ours are HS256 and are never handed to it. */
export const isForClerk = (token: string): boolean => {
  try {
    const header: unknown = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString('utf8'));
    return typeof header === 'object' && header !== null && 'alg' in header && header.alg !== 'HS256';
  } catch {
    return false;
  }
};

function headerOf(token: string): Record<string, unknown> | undefined {
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return undefined;
  try {
    return headerSchema.safeParse(JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
