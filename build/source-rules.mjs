/**
 * What our source may not hold, as rules over its tree (security.md §2, T1; ASVS 1.2.5 and 13.2.4). Each takes a file's name and text and says
 * what is wrong with it, so that its test can show it something wrong.
 */
import { walkText } from './syntax.mjs';

/** Addresses that stand in the laptop's code: names of formats, and this machine. [file, what it begins with] */
const ADDRESSES = [
  ['db/documents/paper.ts', '<rdf:Description'],
  ['db/documents/paper.ts', 'http://www.aiim.org/'],
  ['db/documents/paper.ts', 'http://www.w3.org/'],
  ['renderer/features/settings/settings-page.tsx', 'https://'],
  ['renderer/features/sick-leave/sick-leave-panel.tsx', 'https://www.nav.no/'],
];
/** Who may start a program, and why: Electron's core under an old Electron; the embedded Postgres. */
const STARTERS = ['electron/main/core-process.ts', 'sync-server/embedded-postgres.ts', 'sync-server/postgres-files.ts'];
/**
 * Who may open a connection by hand: the dev-host listens on loopback, and so does a sign-in in the system's browser, once. Everything else goes
 * by the port `fetch` to the clinic's own server.
 */
const NETWORK = /^(node:)?(http|https|http2|net|tls|dgram|dns)(\/|$)/;
const LISTENERS = ['electron/dev-host/server.ts', 'electron/core/clinic/loopback.ts'];
/**
 * `fetch` with an address from elsewhere: the one that joins it from the clinic's server, Electric's client, which was given it, and crash reports,
 * whose host is on a list of its own (electron/main/crash-reports.ts); main hands them Electron's fetch. Large attachments come sealed, without
 * our credential, from where that server says that they lie (docs/decisions/0086).
 */
const FETCHERS = [
  'electron/core/clinic/server-client.ts',
  'electron/sync/content/direct.ts',
  'electron/sync/pull.ts',
  'electron/main/crash-reports.ts',
  'electron/main/index.ts',
];
/** npm on Windows is a command file; its arguments are constants. Neither is part of the product. */
const NPM_ON_WINDOWS = ['build/bootstrap.mjs', 'tests/bench/peer-packages.ts'];
/** Options of a window, and what they may not be. Source: Electron's security guide 2–4, 6, 8–11. */
const NEVER = {
  webSecurity: false,
  contextIsolation: false,
  sandbox: false,
  nodeIntegration: true,
  nodeIntegrationInWorker: true,
  nodeIntegrationInSubFrames: true,
  allowRunningInsecureContent: true,
  experimentalFeatures: true,
  webviewTag: true,
  enableRemoteModule: true,
};
const FORBIDDEN_NAMES = new Set([
  'enableBlinkFeatures',
  'openDevTools',
  'appendSwitch',
  'appendArgument',
  'executeJavaScript',
  'setAsDefaultProtocolClient',
  'quitAndInstall',
]);

