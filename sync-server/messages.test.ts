/** SMS from the change on a laptop to the vendor and back: real Postgres, pg-boss and SDKs, vendors faked at their HTTP. */
import { openedColumns } from './testing/opened.ts';
import { v7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { withClinic } from '#db/postgres/open.ts';
import { derivedId } from '#db/model/ids.ts';
import { PLACES, openTestDatabase, type TestDatabase } from './testing/test-database.ts';
import { foundClinic, newPatient, push, changeOf, request, write, type Laptop } from './testing/test-clinic.ts';
import { openTestMessages, type TestMessages } from './testing/test-messages.ts';

/** A Monday in winter, 10:00 in Oslo. */
const NOW = '2026-11-30T09:00:00.000Z';
/** Each test's own: an answer goes to whoever wrote to the number last. */
let phones = 91_000_000;
let PHONE = '';

describe.each(PLACES)('messages on %s', (place) => {
  let database: TestDatabase;
  let server: TestMessages;
  let laptop: Laptop;
  beforeAll(async () => {
    database = await openTestDatabase(place);
    server = await openTestMessages(database);
  });
  afterAll(async () => {
    await server?.close();
    await database?.close();
  });
  beforeEach(async () => {
    server.time.now = new Date(NOW);
    server.vendors.sent.length = 0;
    server.vendors.mood.twilio = 'well';
    server.vendors.mood.telnyx = 'well';
    PHONE = `+47${(phones += 1)}`;
    laptop = await foundClinic(server.app, { roles: ['ADMIN', 'PRACTITIONER'] });
    await switchOn({});
  });

  const sentToPhone = () => server.vendors.sent.filter(({ to }) => to === PHONE);
  const switchOn = (options: Record<string, unknown>, enabled = true) =>
    write(server.app, laptop, {
      entity: 'integration_setting',
      rowId: derivedId(laptop.clinicId, 'integration:sms'),
      set: { name: 'sms', enabled, options, setById: laptop.userId, setAt: NOW },
    });

  interface Asked {
    patientId: string;
    appointmentId: string;
    id: string;
  }
  /** A patient who wants SMS, booked at a time, with a reminder asked for; all in one push, as from offline. */
  async function askReminder({
    startsAt = '2026-12-01T09:30:00.000Z',
    templateId = 'reminder-24h',
    consent = 'yes' as 'yes' | 'no' | null,
    patient = { phone: PHONE.slice(3) } as Record<string, unknown>,
  } = {}): Promise<Asked> {
    const person = newPatient();
    const appointmentId = v7();
    const id = derivedId(appointmentId, `sms:${templateId}`);
    const drafts = [
      { ...person, set: { ...person.set, ...patient } },
      ...(consent === null
        ? []
        : [
            {
              entity: 'channel_consent' as const,
              rowId: derivedId(person.rowId, 'consent:sms'),
              set: { patientId: person.rowId, channel: 'sms', state: consent, recordedById: laptop.userId, recordedAt: NOW },
            },
          ]),
      {
        entity: 'appointment' as const,
        rowId: appointmentId,
        set: {
          patientId: person.rowId,
          practitionerId: laptop.userId,
          startsAt,
          durationMinutes: 20,
          visitType: 'follow_up',
          reason: 'Vondt i ryggen',
        },
      },
      { entity: 'message' as const, rowId: id, set: reminder(person.rowId, appointmentId, templateId) },
    ];
    const { outcomes } = await push(
      server.app,
      laptop,
      drafts.map((draft) => changeOf(laptop, draft)),
    );
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(drafts.map(() => 'applied'));
    return { patientId: person.rowId, appointmentId, id };
  }
  const reminder = (patientId: string, appointmentId: string | null, templateId: string) => ({
    patientId,
    appointmentId,
    channel: 'sms',
    templateId,
    requestedById: laptop.userId,
    requestedAt: NOW,
    plannedAt: NOW,
  });

  const row = async (id: string): Promise<Record<string, unknown>> =>
    (await openedColumns(server.pool, laptop.clinicId, 'message', 'id = $1', [id]))[0] ?? {};
  const becomes = (id: string, expected: Record<string, unknown>) =>
    vi.waitFor(async () => expect(await row(id)).toMatchObject(expected), { timeout: 20_000, interval: 50 });
  const thread = async (patientId: string) => {
    const rows = await openedColumns(server.pool, laptop.clinicId, 'message', 'patient_id = $1', [patientId]);
    const place = (row: Record<string, unknown>) => `${String(row['requested_at'])} ${String(row['id'])}`;
    return rows.toSorted((a, b) => (place(a) < place(b) ? -1 : 1));
  };

  it('a reminder is planned by the clinic’s clock, sent once when it is due, and its life comes back', async () => {
    const { id } = await askReminder({ startsAt: '2026-12-02T09:30:00.000Z' });
    await becomes(id, { state: 'planned', planned_at: '2026-12-01T09:30:00.000Z' });
    server.time.now = new Date('2026-12-01T09:29:59.000Z');
    await server.sweep();
    expect(sentToPhone()).toEqual([]);
    server.time.now = new Date('2026-12-01T09:30:01.000Z');
    await server.sweep();
    await server.sweep();
    await becomes(id, { state: 'sent', provider: 'twilio', sent_to: 'patient' });
    expect(sentToPhone()).toHaveLength(1);
    const [sms] = sentToPhone();
    expect(sms?.to).toBe(PHONE);
    expect(sms?.text).toBe(
      'Påminnelse fra Testklinikken: time onsdag 2. desember kl. 10:30. Svar JA for å bekrefte, AVBESTILL for å avbestille. STOPP: ingen flere meldinger.',
    );
    expect(await row(id)).toMatchObject({ body: sms?.text, segments: 1 });
    expect(await server.call(server.vendors.status(sms!, 'delivered'))).toBe(204);
    expect(await server.call(server.vendors.status(sms!, 'sent'))).toBe(204);
    expect(await server.call(server.vendors.status(sms!, 'delivered'))).toBe(204);
    await becomes(id, { state: 'delivered', reason: null });
  });

  it('a patient without consent, with STOP, without a mobile number, or abroad gets nothing, and it says why', async () => {
    const cases = [
      [await askReminder({ consent: null }), 'consent/missing'],
      [await askReminder({ consent: 'no' }), 'consent/withdrawn'],
      [await askReminder({ patient: { phone: null } }), 'number/missing'],
      [await askReminder({ patient: { phone: '22 33 44 55' } }), 'number/not-mobile'],
      [await askReminder({ patient: { phone: '+46 70 123 45 67' } }), 'number/foreign'],
      [await askReminder({ patient: { phone: 'ring mor' } }), 'number/invalid'],
      [await askReminder({ patient: { phone: '91234567', birthDate: '2012-05-05' } }), 'guardian/missing'],
      [await askReminder({ patient: { phone: '91234567', status: 'deceased' } }), 'patient/deceased'],
    ] as const;
    server.time.now = new Date('2026-11-30T09:30:01.000Z');
    await server.sweep();
    for (const [{ id }, reason] of cases) await becomes(id, { state: 'blocked', reason });
    expect(sentToPhone()).toEqual([]);
  });

  it('STOP blocks what comes next, is in the thread, and stands as the patient’s own word; JA and AVBESTILL are told, not done', async () => {
    const { id, patientId, appointmentId } = await askReminder();
    server.time.now = new Date('2026-11-30T09:31:00.000Z');
    await server.sweep();
    await becomes(id, { state: 'sent' });
    expect(await server.call(server.vendors.answer('twilio', PHONE, 'Ja!'))).toBe(204);
    const appointment = async () =>
      withClinic(
        server.pool,
        laptop.clinicId,
        async (tx) => (await tx.query('select * from appointment where id = $1', [appointmentId])).rows[0] as Record<string, unknown>,
      );
    await vi.waitFor(async () => expect(await appointment()).toMatchObject({ patient_answer: 'confirmed', status: 'booked' }), {
      timeout: 20_000,
    });
    const stop = server.vendors.answer('twilio', PHONE, ' Stopp ');
    expect(await server.call(stop)).toBe(204);
    expect(await server.call(stop)).toBe(204);
    // From this moment, whether or not the news has been worked in.
    const next = v7();
    await write(server.app, laptop, { entity: 'message', rowId: next, set: reminder(patientId, appointmentId, 'confirmation') });
    await becomes(next, { state: 'blocked', reason: 'consent/withdrawn' });
    expect(sentToPhone()).toHaveLength(1);
    await vi.waitFor(async () => {
      const answers = (await thread(patientId)).filter(({ direction }) => direction === 'in');
      expect(answers.map(({ body, reason }) => [body, reason])).toEqual([
        ['Ja!', 'answer/confirm'],
        [' Stopp ', 'answer/stop'],
      ]);
    });
    const consent = await withClinic(
      server.pool,
      laptop.clinicId,
      async (tx) => (await tx.query('select state, source from channel_consent where patient_id = $1', [patientId])).rows,
    );
    expect(consent).toEqual([{ state: 'no', source: 'reply' }]);
  });

  it('a cancelled booking takes its reminder with it, a moved one moves it', async () => {
    const moved = await askReminder({ startsAt: '2026-12-10T09:00:00.000Z' });
    const cancelled = await askReminder({ startsAt: '2026-12-10T10:00:00.000Z' });
    await becomes(moved.id, { planned_at: '2026-12-09T09:00:00.000Z' });
    await write(server.app, laptop, {
      entity: 'appointment',
      rowId: moved.appointmentId,
      set: { startsAt: '2026-12-17T09:00:00.000Z' },
      base: { startsAt: 999 },
    });
    await write(server.app, laptop, {
      entity: 'appointment',
      rowId: cancelled.appointmentId,
      set: { status: 'cancelled' },
      base: { status: 999 },
    });
    await becomes(moved.id, { state: 'planned', planned_at: '2026-12-16T09:00:00.000Z' });
    await becomes(cancelled.id, { state: 'cancelled', reason: 'appointment/cancelled' });
    expect(sentToPhone()).toEqual([]);
  });

  it('a vendor that is throttled or down is passed over; one that may have the message is asked, and none is called twice', async () => {
    const soon = async () => {
      const asked = await askReminder();
      server.time.now = new Date('2026-11-30T09:31:00.000Z');
      await server.sweep();
      return asked;
    };
    server.vendors.mood.twilio = 'throttled';
    await becomes((await soon()).id, { state: 'sent', provider: 'telnyx' });
    server.vendors.mood.twilio = 'refused';
    await becomes((await soon()).id, { state: 'failed', reason: 'number/invalid' });
    expect(sentToPhone()).toHaveLength(1);
    server.vendors.mood.twilio = 'broken-after';
    const taken = await soon();
    await becomes(taken.id, { state: 'sent', provider: 'twilio' });
    server.vendors.mood.twilio = 'lost';
    await becomes((await soon()).id, { state: 'sent', provider: 'twilio' });
    expect(sentToPhone()).toHaveLength(3);
    server.vendors.mood.twilio = 'garbage';
    const garbage = await soon();
    await new Promise((resolve) => setTimeout(resolve, 300));
    server.vendors.mood.twilio = 'well';
    // Not there: it never arrived, and is sent now.
    await server.sweep();
    await becomes(garbage.id, { state: 'sent', provider: 'twilio' });
    expect(sentToPhone()).toHaveLength(4);
  });

  it.each(['twilio', 'telnyx'] as const)('%s points elsewhere: nothing goes there, and the other vendor sends it', async (moved) => {
    const other = moved === 'twilio' ? 'telnyx' : 'twilio';
    await switchOn({ providers: [moved, other] });
    server.vendors.mood[moved] = 'moved';
    const { id } = await askReminder();
    server.time.now = new Date('2026-11-30T09:31:00.000Z');
    await server.sweep();
    await becomes(id, { state: 'sent', provider: other });
    expect(server.vendors.elsewhere).toEqual([]);
  });

  it('with Telnyx nobody can know: it is for a person to decide, and only then sent again', async () => {
    await switchOn({ providers: ['telnyx'] });
    server.vendors.mood.telnyx = 'broken-after';
    const { id } = await askReminder();
    server.time.now = new Date('2026-11-30T09:31:00.000Z');
    await server.sweep();
    await becomes(id, { state: 'unknown', reason: 'vendor/no-answer' });
    server.vendors.mood.telnyx = 'well';
    await server.sweep();
    expect(sentToPhone()).toHaveLength(1);
    await write(server.app, laptop, {
      entity: 'message',
      rowId: id,
      set: { decision: 'again', decidedById: laptop.userId },
      base: { decision: 999, decidedById: 999 },
    });
    await becomes(id, { state: 'sent', decision: null });
    expect(sentToPhone()).toHaveLength(2);
  });

  it('an operator’s and a clinic’s switch are obeyed, limits hold, and nothing goes out at night', async () => {
    await switchOn({}, false);
    const off = await askReminder();
    server.time.now = new Date('2026-11-30T09:31:00.000Z');
    await server.sweep();
    await becomes(off.id, { state: 'blocked', reason: 'sms/off' });
    await switchOn({ quietFrom: '20:00', quietTo: '09:00' });
    const early = await askReminder({ startsAt: '2026-12-01T10:00:00.000Z', templateId: 'reminder-2h' });
    // 09:00 in Oslo is two hours before 11:00; at 08:00 it is still quiet.
    await becomes(early.id, { planned_at: '2026-12-01T08:00:00.000Z' });
    const many = await askReminder();
    await switchOn({});
    for (let n = 0; n < 6; n += 1)
      await write(server.app, laptop, {
        entity: 'message',
        rowId: v7(),
        set: { ...reminder(many.patientId, null, 'answer'), body: `Hei, vi ringer deg ${n}.` },
      });
    await vi.waitFor(
      async () => {
        const states = (await thread(many.patientId))
          .filter(({ template_id }) => template_id === 'answer')
          .map(({ state, reason }) => `${String(state)} ${String(reason)}`);
        expect(states.filter((state) => state === 'sent null').length).toBeGreaterThan(3);
        expect(states.filter((state) => state === 'blocked limit/patient').length).toBeGreaterThan(0);
        expect(states.filter((state) => state.startsWith('planned'))).toEqual([]);
      },
      { timeout: 20_000 },
    );
    expect(sentToPhone().length).toBeLessThanOrEqual(5);
  });

  it('what tells of health is not sent, whoever wrote it', async () => {
    const { patientId } = await askReminder();
    const said = async (body: string) => {
      const id = v7();
      await write(server.app, laptop, { entity: 'message', rowId: id, set: { ...reminder(patientId, null, 'answer'), body } });
      return id;
    };
    await becomes(await said('Røntgenbildet viser prolaps.'), { state: 'blocked', reason: 'text/health' });
    await becomes(await said('Fødselsnummer 150594 12345?'), { state: 'blocked', reason: 'text/number' });
    await becomes(await said('  '), { state: 'blocked', reason: 'text/empty' });
    expect(sentToPhone()).toEqual([]);
  });

  it('a laptop cannot say how a message went, nor speak for a patient or a colleague', async () => {
    const { patientId } = await askReminder();
    const refused = async (set: Record<string, unknown>) => {
      const outcome = await write(server.app, laptop, {
        entity: 'message',
        rowId: v7(),
        set: { ...reminder(patientId, null, 'answer'), body: 'Hei.', ...set },
      });
      return outcome.outcome === 'rejected' ? outcome.code : outcome.outcome;
    };
    expect(await refused({ state: 'delivered' })).toBe('actor/forbidden');
    expect(await refused({ direction: 'in' })).toBe('actor/forbidden');
    expect(await refused({ requestedById: v7() })).toBe('actor/forbidden');
    expect(await refused({ templateId: 'reminder-24h' })).toBe('actor/forbidden');
    expect(await refused({})).toBe('applied');
  });

  it('a webhook whose signature, body or address was touched is refused, and changes nothing', async () => {
    const { id } = await askReminder();
    server.time.now = new Date('2026-11-30T09:31:00.000Z');
    await server.sweep();
    await becomes(id, { state: 'sent' });
    const good = server.vendors.status(sentToPhone()[0]!, 'delivered');
    const telnyx = server.vendors.answer('telnyx', PHONE, 'STOPP');
    const signature = telnyx.headers['telnyx-signature-ed25519'] ?? '';
    for (const bad of [
      { ...good, payload: good.payload.replace('delivered', 'failed') },
      { ...good, path: good.path.replace(/.$/, (last) => (last === '0' ? '1' : '0')) },
      { ...good, headers: { ...good.headers, 'x-twilio-signature': 'AAAA' } },
      { ...telnyx, payload: `${telnyx.payload} ` },
      { ...telnyx, headers: { ...telnyx.headers, 'telnyx-timestamp': String(Number(telnyx.headers['telnyx-timestamp']) + 1) } },
      {
        ...telnyx,
        headers: { ...telnyx.headers, 'telnyx-signature-ed25519': signature.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')) },
      },
    ])
      expect(await server.call(bad)).toBe(401);
    expect(await server.call({ ...good, path: '/api/v1/webhooks/nobody' })).toBe(404);
    expect(await row(id)).toMatchObject({ state: 'sent' });
    expect(await server.call(good)).toBe(204);
    await becomes(id, { state: 'delivered' });
  });

  it('the app is told what is on here, and an administrator may ask the vendor', async () => {
    const listed = await request(server.app, laptop, 'GET', '/v1/integrations');
    expect(listed.json()).toMatchObject({
      integrations: [{ name: 'sms', state: 'ready', facts: { providers: 'twilio, telnyx', answers: 'yes' } }],
    });
    expect((await server.app.inject('/ready')).json()).toMatchObject({ integrations: { sms: 'ready' } });
    expect((await request(server.app, laptop, 'POST', '/v1/integrations/sms/check')).json()).toEqual({ problem: null });
    expect((await request(server.app, laptop, 'POST', '/v1/integrations/ai/check')).json()).toEqual({ problem: 'integration/off' });
    expect((await request(server.app, laptop, 'GET', '/v1/jobs/dead')).json()).toEqual({ jobs: [] });
  });
});
