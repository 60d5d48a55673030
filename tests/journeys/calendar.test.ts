/**
 * The calendar as a desk uses it: a series found and booked with few keys (G3), a booking moved by pointer and by keys with the
 * same outcome, and a full week of a big clinic without a stutter. Offline: the sync server is unreachable.
 */
import { mkdirSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clinicDay, clinicInstant, nextDay } from '#db/rules/appointments.ts';
import { weekdayOf } from '#db/rules/opening-hours.ts';
import type { CalendarItem } from '#electron/contract/schedule.ts';
import { ensureRenderer, freshHome, removeHome, startDemoLaptop } from './app.ts';
import type { DemoLaptop } from './app.ts';
import { launchBrowser, openApp } from './browser.ts';
import type { WatchedPage } from './browser.ts';
import { ask, unlock } from './steps.ts';

let browser: Browser;
let laptop: DemoLaptop;
let watched: WatchedPage;
let practitionerId: string;
let patients: { id: string; familyName: string; givenName: string }[];

beforeAll(async () => {
  ensureRenderer();
  laptop = await startDemoLaptop(await freshHome('calendar'));
  browser = await launchBrowser();
  watched = await openApp(browser, laptop.url);
  await unlock(watched, laptop.passphrase);
  const state = await ask<{ session: { user: { id: string } } }>(watched, 'app.state', {});
  practitionerId = state.session.user.id;
  patients = [];
  for (const familyName of ['Aasen-Testesen', 'Bergstrøm-Testesen', 'Christoffersen-Testesen'])
    patients.push(await ask(watched, 'patient.create', { ...BORN, givenName: 'Turid', familyName }));
});
afterAll(async () => {
  await browser?.close();
  await laptop?.stop();
  if (laptop !== undefined) await removeHome(laptop.home);
});

const BORN = { birthDate: '1969-03-02', missingNationalIdReason: 'foreign' };

/** The Monday so many weeks ahead, beyond the days that the demo has filled. */
function mondayIn(weeks: number): string {
  let day = nextDay(nextDay(clinicDay(new Date().toISOString())));
  while (weekdayOf(day) !== 0) day = nextDay(day);
  for (let left = (weeks - 1) * 7; left > 0; left -= 1) day = nextDay(day);
  return day;
}
const book = async (day: string, time: string, more: object = {}): Promise<string> =>
  (
    await ask<{ id: string }>(watched, 'appointment.book', {
      patientId: patients[0]?.id,
      practitionerId,
      startsAt: clinicInstant(day, time),
      durationMinutes: 20,
      visitType: 'follow_up',
      reason: null,
      ...more,
    })
  ).id;
const itemsOf = async (day: string): Promise<CalendarItem[]> =>
  (await ask<{ items: CalendarItem[] }>(watched, 'calendar.span', { from: day, days: 1 })).items;
