/**
 * The window's process: own protocol, hardened window, core in a process of its own, a port between the two.
 * Nothing here knows a patient; what the page asks goes to the core unread (relay.ts).
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { app, BrowserWindow, Menu, net, protocol, session } from 'electron';
import { crashReport } from '#electron/contract/crash-report.ts';
import { appFile, ORIGIN, SCHEME } from './app-files.ts';
import { backupFile } from './arguments.ts';
import { BUILT_IN } from './built-in.ts';
import { connectCore } from './connect-core.ts';
import { RESPONSE_HEADERS } from './content-policy.ts';
import { startCrashReports } from './crash-reports.ts';
import { denyPermissions, lockDownloads, lockNavigation, lockRequests } from './harden.ts';
import { developmentAddress } from './navigation.ts';
import { onPageLost } from './page-lost.ts';
import { showTray } from './tray.ts';
import { startUpdates } from './updates.ts';
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

/** A file the app was opened with before there was a window (macOS says so by an event). */
let openedWith = backupFile(process.argv, process.cwd());
let openFile = (file: string): void => void (openedWith = file);
app.on('open-file', (event, file) => {
  event.preventDefault();
  const backup = backupFile(['', file], '/');
  if (backup !== undefined) openFile(backup);
});

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
  const forward = (): void => {
    if (window.isMinimized()) window.restore();
    window.focus();
  };
  app.on('second-instance', (_event, argv, folder) => {
    forward();
    const backup = backupFile(argv, folder);
    if (backup !== undefined) openFile(backup);
  });
  app.on('window-all-closed', () => app.quit());
  // Shown from a dev-host, the page speaks to that host's core; two cores over one database would refuse each other.
  if (shown === undefined) begin(window, forward);
  void window.loadURL(shown ?? `${ORIGIN}/index.html`);
}

/** Crash reports, where the release was built with an address for them; unpackaged, `SENTRY_DSN` may name this machine. */
function startReports(): (report: unknown) => void {
  const dsn = app.isPackaged ? BUILT_IN.sentryDsn : (process.env['SENTRY_DSN'] ?? '');
  // The library is large: a window does not wait for it.
  const capture = startCrashReports(dsn, {
    release: app.getVersion(),
    packaged: app.isPackaged,
    fetch: (url, init) => net.fetch(String(url), init),
  });
  const report = (said: unknown): void => void capture.then((send) => send(said)).catch(() => {});
  process.on('uncaughtExceptionMonitor', (error) => report(crashReport('main', error)));
  return report;
}

/** The core behind the window, and what stands beside it: the tray, new versions, a file it was opened with. */
function begin(window: BrowserWindow, forward: () => void): void {
  const tray = showTray(path.join(HERE, 'tray'), { open: forward, lock: () => core.lock(), quit: () => app.quit() });
  const report = startReports();
  const core = connectCore(window, own, HERE, { onEvent: tray, onReport: report });
  // Not while Chromium is still telling of the end: a page begun then ends with it.
  const lost = onPageLost(core.lock, () => void setImmediate(() => window.webContents.reload()));
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    report({ process: 'window', kind: reason === 'oom' ? 'page-out-of-memory' : 'page-crashed', frames: [] });
    lost(reason);
  });
  openFile = (file) => core.tell({ type: 'open-backup', file });
  if (openedWith !== undefined) openFile(openedWith);
  if (app.isPackaged && BUILT_IN.updateKey !== '')
    void startUpdates(BUILT_IN.updateKey, {
      onReady: (version) => core.tell({ type: 'update-ready', version }),
      log: (event, fields = {}) => void process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), event, ...fields })}\n`),
    });
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

async function serve(request: { url: string; method: string }): Promise<Response> {
  const found = request.method === 'GET' ? appFile(WINDOW_FILES, request.url) : undefined;
  if (found === undefined) return new Response('', { status: 404, headers: RESPONSE_HEADERS });
  try {
    return new Response(new Uint8Array(await readFile(found.file)), { headers: { ...RESPONSE_HEADERS, 'content-type': found.type } });
  } catch {
    return new Response('', { status: 404, headers: RESPONSE_HEADERS });
  }
}
