/**
 * A real Chromium against the real app, watched: every key is counted, any mouse event fails the
 * journey, and every request that does not go to the dev-host is aborted and remembered.
 */
import { existsSync } from 'node:fs';
import { chromium } from 'playwright';
import type { Browser, BrowserContext, Page } from 'playwright';

const CANDIDATES = [process.env.PLAYWRIGHT_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Path of a Chromium on this machine. Throws when there is none: a journey that cannot run must not look green. */
export function chromiumPath(): string {
  const found = CANDIDATES.find((path) => path !== undefined && path !== '' && existsSync(path));
  if (found === undefined) throw new Error("no Chromium found: install Debian's chromium or set PLAYWRIGHT_CHROMIUM");
  return found;
}

export async function launchBrowser(): Promise<Browser> {
  return await chromium.launch({
    executablePath: chromiumPath(),
    args: CHROMIUM_FLAGS,
  });
}

export interface WatchedPage {
  page: Page;
  context: BrowserContext;
  /** Presses one key or chord (counted as one), e.g. `Control+Enter`. */
  press(key: string): Promise<void>;
  /** Types free text (not counted). */
  type(text: string): Promise<void>;
  keys(): number;
  resetKeys(): void;
  /** Mouse events seen by the page, and requests that tried to leave; both must stay empty. */
  violations(): Promise<string[]>;
  close(): Promise<void>;
}

/** Opens the app in a fresh profile (or the given one) and waits until it stands. */
export async function openApp(
  browser: Browser,
  appUrl: string,
  options: { width?: number; height?: number; dark?: boolean } = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1440, height: options.height ?? 900 },
    colorScheme: options.dark === true ? 'dark' : 'light',
    locale: 'nb-NO',
    timezoneId: 'Europe/Oslo',
    reducedMotion: 'reduce',
  });
  return await watchPage(context, appUrl);
}

/** The app in a profile that lies on disk, as a person's browser does: for looking at what it leaves behind. */
export async function openAppWithProfile(profile: string, appUrl: string, env: Record<string, string>): Promise<WatchedPage> {
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath(),
    args: CHROMIUM_FLAGS,
    env: { ...process.env, ...env } as Record<string, string>,
    viewport: { width: 1440, height: 900 },
    locale: 'nb-NO',
    timezoneId: 'Europe/Oslo',
    acceptDownloads: true,
  });
  return await watchPage(context, appUrl);
}

async function watchPage(context: BrowserContext, appUrl: string): Promise<WatchedPage> {
  const escaped: string[] = [];
  const origin = new URL(appUrl).origin;
  await context.route('**/*', async (route) => {
    const url = new URL(route.request().url());
    if (url.origin === origin) await route.continue();
    else {
      escaped.push(`request left the machine: ${url.origin}`);
      await route.abort();
    }
  });
  await context.addInitScript(() => {
    const seen: string[] = [];
    Object.defineProperty(window, '__mouseEvents', { value: seen });
    for (const type of ['mousedown', 'pointerdown', 'wheel', 'touchstart', 'contextmenu']) {
      window.addEventListener(type, (event) => seen.push(`${type} at ${performance.now().toFixed(0)} ms, trusted=${event.isTrusted}`), {
        capture: true,
        passive: true,
      });
    }
  });
  const page = await context.newPage();
  const crashes: string[] = [];
  page.on('pageerror', (error) => crashes.push(`page error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/ERR_FAILED|Failed to load resource/.test(message.text()))
      crashes.push(`console error: ${message.text()}`);
  });
  await page.goto(appUrl);
  let count = 0;
  return {
    page,
    context,
    async press(key) {
      count += 1;
      await page.keyboard.press(key);
    },
    async type(text) {
      await page.keyboard.type(text, { delay: 2 });
    },
    keys: () => count,
    resetKeys: () => {
      count = 0;
    },
    async violations() {
      const mouse = await page.evaluate(() => (window as unknown as { __mouseEvents: string[] }).__mouseEvents);
      return [...escaped, ...crashes, ...mouse.map((event) => `mouse used: ${event}`)];
    },
    async close() {
      await context.close();
    },
  };
}
