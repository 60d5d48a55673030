/** Counting who opens and follows an e-mail: off unless everybody concerned has said so, and never for anything but an invitation. */
import { v7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { derivedId } from '#db/model/ids.ts';
import { watchingBy } from './core/messages/watching.ts';
import { openFakeEmail, type FakeEmailVendors } from './integrations/email/fake.ts';
import { FAKE_PUBLIC_URL } from './integrations/sms/fake.ts';
import { openedColumns } from './testing/opened.ts';
import { changeOf, foundClinic, newPatient, push, write, type Laptop } from './testing/test-clinic.ts';
import { openTestDatabase, type TestDatabase } from './testing/test-database.ts';
import { TEST_LIMITS } from './testing/test-server.ts';
import { openTestMessages, type TestMessages } from './testing/test-messages.ts';

const NOW = '2026-11-30T09:00:00.000Z';
const PAGE = 'https://klinikk.example.no/time';
const AGREED = { byId: '00000000-0000-7000-8000-000000000000', at: NOW, reference: 'Perm 3, avtale av 1.11.2026' };
let people = 0;

describe.each([
  { operator: false, strict: false },
  { operator: true, strict: false },
  { operator: true, strict: true },
])('the operator watches: $operator, strict: $strict', ({ operator, strict }) => {
  let database: TestDatabase;
  let server: TestMessages;
  let mail: FakeEmailVendors;
  let laptop: Laptop;
  beforeAll(async () => {
    database = await openTestDatabase('embedded');
    const environment: Record<string, string> = operator ? { EMAIL_TRACKING_ENABLED: 'true' } : {};
    server = await openTestMessages(database, { strict, environment, email: async (now) => (mail = await openFakeEmail(now)) });
  });
  afterAll(async () => {
    await server?.close();
    await mail?.close();
    await database?.close();
  });
  beforeEach(async () => {
    server.time.now = new Date(NOW);
    mail.sent.length = 0;
    laptop = await foundClinic(server.app, { roles: ['ADMIN', 'PRACTITIONER'] });
  });
  const switchOn = (options: Record<string, unknown>) =>
    write(server.app, laptop, {
      entity: 'integration_setting',
      rowId: derivedId(laptop.clinicId, 'integration:email'),
      set: { name: 'email', enabled: true, options, setById: laptop.userId, setAt: NOW },
    });
  const row = async (id: string) => (await openedColumns(server.pool, laptop.clinicId, 'message', 'id = $1', [id]))[0] ?? {};
  async function sent(templateId: string) {
    const patient = newPatient();
    const id = v7();
    const email = `watched-${(people += 1)}@post.example.test`;
    const { rowId: patientId } = patient;
    const said = (channel: string) => ({
      entity: 'channel_consent' as const,
      rowId: derivedId(patientId, `consent:${channel}`),
      set: { patientId, channel, state: 'yes', recordedById: laptop.userId, recordedAt: NOW },
    });
    const message = { patientId, channel: 'email', templateId, requestedById: laptop.userId, requestedAt: NOW, plannedAt: NOW };
    const drafts = [{ ...patient, set: { ...patient.set, email } }, said('email'), said('recall')];
    const all = [...drafts, { entity: 'message' as const, rowId: id, set: message }];
    await push(
      server.app,
      laptop,
      all.map((draft) => changeOf(laptop, draft)),
    );
    await vi.waitFor(async () => expect(await row(id)).toMatchObject({ state: 'sent' }), { timeout: 20_000 });
    const [found] = mail.sent.filter(({ to }) => to === email);
    return { id, html: found?.html ?? null, text: found?.text ?? '' };
  }
  const pathsIn = (html: string) => [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url = '']) => url.replace(FAKE_PUBLIC_URL, ''));
  const get = async (url: string) => {
    const { statusCode, headers, rawPayload } = await server.app.inject({ method: 'GET', url });
    return { status: statusCode, location: headers['location'], type: headers['content-type'], bytes: rawPayload.length };
  };

  it.each(['smtp', 'sendgrid', 'outlook'])(
    'by %s: an invitation carries it only where everybody said so, and what it counts is counted once a minute',
    async (provider) => {
      await switchOn({ providers: [provider], website: PAGE });
      expect((await sent('recall')).html).toBeNull();
      await switchOn({ providers: [provider], website: PAGE, tracking: true });
      const without = await sent('recall');
      expect(without.html === null).toBe(!operator || strict);
      await switchOn({ providers: [provider], website: PAGE, tracking: true, trackingAgreement: AGREED });
      // Never what tells of a letter.
      expect((await sent('notice')).html).toBeNull();
      const { id, html, text } = await sent('recall');
      expect(html === null).toBe(!operator);
      if (html === null) return;
      expect(text).not.toContain('http');
      const [link = '', pixel = ''] = pathsIn(html);
      expect(await row(id)).toMatchObject({ opens: null, clicks: null });
      for (let n = 0; n < 3; n += 1) expect(await get(pixel)).toMatchObject({ status: 200, type: 'image/gif' });
      expect(await get(link)).toMatchObject({ status: 302, location: PAGE });
      await vi.waitFor(async () => expect(await row(id)).toMatchObject({ opens: 1, clicks: 1 }), { timeout: 20_000 });
      server.time.now = new Date('2026-11-30T09:05:00.000Z');
      await get(pixel);
      await vi.waitFor(async () => expect(await row(id)).toMatchObject({ opens: 2, clicks: 1, state: 'sent' }), { timeout: 20_000 });
    },
  );

  it('an address that we did not sign, or signed for something else, is nobody’s; and it leads only where the clinic says', async () => {
    await switchOn({ website: PAGE, tracking: true, trackingAgreement: AGREED });
    const reference = { clinicId: laptop.clinicId, messageId: v7() };
    const ours = watchingBy(Buffer.alloc(32, 7), '');
    const [open, click] = [ours.address('open', reference), ours.address('click', reference)];
    expect((await get(open)).status).toBe(200);
    expect((await get(click)).location).toBe(PAGE);
    for (const bad of [
      watchingBy(Buffer.alloc(32, 8), '').address('click', reference),
      open.replace('/open/', '/click/'),
      click.replace(reference.messageId, v7()),
      click.replace(laptop.clinicId, v7()),
      click.slice(0, -1),
      `${click}?to=https://evil.example`.replace(/.\?/, '?'),
    ])
      expect((await get(bad)).status, bad).toBe(404);
    await switchOn({ website: 'javascript:alert(1)' });
    expect((await get(click)).status).toBe(404);
  });
});

it('whoever asks again and again from one address is told to wait', async () => {
  const database = await openTestDatabase('embedded');
  const server = await openTestMessages(database, { limits: { ...TEST_LIMITS, rateMax: 10 } });
  try {
    const statuses: number[] = [];
    for (let n = 0; n < 12; n += 1) statuses.push((await server.app.inject({ method: 'GET', url: '/api/v1/watched/open/x' })).statusCode);
    expect(statuses.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 404));
    expect(statuses.slice(10)).toEqual([429, 429]);
  } finally {
    await server.close();
    await database.close();
  }
});
