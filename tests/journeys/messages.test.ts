/**
 * Messages at the desk, by keyboard: e-mail is switched on and a patient says yes to it; a booking asks for a reminder and a confirmation and shows
 * their life; it is called off with word to the patient; a recall is planned, found on its day, asked for and taken back.
 */
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clinicDay, nextDay } from '#db/rules/appointments.ts';
import { ensureRenderer, freshHome, removeHome, startDemoLaptop, type DemoLaptop } from './app.ts';
import { launchBrowser, openApp } from './browser.ts';
import { ask, goToRow, unlock } from './steps.ts';

/** A folder for pictures to be looked at; none in CI. */
const shots = process.env['RYGGRAD_SCREENSHOTS'];
let browser: Browser;
let laptop: DemoLaptop;
beforeAll(async () => {
  ensureRenderer();
  laptop = await startDemoLaptop(await freshHome('messages'));
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await laptop?.stop();
  if (laptop !== undefined) await removeHome(laptop.home);
});

test('e-mail, a booking that is told of and called off, and a recall, all with the keyboard', async () => {
  const watched = await openApp(browser, laptop.url);
  const { page } = watched;
  const shot = async (name: string) => {
    if (shots !== undefined) await page.screenshot({ path: `${shots}/messages-${name}.png`, fullPage: true });
  };
  await unlock(watched, laptop.passphrase);
  await ask(watched, 'clinic.update', { set: { phone: '22 33 44 55' } });
  await ask(watched, 'integration.set', { name: 'sms', enabled: true, options: {} });

  await watched.press('Alt+6');
  await page.getByRole('tab', { name: 'Integrasjoner' }).focus();
  await watched.press('Enter');
  const email = page.getByRole('region', { name: /E-post/ });
  await email.getByRole('checkbox', { name: 'Slått på for klinikken' }).focus();
  await watched.press('Space');
  await email.getByText('Tekster').first().focus();
  await watched.press('Enter');
  await email.getByText('Beskjed om at noe venter').waitFor();
  await email.locator('textarea').first().fill('Vondt i ryggen?');
  await email.getByText('teksten kan røpe helseopplysninger').waitFor();
  await email.locator('textarea').first().fill('');
  await shot('settings');
  expect(await watched.violations()).toEqual([]);

  // Of the test's own: whoever of the demo still has an hour today, by the clock, is not due to be called in.
  const familyName = 'Qvilleslett-Testesen';
  const born = { birthDate: '1969-03-02', missingNationalIdReason: 'foreign' };
  const { id: patientId } = await ask<{ id: string }>(watched, 'patient.create', { ...born, givenName: 'Åse', familyName });
  await ask(watched, 'patient.update', { id: patientId, set: { phone: '912 34 567', email: 'post@pasient.example.no' } });
  await watched.press('Control+k');
  await watched.type('Qvilleslett');
  await page.getByRole('option', { name: /Qvilleslett/ }).waitFor();
  await watched.press('Enter');
  const consents = page.getByRole('region', { name: 'Samtykke til kontakt' });
  await consents.getByLabel('E-post', { exact: true }).selectOption('yes');
  await consents.getByText(/spurt .* av /).waitFor();

  // A booking in a week, told of at once and the day before.
  await watched.press('b');
  const booking = page.getByRole('dialog', { name: 'Ny time' });
  await booking.getByText('Meldinger om timen').waitFor();
  const today = clinicDay(new Date().toISOString());
  const day = Array.from({ length: 7 }).reduce<string>((at) => nextDay(at), today);
  await booking.getByLabel('Dato').fill(day);
  await booking.getByLabel('Klokken').fill('07:05');
  await booking.getByLabel('Kanal').selectOption('email');
  await booking.getByRole('checkbox', { name: 'Bekreftelse nå' }).focus();
  await watched.press('Space');
  await shot('booking');
  expect(await watched.violations()).toEqual([]);
  await booking.getByLabel('Klokken').focus();
  await watched.press('Enter');
  // Five past seven is before anybody works: meant.
  await booking.getByText(/Det er stengt/).waitFor();
  await watched.press('Enter');
  await booking.waitFor({ state: 'detached' });
  const thread = page.getByRole('region', { name: 'Meldinger' });
  await thread.getByText('Påminnelse dagen før').waitFor();
  await thread.getByText('Bekreftelse').first().waitFor();
  // At the time that was typed, however late the proposal came.
  await page.getByRole('table', { name: 'Tidslinje' }).getByText('07:05').waitFor();
  await thread.getByRole('button', { name: 'Vis forløpet' }).first().focus();
  await watched.press('Enter');
  await thread.getByText(/bestilt av /).waitFor();

  await watched.press('k');
  const recall = page.getByRole('region', { name: 'Innkalling', exact: true });
  await recall.getByLabel('Dato').fill(today);
  await shot('patient');
  await recall.getByLabel('Dato').focus();
  await watched.press('Enter');
  await recall.getByText('avtalt med pasienten').waitFor();
  await shot('patient-recall');
  expect(await watched.violations()).toEqual([]);

  // Called off, with word to the patient: then nothing is booked, and the recall is due.
  await watched.press('Alt+1');
  for (let n = 0; n < 7; n += 1) await watched.press('ArrowRight');
  await goToRow(watched, familyName);
  await watched.press('f');
  const move = page.getByRole('dialog', { name: 'Flytt timen' });
  await move.getByRole('region', { name: 'Meldinger om timen' }).getByText('Påminnelse dagen før').waitFor();
  await shot('move');
  // Taken back, and asked for again, without leaving the booking.
  const about = move.getByRole('region', { name: 'Meldinger om timen' });
  await about
    .getByRole('row', { name: /Påminnelse dagen før/ })
    .getByRole('button', { name: 'Trekk tilbake' })
    .focus();
  await watched.press('Enter');
  await about.getByRole('button', { name: 'Dagen før' }).focus();
  await watched.press('Enter');
  await about
    .getByRole('row', { name: /Påminnelse dagen før/ })
    .getByText('venter på nett')
    .waitFor();
  await watched.press('Escape');
  await watched.press('x');
  const cancel = page.getByRole('dialog', { name: 'Avlys timen' });
  await cancel.getByRole('checkbox', { name: 'Si fra til pasienten på e-post' }).focus();
  await watched.press('Space');
  await shot('cancel');
  await cancel.getByLabel('Grunn (kan stå tom)').focus();
  await watched.press('Enter');
  await cancel.waitFor({ state: 'detached' });

  await watched.press('i');
  const due = page.getByRole('region', { name: /Innkallinger som forfaller/ });
  await due.getByText('avtalt med pasienten').waitFor();
  await watched.press('k');
  await due.getByRole('button', { name: 'Send e-post' }).focus();
  await watched.press('Enter');
  await due.getByText('venter på nett').waitFor();
  await shot('today');
  expect(await watched.violations()).toEqual([]);
  await due.getByRole('button', { name: 'Trekk tilbake' }).focus();
  await watched.press('Enter');
  await due.getByText('trukket tilbake').waitFor();
  await due.getByRole('button', { name: 'Ferdig' }).focus();
  await watched.press('Enter');
  await due.getByText('er tatt av listen').waitFor();
  await due.getByRole('button', { name: 'Angre' }).focus();
  await watched.press('Enter');
  await due.getByText('avtalt med pasienten').waitFor();

  const { items } = await ask<{ items: { templateId: string; channel: string; state: string }[] }>(watched, 'message.thread', {
    patientId,
  });
  expect(items.map(({ templateId, channel, state }) => `${channel} ${templateId} ${state}`).toSorted()).toEqual([
    'email cancellation planned',
    'email confirmation planned',
    'email recall-agreed cancelled',
    'email reminder-24h planned',
  ]);
  await watched.close();
});