const shot = async (name: string): Promise<void> => {
  const folder = process.env['RYGGRAD_SHOTS'];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await watched.page.screenshot({ path: `${folder}/${name}.png` });
};
const drawn = async (): Promise<void> =>
  await watched.page.evaluate(async () => {
    for (let frame = 0; frame < 2; frame += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
  });
/** The calendar on a day, by keys. */
async function toDay(day: string): Promise<void> {
  await watched.page.keyboard.press('Alt+1');
  await watched.page.keyboard.press('Alt+k');
  await watched.page.locator('.cal-scroll').waitFor();
  await watched.page.keyboard.press('i');
  const today = clinicDay(new Date().toISOString());
  for (let at = today; at < day; at = nextDay(at)) await watched.page.keyboard.press('PageDown');
  await watched.page.locator(`.cal-page[data-from="${day}"] .cal-scroll`).waitFor();
}
const looked = async (): Promise<string[]> => {
  const report = await new AxeBuilder({ page: watched.page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
  return report.violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html ?? ''} ${nodes[0]?.failureSummary ?? ''}`);
};

test('G3: a patient is found and six weekly visits are booked past a clash, with at most 14 keys', async () => {
  const patient = await ask<{ id: string }>(watched, 'patient.create', {
    ...BORN,
    givenName: 'Solveig',
    familyName: 'Qvigstad-Testesen',
  });
  const monday = mondayIn(1);
  await book(monday, '10:00', { patientId: patient.id });
  await book(mondayIn(4), '10:10');
  watched.resetKeys();
  await watched.press('Control+k');
  await watched.page.getByRole('combobox', { name: /Søk pasient/ }).waitFor();
  for (const key of 'qvigst') await watched.press(key);
  await watched.page.getByRole('option', { name: /Qvigstad-Testesen/ }).waitFor();
  const waits = await watched.page.evaluate(() => {
    const keys = performance.getEntriesByName('patient-search:key');
    const shown = performance.getEntriesByName('patient-search:shown');
    // A key that the next one overtook has no answer of its own.
    return keys.flatMap((key) => (shown.find((mark) => mark.startTime >= key.startTime)?.startTime ?? key.startTime) - key.startTime || []);
  });
  process.stdout.write(`search as typed: ${waits.map((ms) => ms.toFixed(1)).join(' ')} ms\n`);
  await watched.press('Enter');
  await watched.page.getByRole('heading', { name: 'Qvigstad-Testesen, Solveig' }).waitFor();
  await watched.press('s');
  const panel = watched.page.getByRole('dialog', { name: 'Timeserie' });
  await panel.getByText(/har time kl\. 10:10/).waitFor();
  expect(await panel.locator('tbody tr').count()).toBe(6);
  await watched.page.waitForFunction(() => document.activeElement?.closest('.series-list') !== null);
  await shot('series');
  expect(await looked()).toEqual([]);
  // Nothing is stored while something is undecided.
  await watched.press('Enter');
  await panel.getByRole('alert').waitFor();
  expect((await itemsOf(mondayIn(2))).filter((item) => item.patientId === patient.id)).toEqual([]);
  await watched.press('m');
  await panel.getByText('flyttet, ledig').waitFor();
  await watched.press('Enter');
  await panel.waitFor({ state: 'detached' });
  await watched.page.getByText('6 timer er satt opp.').waitFor();
  expect(watched.keys()).toBeLessThanOrEqual(14);
  const times: (string | undefined)[] = [];
  for (let week = 2; week <= 7; week += 1)
    times.push((await itemsOf(mondayIn(week))).find((item) => item.patientId === patient.id)?.startsAt);
  expect(times).toEqual([2, 3, 4, 5, 6, 7].map((week) => clinicInstant(mondayIn(week), week === 4 ? '09:50' : '10:00')));
  await watched.page.keyboard.press('Control+z');
  await expect.poll(async () => (await itemsOf(mondayIn(2))).filter((item) => item.patientId === patient.id)).toEqual([]);
  expect(await watched.violations()).toEqual([]);
});

test('a booking is moved and drawn out with keys: a clash is asked about, Escape leaves it, Ctrl Z takes it back', async () => {
  const day = mondayIn(2);
  const id = await book(day, '09:00');
  const other = await book(day, '11:00', { patientId: patients[1]?.id });
  const at = async () => (await itemsOf(day)).find((item) => item.id === id);
  await toDay(day);
  await watched.page.locator(`#cal-${id}`).waitFor();
  for (let step = 0; step < 80 && (await watched.page.locator(`#cal-${id}[aria-selected="true"]`).count()) === 0; step += 1)
    await watched.press('ArrowDown').then(drawn);
  expect(await watched.page.locator('.cal-scroll').getAttribute('aria-activedescendant')).toBe(`cal-${id}`);
  await watched.press('f');
  await watched.press('ArrowDown');
  await watched.press('Escape');
  await watched.page.locator('.cal-ghost').waitFor({ state: 'detached' });
  expect((await at())?.startsAt).toBe(clinicInstant(day, '09:00'));
  await watched.press('f');
  for (let quarter = 0; quarter < 8; quarter += 1) await watched.press('ArrowDown');
  await watched.press('Shift+ArrowDown');
  await watched.page.locator('.cal-moving', { hasText: '11:00–11:25' }).waitFor();
  await shot('moving');
  expect(await looked()).toEqual([]);
  await watched.press('Enter');
  const asked = watched.page.getByRole('alertdialog', { name: 'Flytt timen' });
  await asked.waitFor();
  expect(await looked()).toEqual([]);
  await watched.press('Escape');
  await asked.waitFor({ state: 'detached' });
  expect((await at())?.startsAt).toBe(clinicInstant(day, '09:00'));
  await watched.press('f');
  for (let quarter = 0; quarter < 8; quarter += 1) await watched.press('ArrowDown');
  await watched.press('Enter');
  await asked.waitFor();
  await watched.press('Enter');
  await expect.poll(async () => (await at())?.startsAt).toBe(clinicInstant(day, '11:00'));
  expect(
    (await itemsOf(day))
      .filter(({ clash }) => clash === 'practitioner')
      .map((item) => item.id)
      .toSorted(),
  ).toEqual([id, other].toSorted());
  await watched.page.getByText(/er flyttet til/).waitFor();
  await watched.press('Control+z');
  await expect.poll(async () => (await at())?.startsAt).toBe(clinicInstant(day, '09:00'));
  expect(await watched.violations()).toEqual([]);
});

test('a free place is booked with Enter; outside opening hours is asked about', async () => {
  const day = mondayIn(3);
  await toDay(day);
  await watched.press('Home');
  await watched.press('Enter');
  const panel = watched.page.getByRole('dialog', { name: 'Ny time' });
  await panel.waitFor();
  await watched.type(patients[2]?.familyName ?? '');
  await panel.getByRole('listbox').getByRole('option').first().waitFor();
  await watched.press('Enter');
  await panel.getByLabel('Klokken').waitFor();
  await watched.press('Enter');
  await panel.getByText(/Det er stengt kl\./).waitFor();
  expect(await itemsOf(day)).toEqual([]);
  await watched.press('Enter');
  await panel.waitFor({ state: 'detached' });
  await expect.poll(async () => (await itemsOf(day)).length).toBe(1);
  expect(await watched.violations()).toEqual([]);
});

test('the pointer moves and draws out by the same rules', async () => {
  const day = mondayIn(4);
  const id = await book(day, '12:00');
  const done = await book(day, '08:00', { patientId: patients[1]?.id });
  await ask(watched, 'appointment.setStatus', { id: done, status: 'done' });
  const at = async (which = id) => (await itemsOf(day)).find((item) => item.id === which);
  await toDay(day);
  const { mouse } = watched.page;
  const drag = async (which: string, by: number, bottom = false): Promise<void> => {
    const box = await watched.page.locator(`#cal-${which}`).boundingBox();
    if (box === null) throw new Error('not shown');
    const from = { x: box.x + 40, y: bottom ? box.y + box.height - 2 : box.y + 8 };
    await mouse.move(from.x, from.y);
    await mouse.down();
    await mouse.move(from.x, from.y + by / 2, { steps: 4 });
    await mouse.move(from.x, from.y + by, { steps: 4 });
    await mouse.up();
  };
  await drag(id, 78);
  await expect.poll(async () => (await at())?.startsAt).toBe(clinicInstant(day, '13:00'));
  await watched.page.locator(`#cal-${id}`, { hasText: '13:00' }).waitFor();
  await drag(id, 13, true);
  await expect.poll(async () => (await at())?.durationMinutes).toBe(30);
  await drag(done, 130);
  expect((await at(done))?.startsAt).toBe(clinicInstant(day, '08:00'));
  const second = await book(day, '14:30', { patientId: patients[2]?.id });
  await watched.page.locator(`#cal-${second}`).waitFor();
  await drag(second, -117);
  const asked = watched.page.getByRole('alertdialog', { name: 'Flytt timen' });
  await asked.waitFor();
  await watched.press('Escape');
  await asked.waitFor({ state: 'detached' });
  expect((await at(second))?.startsAt).toBe(clinicInstant(day, '14:30'));
});
