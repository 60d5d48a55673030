/** From a key press to the frame that shows its letter, in a real Chromium on a chart with text in it. */
import { ensureRenderer, freshHome, removeHome, startDemoLaptop } from '#tests/journeys/app.ts';
import { launchBrowser, openApp } from '#tests/journeys/browser.ts';
import { unlock, waitForFocus } from '#tests/journeys/steps.ts';
import { spread } from './figures.ts';
import type { Figure } from './figures.ts';

/** Two hundred words a minute. */
const PAUSE_MS = 60;

export async function keyEcho(keys: number): Promise<Figure[]> {
  ensureRenderer();
  const laptop = await startDemoLaptop(await freshHome('echo'));
  const browser = await launchBrowser();
  try {
    const watched = await openApp(browser, laptop.url);
    await unlock(watched, laptop.passphrase);
    await watched.press('Enter');
    await waitForFocus(watched, 'section-subjective');
    await watched.page.evaluate(() => {
      const times: number[] = [];
      Object.defineProperty(window, '__echo', { value: times });
      let pressed = 0;
      window.addEventListener('keydown', (event) => (pressed = event.timeStamp), { capture: true });
      // After the handlers of this input ran, the next task follows the layout they asked for.
      window.addEventListener('input', () => {
        const from = pressed;
        const channel = new MessageChannel();
        channel.port1.onmessage = () => {
          void document.body.offsetHeight;
          times.push(performance.now() - from);
        };
        channel.port2.postMessage(null);
      });
    });
    for (let key = 0; key < keys; key += 1) await watched.page.keyboard.type('abcdefgh '[key % 9] ?? 'a', { delay: PAUSE_MS });
    const times = await watched.page.evaluate(() => (window as unknown as { __echo: number[] }).__echo);
    return spread('key-echo', times, 16);
  } finally {
    await browser.close();
    await laptop.stop();
    await removeHome(laptop.home);
  }
}
