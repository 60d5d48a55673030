/**
 * Our own signature on a release, on every system: what the update server says about a version counts only if the owner's key, which never was
 * on that server, says so too. On Linux nobody else checks; on Windows and macOS the system checks the program besides.
 */
import { createPublicKey, verify } from 'node:crypto';

export interface Release {
  version: string;
  files: readonly { url: string; sha512: string; size?: number | undefined }[];
}

/** What is signed: the version and each file by its checksum. Not the share of laptops that may have it: that grows without the key. */
export function signedText({ version, files }: Release): Buffer {
  const lines = files.map(({ url, sha512, size }) => `${sha512} ${size ?? ''} ${url}`).toSorted();
  return Buffer.from(['ryggrad-release-1', version, ...lines].join('\n'), 'utf8');
}

/** @param key Ed25519, base64 of SPKI @param release as the server gave it, `signature` with it */
export function isSigned(release: Release & { signature?: unknown }, key: string): boolean {
  const { signature, files } = release;
  if (typeof signature !== 'string' || !Array.isArray(files) || files.length === 0) return false;
  try {
    const publicKey = createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' });
    return publicKey.asymmetricKeyType === 'ed25519' && verify(null, signedText(release), publicKey, Buffer.from(signature, 'base64'));
  } catch {
    return false;
  }
}
