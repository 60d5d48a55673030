/** What a clinician does, as steps the journeys share. They wait for what a person would see, never by the clock. */
import type { WatchedPage } from './browser.ts';

/** Unlocks with the passphrase; not counted, as in the golden flows. */
export async function unlock(watched: WatchedPage, passphrase: string): Promise<void> {
  await watched.page.getByLabel('Passordfrase').waitFor();
  await watched.type(passphrase);
  await watched.page.keyboard.press('Enter');
  await watched.page.locator('.frame').waitFor();
  await watched.page
    .locator('table.list tbody tr[aria-selected="true"]')
    .or(watched.page.getByText('Ingen timer denne dagen'))
    .first()
    .waitFor();
}

/** With the arrows to the row that names `text`, up or down: a walk-in stands before or after a booked hour, by the time of day. */
export async function goToRow(watched: WatchedPage, text: string): Promise<void> {
  const rows = watched.page.locator('table.list tbody tr');
  await rows.filter({ hasText: text }).first().waitFor();
  const place = async () =>
    await rows.evaluateAll((all, wanted) => {
      const to = all.findIndex((row) => row.textContent.includes(wanted));
      return to - all.findIndex((row) => row.getAttribute('aria-selected') === 'true');
    }, text);
  for (let left = await place(); left !== 0; left = await place()) {
    await watched.press(left > 0 ? 'ArrowDown' : 'ArrowUp');
    await watched.page.waitForFunction(
      ([wanted, before]) => {
        const all = [...document.querySelectorAll('table.list tbody tr')];
        const to = all.findIndex((row) => row.textContent.includes(wanted));
        return to - all.findIndex((row) => row.getAttribute('aria-selected') === 'true') !== before;
      },
      [text, left] as const,
    );
  }
}

export async function waitForFocus(watched: WatchedPage, id: string): Promise<void> {
  await watched.page.waitForFunction((wanted) => document.activeElement?.id === wanted, id);
}

/** Confirms every carried section: the first key goes there, each further one confirms and goes on. */
export async function confirmCarried(watched: WatchedPage): Promise<void> {
  const waiting = watched.page.locator('.section[data-review="unreviewed"]');
  const count = await waiting.count();
  if (count === 0) return;
  await watched.press('Alt+Enter');
  for (let left = count; left > 0; left -= 1) {
    await watched.press('Alt+Enter');
    await waitForCount(watched, '.section[data-review="unreviewed"]', left - 1);
  }
}

/** Writes in every place of a letter where something is missing; one key goes from each to the next. */
export async function fillMissing(watched: Pick<WatchedPage, 'page' | 'press' | 'type'>, text: string): Promise<void> {
  const gaps = await watched.page.locator('[data-missing]').count();
  for (let left = gaps; left > 0; left -= 1) {
    await watched.page.waitForFunction(() => {
      const { activeElement } = document;
      return activeElement instanceof HTMLTextAreaElement && activeElement.closest('[data-missing]') !== null && activeElement.value === '';
    });
    await watched.type(text);
    await watched.press('Alt+Enter');
  }
  await waitForCount(watched, '[data-missing]', 0);
}

/** Codes as a person types them: each character is a key. */
export async function addDiagnosis(watched: WatchedPage, code: string): Promise<void> {
  await watched.press('Control+i');
  await watched.page.getByRole('combobox', { name: 'Søk diagnose' }).waitFor();
  for (const key of code) await watched.press(key);
  await watched.press('Enter');
  await watched.page.locator('.line-list .code', { hasText: code }).first().waitFor();
}

async function waitForCount(watched: Pick<WatchedPage, 'page'>, selector: string, count: number): Promise<void> {
  await watched.page.waitForFunction(([wanted, n]) => document.querySelectorAll(wanted).length === n, [selector, count] as const);
}

export async function addFirstPrice(watched: WatchedPage): Promise<void> {
  await watched.press('F2');
  await watched.page.getByRole('combobox', { name: 'Takst eller behandling' }).waitFor();
  await watched.press('Enter');
  await watched.page.getByRole('combobox', { name: 'Takst eller behandling' }).waitFor({ state: 'detached' });
}

export async function sign(watched: WatchedPage): Promise<void> {
  await watched.press('Control+Enter');
  await watched.page.locator('.chart[data-status="signed"]').waitFor();
}

/** Sum of the app's own waits on this page, from its marks, in ms. */
export async function appLatency(watched: WatchedPage): Promise<number> {
  return await watched.page.evaluate(() => {
    const pairs = [
      ['chart:asked', 'chart:shown'],
      ['sign:asked', 'sign:shown'],
    ] as const;
    let sum = 0;
    for (const [from, to] of pairs) {
      const starts = performance.getEntriesByName(from);
      const ends = performance.getEntriesByName(to);
      for (const start of starts) {
        const end = ends.find((entry) => entry.startTime >= start.startTime);
        if (end !== undefined) sum += end.startTime - start.startTime;
      }
    }
    return sum;
  });
}

/** Calls the core as the page does; for looking at the record, never for doing a step. */
export async function ask<T>(watched: WatchedPage, verb: string, input: unknown): Promise<T> {
  const result = await watched.page.evaluate(
    async ([name, body]) => {
      const secret = /name="ryggrad-secret" content="([^"]+)"/.exec(await (await fetch('/')).text())?.[1] ?? '';
      const response = await fetch(`/call/${name as string}`, {
        method: 'POST',
        headers: { 'x-ryggrad-secret': secret },
        body: JSON.stringify(body),
      });
      return (await response.json()) as { ok: boolean; value: unknown; code?: string };
    },
    [verb, input] as const,
  );
  if (!result.ok) throw new Error(`${verb}: ${result.code}`);
  return result.value as T;
}
