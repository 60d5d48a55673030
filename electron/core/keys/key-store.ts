/**
 * Where the device secret lives: 32 bytes that, with the passphrase, open the clinic's key. Electron keeps it in
 * the system's keychain (electron/main); plain Node in a file only its owner may read, never in a packaged app.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface KeyStore {
  /** The device secret, made at first use. Rejects with `keystore/unavailable` when there is no safe place. */
  deviceSecret(): Promise<Buffer>;
}

export class KeyStoreUnavailable extends Error {
  readonly code = 'keystore/unavailable';
}

export function fileKeyStore(file: string, packaged: boolean): KeyStore {
  return {
    async deviceSecret() {
      if (packaged) throw new KeyStoreUnavailable('a packaged app keeps its secret in the keychain');
      if (existsSync(file)) {
        const secret = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64');
        if (secret.length !== 32) throw new KeyStoreUnavailable('the device secret is damaged');
        return secret;
      }
      const secret = randomBytes(32);
      mkdirSync(dirname(file), { recursive: true });
      const fresh = `${file}.new`;
      writeFileSync(fresh, secret.toString('base64'), { mode: 0o600, flush: true });
      chmodSync(fresh, 0o600);
      renameSync(fresh, file);
      return secret;
    },
  };
}
