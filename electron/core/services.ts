/** What the core holds while it runs, and what services may do with it. */
import type { CoreEvent, VerbName } from '#electron/contract/index.ts';
import type { AppState, SessionView } from '#electron/contract/session.ts';
import type { SyncStatus } from '#electron/contract/sync.ts';
import type { Result } from '#electron/contract/verb.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import type { Actor, Context } from './context.ts';
import type { RollbackGuard } from './keys/rollback-guard.ts';
import type { Pin } from './session/pin.ts';
import type { Ports } from './ports.ts';

/** The clinic whose database is open, and who is in. */
export interface OpenClinic {
  readonly clinicId: string;
  /** For as long as the clinic's own row has not arrived. */
  readonly clinicName: string;
  readonly folder: string;
  readonly db: SqliteDatabase;
  readonly deviceId: string;
  /** 32 bytes; zeroed on close. */
  readonly databaseKey: Buffer;
  readonly guard: RollbackGuard;
  actor: Actor;
  locked: boolean;
  pin: Pin | null;
}

/** The running replica engine of the open clinic, as the core sees it. */
export interface Replica {
  start(): void;
  stop(): Promise<void>;
  syncNow(): Promise<void>;
  /** Something was written or released: there may be work. */
  poke(): void;
  status(): SyncStatus;
  /** There may be bytes of an attachment to fetch or to send. */
  pokeContent(): void;
  /** Chunks that the server has of what is going up; null when it is not on its way. */
  contentSent(sha256: string): number | null;
}

export interface CoreServices {
  readonly ports: Ports;
  readonly verb: VerbName;
  /** The open clinic; null before unlocking and after closing. */
  readonly clinic: OpenClinic | null;
  /** Runs in one transaction; rolls back on an error value or a throw. Only with an open clinic. */
  transaction<T>(run: (context: Context) => Result<T>): Result<T>;
  openClinic(clinic: OpenClinic): Promise<void>;
  /** @param silently it will be open again at once: the window keeps its place. */
  closeClinic(silently?: boolean): Promise<void>;
  setLocked(locked: boolean): void;
  state(): AppState;
  sessionView(): SessionView;
  replica(): Replica | null;
  /** (Re)starts the replica engine, after a clinic has got a server. */
  restartReplica(): Promise<void>;
  emit(event: CoreEvent): void;
}
