/** The Debian packages that the tests need besides npm's: a browser, a display, readers of PDF, Redis, a virus scanner, and a C compiler (g++ brings C's headers along). */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/** package → the command it brings */
const NEEDED = {
  chromium: 'chromium',
  xvfb: 'Xvfb',
  'poppler-utils': 'pdftotext',
  qpdf: 'qpdf',
  'redis-server': 'redis-server',
  'g++': 'g++',
  'clamav-daemon': 'clamd',
  // Postgres' own tools for backups, with a server of their version: the embedded one brings none.
  postgresql: 'pg_ctlcluster',
};

/** Installs what is missing where apt-get can; elsewhere names it, and the tests that need it fail by name. */
export function debianPackages() {
  if (process.platform !== 'linux') return;
  const missing = Object.entries(NEEDED).filter(
    ([name, command]) => !onPath(command) && !(name === 'chromium' && process.env.PLAYWRIGHT_CHROMIUM),
  );
  if (missing.length === 0) return;
  const names = missing.map(([name]) => name);
  const prefix = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const run = (...args) => {
    const [command, ...rest] = [...prefix, 'apt-get', ...args];
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    return onPath(command) && spawnSync(command, rest, { stdio: ['ignore', 2, 2], env }).status === 0;
  };
  process.stderr.write(`Installing Debian packages: ${names.join(' ')} …\n`);
  const install = () => run('install', '-y', '--no-install-recommends', ...names);
  if (install() || (run('update') && install())) return;
  process.stderr.write(`Could not install ${names.join(', ')}: install them by hand, or tests that need them will fail.\n`);
}

function onPath(command) {
  return (process.env.PATH ?? '').split(path.delimiter).some((folder) => folder !== '' && existsSync(path.join(folder, command)));
}
