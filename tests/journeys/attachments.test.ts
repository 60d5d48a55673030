/** An X-ray image by the keyboard alone, without a server: attached, titled, opened, taken back. And nothing for axe to find. */
import AxeBuilder from '@axe-core/playwright';
import type { Browser } from 'playwright';
import { crc32, deflateSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureRenderer, freshHome, removeHome, startDemoLaptop, type DemoLaptop } from './app.ts';
import { launchBrowser, openApp } from './browser.ts';
import { ask, unlock } from './steps.ts';

let browser: Browser;
let laptop: DemoLaptop;
beforeAll(async () => {
  ensureRenderer();
  laptop = await startDemoLaptop(await freshHome('attachments'));
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await laptop?.stop();
  if (laptop !== undefined) await removeHome(laptop.home);
});

/** A grey picture as PNG. */
function picture(width: number, height: number): Buffer {
  const part = (type: string, data: Buffer): Buffer => {
    const named = Buffer.concat([Buffer.from(type), data]);
    const out = Buffer.alloc(named.length + 8);
    out.writeUInt32BE(data.length);
    named.copy(out, 4);
    out.writeUInt32BE(crc32(named), named.length + 4);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width);
  head.writeUInt32BE(height, 4);
  head[8] = 8;
  const lines = Buffer.alloc((width + 1) * height, 90);
  for (let y = 0; y < height; y += 1) lines[y * (width + 1)] = 0;
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    part('IHDR', head),
    part('IDAT', deflateSync(lines)),
    part('IEND', Buffer.alloc(0)),
  ]);
}

test('attached, opened and set in error by the keyboard, while there is no network', async () => {
  const watched = await openApp(browser, laptop.url);
  const { page } = watched;
  // Asked for early: the browser must know that nobody sees its own dialog.
  const chosen = page.waitForEvent('filechooser');
  await unlock(watched, laptop.passphrase);
  const { hits } = await ask<{ hits: { familyName: string }[] }>(watched, 'patient.search', { query: 'a' });
  const name = hits[0]?.familyName ?? '';
  await watched.press('Control+k');
  await watched.type(name);
  await page.getByRole('option', { name: new RegExp(name) }).waitFor();
  await watched.press('Enter');
  await page.getByRole('heading', { name: 'Vedlegg' }).waitFor();
  await watched.press('l');
  await (
    await chosen
  ).setFiles([
    { name: 'IMG_0042.png', mimeType: 'image/png', buffer: picture(300, 400) },
    { name: 'faktura.pdf', mimeType: 'application/pdf', buffer: Buffer.from('MZ ikke en PDF') },
  ]);
  await page.getByLabel('Tittel på IMG_0042.png').waitFor();
  await watched.type('Røntgen LWS 11.3.2025');
  await watched.press('Enter');
  await page.getByText('Bare bilder (PNG, JPEG, TIFF), PDF og DICOM').waitFor();
  await watched.press('Escape');
  const row = page.locator('.attachments tr', { hasText: 'Røntgen LWS 11.3.2025' });
  await row.getByText('ligger bare på denne maskinen').waitFor();
  await row.focus();
  await watched.press('Enter');
  const dialog = page.getByRole('dialog', { name: new RegExp(name) });
  await page.waitForFunction(() => document.querySelector<HTMLImageElement>('.viewer img')?.naturalWidth === 300);
  const report = await new AxeBuilder({ page })
    .include('.viewer')
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze();
  expect(report.violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html ?? ''}`)).toEqual([]);
  // Back round with Tab to "Feilført", the button before the last.
  await watched.press('Shift+Tab');
  await watched.press('Enter');
  await page.getByLabel('Hvorfor er det feil?').waitFor();
  await watched.type('Hører til en annen pasient');
  await watched.press('Enter');
  await dialog.getByText('feilført: Hører til en annen pasient').waitFor();
  await watched.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await row.getByText('feilført').waitFor();
  const list = await new AxeBuilder({ page }).include('.attachments').withTags(['wcag2a', 'wcag2aa', 'wcag22aa']).analyze();
  expect(list.violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html ?? ''}`)).toEqual([]);
  expect(await watched.violations()).toEqual([]);
  await watched.close();
});
