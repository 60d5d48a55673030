/** A core on a fresh home with a clock that tests move, for tests of every area. Real files, real encryption. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 } from 'uuid';
import type { CoreEvent, InputOf, OutputOf, VerbName } from '#electron/contract/index.ts';
import type { Result } from '#electron/contract/verb.ts';
import { createCore } from './create-core.ts';
import type { Core } from './create-core.ts';
import { fileKeyStore } from './keys/key-store.ts';
import type { Ports } from './ports.ts';
import type { AnyHandler } from './use-case.ts';

export const PASSPHRASE = 'furu lyng tind skog';

export interface TestLaptop {
  readonly home: string;
  readonly ports: Ports;
  core: Core;
  readonly events: CoreEvent[];
  /** What the log was told. */
  readonly logged: string[];
  call<N extends VerbName>(verb: N, input: InputOf<N>): Promise<Result<OutputOf<N>>>;
  /** As `call`; fails the test when the answer is an error. */
  must<N extends VerbName>(verb: N, input: InputOf<N>): Promise<OutputOf<N>>;
  /** Moves the clock. */
  pass(ms: number): void;
  setClock(at: string): void;
  /** Ends the core and starts another on the same home. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** @param home an existing home to share, e.g. for a second copy of the app */
export function testLaptop(options: { home?: string; fetch?: typeof fetch; handlers?: readonly AnyHandler[] } = {}): TestLaptop {
  const home = options.home ?? mkdtempSync(join(tmpdir(), 'ryggrad-core-'));
  let now = Date.parse('2026-11-23T08:00:00.000Z');
  const logged: string[] = [];
  const events: CoreEvent[] = [];
  const ports: Ports = {
    home,
    clock: { now: () => new Date(now) },
    ids: { uuid: () => v7() },
    keyStore: fileKeyStore(join(home, 'device-secret'), false),
    log: (event, fields) => void logged.push(`${event} ${JSON.stringify(fields ?? {})}`),
    fetch: options.fetch ?? (() => Promise.reject(new Error('no network in this test'))),
    defaultServerUrl: null,
    allowSynthetic: true,
  };
  const start = (): Core => {
    const core = options.handlers === undefined ? createCore(ports) : createCore(ports, options.handlers);
    core.on((event) => events.push(event));
    return core;
  };
  const laptop: TestLaptop = {
    home,
    ports,
    core: start(),
    events,
    logged,
    async call(verb, input) {
      return (await laptop.core.call(verb, input)) as Result<OutputOf<typeof verb>>;
    },
    async must(verb, input) {
      const result = await laptop.call(verb, input);
      if (!result.ok) throw new Error(`${verb}: ${result.code} ${JSON.stringify(result.details ?? {})} ${logged.at(-1) ?? ''}`);
      return result.value;
    },
    pass(ms) {
      now += ms;
    },
    setClock(at) {
      now = Date.parse(at);
    },
    async restart() {
      await laptop.core.close();
      laptop.core = start();
    },
    async close() {
      await laptop.core.close();
      if (options.home === undefined) rmSync(home, { recursive: true, force: true });
    },
  };
  return laptop;
}

/** A clinic with its first person, who is a chiropractor and administrator; not yet unlocked. */
export async function bornClinic(laptop: TestLaptop): Promise<{ clinicId: string; userId: string; recoveryCode: string }> {
  return await laptop.must('clinic.create', {
    clinic: {
      name: 'Bakken kiropraktikk',
      orgNumber: null,
      addressLine: 'Bakkeveien 1',
      postalCode: '0150',
      city: 'Oslo',
      phone: null,
      email: null,
    },
    user: { name: 'Kim Rygg', email: 'kim@bakken.example', profession: 'KI', hprNumber: '1234567' },
    passphrase: PASSPHRASE,
  });
}

/** The same, open. */
export async function openClinic(laptop: TestLaptop): Promise<{ clinicId: string; userId: string; recoveryCode: string }> {
  const born = await bornClinic(laptop);
  await laptop.must('session.unlock', { clinicId: born.clinicId, userId: born.userId, passphrase: PASSPHRASE });
  return born;
}
