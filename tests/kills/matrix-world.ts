/** The processes of the matrix: a server with its Postgres, a laptop that is killed, a colleague's that is not; and what must hold. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { v7 } from 'uuid';
import { freePort, startEmbeddedPostgres, type EmbeddedPostgres } from '#sync-server/embedded-postgres.ts';
import { dataFolder, osAccount } from '#sync-server/postgres-files.ts';
import type { EntityDigest } from '#db/sync/digest.ts';
import { openedFields } from '#sync-server/testing/opened.ts';
import { drained, foundClinic, NOW } from '#tests/sync/clinic.ts';
import { until, type Laptop } from '#tests/sync/laptop.ts';
import { differing, replicaDigests } from '#tests/tools/digest-of.ts';
import { serverSql, withServerKeys } from '#tests/tools/server-sql.ts';
import { fastTimers, type LaptopOrder } from './matrix-order.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const SERVER = here('../../sync-server/server.ts');

export interface Died {
  hit: boolean;
}
export interface Checked {
  lost: string[];
  duplicated: string[];
  diverged: string[];
  drainMs: number;
}
interface LaptopState {
  drainMs: number;
  status: { pending: number; state: string; quarantined: number };
  whole: boolean;
  sound: boolean;
  digests: EntityDigest[];
}

/** One process under test, with what it says of itself. */
export class Subject {
  readonly saved: string[] = [];
  hit = false;
  ready = false;
  url = '';
  checked: LaptopState | undefined;
  upgraded: { sound: boolean } | undefined;
  readonly gone: Promise<void>;
  alive = true;
  errors = '';
  readonly child: ChildProcess;

  constructor(child: ChildProcess) {
    this.child = child;
    this.gone = new Promise((resolve) =>
      child.once('exit', () => {
        this.alive = false;
        resolve();
      }),
    );
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('HIT ')) this.hit = true;
      this.errors = (this.errors + text).slice(-4000);
    });
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('"ready":true')) this.ready = true;
    });
    child.on('message', (raw) => {
      const message = raw as { saved?: string; ready?: boolean; checked?: LaptopState; upgraded?: { sound: boolean } };
      if (message.saved !== undefined) this.saved.push(message.saved);
      if (message.ready === true) this.ready = true;
      if (message.checked !== undefined) this.checked = message.checked;
      if (message.upgraded !== undefined) this.upgraded = message.upgraded;
    });
  }

  /** Until it is ready, or dead. */
  async begun(limitMs = 30_000): Promise<void> {
    await until(
      () => this.ready || !this.alive,
      (held) => held,
      `the process is ready (${this.errors})`,
      limitMs,
    );
    if (!this.alive && !this.hit && this.errors.trim() !== '') throw new Error(`it ended before it was ready: ${this.errors}`);
  }
  async end(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.alive) this.child.kill(signal);
    await this.gone;
  }
}

export interface World {
  readonly saved: Set<string>;
  order: LaptopOrder;
  colleague: Laptop;
  laptop(env?: Record<string, string>, order?: Partial<LaptopOrder>): Subject;
  server(env?: Record<string, string>): Subject;
  sql(text: string): Promise<unknown[]>;
  check(laptop: Subject): Promise<Checked>;
  close(): Promise<void>;
}