/** 1: @returns {string[]} addresses that a text of the laptop holds and that are not on the list */
export function foreignAddresses(file, text) {
  const found = [];
  walkText(file, text, (node) => {
    const said =
      node.type === 'Literal' && typeof node.value === 'string' ? node.value : node.type === 'TemplateElement' ? node.value.raw : '';
    if (!/\b(https?|wss?|ftp):\/\//i.test(said)) return;
    // This machine, and an address whose host is yet to be filled in (a loopback port, the server a clinic has named).
    if (/^https?:\/\/(127\.0\.0\.1|localhost|\[::1\])?[:/]?$/.test(said) || /^http:\/\/127\.0\.0\.1(:\d*)?(\/|$)/.test(said)) return;
    if (!ADDRESSES.some(([where, begins]) => where === file && said.trimStart().startsWith(begins))) found.push(said.slice(0, 80));
  });
  return found;
}

/** 2–4, 6, 8–11, 22: @returns {string[]} options and calls that open a door of the window */
export function openDoors(file, text) {
  const found = [];
  walkText(file, text, (node) => {
    if (node.type === 'Property' && node.value?.type === 'Literal') {
      const name = node.key.name ?? node.key.value;
      if (Object.hasOwn(NEVER, name) && NEVER[name] === node.value.value) found.push(`${name}: ${node.value.value}`);
    }
    const name = node.type === 'Identifier' ? node.name : node.type === 'Literal' && typeof node.value === 'string' ? node.value : '';
    if (FORBIDDEN_NAMES.has(name) || name.startsWith('@electron/remote')) found.push(name);
  });
  return found;
}

/** 20: @returns {string[]} what a preload does beyond exposing named functions over one port */
export function preloadLeaks(file, text) {
  const found = [];
  let exposed = 0;
  walkText(file, text, (node, parent) => {
    if (node.type === 'Identifier' && node.name === 'ipcRenderer' && parent.type !== 'ImportSpecifier') {
      const used = parent.type === 'MemberExpression' ? parent.property.name : 'itself';
      if (used !== 'postMessage') found.push(`ipcRenderer.${used}`);
    }
    if (node.type !== 'CallExpression' || node.callee.property?.name !== 'exposeInMainWorld') return;
    exposed += 1;
    const what = node.arguments[1];
    if (what?.type !== 'ObjectExpression') return found.push('what is exposed is no plain object');
    for (const one of what.properties)
      if (one.type !== 'Property' || !/Function|Arrow/.test(one.value.type)) found.push(`exposed ${one.key?.name ?? '…'} is no function`);
    const names = what.properties.map((one) => one.key?.name).join();
    if (names !== 'call,on') found.push(`exposed ${names}`);
  });
  if (exposed !== 1) found.push(`exposed ${exposed} times`);
  return found;
}

/** ASVS 1.2.5: @returns {string[]} programs started by a shell, or by whom they should not be */
export function shells(file, text) {
  const found = [];
  walkText(file, text, (node) => {
    const from = node.type === 'ImportDeclaration' || node.type === 'ImportExpression' ? node.source.value : undefined;
    const required = node.type === 'CallExpression' && node.callee.name === 'require' ? node.arguments[0]?.value : undefined;
    if (/^(node:)?child_process$/.test(String(from ?? required ?? ''))) {
      const inner = /^(electron|sync-server|db|renderer)\//.test(file);
      if (inner && !STARTERS.includes(file)) found.push('starts programs');
      for (const one of node.specifiers ?? [])
        if (['exec', 'execSync'].includes(one.imported?.name ?? '*') || one.type !== 'ImportSpecifier')
          found.push(one.imported?.name ?? 'the whole of child_process');
    }
    if (
      node.type === 'Property' &&
      (node.key.name ?? node.key.value) === 'shell' &&
      node.value?.value !== false &&
      !NPM_ON_WINDOWS.includes(file)
    )
      found.push('shell');
  });
  return found;
}

/** ASVS 13.2.4: @returns {string[]} ways out of the laptop beside the port `fetch` */
export function waysOut(file, text) {
  const found = [];
  walkText(file, text, (node) => {
    if (node.type === 'ImportDeclaration' && NETWORK.test(node.source.value) && node.importKind !== 'type' && !LISTENERS.includes(file))
      found.push(node.source.value);
    if (node.type === 'NewExpression' && /^(WebSocket|XMLHttpRequest|EventSource|RTCPeerConnection)$/.test(node.callee.name ?? ''))
      found.push(node.callee.name);
    const called = node.type === 'CallExpression' ? (node.callee.name ?? node.callee.property?.name) : '';
    if ((called === 'fetch' && !FETCHERS.includes(file)) || called === 'sendBeacon') {
      const to = node.arguments[0];
      const start =
        to?.type === 'TemplateLiteral'
          ? `${to.quasis[0].value.raw}{${to.expressions[0]?.name ?? to.expressions[0]?.property?.name ?? ''}}`
          : '';
      // A page of ours asks its own origin only; the engine the server it was enrolled with.
      const own = typeof to?.value === 'string' && to.value.startsWith('/') && !to.value.startsWith('//');
      if (!own && !/^\/\w[\w/]*\{/.test(start) && !start.startsWith('{serverUrl}')) found.push('fetch');
    }
  });
  return found;
}
