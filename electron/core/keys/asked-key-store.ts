/** The device secret as a packaged core gets it: it asks main, which alone can reach the system's keychain. */
import { KeyStoreUnavailable } from './key-store.ts';
import type { KeyStore } from './key-store.ts';

export interface AskedKeyStore {
  readonly store: KeyStore;
  /** Main's answer: 32 bytes in base64, or null when there is no safe place on this machine. */
  answer(secret: unknown): void;
}

/** @param ask tells main that the secret is wanted; asked again after a refusal, for a keychain may be unlocked meanwhile */
export function askedKeyStore(ask: () => void): AskedKeyStore {
  let waiting: { resolve(secret: Buffer): void; reject(error: Error): void }[] = [];
  let known: Buffer | null = null;
  return {
    store: {
      deviceSecret() {
        if (known !== null) return Promise.resolve(Buffer.from(known));
        return new Promise((resolve, reject) => {
          waiting.push({ resolve, reject });
          if (waiting.length === 1) ask();
        });
      },
    },
    answer(secret) {
      const bytes = typeof secret === 'string' ? Buffer.from(secret, 'base64') : Buffer.alloc(0);
      const asking = waiting;
      waiting = [];
      if (bytes.length !== 32) {
        for (const { reject } of asking) reject(new KeyStoreUnavailable('the keychain gave no secret'));
        return;
      }
      known = bytes;
      for (const { resolve } of asking) resolve(Buffer.from(bytes));
    },
  };
}
