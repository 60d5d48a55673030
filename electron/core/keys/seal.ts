/** AES-256-GCM for small secrets, and sealing to an X25519 public key (an ephemeral key per seal). */
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** `nonce12 | tag16 | ciphertext`; `context` is authenticated with it. */
export function seal(key: Buffer, plain: Buffer, context: string): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}

/** The plain bytes, or null when the key or the context is another or a bit was changed. */
export function unseal(key: Buffer, sealed: Buffer, context: string): Buffer | null {
  if (sealed.length < 28) return null;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
    decipher.setAAD(Buffer.from(context));
    decipher.setAuthTag(sealed.subarray(12, 28));
    return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]);
  } catch {
    return null;
  }
}

/** Raw 32-byte private key → its key pair's public half, raw. */
export function x25519Public(privateRaw: Buffer): Buffer {
  return rawPublic(createPublicKey(x25519Private(privateRaw)));
}

/** Seals to a public key: only the holder of the private half opens it. */
export function sealTo(publicRaw: Buffer, plain: Buffer, context: string): Buffer {
  const ephemeral = generateKeyPairSync('x25519');
  const shared = diffieHellman({ privateKey: ephemeral.privateKey, publicKey: x25519PublicKey(publicRaw) });
  const own = rawPublic(ephemeral.publicKey);
  return Buffer.concat([own, seal(sharedKey(shared, own, publicRaw), plain, context)]);
}

export function unsealWith(privateRaw: Buffer, sealed: Buffer, context: string): Buffer | null {
  if (sealed.length < 60) return null;
  const other = sealed.subarray(0, 32);
  const shared = diffieHellman({ privateKey: x25519Private(privateRaw), publicKey: x25519PublicKey(other) });
  return unseal(sharedKey(shared, other, x25519Public(privateRaw)), sealed.subarray(32), context);
}

function sharedKey(shared: Buffer, ephemeral: Buffer, recipient: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', shared, Buffer.concat([ephemeral, recipient]), 'ryggrad-seal-v1', 32));
}
function x25519Private(raw: Buffer): KeyObject {
  return createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), raw]),
    format: 'der',
    type: 'pkcs8',
  });
}
function x25519PublicKey(raw: Buffer): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: raw.toString('base64url') }, format: 'jwk' });
}
function rawPublic(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
}
