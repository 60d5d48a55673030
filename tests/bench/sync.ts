/**
 * What laptops, server and Postgres are measured on together: first load, push and propagation, beside PouchDB with the same documents in
 * the same run; then fan-out, the storm of connects, what a clinic costs among many, and a colleague's save during an import.
 */
import { foundClinic, drained, type TestClinic } from '#tests/sync/clinic.ts';
import type { Laptop } from '#tests/sync/laptop.ts';
import { clinicCost } from './clinics.ts';
import { writeDocuments } from './documents.ts';
import { connectStorm, fanOut } from './fan-out.ts';
import { figure, percentile } from './figures.ts';
import type { Figure } from './figures.ts';
import { saveDuringImport } from './import.ts';
import { measurePouchdb } from './pouchdb.ts';
import { startOurServer, type ServerProcess } from './server-process.ts';

export interface SyncSize {
  /** Rows of the first load, `pushes` of them written offline and timed on their way up. */
  rows: number;
  pushes: number;
  /** Single changes from one laptop to another. */
  writes: number;
  polls: number;
  connects: number;
  clinics: { few: number; many: number };
  imported: number;
}

type Bench = (url: string, size: SyncSize) => Promise<Figure[]>;

/** Bench names → the run that gives them, in a clinic of its own. */
const RUNS: readonly { names: readonly string[]; run: Bench }[] = [
  { names: ['first-load', 'first-load-tuned', 'push', 'push-tuned', 'propagation'], run: besidePouchdb },
  { names: ['fan-out'], run: (url, { polls }) => inClinic(url, (clinic) => fanOut(url, clinic, polls)) },
  { names: ['connect-storm'], run: (url, { connects }) => inClinic(url, (clinic) => connectStorm(url, clinic, connects)) },
  { names: ['clinics'], run: (url, { clinics }) => clinicCost(url, clinics) },
  { names: ['import'], run: (url, { imported }) => inClinic(url, (clinic) => saveDuringImport(url, clinic, imported)) },
];
export const SYNC_NAMES = RUNS.flatMap(({ names }) => names);

/**
 * Runs those that are wanted, one after the other.
 * @param together on one server; else each gets a fresh one, with its own Postgres
 */
export async function syncBenches(
  wanted: (name: string) => boolean,
  size: SyncSize,
  together: boolean,
  say: (figures: readonly Figure[]) => void,
): Promise<void> {
  let server: ServerProcess | undefined;
  try {
    for (const { names, run } of RUNS) {
      if (!names.some(wanted)) continue;
      server ??= await startOurServer();
      say(await run(server.url, size));
      if (together) continue;
      await server.stop();
      server = undefined;
    }
  } finally {
    await server?.stop();
  }
}

async function inClinic(url: string, run: (clinic: TestClinic) => Promise<Figure[]>): Promise<Figure[]> {
  const clinic = await foundClinic(url);
  try {
    await drained(clinic.first);
    return await run(clinic);
  } finally {
    await clinic.first.close();
  }
}

/** Ours beside the peer's: as npm gives it where the bench has its plain name, tuned where its name says so. */
function perSecond(bench: string, unit: string, count: number, ms: number, peerMs: number): Figure {
  return figure(bench, 'rate', (count / ms) * 1000, unit, (count / peerMs) * 1000);
}

async function besidePouchdb(url: string, size: SyncSize): Promise<Figure[]> {
  const usual = await measurePouchdb(size, 'default');
  const tuned = await measurePouchdb(size, 'tuned');
  return await inClinic(url, async (clinic) => {
    const { first } = clinic;
    const pushMs = await pushOffline(first, 0, size.pushes);
    await pushOffline(first, size.pushes, size.rows);
    const arrived = new Map<string, () => void>();
    const second = await clinic.join(url, ['PRACTITIONER'], {
      onApplied: (changed) => {
        for (const id of changed.get('patient') ?? []) arrived.get(id)?.();
      },
    });
    try {
      const loadMs = await firstLoad(second, size.rows);
      const times: number[] = [];
      for (let write = 0; write < size.writes; write += 1) times.push(await propagate(first, arrived, write));
      return [
        perSecond('push', 'changes/s', size.pushes, pushMs, usual.pushMs),
        perSecond('push-tuned', 'changes/s', size.pushes, pushMs, tuned.pushMs),
        figure('first-load', 'max', loadMs, 'ms', 10_000),
        perSecond('first-load', 'rows/s', size.rows, loadMs, usual.loadMs),
        perSecond('first-load-tuned', 'rows/s', size.rows, loadMs, tuned.loadMs),
        figure('propagation', 'p50', percentile(times, 0.5), 'ms', 15),
        figure('propagation', 'p95', percentile(times, 0.95), 'ms', 60),
        figure('propagation', 'max', Math.max(...times), 'ms', Math.max(...tuned.propagation)),
      ];
    } finally {
      await second.close();
    }
  });
}

/** Writes while the engine rests, then starts it: ms until everything is answered. */
async function pushOffline(laptop: Laptop, from: number, to: number): Promise<number> {
  await laptop.engine().stop();
  writeDocuments(laptop, from, to);
  const began = performance.now();
  laptop.engine().start();
  await laptop.engine().syncNow();
  const ms = performance.now() - began;
  const { pending } = laptop.engine().status();
  if (pending > 0) throw new Error(`${pending} changes were not taken`);
  await drained(laptop);
  return ms;
}

/** ms from an empty replica, just connected, to `in_sync` with all rows there. */
async function firstLoad(laptop: Laptop, rows: number): Promise<number> {
  const began = performance.now();
  while (laptop.engine().status().state !== 'in_sync') await new Promise((resolve) => setTimeout(resolve, 5));
  const ms = performance.now() - began;
  const { n } = laptop.db.prepare('select count(*) as n from patient').get() as { n: number };
  if (n !== rows) throw new Error(`${n} of ${rows} rows came`);
  return ms;
}

async function propagate(from: Laptop, arrived: Map<string, () => void>, n: number): Promise<number> {
  const began = performance.now();
  const here = new Promise<void>((resolve) => {
    const { id } = from.write('patient.create', (ctx) =>
      ctx.insert('patient', { givenName: 'Ny', familyName: 'Endring', phone: String(90_000_000 + n) }),
    );
    arrived.set(id, resolve);
  });
  from.engine().nudge();
  await here;
  return performance.now() - began;
}
