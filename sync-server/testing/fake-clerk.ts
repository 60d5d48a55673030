/** Clerk at its wire: an RSA key that mints tokens, and a secret that signs webhooks. What judges them is Clerk's own package. */
import { createHmac, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Clerk } from '../core/clerk/settings.ts';

export const PARTY = 'https://sync.klinikk.example';

export interface FakeClerk {
  settings: Clerk;
  privateKey: KeyObject;
  /** A token; claims and header can be replaced, or taken away by undefined. */
  token(claims?: Record<string, unknown>, header?: Record<string, unknown>, key?: KeyObject): string;
  /** A delivery as Svix makes one. */
  delivery(event: unknown, more?: { id?: string; at?: number }): Delivery;
}
export interface Delivery {
  body: string;
  headers: { 'svix-id': string; 'svix-timestamp': string; 'svix-signature': string };
}

let instances = 0;
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
export const seconds = (): number => Math.floor(Date.now() / 1000);

export function fakeClerk(): FakeClerk {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const host = `clerk.instance-${(instances += 1)}.example`;
  const kid = `ins_${randomBytes(8).toString('hex')}`;
  const secret = randomBytes(24);
  const settings: Clerk = {
    publishableKey: `pk_test_${Buffer.from(`${host}$`).toString('base64')}`,
    jwtKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    webhookSecret: `whsec_${secret.toString('base64')}`,
    issuer: `https://${host}`,
    parties: [PARTY],
  };
  return {
    settings,
    privateKey,
    token(claims = {}, header = {}, key = privateKey) {
      const now = seconds();
      const payload = {
        azp: PARTY,
        exp: now + 60,
        iat: now,
        iss: settings.issuer,
        nbf: now - 10,
        sid: 'sess_1',
        sts: 'active',
        sub: 'user_1',
        v: 2,
        ...claims,
      };
      const head = { alg: 'RS256', kid, typ: 'JWT', ...header };
      const text = `${encode(head)}.${encode(payload)}`;
      return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
    },
    delivery(event, { id = `msg_${randomBytes(9).toString('hex')}`, at = seconds() } = {}) {
      const body = JSON.stringify(event);
      const signature = createHmac('sha256', secret).update(`${id}.${at}.${body}`).digest('base64');
      return { body, headers: { 'svix-id': id, 'svix-timestamp': String(at), 'svix-signature': `v1,${signature}` } };
    },
  };
}

export const deliver = (app: FastifyInstance, { body, headers }: { body: string | Buffer; headers: Record<string, string> }) =>
  app.inject({
    method: 'POST',
    url: '/api/v1/webhooks/clerk',
    headers: { 'content-type': 'application/json', ...headers },
    payload: body,
  });

/** As Clerk tells of a user, with one address. */
export const userEvent = (
  type: 'user.created' | 'user.updated',
  id: string,
  email: string,
  { at = Date.now(), status = 'verified' }: { at?: number; status?: string } = {},
) => ({
  object: 'event',
  type,
  data: {
    id,
    object: 'user',
    first_name: 'Kari',
    updated_at: at,
    primary_email_address_id: 'idn_1',
    email_addresses: [{ id: 'idn_1', object: 'email_address', email_address: email, verification: { status, strategy: 'email_code' } }],
  },
});
