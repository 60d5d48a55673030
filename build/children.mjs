/**
 * Starts a server of ours as a child and holds it to its contract (build/README.md): one JSON line
 * `{"ready":true,"url":…}` on stdout, everything else to a log file, gone on SIGTERM and when we are gone.
 */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT, pinnedNode } from './bootstrap.mjs';

const LOG_LIMIT = 5 * 1024 * 1024;
const STOP_MS = 15_000;

/** @returns {{ name: string, ready: Promise<{url: string}>, ended: Promise<number>, stop: () => Promise<void>, log: string }} */
export function startChild(name, entry, env, logs) {
  const log = path.join(logs, `${name}.log`);
  if (existsSync(log) && statSync(log).size > LOG_LIMIT) renameSync(log, `${log}.1`);
  const sink = openSync(log, 'a', 0o600);
  const child = spawn(pinnedNode(), [path.join(ROOT, entry)], {
    cwd: ROOT,
    env: { ...process.env, ...env, RYGGRAD_PARENT: '1' },
    // stdin stays open for as long as we live: its end is the child's sign that we are gone.
    stdio: ['pipe', 'pipe', sink],
    // Ctrl-C reaches the whole terminal group; the children must end by our word, in our order.
    detached: process.platform !== 'win32',
  });
  child.stdin.on('error', () => {});
  const ended = new Promise((resolve) => {
    child.once('error', () => resolve(1));
    child.once('exit', (code) => resolve(code ?? 1));
  });
  const ready = new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const message = readyMessage(line);
      if (message === undefined) writeSync(sink, `${line}\n`);
      else resolve(message);
    });
    void ended.then((code) => reject(new Error(`${entry} ended (${code}) before it was ready.\n${tail(log)}`)));
  });
  ready.catch(() => {});
  void ended.then(() => closeSync(sink)).catch(() => {});
  let stopping;
  const stop = () => {
    stopping ??= (async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(timer);
    })();
    return stopping;
  };
  return { name, ready, ended, stop, log };
}

function readyMessage(line) {
  if (!line.startsWith('{')) return undefined;
  try {
    const message = JSON.parse(line);
    return message.ready === true && typeof message.url === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}

/** The last lines of a log, for the person at the terminal. */
export function tail(file, lines = 15) {
  if (!existsSync(file)) return '';
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
}