/** @param oneBox the server keeps its Postgres itself, and ends with it; else Postgres stands by itself and the server comes back to it */
export async function openWorld(oneBox: boolean, plant?: string): Promise<World> {
  const home = mkdtempSync(join(tmpdir(), 'ryggrad-matrix-'));
  chmodSync(home, 0o755);
  const port = await freePort();
  const data = dataFolder(home, osAccount());
  const planted: Record<string, string> = plant === undefined ? {} : { KILL_PLANT: plant };
  let postgres: EmbeddedPostgres | undefined;
  const run = (script: string, args: string[], env: Record<string, string>): Subject =>
    new Subject(
      spawn(process.execPath, ['--import', here('points.ts'), script, ...args], {
        env: { ...process.env, LOG_LEVEL: 'silent', RYGGRAD_PARENT: '1', KILL_POSTMASTER: join(data, 'postmaster.pid'), ...env },
        stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
      }),
    );
  const server = (env: Record<string, string> = {}): Subject =>
    run(SERVER, [], {
      RYGGRAD_HOME: home,
      RYGGRAD_SYNC_PORT: String(port),
      RATE_LIMIT_MAX: '1000000',
      SESSION_KEY: Buffer.alloc(32, 5).toString('base64'),
      ...(postgres === undefined ? {} : { DATABASE_URL: postgres.appUrl, DATABASE_OWNER_URL: postgres.ownerUrl }),
      ...env,
    });

  const first = server();
  await first.begun();
  const serverUrl = `http://127.0.0.1:${port}`;
  const clinic = await foundClinic(serverUrl, { timers: fastTimers });
  const keySeed = Buffer.alloc(32, 11);
  const folder = join(home, 'laptop');
  mkdirSync(folder);
  const joined = await clinic.join(serverUrl, ['PRACTITIONER'], { kept: { home: folder, keySeed } });
  const [visit, patient] = [v7(), v7()];
  joined.write('encounter.start', (ctx) => {
    ctx.insert('patient', { givenName: 'Kari', familyName: 'Nordmann' }, patient);
    const { userId } = joined.actor;
    ctx.insert('encounter', { patientId: patient, practitionerId: userId, visitType: 'follow_up', visitAt: NOW, recordedAt: NOW }, visit);
  });
  await drained(joined);
  await drained(clinic.first);
  const order: LaptopOrder = {
    home: folder,
    keySeed: keySeed.toString('hex'),
    clinicId: clinic.id,
    deviceId: joined.deviceId,
    person: { id: joined.actor.userId, name: joined.actor.name, email: joined.actor.email, roles: ['PRACTITIONER'] },
    serverUrl,
    credential: joined.credential(),
    visit,
    patient,
  };
  await joined.close();
  await first.end('SIGTERM');
  if (!oneBox) postgres = await startEmbeddedPostgres(home);

  const sql = (text: string) => serverSql(home, text);

  const world: World = {
    saved: new Set(),
    order,
    colleague: clinic.first,
    laptop: (env = {}, changes = {}) => run(here('matrix-laptop.ts'), [JSON.stringify({ ...order, ...changes })], { ...planted, ...env }),
    server,
    sql,
    async check(laptop) {
      laptop.child.send({ check: true });
      await until(
        () => laptop.checked,
        (checked) => checked !== undefined,
        'the laptop says what it holds',
        90_000,
      );
      const { colleague, saved } = world;
      await drained(colleague).catch(() => {});
      const state = laptop.checked;
      laptop.checked = undefined;
      const found: Checked = { lost: [], duplicated: [], diverged: [], drainMs: state?.drainMs ?? 0 };
      if (state === undefined || state.status.pending > 0 || state.status.state !== 'in_sync' || !state.whole)
        found.diverged.push(`not drained: ${JSON.stringify(state?.status)}`);
      if (state?.sound === false) found.diverged.push('the database is not sound');
      // The colleague may be a moment behind: equal in the end, not at once.
      let unequal: string[] = [];
      for (let tries = 0; tries < 100; tries += 1) {
        unequal = differing(state?.digests ?? [], replicaDigests(colleague.db));
        if (unequal.length === 0) break;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      found.diverged.push(...unequal);
      const [notes, patients] = await withServerKeys(home, async (pool) => [
        await openedFields(pool, clinic.id, 'note_section', ['text'], 'not deleted'),
        await openedFields(pool, clinic.id, 'patient', ['givenName', 'familyName']),
      ]);
      const names = patients.filter(({ familyName }) => familyName === 'Matrise').map(({ givenName }) => ({ name: String(givenName) }));
      const all = notes.map(({ text }) => String(text)).join('\n');
      const times = new Map<string, number>();
      for (const { name } of names) times.set(name, (times.get(name) ?? 0) + 1);
      for (const [token] of all.matchAll(/<[^<>]+>/g)) times.set(token, (times.get(token) ?? 0) + 1);
      for (const token of saved) if (!times.has(token) || !times.has(`<${token}>`)) found.lost.push(token);
      for (const [token, count] of times) if (count > 1) found.duplicated.push(`${token}: ${count} times`);
      const [ledger] = (await sql(
        `select count(*)::int as entries, coalesce(max(n), 0)::int as last, (select count(*)::int from conflict) as conflicts,
           (select count(*)::int from quarantine) as refused from ledger where device_id = '${order.deviceId}'`,
      )) as { entries: number; last: number; conflicts: number; refused: number }[];
      if (ledger === undefined || ledger.entries !== ledger.last) found.duplicated.push(`ledger ${JSON.stringify(ledger)}`);
      // One laptop alone wrote: whatever seems to be somebody else's is its own change, done twice.
      if ((ledger?.conflicts ?? 0) > 0 || (ledger?.refused ?? 0) > 0) found.duplicated.push(JSON.stringify(ledger));
      return found;
    },
    async close() {
      await clinic.first.close();
      await postgres?.stop();
      rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
  return world;
}
