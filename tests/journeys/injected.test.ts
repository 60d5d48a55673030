/** Fifty attacks by text, in every field that the window shows, as typed here and as they would come from another laptop: text is text, and nothing runs. */
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureRenderer, freshHome, removeHome, startLaptop, type Running } from './app.ts';
import { launchBrowser, openApp } from './browser.ts';
import { ask, unlock } from './steps.ts';

const PASSPHRASE = 'furu lyng tind skog';
/** Each would set `pwned`, ask for something from outside, or open a dialog. */
const RUN = 'window.pwned=1';
const ATTACKS = [
  `<script>${RUN}</script>`,
  `<img src=x onerror=${RUN}>`,
  `<svg onload=${RUN}>`,
  `<svg><script>${RUN}</script></svg>`,
  `<body onload=${RUN}>`,
  `<iframe srcdoc="<script>parent.pwned=1</script>">`,
  `<iframe src="javascript:parent.pwned=1">`,
  `<a href="javascript:${RUN}">x</a>`,
  `<object data="javascript:${RUN}">`,
  `<embed src="javascript:${RUN}">`,
  `<math><mi//xlink:href="data:x,<script>${RUN}</script>">`,
  `<details open ontoggle=${RUN}>`,
  `<input autofocus onfocus=${RUN}>`,
  `<select autofocus onfocus=${RUN}>`,
  `<textarea autofocus onfocus=${RUN}>`,
  `<video><source onerror=${RUN}></video>`,
  `<audio src=x onerror=${RUN}>`,
  `<marquee onstart=${RUN}>`,
  `<form><button formaction="javascript:${RUN}">x</form>`,
  `<meta http-equiv=refresh content="0;javascript:${RUN}">`,
  `<link rel=stylesheet href="https://outside.example/x.css">`,
  `<style>@import 'https://outside.example/x.css';</style>`,
  `<base href="https://outside.example/">`,
  `<template><script>${RUN}</script></template>`,
  `"><script>${RUN}</script>`,
  `'><script>${RUN}</script>`,
  `" onmouseover="${RUN}" x="`,
  `' autofocus onfocus='${RUN}`,
  `</textarea><script>${RUN}</script>`,
  `</title><script>${RUN}</script>`,
  `</script><script>${RUN}</script>`,
  `{{constructor.constructor('${RUN}')()}}`,
  `\${${RUN}}`,
  `#{${RUN}}`,
  `<%= ${RUN} %>`,
  `[x](javascript:${RUN})`,
  `![x](https://outside.example/x.png)`,
  `javascript:${RUN}`,
  `data:text/html,<script>${RUN}</script>`,
  `<x:script xmlns:x="http://www.w3.org/1999/xhtml">${RUN}</x:script>`,
  `<scr<script>ipt>${RUN}</scr</script>ipt>`,
  `<img src="x" onerror="&#119;indow.pwned=1">`,
  `%3Cscript%3E${RUN}%3C/script%3E`,
  `\u003cscript\u003e${RUN}\u003c/script\u003e`,
  `<<script>${RUN}//<</script>`,
  `<svg><animate onbegin=${RUN} attributeName=x dur=1s>`,
  `<svg><use href="data:image/svg+xml,<svg id=x onload=${RUN}>#x">`,
  `<img src=x:x onerror=${RUN}//`,
  `--><script>${RUN}</script>`,
  `<noscript><p title="</noscript><img src=x onerror=${RUN}>">`,
];

let browser: Browser;
let laptop: Running;
beforeAll(async () => {
  ensureRenderer();
  laptop = await startLaptop(await freshHome('injected'));
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await laptop?.stop();
  if (laptop !== undefined) await removeHome(laptop.home);
});

