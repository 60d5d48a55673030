/**
 * `npm start [-- --no-open]`: sync server with its own Postgres, and the clinic app with the demo clinic.
 * Prints exactly one line on stdout when both accept requests; Ctrl-C stops everything it started.
 */
import { spawn } from 'node:child_process';
import net from 'node:net';
import { bootstrap, fail } from './bootstrap.mjs';
import { startChild } from './children.mjs';
import { prepareHome, ryggradHome } from './home.mjs';
import { openWindow } from './open.mjs';
import { buildRenderer } from './renderer.mjs';

await bootstrap({ parentWatch: true });

const open = !process.argv.includes('--no-open');
const appPort = port('RYGGRAD_PORT', 4310);
const syncPort = port('RYGGRAD_SYNC_PORT', 4300);
const { home, logs } = prepareHome(ryggradHome());
const children = [];
let stopping = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void stop(0));
if (process.channel) {
  process.on('disconnect', () => void stop(0));
  process.channel.unref();
}

await refuseTakenPort('RYGGRAD_SYNC_PORT', syncPort);
await refuseTakenPort('RYGGRAD_PORT', appPort);
buildRenderer(logs);

const shared = { RYGGRAD_HOME: home };
const server = await started('sync-server', 'sync-server/server.ts', { ...shared, RYGGRAD_SYNC_PORT: String(syncPort) });
const app = await started('clinic-app', 'electron/dev-host/server.ts', {
  ...shared,
  RYGGRAD_PORT: String(appPort),
  RYGGRAD_SYNC_PORT: String(syncPort),
  RYGGRAD_SYNC_URL: server.url,
  RYGGRAD_DEMO: '1',
});
const demo = app.demo ?? {};
process.stdout.write(`ready app=${app.url} sync=${server.url} user=${demo.email ?? '-'} passphrase=${demo.passphrase ?? '-'}\n`);
if (open) openWindow(app.openUrl ?? app.url, spawn);

function port(name, fallback) {
  const text = process.env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65535) fail(`${name} must be a port number, not "${text}".`);
  return value;
}

async function refuseTakenPort(name, value) {
  const taken = await new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', (error) => resolve(error.code));
    probe.listen(value, '127.0.0.1', () => probe.close(() => resolve(undefined)));
  });
  if (taken !== undefined) fail(`Port ${value} is already in use (${taken}): stop what holds it, or set ${name} to another port.`);
}

async function started(name, entry, env) {
  const child = startChild(name, entry, env, logs);
  children.push(child);
  try {
    const message = await child.ready;
    void child.ended.then((code) => {
      if (stopping) return;
      process.stderr.write(`${name} ended (${code}); stopping the rest. Its log: ${child.log}\n`);
      void stop(1);
    });
    return message;
  } catch (error) {
    if (!stopping) process.stderr.write(`${error.message}\nLog: ${child.log}\n`);
    await stop(stopping ? 0 : 1);
    throw error;
  }
}

/** The app first, so that it can hand its last changes to a server that still runs. */
async function stop(code) {
  if (stopping) return new Promise(() => {});
  stopping = true;
  for (const child of children.toReversed()) await child.stop();
  process.exit(code);
}
