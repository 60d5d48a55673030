/**
 * An `electron` that opens nothing and remembers everything: what main builds, listens to and answers can be asked for, and each of its
 * listeners be called as Electron would. For tests of main as a whole (the checklist's T2).
 */
import { EventEmitter } from 'node:events';

type Listener = (...args: unknown[]) => unknown;

/** A page: what it listens to, and what it was told. */
export class RecordedContents extends EventEmitter {
  mainFrame = { url: 'app://ryggrad/index.html' };
  openHandler: ((details: { url: string }) => { action: string }) | undefined;
  reloads = 0;
  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler;
  }
  reload(): void {
    this.reloads += 1;
  }
  getURL(): string {
    return this.mainFrame.url;
  }
}

interface RecordedWindow {
  options: Record<string, unknown>;
  contents: RecordedContents;
  loaded: string[];
  told: string[];
}
interface RecordedTray {
  tooltip: string;
  menu: { label?: string; enabled?: boolean; click?: () => void }[];
  images: unknown[];
}
interface RecordedCore {
  posted: unknown[];
  options: unknown[];
  say(message: unknown): void;
  end(code: number): void;
}
type Serve = (request: { url: string; method: string }) => Promise<Response>;
interface Scheme {
  scheme: string;
  privileges: Record<string, unknown>;
}
/** What was asked of it. */
export interface Recording {
  /** What the code under test imports. */
  electron: object;
  app: EventEmitter & { sandboxed: boolean; quits: number; first: boolean; switches: string[] };
  session: EventEmitter & { handlers: Record<string, (...args: unknown[]) => unknown> };
  ipcMain: EventEmitter & { handled: string[] };
  protocol: { privileged: Scheme[]; schemes: string[]; serve: Serve | undefined };
  windows: RecordedWindow[];
  trays: RecordedTray[];
  cores: RecordedCore[];
  /** Handed to the system's browser. */
  opened: string[];
  menus: unknown[];
}

export function recordingElectron(): Recording {
  const windows: RecordedWindow[] = [];
  const session = Object.assign(new EventEmitter(), {
    handlers: {} as Record<string, Listener>,
    webRequest: { onBeforeRequest: (handler: Listener) => void (session.handlers['request'] = handler) },
    setPermissionRequestHandler: (handler: Listener) => void (session.handlers['permissionRequest'] = handler),
    setPermissionCheckHandler: (handler: Listener) => void (session.handlers['permissionCheck'] = handler),
    setDevicePermissionHandler: (handler: Listener) => void (session.handlers['device'] = handler),
    setProxy: () => Promise.resolve(),
  });
  const app = Object.assign(new EventEmitter(), {
    isPackaged: true,
    sandboxed: false,
    quits: 0,
    /** Whether this start is the first one. */
    first: true,
    switches: [] as string[],
    commandLine: { hasSwitch: () => false, appendSwitch: (name: string) => void app.switches.push(name) },
    enableSandbox: () => void (app.sandboxed = true),
    setPath: () => {},
    getPath: () => '/home/of/the/test',
    getVersion: () => '0.1.0',
    requestSingleInstanceLock: () => app.first,
    whenReady: () => Promise.resolve(),
    quit: () => void (app.quits += 1),
  });
  class BrowserWindow extends EventEmitter {
    webContents = new RecordedContents();
    #of: RecordedWindow;
    constructor(options: Record<string, unknown>) {
      super();
      this.#of = { options, contents: this.webContents, loaded: [], told: [] };
      windows.push(this.#of);
      app.emit('web-contents-created', {}, this.webContents);
    }
    loadURL(url: string): Promise<void> {
      this.#of.loaded.push(url);
      return Promise.resolve();
    }
    isMinimized(): boolean {
      return true;
    }
    isDestroyed(): boolean {
      return false;
    }
    restore = (): void => void this.#of.told.push('restore');
    focus = (): void => void this.#of.told.push('focus');
    show = (): void => void this.#of.told.push('show');
  }
  const trays: RecordedTray[] = [];
  class Tray extends EventEmitter {
    #of: RecordedTray;
    constructor(image: unknown) {
      super();
      this.#of = { tooltip: '', menu: [], images: [image] };
      trays.push(this.#of);
    }
    setToolTip = (text: string): void => void (this.#of.tooltip = text);
    setContextMenu = (menu: { template: RecordedTray['menu'] }): void => void (this.#of.menu = menu.template);
    setImage = (image: unknown): void => void this.#of.images.push(image);
  }
  const cores: RecordedCore[] = [];
  const utilityProcess = {
    fork: (...options: unknown[]) => {
      const posted: unknown[] = [];
      const child = Object.assign(new EventEmitter(), {
        postMessage: (message: unknown) => {
          posted.push(message);
          if ((message as { control?: string }).control === 'quit') child.emit('exit', 0);
        },
      });
      cores.push({ posted, options, say: (message) => child.emit('message', message), end: (code) => child.emit('exit', code) });
      return child;
    },
  };
  const ipcMain = Object.assign(new EventEmitter(), {
    handled: [] as string[],
    handle: (channel: string) => void ipcMain.handled.push(channel),
  });
  const protocol = {
    privileged: [] as Scheme[],
    serve: undefined as Serve | undefined,
    schemes: [] as string[],
    registerSchemesAsPrivileged: (all: Scheme[]): void => void protocol.privileged.push(...all),
    handle: (scheme: string, serve: Serve): void => {
      protocol.schemes.push(scheme);
      protocol.serve = serve;
    },
  };
  const opened: string[] = [];
  const menus: unknown[] = [];
  return {
    app,
    session,
    ipcMain,
    protocol,
    electron: {
      app,
      BrowserWindow,
      ipcMain,
      protocol,
      session: { defaultSession: session },
      utilityProcess,
      Tray,
      Menu: { setApplicationMenu: (menu: unknown) => void menus.push(menu), buildFromTemplate: (template: unknown) => ({ template }) },
      nativeImage: { createFromPath: (path: string) => path },
      powerMonitor: new EventEmitter(),
      shell: { openExternal: (url: string) => Promise.resolve(void opened.push(url)) },
      safeStorage: { isEncryptionAvailable: () => false, getSelectedStorageBackend: () => 'basic_text' },
    },
    windows,
    trays,
    cores,
    opened,
    menus,
  };
}
