/** What differs by host: the rest of the core is plain Node and the same everywhere. */
import type { CrashReport } from '#electron/contract/crash-report.ts';
import type { KeyStore } from './keys/key-store.ts';

export interface Clock {
  now(): Date;
}
export interface Ids {
  /** A new UUIDv7. */
  uuid(): string;
}
export interface Ports {
  /** Folder that holds everything this program keeps on this laptop. */
  home: string;
  clock: Clock;
  ids: Ids;
  keyStore: KeyStore;
  /** Codes, counts and ids only: no patient data may be put here. */
  log(event: string, fields?: Record<string, string | number | boolean | null>): void;
  /** Where faults are told, by place and kind; absent where nobody listens. */
  report?(report: CrashReport): void;
  fetch: typeof globalThis.fetch;
  /** The sync server a demo or a bare join code means; null without one. */
  defaultServerUrl: string | null;
  /** Whether synthetic fødselsnummer (month +80) are taken in every clinic; a demo clinic takes them anyway. */
  allowSynthetic: boolean;
}
