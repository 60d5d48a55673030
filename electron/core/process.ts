/**
 * The core as a process of its own, started by Electron's main: as a utilityProcess, or, where Electron's Node is too
 * old, as a child of Node 24. Messages: `{id, verb, input}` → `{id, result}`; `{event}` unasked; `{control}` from main;
 * `{report}` of a fault;
 * `{ask: 'device-secret'}` of a packaged core → `{control: 'device-secret', secret}`.
 */
import { crashReport, type CrashReport } from '#electron/contract/crash-report.ts';
import { createCore } from './create-core.ts';
import { hostPorts } from './host-ports.ts';
import { askedKeyStore } from './keys/asked-key-store.ts';

interface Port {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: { data: unknown }) => void): void;
}
type FromMain = { id?: unknown; verb?: unknown; input?: unknown; control?: unknown; secret?: unknown };

const parentPort = (process as unknown as { parentPort?: Port }).parentPort;
const home = process.env['RYGGRAD_HOME'];
if (home === undefined || home === '') throw new Error('RYGGRAD_HOME is not set');

const send = (message: unknown): void => {
  if (parentPort !== undefined) parentPort.postMessage(message);
  else process.send?.(message);
};
const packaged = process.env['RYGGRAD_PACKAGED'] === '1';
const keychain = packaged ? askedKeyStore(() => send({ ask: 'device-secret' })) : undefined;
const ports = hostPorts({ home, defaultServerUrl: process.env['RYGGRAD_SYNC_URL'] ?? null, packaged, keyStore: keychain?.store });
const report = (said: CrashReport): void => send({ report: said });
const core = createCore({ ...ports, report });
// It ends this process all the same; main starts another.
process.on('uncaughtExceptionMonitor', (error) => report(crashReport('core', error)));
core.on((event) => send({ event }));

async function received(message: FromMain): Promise<void> {
  if (message.control === 'device-secret') return keychain?.answer(message.secret);
  if (message.control === 'lock') return await core.lock();
  if (message.control === 'close') return await core.close();
  if (message.control === 'quit') {
    await core.close();
    process.exit(0);
  }
  if (typeof message.verb !== 'string') return;
  send({ id: message.id, result: await core.call(message.verb, message.input) });
}

if (parentPort !== undefined) parentPort.on('message', ({ data }) => void received(data as FromMain));
else {
  process.on('message', (message) => void received(message as FromMain));
  process.on('disconnect', () => void core.close().then(() => process.exit(0)));
}
process.on('SIGTERM', () => void core.close().then(() => process.exit(0)));
send({ ready: true });