test('fifty attacks in names, notes, bookings, letters, phrases and titles are shown as they stand, and run nowhere', async () => {
  expect(ATTACKS).toHaveLength(50);
  const setUp = await openApp(browser, laptop.url);
  await ask(setUp, 'clinic.create', {
    clinic: { name: ATTACKS[0], orgNumber: null, addressLine: ATTACKS[1], postalCode: null, city: null, phone: null, email: null },
    user: { name: ATTACKS[24], email: 'kim@bakken.example', profession: 'KI', hprNumber: '1234567' },
    passphrase: PASSPHRASE,
  });
  await setUp.close();
  const watched = await openApp(browser, laptop.url);
  const { page } = watched;
  const dialogs: string[] = [];
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  await unlock(watched, PASSPHRASE);
  const patients: string[] = [];
  for (const [at, attack] of ATTACKS.entries()) {
    const next = ATTACKS[(at + 1) % ATTACKS.length];
    const { id: patientId } = await ask<{ id: string }>(watched, 'patient.create', {
      givenName: attack.slice(0, 120),
      familyName: `Prøve${at} ${attack}`.slice(0, 120),
      addressLine: attack,
      phone: attack.slice(0, 30),
      occupation: next,
      fastlegeName: attack,
      missingNationalIdReason: 'unknown',
    });
    await ask(watched, 'guardian.save', { patientId, name: attack, relation: 'mother', phone: null, email: null });
    await ask(watched, 'safety.set', { patientId, kind: 'allergies', state: 'yes', detail: attack });
    const { id: encounterId } = await ask<{ id: string }>(watched, 'encounter.start', { patientId, visitType: 'follow_up' });
    for (const key of ['subjective', 'objective', 'treatment', 'plan'])
      await ask(watched, 'section.write', { encounterId, key, text: attack });
    patients.push(patientId);
  }
  const { userId } = await ask<{ session: { user: { id: string } } }>(watched, 'app.state', {}).then(({ session }) => ({
    userId: session.user.id,
  }));
  const today = new Date().toISOString();
  await ask(watched, 'appointment.book', {
    patientId: patients[0],
    practitionerId: userId,
    startsAt: today,
    durationMinutes: 20,
    visitType: 'follow_up',
    reason: ATTACKS[2],
    walkIn: true,
  });
  await ask(watched, 'phrase.save', { abbreviation: '.x', text: ATTACKS[3], shared: true });
  await ask(watched, 'user.add', {
    name: ATTACKS[4],
    email: 'x@bakken.example',
    roles: ['ASSISTANT'],
    profession: null,
    hprNumber: null,
    validUntil: null,
    passphrase: null,
  });

  const nothingRan = async (where: string): Promise<void> => {
    const state = await page.evaluate(() => ({
      pwned: (window as unknown as { pwned?: unknown }).pwned,
      strangers: document.querySelectorAll('script:not([src]), iframe, object, embed, base, [onerror], [onload], [onfocus], marquee')
        .length,
    }));
    expect(state, where).toEqual({ pwned: undefined, strangers: 0 });
  };
  for (const rail of ['I dag', 'Pasienter', 'Usignert', 'Konflikter', 'Synk', 'Innst.']) {
    await page.getByRole('button', { name: rail }).first().click();
    await page.locator('main h1').first().waitFor();
    await nothingRan(rail);
  }
  for (const tab of ['Klinikk', 'Kolleger', 'Fraser', 'Maskiner', 'Logg']) {
    await page.getByRole('tab', { name: tab }).click();
    await nothingRan(tab);
  }
  for (const [at, attack] of ATTACKS.entries()) {
    await watched.press('Control+k');
    await watched.type(`Prøve${at} `);
    await page
      .getByRole('option', { name: new RegExp(`^Prøve${at} `) })
      .first()
      .waitFor();
    await watched.press('Enter');
    const heading = page.locator('h1');
    await expect.poll(() => heading.textContent()).toContain(`Prøve${at} ${attack}`.slice(0, 60).trim());
    await nothingRan(`patient ${at}`);
    await page.locator('table.list tbody tr', { hasText: 'usignert' }).click();
    await expect.poll(() => page.locator('#section-subjective').inputValue()).toBe(attack);
    await nothingRan(`chart ${at}`);
  }
  expect(dialogs).toEqual([]);
  // Nothing was asked of the outside, and the policy had nothing to stop that the page itself had begun.
  expect((await watched.violations()).filter((one) => !one.startsWith('mouse'))).toEqual([]);
  await watched.close();
});
