/**
 * What every starter does first, on any Node from 20 and with nothing installed: install the packages of
 * the lockfile when they are missing or older, then run the same command again on the pinned Node.
 * No dependency may be imported here.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');
const PINNED_MAJOR = 24;
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Installs if needed, and continues on the pinned Node: returns only there. `parentWatch` gives the second
 * process a channel that closes when the first is gone, so that kill -9 on the starter leaves nothing behind.
 */
export async function bootstrap({ parentWatch = false } = {}) {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    fail(`Ryggrad needs Node 20 or newer to start; this is ${process.version}.`);
  }
  if (!isInstalled()) install();
  const node = pinnedNode();
  process.env.PATH = `${path.join(ROOT, 'node_modules', '.bin')}${path.delimiter}${process.env.PATH ?? ''}`;
  if (Number(process.versions.node.split('.')[0]) === PINNED_MAJOR) return;
  await reExec(node, parentWatch);
}

/** Path of the Node the house is pinned to. Ends the process with a sentence when it is missing. */
export function pinnedNode() {
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const candidates = [
    path.join(ROOT, 'node_modules', 'node', 'bin', file),
    path.join(ROOT, 'node_modules', 'node', 'node_modules', `node-${platform}-${process.arch}`, 'bin', file),
    path.join(ROOT, 'node_modules', `node-${platform}-${process.arch}`, 'bin', file),
  ];
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found !== undefined) return found;
  if (Number(process.versions.node.split('.')[0]) === PINNED_MAJOR) return process.execPath;
  return fail(`Node ${PINNED_MAJOR} is missing in node_modules: run "npm rebuild node", or "npm install" with install scripts allowed.`);
}

function lockHash() {
  return createHash('sha256')
    .update(readFileSync(path.join(ROOT, 'package-lock.json')))
    .digest('hex');
}

const stampFile = () => path.join(ROOT, 'node_modules', '.ryggrad-lock');

/** npm writes node_modules/.package-lock.json last, so its presence means a finished install. */
function isInstalled() {
  const written = path.join(ROOT, 'node_modules', '.package-lock.json');
  if (!existsSync(written)) return false;
  if (existsSync(stampFile()) && readFileSync(stampFile(), 'utf8') === lockHash()) return true;
  return statSync(written).mtimeMs >= statSync(path.join(ROOT, 'package-lock.json')).mtimeMs;
}

function install() {
  process.stderr.write('Installing packages, once per lockfile …\n');
  const windows = process.platform === 'win32';
  // Progress goes to stderr: stdout belongs to the promised last or only line.
  const done = spawnSync(windows ? 'npm.cmd' : 'npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
    shell: windows,
    // A caller's production setting must not leave out what builds the window.
    env: { ...process.env, NODE_ENV: 'development', npm_config_omit: '' },
  });
  if (done.status !== 0) fail('The packages could not be installed: see the lines above. The network is needed for this first step only.');
  writeFileSync(stampFile(), lockHash());
}

async function reExec(node, parentWatch) {
  const child = spawn(node, process.argv.slice(1), {
    stdio: parentWatch ? ['inherit', 'inherit', 'inherit', 'ipc'] : 'inherit',
    env: process.env,
  });
  for (const signal of FORWARDED) process.on(signal, () => child.kill(signal));
  const code = await new Promise((resolve) => {
    child.once('error', (error) => fail(`The pinned Node does not start (${node}): ${error.message}`));
    child.once('exit', (exit, signal) => resolve(exit ?? (signal === 'SIGINT' ? 130 : 143)));
  });
  process.exit(code);
}

/** One clear sentence and exit 1. */
export function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
