/** The window and the core behind it: what the page asks goes on unread, what main itself has to say goes to the page and waits for it. */
import path from 'node:path';
import { app, ipcMain, powerMonitor, shell, type BrowserWindow } from 'electron';
import type { CoreEvent, DesktopEvent } from '#electron/contract/index.ts';
import { startCore } from './core-process.ts';
import { isSecretAsked, keychainSecret } from './device-secret.ts';
import { isOwnAddress } from './navigation.ts';
import { createRelay } from './relay.ts';
import { signInAddress, signInAsked, signInHosts } from './sign-in-address.ts';
import { superviseCore, type Supervised } from './supervisor.ts';

export interface ConnectedCore {
  lock(): void;
  /** Said to the page now, and to each that comes after it. */
  tell(event: DesktopEvent): void;
}

export interface CoreListeners {
  /** All that the core says unasked. */
  onEvent(event: CoreEvent): void;
  /** A fault, as the core or the page tells it: to be held against the schema. */
  onReport(report: unknown): void;
}

/** @param here folder of the bundle */
export function connectCore(window: BrowserWindow, own: string, here: string, { onEvent, onReport }: CoreListeners): ConnectedCore {
  const options = {
    entry: path.join(here, 'core.mjs'),
    home: process.env['RYGGRAD_HOME'] || path.join(app.getPath('userData'), 'record'),
    packaged: app.isPackaged,
    node: process.env['RYGGRAD_NODE'],
  };
  const relay = createRelay((message) => core.post(message));
  const told = new Map<DesktopEvent['type'], DesktopEvent>();
  const signIn = signInHosts(process.env);
  const secretFile = path.join(app.getPath('userData'), 'device-secret');
  const core = superviseCore(() => startCore(options), {
    onMessage(message) {
      if (isSecretAsked(message)) return void keychainSecret(secretFile).then((secret) => core.post({ control: 'device-secret', secret }));
      if (typeof message === 'object' && message !== null && 'report' in message) return onReport(message.report);
      const page = signInAddress(signInAsked(message), signIn, app.isPackaged);
      if (page !== undefined) void shell.openExternal(page);
      const said = asEvent(message);
      if (isEvent(said)) onEvent(said.event);
      relay.fromCore(said);
    },
    onLost() {
      onReport({ process: 'core', kind: 'core-ended', frames: [] });
      relay.lost();
    },
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
    for (const one of told.values()) relay.fromCore({ event: one });
  });
  powerMonitor.on('suspend', () => core.post({ control: 'close' }));
  powerMonitor.on('lock-screen', () => core.post({ control: 'lock' }));
  quitTogether(core);
  return {
    lock: () => core.post({ control: 'lock' }),
    tell(event) {
      told.set(event.type, event);
      relay.fromCore({ event });
      onEvent(event);
    },
  };
}

/** Main's own question; a page's have a number of their page before them. */
const STATE = 'main';
function asEvent(message: unknown): unknown {
  if (typeof message !== 'object' || message === null || !('id' in message) || message.id !== STATE || !('result' in message))
    return message;
  const { result } = message as { result: { ok: boolean; value?: unknown } };
  return result.ok ? { event: { type: 'session', state: result.value } } : message;
}

/** From the core, whose events are of the contract. */
function isEvent(message: unknown): message is { event: CoreEvent } {
  return typeof message === 'object' && message !== null && 'event' in message;
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
