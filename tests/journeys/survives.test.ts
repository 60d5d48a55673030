/**
 * G7: the network goes, the core is killed in the middle of a sentence, and the day goes on: text and caret are
 * where they were, and the server ends up with exactly one copy.
 */
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureRenderer, freshHome, removeHome, startDemoLaptop, startServer } from './app.ts';
import type { DemoLaptop, Running } from './app.ts';
import { launchBrowser, openApp } from './browser.ts';
import { addDiagnosis, ask, sign, unlock, waitForFocus } from './steps.ts';

let browser: Browser;
let laptop: DemoLaptop;
let server: Running;

beforeAll(async () => {
  ensureRenderer();
  server = await startServer(await freshHome('g7-server'));
  laptop = await startDemoLaptop(await freshHome('g7'), server.url);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await laptop?.stop();
  await server?.stop();
  for (const home of [laptop?.home, server?.home]) if (home !== undefined) await removeHome(home);
});

test('G7: typed text survives a lost network and kill -9, and reaches the server once', async () => {
  const sentence = 'Stiv i korsryggen etter bilkjøring, bedre av gange. Ingen utstråling.';
  let watched = await openApp(browser, laptop.url);
  await unlock(watched, laptop.passphrase);
  await expect.poll(async () => (await ask<{ state: string }>(watched, 'sync.status', {})).state, { timeout: 60_000 }).toBe('in_sync');
  await watched.press('Enter');
  await waitForFocus(watched, 'section-subjective');
  const port = new URL(server.url).port;
  await server.kill();
  await watched.type(sentence);
  await expect
    .poll(
      async () =>
        (await ask<{ items: { verb: string }[] }>(watched, 'sync.outbox', {})).items.filter((item) => item.verb === 'section.write').length,
    )
    .toBeGreaterThan(0);
  await expect.poll(async () => await lengthOnDisk(watched)).toBeGreaterThanOrEqual(sentence.length);
  // The caret follows the text to disk within half a second.
  await expect
    .poll(async () => (await ask<{ value: { caret: number }[] | null }>(watched, 'ui.load', { key: 'open-charts' })).value?.[0]?.caret)
    .toBe(sentence.length);
  await laptop.kill();
  await watched.close();

  laptop = await startDemoLaptop(laptop.home, server.url);
  watched = await openApp(browser, laptop.url);
  await unlock(watched, laptop.passphrase);
  watched.resetKeys();
  const since = Date.now();
  await watched.press('Enter');
  await waitForFocus(watched, 'section-subjective');
  expect(Date.now() - since).toBeLessThan(3000);
  const field = watched.page.locator('#section-subjective');
  expect(await field.inputValue()).toBe(sentence);
  expect(await field.evaluate((element: HTMLTextAreaElement) => element.selectionStart)).toBe(sentence.length);
  expect(watched.keys()).toBeLessThanOrEqual(6);

  // Whole, then signed, still without network.
  await watched.press('Tab');
  await watched.press('Tab');
  await watched.press('Tab');
  await watched.type('Mobilisering.');
  await addDiagnosis(watched, 'L03');
  await sign(watched);

  server = await startServer(server.home, { RYGGRAD_SYNC_PORT: port });
  await expect
    .poll(async () => await ask<{ state: string; pending: number; quarantined: number }>(watched, 'sync.status', {}), {
      timeout: 90_000,
      interval: 500,
    })
    .toMatchObject({ state: 'in_sync', pending: 0, quarantined: 0 });
  const signedIn = await fetch(`${server.url}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: laptop.email, passphrase: laptop.passphrase }),
  });
  const { accessToken } = (await signedIn.json()) as { accessToken: string };
  const feed = (await readFeed(server.url, accessToken)).filter((row) => row.entity === 'note_section' && row.body?.includes(sentence));
  expect(feed).toHaveLength(1);
  expect(await watched.violations()).toEqual([]);
  await watched.close();
});

async function lengthOnDisk(watched: Awaited<ReturnType<typeof openApp>>): Promise<number> {
  const { items } = await ask<{ items: { encounterId: string }[] }>(watched, 'encounter.unsigned', {});
  const first = items[0];
  if (first === undefined) return 0;
  const chart = await ask<{ sections: { key: string; text: string }[] }>(watched, 'encounter.get', { id: first.encounterId });
  return chart.sections.find((section) => section.key === 'subjective')?.text.length ?? 0;
}

/** The newest state of every row the server would hand out, read as any client of the shape would. */
async function readFeed(url: string, token: string): Promise<{ entity: string; body: string | null }[]> {
  const rows: { entity: string; body: string | null }[] = [];
  let query = 'offset=-1';
  for (let turn = 0; turn < 200; turn += 1) {
    const response = await fetch(`${url}/v1/shape?table=feed&${query}`, { headers: { authorization: `Bearer ${token}` } });
    const messages = (await response.json()) as { value?: { entity: string; body: string | null }; headers: { control?: string } }[];
    for (const message of messages) if (message.value !== undefined) rows.push(message.value);
    if (messages.some((message) => message.headers.control === 'up-to-date')) return rows;
    query = `offset=${response.headers.get('electric-offset')}&handle=${response.headers.get('electric-handle')}`;
  }
  throw new Error('the feed did not end');
}
