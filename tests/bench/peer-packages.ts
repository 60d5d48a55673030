/** What a peer of the benches consists of: installed by the bench alone, from a lockfile of its own and without install scripts, into the cache of node_modules. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** The folder with the peer's packages; installs them the first time. */
export function installedPackages(peer: 'pouchdb' | 'medplum'): string {
  const lock = here(`./${peer}/package-lock.json`);
  const name = createHash('sha256').update(readFileSync(lock)).digest('hex').slice(0, 12);
  const folder = join(here('../../node_modules/.cache'), `ryggrad-bench-${peer}-${name}`);
  if (existsSync(join(folder, 'node_modules', '.package-lock.json'))) return folder;
  mkdirSync(folder, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) copyFileSync(here(`./${peer}/${file}`), join(folder, file));
  const windows = process.platform === 'win32';
  execFileSync(windows ? 'npm.cmd' : 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: windows,
  });
  return folder;
}
