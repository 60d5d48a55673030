/**
 * The real processes of a clinic on this machine: sync server with its own Postgres, and one dev-host per laptop.
 * Every process gets a fresh home and free ports, prints its ready line, and ends with its parent.
 */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Running {
  url: string;
  ready: Record<string, unknown>;
  home: string;
  process: ChildProcess;
  /** What it has written to stderr, for a failing test's message. */
  stderr(): string;
  /** Ends it politely and waits. */
  stop(): Promise<void>;
  /** kill -9, and waits until it is gone. */
  kill(): Promise<void>;
}

/** A home under the temp folder that Postgres' own user may pass through when the tests run as root. */
export async function freshHome(name: string): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), `ryggrad-${name}-`));
  await chmod(home, 0o755);
  return home;
}

export async function removeHome(home: string): Promise<void> {
  await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

async function start(entry: string, home: string, env: Record<string, string>): Promise<Running> {
  const child = spawn(process.execPath, [join(ROOT, entry)], {
    cwd: ROOT,
    env: { ...process.env, RYGGRAD_HOME: home, RYGGRAD_PARENT: '1', LOG_LEVEL: 'warn', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-20_000);
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const ready = await new Promise<Record<string, unknown>>((resolve, reject) => {
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => {
      if (!line.startsWith('{"ready":true')) return;
      resolve(JSON.parse(line) as Record<string, unknown>);
    });
    void gone.then(() => reject(new Error(`${entry} ended before it was ready (${child.exitCode}):\n${errors}`)));
  });
  return {
    url: String(ready['url']),
    ready,
    home,
    process: child,
    stderr: () => errors,
    async stop() {
      if (child.exitCode === null) child.kill('SIGTERM');
      await gone;
    },
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

export async function startServer(home: string, env: Record<string, string> = {}): Promise<Running> {
  return await start('sync-server/server.ts', home, { RYGGRAD_SYNC_PORT: '0', ...env });
}

export async function startLaptop(home: string, env: Record<string, string> = {}): Promise<Running> {
  return await start('electron/dev-host/server.ts', home, { RYGGRAD_PORT: '0', ...env });
}

/** The window's files, built anew when a source has changed. Throws with the build's own words when it fails. */
export function ensureRenderer(): void {
  const script = "const { buildRenderer } = await import('./build/renderer.mjs'); buildRenderer(process.argv[1]);";
  const built = spawnSync(process.execPath, ['--input-type=module', '-e', script, tmpdir()], { cwd: ROOT, encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`the window could not be built:\n${built.stdout}${built.stderr}`);
}

export interface DemoLaptop extends Running {
  email: string;
  passphrase: string;
}

/** A laptop with the demo clinic; without `syncUrl` there is no server to be reached. */
export async function startDemoLaptop(home: string, syncUrl = 'http://127.0.0.1:9', port = '0'): Promise<DemoLaptop> {
  const running = await startLaptop(home, { RYGGRAD_DEMO: '1', RYGGRAD_SYNC_URL: syncUrl, RYGGRAD_PORT: port });
  const demo = running.ready['demo'] as { email: string; passphrase: string };
  return { ...running, ...demo };
}
