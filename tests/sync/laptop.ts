/**
 * A laptop for journeys about sync: a real encrypted replica, the core's own way of writing, the real engine;
 * only without people at a window. The same for every test here and for the fault simulation.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 } from 'uuid';
import type { Role } from '#db/model/clinic.ts';
import { migrate } from '#db/sqlite/migrate.ts';
import { openDatabase, type SqliteDatabase } from '#db/sqlite/open.ts';
import { createContext, type Actor, type Context } from '#electron/core/context.ts';
import type { Ports } from '#electron/core/ports.ts';
import type { SyncStatus } from '#electron/contract/sync.ts';
import type { Difference } from '#electron/sync/anti-entropy.ts';
import type { EngineTimers, Fetch } from '#electron/sync/ports.ts';
import { createReplicaEngine, type ReplicaEngine } from '#electron/sync/replica-engine.ts';

export interface LaptopOptions {
  clinicId: string;
  person: { id: string; name: string; email: string; roles: Role[] };
  deviceId?: string;
  clock?: { now(): Date };
  fetch?: Fetch;
  timers?: EngineTimers;
  /** A folder that stays, and a key that is the same after the process has been killed. */
  kept?: { home: string; keySeed: Uint8Array };
  /** Told of rows that came from the server. */
  onApplied?(changed: ReadonlyMap<string, readonly string[]>): void;
  /** For simulations: does not wait for the disk, and takes ids and key from a seed, so that a schedule can be repeated. */
  simulated?: { uuid(): string; keySeed: Uint8Array };
}

export interface Laptop {
  readonly db: SqliteDatabase;
  readonly deviceId: string;
  readonly clinicId: string;
  readonly actor: Actor;
  readonly publicKey: string;
  /** One use-case: row, audit and outbox entry in one transaction. */
  write<T>(verb: string, run: (context: Context) => T): T;
  /** Connects to a server. */
  connect(serverUrl: string, credential: string): ReplicaEngine;
  engine(): ReplicaEngine;
  /** What it shows the server; empty before it has connected. */
  credential(): string;
  statuses: SyncStatus[];
  /** Orders to erase that came, after everything was handed in. */
  revocations: (string | null)[];
  /** What comparing with the server found. */
  differences: Difference[];
  /** Ends the engine, closes the file, opens it again: a restart of the program. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export function createLaptop(options: LaptopOptions): Laptop {
  const home = options.kept?.home ?? mkdtempSync(join(tmpdir(), 'ryggrad-laptop-'));
  const key = new Uint8Array(32).fill(7);
  const file = join(home, 'ryggrad.db');
  const clock = options.clock ?? { now: () => new Date() };
  const seed = (options.kept ?? options.simulated)?.keySeed;
  const pair = seed === undefined ? generateKeyPairSync('ed25519') : keyPairFrom(seed);
  const deviceId = options.deviceId ?? v7();
  const ports = {
    home,
    clock,
    ids: { uuid: options.simulated?.uuid ?? (() => v7()) },
    log: () => {},
    fetch: globalThis.fetch,
    defaultServerUrl: null,
    allowSynthetic: true,
  } as unknown as Ports;
  const actor: Actor = {
    userId: options.person.id,
    name: options.person.name,
    email: options.person.email,
    roles: options.person.roles,
    granted: false,
    profession: options.person.roles.includes('PRACTITIONER') ? 'KI' : null,
    hprNumber: null,
    signingKey: pair.privateKey,
  };
  let db = open(file, key, options.simulated !== undefined);
  let engine: ReplicaEngine | undefined;
  let target: { serverUrl: string; credential: string } | undefined;

  const laptop: Laptop = {
    get db() {
      return db;
    },
    deviceId,
    clinicId: options.clinicId,
    actor,
    publicKey: rawPublicKey(pair.publicKey),
    statuses: [],
    differences: [],
    revocations: [],
    write(verb, run) {
      const value = db
        .transaction(() => {
          const context = createContext({ db, clinicId: options.clinicId, deviceId, actor, ports, verb });
          const result = run(context);
          context.audit({ action: 'change' });
          return result;
        })
        .immediate();
      engine?.nudge();
      return value;
    },
    connect(serverUrl, credential) {
      target = { serverUrl, credential };
      engine = createReplicaEngine({
        db,
        clinicId: options.clinicId,
        deviceId,
        serverUrl,
        credential: () => target?.credential ?? '',
        clock,
        ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
        ...(options.timers === undefined ? {} : { timers: options.timers }),
        onApplied: (changed) => options.onApplied?.(changed),
        onDifference: (difference) => laptop.differences.push(difference),
        onRevoked: (order) => laptop.revocations.push(order),
        onStatus: (status) => laptop.statuses.push(status),
      });
      engine.start();
      return engine;
    },
    engine() {
      if (engine === undefined) throw new Error('not connected');
      return engine;
    },
    credential: () => target?.credential ?? '',
    async restart() {
      await engine?.stop();
      db.close();
      db = open(file, key, options.simulated !== undefined);
      if (target !== undefined) laptop.connect(target.serverUrl, target.credential);
    },
    async close() {
      await engine?.stop();
      db.close();
      if (options.kept === undefined) rmSync(home, { recursive: true, force: true });
    },
  };
  return laptop;
}

function open(file: string, key: Uint8Array, fast = false): SqliteDatabase {
  const opened = openDatabase(file, key, false);
  if (!opened.ok) throw new Error(opened.code);
  const migrated = migrate(opened.db);
  if (!migrated.ok) throw new Error(migrated.code);
  if (fast) opened.db.pragma('synchronous=OFF');
  return opened.db;
}

/** An Ed25519 pair from 32 bytes (RFC 8410's PKCS #8 form). */
function keyPairFrom(seed: Uint8Array): { privateKey: KeyObject; publicKey: KeyObject } {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

function rawPublicKey(key: KeyObject): string {
  const jwk = key.export({ format: 'jwk' });
  if (typeof jwk.x !== 'string') throw new Error('not an Ed25519 key');
  return jwk.x;
}

/** Polls until it holds; fails with what it last saw. */
export async function until<T>(read: () => T | Promise<T>, holds: (value: T) => boolean, what: string, limitMs = 20_000): Promise<T> {
  const started = performance.now();
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (performance.now() - started > limitMs) throw new Error(`${what}: still ${JSON.stringify(value)} after ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
