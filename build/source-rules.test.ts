import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

type Rule = (file: string, text: string) => string[];
const load = async <T>(name: string): Promise<T> => (await import(`${import.meta.dirname}/${name}`)) as T;
const rules = await load<Record<'foreignAddresses' | 'openDoors' | 'preloadLeaks' | 'shells' | 'waysOut', Rule>>('source-rules.mjs');
const { sourceFiles } = await load<{ sourceFiles(folders: string[], options?: { tests?: boolean }): string[] }>('syntax.mjs');

const LAPTOP = ['electron', 'renderer', 'db/model', 'db/rules', 'db/sync', 'db/sqlite'];
function complaints(rule: Rule, files: string[]): string[] {
  expect(files.length).toBeGreaterThan(0);
  return files.flatMap((file) =>
    rule(file, readFileSync(join(import.meta.dirname, '..', file), 'utf8')).map((wrong) => `${file}: ${wrong}`),
  );
}

test('Electron 1: the laptop’s code names no address of anybody', () => {
  expect(complaints(rules.foreignAddresses, sourceFiles(LAPTOP))).toEqual([]);
  for (const planted of ["fetch('https://evil.example/x')", 'const a = `wss://${host}`', "const u = 'HTTP://tracker.example'"])
    expect(rules.foreignAddresses('electron/main/x.ts', planted), planted).toHaveLength(1);
});

test('Electron 2–4, 6, 8–11, 22: no option and no call anywhere opens a door of the window', () => {
  expect(complaints(rules.openDoors, sourceFiles(['electron', 'renderer']))).toEqual([]);
  for (const planted of [
    'new BrowserWindow({ webPreferences: { webSecurity: false } })',
    "const o = { 'nodeIntegration': true }",
    "const o = { enableBlinkFeatures: 'X' }",
    'w.webContents.openDevTools()',
    "app.commandLine.appendSwitch('disable-web-security')",
    "import remote from '@electron/remote/main'",
  ])
    expect(rules.openDoors('electron/main/x.ts', planted), planted).toHaveLength(1);
});

test('Electron 20: the preload exposes named functions only, and nothing of Electron’s crosses', () => {
  expect(complaints(rules.preloadLeaks, sourceFiles(['electron/preload']))).toEqual([]);
  for (const planted of [
    "contextBridge.exposeInMainWorld('ryggrad', { call: () => 1, on: () => 2, ipc: () => ipcRenderer })",
    "contextBridge.exposeInMainWorld('ryggrad', ipcRenderer)",
    "contextBridge.exposeInMainWorld('ryggrad', { call: () => 1, on: (f) => ipcRenderer.on('x', f) })",
    "contextBridge.exposeInMainWorld('ryggrad', { call: () => 1, on: () => 2 }); contextBridge.exposeInMainWorld('b', {})",
  ])
    expect(rules.preloadLeaks('electron/preload/x.ts', planted), planted).not.toEqual([]);
});

test('ASVS 1.2.5: nothing is started by a shell, and inside the product only by who is listed', () => {
  expect(complaints(rules.shells, sourceFiles(['electron', 'sync-server', 'db', 'renderer']))).toEqual([]);
  expect(complaints(rules.shells, sourceFiles(['build', 'tests'], { tests: true }))).toEqual([]);
  for (const planted of [
    "import { exec } from 'node:child_process'",
    "import * as cp from 'child_process'",
    "spawn('ls', { shell: true })",
    "spawn('ls', { shell: '/bin/sh' })",
  ])
    expect(rules.shells('build/x.ts', planted), planted).toHaveLength(1);
  expect(rules.shells('electron/core/x.ts', "import { spawn } from 'node:child_process'")).toHaveLength(1);
});

test('ASVS 13.2.4: the laptop’s only way out is the port `fetch`, to the server it was enrolled with', () => {
  expect(complaints(rules.waysOut, sourceFiles(LAPTOP))).toEqual([]);
  for (const planted of [
    "import net from 'node:net'",
    "import { request } from 'https'",
    "new WebSocket('wss://x')",
    'fetch(address)',
    "navigator.sendBeacon('//x')",
    'fetch(`//${host}/x`)',
  ])
    expect(rules.waysOut('electron/core/x.ts', planted), planted).toHaveLength(1);
});
