/**
 * The device secret in the system's keychain (security.md 1.2): a file that only this user's keychain can open. On Linux
 * without a keychain Electron would encrypt with a key it carries itself; that is no secret, and is refused.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { safeStorage } from 'electron';

/** 32 bytes in base64, made at first use; null when there is no safe place, or the keychain is another than it was. */
export async function keychainSecret(file: string): Promise<string | null> {
  try {
    if (process.platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text') return null;
    const async = typeof safeStorage.isAsyncEncryptionAvailable === 'function' && (await safeStorage.isAsyncEncryptionAvailable());
    if (!async && !safeStorage.isEncryptionAvailable()) return null;
    if (existsSync(file)) {
      const sealed = readFileSync(file);
      return async ? (await safeStorage.decryptStringAsync(sealed)).result : safeStorage.decryptString(sealed);
    }
    const secret = randomBytes(32).toString('base64');
    const sealed = async ? await safeStorage.encryptStringAsync(secret) : safeStorage.encryptString(secret);
    writeFileSync(`${file}.new`, sealed, { mode: 0o600, flush: true });
    renameSync(`${file}.new`, file);
    return secret;
  } catch {
    // Never a new secret in place of one that does not open: the slots of this laptop hang on it.
    return null;
  }
}

/** Whether the core asks for it. */
export function isSecretAsked(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'ask' in message && message.ask === 'device-secret';
}
