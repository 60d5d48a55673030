/** Builds the window's files into dist/renderer when a source they come from has changed. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, openSync, closeSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { tail } from './children.mjs';
import { ROOT, fail, pinnedNode } from './bootstrap.mjs';

const SOURCES = ['renderer', 'electron/contract', 'db/model', 'db/rules', 'build/vite.renderer.ts', 'package-lock.json'];
const OUT = path.join(ROOT, 'dist', 'renderer');

function fingerprint() {
  const hash = createHash('sha256');
  const walk = (relative) => {
    const full = path.join(ROOT, relative);
    if (!existsSync(full)) return;
    const stat = statSync(full);
    if (stat.isDirectory()) {
      for (const entry of readdirSync(full).sort()) if (entry !== '.types') walk(path.posix.join(relative, entry));
    } else if (!/\.test\.tsx?$/.test(relative)) hash.update(relative).update(readFileSync(full));
  };
  for (const source of SOURCES) walk(source);
  return hash.digest('hex');
}

/** @param {string} logs folder for renderer-build.log; ends the process with a sentence when the build fails. */
export function buildRenderer(logs) {
  // The stamp lies beside, not inside: vite empties its folder, and the folder is served.
  const stamp = path.join(ROOT, 'dist', 'renderer.stamp');
  const now = fingerprint();
  if (existsSync(path.join(OUT, 'index.html')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return OUT;
  mkdirSync(path.dirname(stamp), { recursive: true });
  const log = path.join(logs, 'renderer-build.log');
  const sink = openSync(log, 'w', 0o600);
  const vite = path.join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
  const done = spawnSync(pinnedNode(), [vite, 'build', '--config', 'build/vite.renderer.ts'], {
    cwd: ROOT,
    stdio: ['ignore', sink, sink],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  closeSync(sink);
  if (done.status !== 0) fail(`The window could not be built:\n${tail(log, 30)}`);
  writeFileSync(stamp, now);
  return OUT;
}
