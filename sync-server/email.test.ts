/** E-mail from the change on a laptop to the vendor and back: real Postgres, pg-boss, SMTP server and SDKs, vendors faked at their HTTP. */
import { SMTPServer } from 'smtp-server';
import { v7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { withClinic } from '#db/postgres/open.ts';
import { derivedId } from '#db/model/ids.ts';
import { openedColumns } from './testing/opened.ts';
import { changeOf, foundClinic, push, request, write, type Laptop } from './testing/test-clinic.ts';
import { openTestDatabase, type TestDatabase } from './testing/test-database.ts';
import { openTestMessages, type TestMessages } from './testing/test-messages.ts';
import { email } from './integrations/email/index.ts';
import { openSmtp } from './integrations/email/smtp-client.ts';
import { FAKE_FROM, openFakeEmail, type EmailMood, type FakeEmailVendors } from './integrations/email/fake.ts';

/** A Monday in winter, 10:00 in Oslo. */
const NOW = '2026-11-30T09:00:00.000Z';
/** What must stand in no body and no line of the log; his address is where it goes, and nothing else. */
const CANARY = { givenName: 'Kanari', familyName: 'Fuglesang', phone: '98765432', reason: 'Vondt i korsryggen' };
let people = 0;

describe('e-mail', () => {
  let database: TestDatabase;
  let server: TestMessages;
  let mail: FakeEmailVendors;
  let laptop: Laptop;
  let address: string;
  beforeAll(async () => {
    database = await openTestDatabase('embedded');
    server = await openTestMessages(database, { email: async (now) => (mail = await openFakeEmail(now)) });
  });
  afterAll(async () => {
    await server?.close();
    await mail?.close();
    await database?.close();
  });
  beforeEach(async () => {
    server.time.now = new Date(NOW);
    mail.sent.length = 0;
    moods('well', 'well', 'well');
    address = `person-${(people += 1)}@post.example.test`;
    laptop = await foundClinic(server.app, { roles: ['ADMIN', 'PRACTITIONER'] });
    await switchOn({});
  });

  const moods = (smtp: EmailMood, sendgrid: EmailMood, outlook: EmailMood) => Object.assign(mail.mood, { smtp, sendgrid, outlook });
  const switchOn = (options: Record<string, unknown>, enabled = true) =>
    write(server.app, laptop, {
      entity: 'integration_setting',
      rowId: derivedId(laptop.clinicId, 'integration:email'),
      set: { name: 'email', enabled, options, setById: laptop.userId, setAt: NOW },
    });
  const toAddress = () => mail.sent.filter(({ to }) => to === address);

  /** A patient with a booking tomorrow and a message asked for, in one push, as from offline. */
  async function ask({
    templateId = 'reminder-24h',
    consent = 'yes' as 'yes' | 'no' | null,
    recall = false,
    email = address as string | null,
    birthDate = '1980-02-03',
    subjectId = null as string | null,
  } = {}): Promise<{ id: string; patientId: string }> {
    const [patientId, appointmentId, id] = [v7(), v7(), v7()];
    const said = (channel: string, state: string) => ({
      entity: 'channel_consent' as const,
      rowId: derivedId(patientId, `consent:${channel}`),
      set: { patientId, channel, state, recordedById: laptop.userId, recordedAt: NOW },
    });
    const { reason, ...names } = CANARY;
    const booked = { patientId, practitionerId: laptop.userId, startsAt: '2026-12-01T09:00:00.000Z', durationMinutes: 20 };
    const drafts = [
      { entity: 'patient' as const, rowId: patientId, set: { ...names, birthDate, email } },
      ...(consent === null ? [] : [said('email', consent)]),
      ...(recall ? [said('recall', 'yes')] : []),
      { entity: 'appointment' as const, rowId: appointmentId, set: { ...booked, visitType: 'follow_up', reason } },
      { entity: 'message' as const, rowId: id, set: { ...intent(patientId, templateId), appointmentId, subjectId } },
    ];
    const { outcomes } = await push(
      server.app,
      laptop,
      drafts.map((draft) => changeOf(laptop, draft)),
    );
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(drafts.map(() => 'applied'));
    return { id, patientId };
  }
  const intent = (patientId: string, templateId: string) => ({
    patientId,
    channel: 'email',
    templateId,
    requestedById: laptop.userId,
    requestedAt: NOW,
    plannedAt: NOW,
  });
  const rowOf = async (sql: string, id: string): Promise<Record<string, unknown> | undefined> =>
    withClinic(server.pool, laptop.clinicId, async (tx) => (await tx.query<Record<string, unknown>>(sql, [id])).rows[0]);
  const row = async (id: string) => (await openedColumns(server.pool, laptop.clinicId, 'message', 'id = $1', [id]))[0] ?? {};
  const becomes = (id: string, expected: Record<string, unknown>) =>
    vi.waitFor(async () => expect(await row(id)).toMatchObject(expected), { timeout: 20_000, interval: 50 });
  const sent = async (options: Parameters<typeof ask>[0] = {}) => {
    const asked = await ask(options);
    await becomes(asked.id, { state: 'sent' });
    return { ...asked, email: toAddress().at(-1)! };
  };

  it('goes out once by each vendor, in the words of the template, from the clinic by name', async () => {
    for (const provider of ['smtp', 'sendgrid', 'outlook'] as const) {
      await switchOn({ providers: [provider], neutralName: 'Klinikken på Torget', language: provider === 'smtp' ? 'nb' : 'en' });
      const { id } = await sent();
      expect(await row(id)).toMatchObject({ provider, sent_to: 'patient', segments: 0 });
      await server.sweep();
      expect(toAddress().filter((email) => email.provider === provider)).toHaveLength(1);
      const [email] = toAddress().filter((one) => one.provider === provider);
      expect(email).toMatchObject({ to: address, name: 'Klinikken på Torget' });
      expect(email?.subject).toBe(provider === 'smtp' ? 'Melding fra Klinikken på Torget' : 'Message from Klinikken på Torget');
      expect(email?.text).toContain(provider === 'smtp' ? 'time tirsdag 1. desember kl. 10:00' : 'appointment Tuesday 1 December at 10:00');
      expect(email?.text).toBe((await row(id))['body']);
    }
    expect(mail.tokens()).toBe(1);
    expect(mail.bodies.some((body) => body.includes(`From: =?UTF-8?Q?Klinikken_p=C3=A5_Torget?= <${FAKE_FROM}>`))).toBe(true);
  });

  it('a letter is told of, and never sent along; what it is stays in the record', async () => {
    const subjectId = v7();
    const { email, id } = await sent({ templateId: 'notice', subjectId });
    expect(email.text).toMatch(/^Hei\.\n\nDu har en melding fra Testklinikken\./);
    expect(mail.bodies.at(-1)).not.toContain(subjectId);
    expect(mail.bodies.at(-1)).not.toMatch(/multipart|attachment|base64/i);
    expect(await row(id)).toMatchObject({ state: 'sent' });
    await switchOn({ texts: { notice: 'Epikrisen din er klar hos {clinic}.' } });
    const worded = await ask({ templateId: 'notice' });
    await becomes(worded.id, { state: 'blocked', reason: 'text/health' });
  });

  it('without consent, an address, or its own consent to a recall nothing goes out, and it says why', async () => {
    const cases = [
      [await ask({ consent: null }), 'consent/missing'],
      [await ask({ consent: 'no' }), 'consent/withdrawn'],
      [await ask({ email: null }), 'email/missing'],
      [await ask({ email: 'ikke en adresse' }), 'email/invalid'],
      [await ask({ email: 'a@b.no,c@d.no' }), 'email/invalid'],
      [await ask({ email: 'x,kari@post.example.test' }), 'email/invalid'],
      [await ask({ birthDate: '2015-01-01' }), 'guardian/missing'],
      [await ask({ templateId: 'recall' }), 'consent/missing'],
      [await ask({ templateId: 'reminder-2h' }), 'template/unknown'],
    ] as const;
    for (const [{ id }, reason] of cases) await becomes(id, { state: 'blocked', reason });
    expect(mail.sent).toEqual([]);
    await sent({ templateId: 'recall', recall: true });
    await switchOn({}, false);
    await becomes((await ask()).id, { state: 'blocked', reason: 'email/off' });
  });

  it.each([
    ['closed', 'smtp'],
    ['locked', 'smtp'],
    ['throttled', 'smtp'],
    ['throttled', 'sendgrid'],
    ['locked', 'sendgrid'],
    ['throttled', 'outlook'],
    ['locked', 'outlook'],
  ] as const)('%s: %s certainly sent nothing, and the next one does', async (mood, first) => {
    const [second] = (['sendgrid', 'smtp'] as const).filter((name) => name !== first);
    await switchOn({ providers: [first, second] });
    mail.mood[first] = mood;
    const { id } = await sent();
    expect(await row(id)).toMatchObject({ provider: second });
    expect(toAddress()).toHaveLength(1);
  });

  it.each([
    ['broken-after', 'sendgrid'],
    ['garbage', 'sendgrid'],
    ['lost', 'sendgrid'],
    ['closed', 'sendgrid'],
    ['broken', 'outlook'],
    ['garbage', 'outlook'],
    ['lost', 'outlook'],
    ['lost', 'smtp'],
  ] as const)('%s: %s may have it, so nobody else is asked, and a person decides', async (mood, first) => {
    await switchOn({ providers: [first, first === 'smtp' ? 'sendgrid' : 'smtp'] });
    mail.mood[first] = mood;
    const { id } = await ask();
    await becomes(id, { state: 'unknown', reason: 'vendor/no-answer' });
    mail.mood[first] = 'well';
    await server.sweep();
    expect(toAddress().length).toBeLessThanOrEqual(1);
    const before = toAddress().length;
    await write(server.app, laptop, {
      entity: 'message',
      rowId: id,
      set: { decision: 'again', decidedById: laptop.userId },
      base: { decision: 999, decidedById: 999 },
    });
    await becomes(id, { state: 'sent', decision: null });
    expect(toAddress()).toHaveLength(before + 1);
  });

  it('who has no mailbox is told so, a slow vendor is waited for, and what a mail server will not take has failed', async () => {
    await switchOn({ providers: ['smtp', 'sendgrid'] });
    moods('refused', 'well', 'well');
    await becomes((await ask()).id, { state: 'failed', reason: 'email/no-mailbox' });
    moods('broken', 'well', 'well');
    await becomes((await ask()).id, { state: 'failed', reason: 'vendor/refused' });
    expect(toAddress()).toEqual([]);
    for (const provider of ['smtp', 'sendgrid', 'outlook'] as const) {
      await switchOn({ providers: [provider] });
      moods('slow', 'slow', 'slow');
      await sent();
    }
    expect(toAddress()).toHaveLength(3);
  });

  it('deliveries and bounces move it on, twice and in any order, opens and clicks do not; a complaint is a no', async () => {
    await switchOn({ providers: ['sendgrid'] });
    const first = await sent();
    const delivered = mail.webhook([mail.news(first.email, 'delivered')]);
    for (const news of [delivered, delivered, mail.webhook([mail.news(first.email, 'processed'), mail.news(first.email, 'open')])])
      expect(await server.call(news)).toBe(204);
    await becomes(first.id, { state: 'delivered', reason: null });
    const kept = () => rowOf('select count(*)::int as n from webhook_event where clinic_id = $1', laptop.clinicId);
    // Twice the same is one, and the opening is none.
    expect(await kept()).toEqual({ n: 2 });
    // It came back after all; that it was delivered, told late, changes nothing.
    await server.call(mail.webhook([mail.news(first.email, 'bounce', { type: 'bounce', reason: '550 no such user' })]));
    await becomes(first.id, { state: 'failed', reason: 'email/bounced' });
    await server.call(mail.webhook([mail.news(first.email, 'delivered')]));

    const second = await sent();
    expect(await server.call(mail.webhook([mail.news(second.email, 'spamreport')]))).toBe(204);
    const next = v7();
    // From this moment, whether or not the news has been worked in.
    await write(server.app, laptop, { entity: 'message', rowId: next, set: intent(second.patientId, 'notice') });
    await becomes(next, { state: 'blocked', reason: 'consent/withdrawn' });
    await vi.waitFor(
      async () =>
        expect(
          await rowOf(`select state, source from channel_consent where patient_id = $1 and channel = 'email'`, second.patientId),
        ).toEqual({ state: 'no', source: 'reply' }),
      { timeout: 20_000 },
    );
    expect(await row(first.id)).toMatchObject({ state: 'failed' });
    expect(await rowOf('select count(data)::int as n from webhook_event where clinic_id = $1 and handled_at is not null', laptop.clinicId)).toEqual({ n: 0 }); // prettier-ignore
  });

  it('a webhook is refused for any byte that was touched, too early, too late or unsigned, and nothing is written', async () => {
    await switchOn({ providers: ['sendgrid'] });
    const { id, email } = await sent();
    const good = mail.webhook([mail.news(email, 'delivered')]);
    const at = (ms: number) => new Date(server.time.now.getTime() + ms);
    const named = (name: string) => good.headers[name] ?? '';
    const [STAMP, SIGNATURE] = ['x-twilio-email-event-webhook-timestamp', 'x-twilio-email-event-webhook-signature'];
    const other = (text: string, n: number) => text.slice(0, n) + (text[n] === 'A' ? 'B' : 'A') + text.slice(n + 1);
    const { [STAMP]: _stamp, ...unstamped } = good.headers;
    const { [SIGNATURE]: _signature, ...unsigned } = good.headers;
    const bad = [
      mail.webhook([mail.news(email, 'delivered')], at(-301_000)),
      mail.webhook([mail.news(email, 'delivered')], at(301_000)),
      { ...good, headers: unstamped },
      { ...good, headers: unsigned },
      // The same bytes, written otherwise.
      { ...good, headers: { ...good.headers, [SIGNATURE]: `${named(SIGNATURE)}=` } },
      { ...good, payload: `${good.payload} ` },
      { ...good, payload: good.payload.slice(0, -1) },
      ...[...good.payload].map((_, n) => ({ ...good, payload: other(good.payload, n) })),
      ...[...named(SIGNATURE)].map((_, n) => ({ ...good, headers: { ...good.headers, [SIGNATURE]: other(named(SIGNATURE), n) } })),
      ...[...named(STAMP)].map((digit, n) => {
        const stamp = named(STAMP).slice(0, n) + String((Number(digit) + 1) % 10) + named(STAMP).slice(n + 1);
        return { ...good, headers: { ...good.headers, [STAMP]: stamp } };
      }),
    ];
    expect(bad.length).toBeGreaterThan(400);
    const codes = new Set<number>();
    for (const one of bad) codes.add(await server.call(one));
    expect([...codes]).toEqual([401]);
    expect(await rowOf('select count(*)::int as n from webhook_event where clinic_id = $1', laptop.clinicId)).toEqual({ n: 0 });
    expect(await row(id)).toMatchObject({ state: 'sent' });
    // Signed, and no sense in it.
    for (const news of [[null, 7, {}, { event: 'delivered' }], ['x']]) expect(await server.call(mail.webhook(news))).toBe(204);
    expect(await server.call(good)).toBe(204);
    await becomes(id, { state: 'delivered' });
  });

  it('of a patient nothing leaves but the address and the booking’s day, time and place, nor stands in the log', async () => {
    await switchOn({ providers: ['smtp', 'sendgrid', 'outlook'] });
    for (const mood of ['well', 'throttled', 'broken', 'garbage', 'closed', 'refused', 'locked'] as const) {
      moods(mood, mood, mood);
      await ask();
      await ask({ templateId: 'notice' });
    }
    moods('well', 'well', 'well');
    await sent();
    const everything = mail.bodies.join('\n');
    expect(everything).toContain(address);
    for (const secret of [...Object.values(CANARY), '1980', 'korsrygg']) {
      expect(everything).not.toContain(secret);
      expect(server.logged.join('\n')).not.toContain(secret);
    }
    expect(server.logged.join('\n')).not.toContain('post.example.test');
    // The patient's own id is not needed by anybody outside.
    for (const { args } of mail.sent) expect(Object.keys(args).filter((name) => !name.startsWith('ryggrad_'))).toEqual([]);
  });

  it('a mail server that offers no encryption, or a certificate nobody vouches for, is told nothing', async () => {
    const ports = { now: () => server.time.now, publicUrl: undefined, log: { info() {}, warn() {} } };
    const { SMTP_PORT: port, SMTP_PASSWORD: pass = '' } = mail.environment;
    const config = { host: '127.0.0.1', port: Number(port), tls: 'starttls' as const, login: { user: 'ryggrad', pass }, from: FAKE_FROM };
    const message = {
      key: v7(),
      reference: { clinicId: v7(), messageId: v7() },
      to: address,
      subject: 'Hei',
      text: 'Hei',
      providers: ['smtp'],
      attempting: async () => {},
    };
    const told: string[] = [];
    // Its own certificate is self-signed, and has run out.
    const open = async (secure: boolean) => {
      const strange = new SMTPServer({
        secure,
        authOptional: true,
        disableReverseLookup: true,
        onMailFrom: (_address, _session, done) => done(void told.push('from')),
        onAuth: (_auth, _session, done) => done(null, void told.push('auth') as never),
      });
      strange.on('error', () => {});
      await new Promise<void>((resolve) => strange.listen(0, '127.0.0.1', () => resolve()));
      return { strange, at: Number(Reflect.get(Object(strange.server.address()), 'port')) };
    };
    for (const tls of ['starttls', 'implicit'] as const) {
      const { strange, at } = await open(tls === 'implicit');
      expect(await openSmtp({ ...config, port: at, host: 'localhost', tls }, ports, 1000).send(message)).toMatchObject({
        kind: 'elsewhere',
      });
      await new Promise<void>((resolve) => strange.close(() => resolve()));
    }
    expect(told).toEqual([]);
    // Offers none at all.
    expect(await openSmtp(config, ports, 1000).send(message)).toMatchObject({ kind: 'elsewhere' });
    expect(await openSmtp({ ...config, tls: 'none' }, ports, 1000).send(message)).toMatchObject({ kind: 'accepted' });
    expect(toAddress()).toHaveLength(1);
  });

  it('why nobody tells of bounces: we have no address, or none of these vendors does', async () => {
    const only = email.configure(
      z.object(email.environment).parse({ EMAIL_FROM: 'a@b.example', SMTP_HOST: '127.0.0.1', SMTP_TLS: 'none' }),
    );
    if (only === undefined) throw new Error('it is configured');
    const bounces = async (publicUrl: string | undefined) =>
      (await email.open(only, { now: () => server.time.now, publicUrl, log: { info() {}, warn() {} } })).facts['bounces'];
    expect([await bounces(undefined), await bounces('https://sync.example.test')]).toEqual(['no', 'none']);
  });

  it('the app is told what is on here, and an administrator may ask the vendors', async () => {
    expect((await request(server.app, laptop, 'GET', '/v1/integrations')).json()).toMatchObject({
      integrations: [{ name: 'sms' }, { name: 'email', state: 'ready', facts: { providers: 'smtp, sendgrid, outlook', bounces: 'yes' } }],
    });
    const check = async () => (await request(server.app, laptop, 'POST', '/v1/integrations/email/check')).json();
    expect(await check()).toEqual({ problem: null });
    moods('well', 'locked', 'well');
    expect(await check()).toEqual({ problem: 'vendor/credentials' });
    moods('closed', 'well', 'well');
    expect(await check()).toEqual({ problem: 'vendor/unreachable' });
    expect(mail.sent).toEqual([]);
  });
});
