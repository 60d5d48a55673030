/** A server in a process of its own, as it runs for a clinic: ours with its Postgres, or the peer's. Both say their address in one line. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ServerProcess {
  url: string;
  stop(): Promise<void>;
}

/** Starts `file` and waits for its line `{"ready":true,"url":…}`. It ends when its stdin does. */
export async function startProcess(file: string, args: readonly string[], env: Record<string, string>): Promise<ServerProcess> {
  const child = spawn(process.execPath, [file, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const ended = once(child, 'exit');
  const ready = (async () => {
    for await (const line of createInterface({ input: child.stdout })) {
      const said = JSON.parse(line) as { ready?: boolean; url?: string };
      if (said.ready === true && said.url !== undefined) return said.url;
    }
    throw new Error(`${file} ended before it was ready`);
  })();
  const url = await ready;
  child.stdout.resume();
  return {
    url,
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}

/** Our server over its own Postgres, with a fresh home; nothing that a clinic has is switched off. */
export async function startOurServer(): Promise<ServerProcess> {
  const home = mkdtempSync(join(tmpdir(), 'ryggrad-bench-server-'));
  // Postgres runs as another user when we are root, and must reach its files.
  chmodSync(home, 0o755);
  const server = await startProcess(fileURLToPath(new URL('../../sync-server/server.ts', import.meta.url)), [], {
    RYGGRAD_HOME: home,
    RYGGRAD_SYNC_PORT: '0',
    RYGGRAD_PARENT: '1',
    // All benches come from one address within a minute or two.
    RATE_LIMIT_MAX: '1000000',
    RATE_LIMIT_DOOR_MAX: '1000000',
    LOG_LEVEL: 'error',
  });
  return {
    url: server.url,
    async stop() {
      await server.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** One number of the server's /metrics. */
export async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.split(' ')[1] ?? Number.NaN);
}
