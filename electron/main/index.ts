/**
 * The window's process: own protocol, hardened window, core in a process of its own, a port between the two.
 * Nothing here knows a patient; what the page asks goes to the core unread (relay.ts).
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { app, BrowserWindow, ipcMain, Menu, powerMonitor, protocol, session } from 'electron';
import { appFile, ORIGIN, SCHEME } from './app-files.ts';
import { RESPONSE_HEADERS } from './content-policy.ts';
import { startCore } from './core-process.ts';
import { isSecretAsked, keychainSecret } from './device-secret.ts';
import { denyPermissions, lockDownloads, lockNavigation, lockRequests } from './harden.ts';
import { developmentAddress, isOwnAddress } from './navigation.ts';
import { createRelay } from './relay.ts';
import { superviseCore, type Supervised } from './supervisor.ts';
import { webPreferences } from './window-options.ts';

// Bundled to dist/electron/main.cjs, beside preload.cjs and core.mjs.
const HERE = __dirname;
const WINDOW_FILES = path.join(HERE, '..', 'renderer');
const shown = developmentAddress(process.env['RYGGRAD_WINDOW_URL'], app.isPackaged);
const own = shown === undefined ? ORIGIN : new URL(shown).origin;

// As root (CI) Chromium runs only without its process sandbox; together with enableSandbox its helpers would crash for ever.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
if (process.env['RYGGRAD_HOME'] && !app.isPackaged) app.setPath('userData', path.join(process.env['RYGGRAD_HOME'], 'window'));
protocol.registerSchemesAsPrivileged([
  { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: false } },
]);
lockNavigation(app, own);

if (!app.requestSingleInstanceLock()) app.quit();
else void app.whenReady().then(open);

function open(): void {
  Menu.setApplicationMenu(null);
  const page = session.defaultSession;
  denyPermissions(page);
  lockRequests(page, own);
  lockDownloads(page, own);
  protocol.handle(SCHEME, serve);
  const window = createWindow();
  app.on('second-instance', () => {
    if (window.isMinimized()) window.restore();
    window.focus();
  });
  app.on('window-all-closed', () => app.quit());
  // Shown from a dev-host, the page speaks to that host's core; two cores over one database would refuse each other.
  if (shown === undefined) connectCore(window);
  void window.loadURL(shown ?? `${ORIGIN}/index.html`);
}

function createWindow(): BrowserWindow {
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    minWidth: 960,
    minHeight: 600,
    show: false,
    title: 'Ryggrad',
    webPreferences: webPreferences(path.join(HERE, 'preload.cjs'), !app.isPackaged),
  });
  window.once('ready-to-show', () => window.show());
  return window;
}

function connectCore(window: BrowserWindow): void {
  const options = {
    entry: path.join(HERE, 'core.mjs'),
    home: process.env['RYGGRAD_HOME'] || path.join(app.getPath('userData'), 'record'),
    packaged: app.isPackaged,
    node: process.env['RYGGRAD_NODE'],
  };
  const relay = createRelay((message) => core.post(message));
  const secretFile = path.join(app.getPath('userData'), 'device-secret');
  const core = superviseCore(() => startCore(options), {
    onMessage(message) {
      if (isSecretAsked(message)) void keychainSecret(secretFile).then((secret) => core.post({ control: 'device-secret', secret }));
      else relay.fromCore(asEvent(message));
    },
    onLost: () => relay.lost(),
    // The page hears that nobody is in any more.
    onRestarted: () => core.post({ id: STATE, verb: 'app.state', input: {} }),
  });
  // The preload offers a port when its page first speaks; the page that spoke last holds the line.
  ipcMain.on('core-port', (event) => {
    const [port] = event.ports;
    const frame = event.senderFrame;
    if (port === undefined || frame === null || frame !== window.webContents.mainFrame || !isOwnAddress(frame.url, own)) return;
    const fromPage = relay.connect({ post: (message) => port.postMessage(message), close: () => port.close() });
    port.on('message', (message) => fromPage(message.data));
    port.start();
  });
  powerMonitor.on('suspend', () => core.post({ control: 'close' }));
  powerMonitor.on('lock-screen', () => core.post({ control: 'lock' }));
  quitTogether(core);
}

/** Main's own question; a page's have a number of their page before them. */
const STATE = 'main';
function asEvent(message: unknown): unknown {
  if (typeof message !== 'object' || message === null || !('id' in message) || message.id !== STATE || !('result' in message))
    return message;
  const { result } = message as { result: { ok: boolean; value?: unknown } };
  return result.ok ? { event: { type: 'session', state: result.value } } : message;
}

/** The core never outlives the window: keys are zeroed before the last process ends. */
function quitTogether(core: Supervised): void {
  let leaving = false;
  app.on('before-quit', (event) => {
    if (leaving) return;
    event.preventDefault();
    leaving = true;
    void core.quit().then(() => app.quit());
  });
}

async function serve(request: { url: string; method: string }): Promise<Response> {
  const found = request.method === 'GET' ? appFile(WINDOW_FILES, request.url) : undefined;
  if (found === undefined) return new Response('', { status: 404, headers: RESPONSE_HEADERS });
  try {
    return new Response(new Uint8Array(await readFile(found.file)), { headers: { ...RESPONSE_HEADERS, 'content-type': found.type } });
  } catch {
    return new Response('', { status: 404, headers: RESPONSE_HEADERS });
  }
}
