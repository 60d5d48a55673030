/**
 * The peer of the sync benches: PouchDB 9 with express-pouchdb 4.2 (decision 0038). Its 251 packages are installed by the bench alone, from a
 * lockfile of their own and without their install scripts, into the cache of node_modules.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { v7 } from 'uuid';
import { documentAt } from './documents.ts';
import { installedPackages } from './peer-packages.ts';
import { startProcess } from './server-process.ts';

export interface PeerTimes {
  /** All in ms: `pushes` documents up, all documents into an empty second laptop, and one change each from write to sight. */
  pushMs: number;
  loadMs: number;
  propagation: number[];
}

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** As npm gives it, which is what the issue was written from; or as fast as its own options make it (decision 0052). */
export type How = 'default' | 'tuned';

/** Tuned: documents of one request; of 100 (its default), 1,000 and 5,000 the fastest for it in push and in load. */
const BATCH = 1000;

/** Measures the peer with the same documents. */
export async function measurePouchdb(size: { rows: number; pushes: number; writes: number }, how: How): Promise<PeerTimes> {
  const packages = installedPackages('pouchdb');
  const home = mkdtempSync(join(tmpdir(), 'ryggrad-bench-pouchdb-'));
  const server = await startProcess(here('./pouchdb/server.ts'), [packages, home, how], {});
  try {
    const args = [packages, home, server.url, String(size.pushes), String(size.writes), ...(how === 'tuned' ? [String(BATCH)] : [])];
    const client = spawn(process.execPath, [here('./pouchdb/client.ts'), ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    const answer = text(client.stdout);
    const ended = once(client, 'exit');
    for (let n = 0; n < size.rows; n += 1) {
      if (!client.stdin.write(`${JSON.stringify({ _id: v7(), entity: 'patient', ...documentAt(n) })}\n`)) await once(client.stdin, 'drain');
    }
    client.stdin.end();
    await ended;
    return JSON.parse(await answer) as PeerTimes;
  } finally {
    await server.stop();
    rmSync(home, { recursive: true, force: true });
  }
}
