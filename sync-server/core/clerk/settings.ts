/** What the operator says of Clerk (config.ts). Nothing here is asked over the network: tokens are judged by a key that lies here. */
import { createPublicKey } from 'node:crypto';

export interface Clerk {
  publishableKey: string;
  /** PEM of the instance's RSA key. */
  jwtKey: string;
  webhookSecret: string;
  /** `https://` and the host that stands in the publishable key. */
  issuer: string;
  /** Origins of pages on which people sign in: whose tokens are taken (`azp`). Never empty; a token without an origin is refused. */
  parties: readonly string[];
}

/** The instance's host, which the publishable key says in base64 with a `$` behind it; undefined for what is none. */
export function hostOfKey(publishableKey: string): string | undefined {
  const [, encoded = ''] = /^pk_(?:test|live)_([A-Za-z0-9+/=]+)$/.exec(publishableKey) ?? [];
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  return /^[a-z0-9.-]+\.[a-z]{2,}\$$/.test(text) ? text.slice(0, -1) : undefined;
}

/** A public RSA key of at least 2048 bits, as PEM with real line breaks; undefined for anything else. */
export function rsaPem(text: string): string | undefined {
  const pem = text.replaceAll('\\n', '\n').trim();
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048 && pem.includes('PUBLIC KEY')
      ? pem
      : undefined;
  } catch {
    return undefined;
  }
}

export interface ClerkVariables {
  CLERK_PUBLISHABLE_KEY?: string | undefined;
  CLERK_SECRET_KEY?: string | undefined;
  CLERK_JWT_KEY?: string | undefined;
  CLERK_WEBHOOK_SECRET?: string | undefined;
  CLERK_AUTHORIZED_PARTIES: string[];
}

/** Undefined without any of them: local accounts alone. Throws a sentence for the operator: half a configuration would let nobody in, or too many. */
export function clerkFrom(e: ClerkVariables, production: boolean): Clerk | undefined {
  const { CLERK_PUBLISHABLE_KEY: publishableKey, CLERK_SECRET_KEY: secretKey, CLERK_JWT_KEY: pem, CLERK_WEBHOOK_SECRET: webhookSecret } = e;
  const parties = e.CLERK_AUTHORIZED_PARTIES;
  if ([publishableKey, secretKey, pem, webhookSecret].every((value) => value === undefined) && parties.length === 0) return undefined;
  const wrong = (name: string, why: string) => new Error(`${name}: ${why}.`);
  const host = publishableKey === undefined ? undefined : hostOfKey(publishableKey);
  if (publishableKey === undefined || host === undefined) throw wrong('CLERK_PUBLISHABLE_KEY', 'must be the pk_… of your Clerk instance');
  // We ask Clerk's API nothing, so it is not needed; where it is set it must belong to the same kind of instance.
  if (secretKey !== undefined && !secretKey.startsWith(publishableKey.startsWith('pk_live_') ? 'sk_live_' : 'sk_test_'))
    throw wrong('CLERK_SECRET_KEY', 'must be the sk_… of the same Clerk instance');
  const jwtKey = pem === undefined ? undefined : rsaPem(pem);
  if (jwtKey === undefined) throw wrong('CLERK_JWT_KEY', 'must be the PEM public key of your Clerk instance (RSA, at least 2048 bits)');
  if (webhookSecret === undefined || !/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/.test(webhookSecret))
    throw wrong('CLERK_WEBHOOK_SECRET', 'must be the whsec_… of the webhook');
  if (parties.length === 0)
    throw wrong('CLERK_AUTHORIZED_PARTIES', 'must name the origins of this server’s sign-in page, such as https://sync.example.no');
  if (production && publishableKey.startsWith('pk_test_'))
    throw wrong('CLERK_PUBLISHABLE_KEY', 'is of a development instance, which production refuses');
  if (production && parties.some((party) => !party.startsWith('https://')))
    throw wrong('CLERK_AUTHORIZED_PARTIES', 'must begin with https:// in production');
  return { publishableKey, jwtKey, webhookSecret, issuer: `https://${host}`, parties };
}
