/** Main as a whole against Electron's checklist (security.md §2), on an `electron` that remembers what was asked of it. */
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { Recording } from './testing/recording-electron.ts';

const recorded = vi.hoisted(() => ({ of: undefined as Recording | undefined }));
vi.mock('electron', async () => {
  const { recordingElectron: make } = await import('./testing/recording-electron.ts');
  recorded.of = make();
  return recorded.of.electron;
});

let main: Recording;
beforeAll(async () => {
  await import('./index.ts');
  main = recorded.of as Recording;
  await vi.waitUntil(() => main.windows.length === 1);
});
const contents = () => main.windows[0]!.contents;
const session = () => main.session;

/** Every name this Electron knows, from its own types: a new major brings its new ones along. */
function permissionNames(): string[] {
  const types = readFileSync(createRequire(import.meta.url).resolve('electron/electron.d.ts'), 'utf8');
  const said = types.match(/setPermission(?:Request|Check)Handler\(handler: .*/g) ?? [];
  return [...new Set(said.flatMap((line) => [...line.matchAll(/'([A-Za-z-]+)'/g)].map(([, name]) => name as string)))];
}

/** Addresses of elsewhere: known tricks, and ours with one sign changed. */
const tricks = [
  'https://ryggrad/',
  'app://ryggrad.evil.example/',
  'app://ryggrad@evil.example/',
  'app://user:word@ryggrad/',
  'app://ryggrad:1/',
  'app:\\\\ryggrad\\index.html\u0000.evil',
  'file:///etc/passwd',
  'file://server/share',
  '\\\\server\\share\\x.exe',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,<script>1</script>',
  'blob:https://evil.example/1',
  'about:blank',
  'about:srcdoc',
  'view-source:app://ryggrad/',
  'filesystem:app://ryggrad/temporary/x',
  'ms-msdt:/id PCWDiagnostic',
  'ms-officecmd:{}',
  'search-ms:query=x&crumb=location:\\\\evil',
  'vbscript:x',
  'mailto:a@b.no',
  'tel:112',
  'chrome://gpu',
  'devtools://devtools/bundled/inspector.html',
  'ws://127.0.0.1/',
  '',
];
const anAddress = fc.oneof(
  fc.constantFrom(...tricks),
  fc.webUrl({ validSchemes: ['http', 'https', 'ftp', 'app', 'ms-word'] }).filter((url) => !/^app:\/\/ryggrad(\/|$)/.test(url)),
  fc.string(),
  fc.tuple(fc.nat(11), fc.string({ minLength: 1, maxLength: 1 })).map(([at, sign]) => {
    const own = 'app://ryggrad/index.html';
    return `${own.slice(0, at)}${sign}${own.slice(at)}`;
  }),
);
/** As a browser would read it. */
function isOwn(address: string): boolean {
  try {
    const { protocol, host, username, password } = new URL(address);
    return protocol === 'app:' && host === 'ryggrad' && username + password === '';
  } catch {
    return false;
  }
}

describe('2–4, 6, 8–11, 22: every window', () => {
  test('is built with every door shut, whoever builds it', () => {
    for (const { options } of main.windows) {
      expect(options['webPreferences']).toMatchObject({
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        contextIsolation: true,
        sandbox: true,
        webSecurity: true,
        allowRunningInsecureContent: false,
        experimentalFeatures: false,
        webviewTag: false,
        devTools: false,
      });
      expect(options['webPreferences']).not.toHaveProperty('enableBlinkFeatures');
    }
    expect(main.app.sandboxed).toBe(true);
    expect(main.app.switches).toEqual([]);
    // Electron's own menu opens developer tools.
    expect(main.menus).toEqual([null]);
    expect(main.windows.map(({ loaded }) => loaded)).toEqual([['app://ryggrad/index.html']]);
  });
});

describe('5: permissions', () => {
  test('every permission this Electron knows is refused, asked for, checked and for devices; one may write the clipboard', async () => {
    const names = permissionNames();
    expect(names.length).toBeGreaterThan(30);
    expect(names).toContain('geolocation');
    const { permissionRequest, permissionCheck, device } = session().handlers as Record<string, (...args: unknown[]) => unknown>;
    const granted: string[] = [];
    for (const name of [...names, 'one-that-comes-next-year']) {
      const asked = await new Promise((resolve) => permissionRequest?.(contents(), name, resolve, { isMainFrame: true }));
      const checked = permissionCheck?.(contents(), name, 'app://ryggrad', {});
      expect(checked, name).toBe(asked);
      if (asked !== false) granted.push(name);
    }
    expect(granted).toEqual(['clipboard-sanitized-write']);
    for (const deviceType of ['hid', 'serial', 'usb']) expect(device?.({ deviceType, origin: 'app://ryggrad' }), deviceType).toBe(false);
  });
});

describe('11, 12: web views', () => {
  test('one that a page puts up is prevented, in every page there will ever be', () => {
    const prevented = vi.fn<() => void>();
    contents().emit('will-attach-webview', { preventDefault: prevented }, {}, {});
    expect(prevented).toHaveBeenCalledOnce();
  });
});

describe('13: navigation', () => {
  test.each(['will-navigate', 'will-redirect', 'will-frame-navigate'])(
    '%s: 2,000 addresses of elsewhere are refused, ours are not',
    (name) => {
      const asked = (url: string): boolean => {
        let refused = false;
        contents().emit(name, { url, preventDefault: () => void (refused = true) }, url);
        return refused;
      };
      fc.assert(
        fc.property(anAddress, (url) => {
          expect(asked(url), url).toBe(!isOwn(url));
        }),
        { numRuns: 2_000, seed: 13 },
      );
      expect(asked('app://ryggrad/index.html#/today')).toBe(false);
    },
  );
});

describe('14, 15: other windows, and the person’s own browser', () => {
  test('no window opens; only https to a known site is handed to the system', () => {
    const before = main.opened.length;
    const ask = (url: string): void => {
      expect(contents().openHandler?.({ url }), url).toEqual({ action: 'deny' });
    };
    fc.assert(fc.property(anAddress, ask), { numRuns: 3_000, seed: 15 });
    for (const url of [
      'https://lovdata.no@evil.example/',
      'https://evil.example/#lovdata.no',
      'https://lovdata.no.evil.example/',
      'https://lovdata.no:8443/',
      'https://lovdata.no\\@evil.example/',
      'https:\\\\lovdata.no/',
      'https://lovdata.no/\u202egpj.exe',
      ' https://lovdata.no/',
      'http://lovdata.no/',
      'HTTPS://LOVDATA.NO.',
    ])
      ask(url);
    expect(main.opened.slice(before)).toEqual([]);
    ask('https://lovdata.no/lov/1999-07-02-64');
    expect(main.opened.slice(before)).toEqual(['https://lovdata.no/lov/1999-07-02-64']);
  });
});

describe('17: what a page can say to main', () => {
  /** Every listener there is; each has its proof below. */
  const PROVEN = ['core-port'];

  test('every handler is on the list of those that are proven', () => {
    expect(main.ipcMain.eventNames()).toEqual(PROVEN);
    expect(main.ipcMain.handled).toEqual([]);
  });

  test('core-port: a foreign frame, a frame inside ours and a message without a port get no line; ours does, and only questions pass', () => {
    const port = () =>
      Object.assign(new (contents().constructor as new () => { on: unknown })(), {
        postMessage() {},
        close() {},
        start: vi.fn<() => void>(),
      });
    const offer = (senderFrame: unknown) => {
      const offered = port();
      main.ipcMain.emit('core-port', { ports: [offered], senderFrame });
      return offered;
    };
    const { mainFrame } = contents();
    for (const frame of [null, { url: 'app://ryggrad/index.html' }, { url: 'https://evil.example/' }])
      expect(offer(frame).start, JSON.stringify(frame)).not.toHaveBeenCalled();
    const own = mainFrame.url;
    fc.assert(
      fc.property(
        anAddress.filter((url) => !isOwn(url)),
        (url) => {
          mainFrame.url = url;
          expect(offer(mainFrame).start, url).not.toHaveBeenCalled();
        },
      ),
      { numRuns: 500, seed: 17 },
    );
    mainFrame.url = own;
    main.ipcMain.emit('core-port', { ports: [], senderFrame: mainFrame });
    const line = offer(mainFrame) as unknown as { start: unknown; emit(name: string, event: unknown): void };
    expect(line.start).toHaveBeenCalledOnce();
    const core = main.cores[0]!;
    const before = core.posted.length;
    for (const data of [{ control: 'quit' }, { id: 1, control: 'close' }, null, 'x', { id: '1', verb: 'app.state', input: {} }])
      line.emit('message', { data });
    expect(core.posted.slice(before)).toEqual([]);
    line.emit('message', { data: { id: 1, verb: 'app.state', input: {}, control: 'quit' } });
    expect(core.posted.slice(before)).toEqual([{ id: expect.stringMatching(/^\d+:1$/), verb: 'app.state', input: {} }]);
  });
});

describe('7, 18: the app’s protocol', () => {
  test('is the only scheme, with no more rights than a page needs, and every answer carries the policy', async () => {
    expect(main.protocol.schemes).toEqual(['app']);
    expect(main.protocol.privileged).toEqual([
      { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: false } },
    ]);
    for (const [url, method] of [
      ['app://ryggrad/../../etc/passwd', 'GET'],
      ['file:///etc/passwd', 'GET'],
      ['app://ryggrad/index.html', 'POST'],
    ] as const) {
      const answer = await main.protocol.serve?.({ url, method });
      expect(answer?.status, url).toBe(404);
      expect(answer?.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(answer?.headers.get('content-security-policy')).toMatch(/script-src 'self'(;|$)/);
    }
  });

  test('a request of the page for anywhere else is cancelled', () => {
    const { request } = session().handlers as unknown as Record<string, (d: { url: string }, a: (r: { cancel: boolean }) => void) => void>;
    fc.assert(
      fc.property(anAddress, (url) => {
        let cancelled: boolean | undefined;
        request?.({ url }, ({ cancel }) => void (cancelled = cancel));
        expect(cancelled, url).toBe(!isOwn(url) && !/^(blob|data|devtools):/.test(url));
      }),
      { numRuns: 1_000, seed: 18 },
    );
  });
});

describe('one copy', () => {
  test('a second start brings the first one’s window forward, and hands over the file it was opened with', () => {
    const port = new EventEmitter();
    const posted: unknown[] = [];
    Object.assign(port, { postMessage: (message: unknown) => posted.push(message), close() {}, start() {} });
    main.ipcMain.emit('core-port', { ports: [port], senderFrame: contents().mainFrame });
    main.app.emit('second-instance', {}, ['ryggrad'], '/');
    expect(main.windows[0]?.told.slice(-2)).toEqual(['restore', 'focus']);
    expect(posted).toEqual([]);
    main.app.emit('second-instance', {}, ['ryggrad', 'a.ryggrad-backup'], '/media/usb');
    const event = { type: 'open-backup', file: '/media/usb/a.ryggrad-backup' };
    expect(posted).toEqual([{ event }]);
    main.app.emit('open-file', { preventDefault() {} }, '/etc/passwd');
    expect(posted).toHaveLength(1);
    expect(main.windows).toHaveLength(1);
    // Whoever comes after hears it too: the page that was there may have been reloaded.
    posted.length = 0;
    main.ipcMain.emit('core-port', { ports: [port], senderFrame: contents().mainFrame });
    expect(posted).toEqual([{ event }]);
  });
});

describe('beside the window', () => {
  test('the tray says how the laptop stands, opens, locks and quits', () => {
    const [tray] = main.trays;
    const core = main.cores[0]!;
    core.say({ event: { type: 'session', state: { phase: 'open' } } });
    core.say({ event: { type: 'sync', status: { state: 'offline', pending: 2 } } });
    expect(tray?.tooltip).toBe('Ryggrad – lagret her, frakoblet, 2 endringer venter');
    expect(tray?.images.at(-1)).toMatch(/tray[\\/]offline\.png$/);
    expect(tray?.menu.map(({ label, enabled }) => [label, enabled])).toEqual([
      ['Åpne Ryggrad', undefined],
      ['Lås', true],
      [undefined, undefined],
      ['Avslutt', undefined],
    ]);
    const before = core.posted.length;
    tray?.menu[1]?.click?.();
    expect(core.posted.slice(before)).toEqual([{ control: 'lock' }]);
    const told = main.windows[0]!.told.length;
    tray?.menu[0]?.click?.();
    expect(main.windows[0]!.told.slice(told)).toEqual(['restore', 'focus']);
    tray?.menu[3]?.click?.();
    expect(main.app.quits).toBe(1);
  });

  test('a page whose process ends is locked and begun anew', async () => {
    const core = main.cores[0]!;
    const before = core.posted.length;
    contents().emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 });
    expect(core.posted.slice(before)).toEqual([{ control: 'lock' }]);
    await vi.waitFor(() => expect(contents().reloads).toBe(1));
  });
});
