/** The ports as a real host has them: the system's clock, real ids, the file key store, logs without patient data. */
import { join } from 'node:path';
import { v7 } from 'uuid';
import { fileKeyStore } from './keys/key-store.ts';
import type { KeyStore } from './keys/key-store.ts';
import type { Ports } from './ports.ts';

export function hostPorts(options: { home: string; defaultServerUrl: string | null; keyStore?: KeyStore; packaged?: boolean }): Ports {
  return {
    home: options.home,
    clock: { now: () => new Date() },
    ids: { uuid: () => v7() },
    keyStore: options.keyStore ?? fileKeyStore(join(options.home, 'device-secret'), options.packaged === true),
    log: (event, fields = {}) => void process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), event, ...fields })}\n`),
    fetch: globalThis.fetch,
    defaultServerUrl: options.defaultServerUrl,
    allowSynthetic: process.env['RYGGRAD_SYNTHETIC'] === '1',
  };
}
