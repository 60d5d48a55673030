/** What decides whether a message goes out, beyond its own words: the other channel, what a recall rests on, a strict operator, two copies, a way back. */
import { v7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { withClinic } from '#db/postgres/open.ts';
import { derivedId } from '#db/model/ids.ts';
import { bookingMessageId } from '#db/rules/message-ids.ts';
import { sendForClinic } from './core/messages/send.ts';
import { emptyOldBodies } from './core/messages/upkeep.ts';
import { openFakeEmail, type FakeEmailVendors } from './integrations/email/fake.ts';
import { openedColumns } from './testing/opened.ts';
import { addColleague, changeOf, foundClinic, newPatient, push, write, type Laptop } from './testing/test-clinic.ts';
import { openTestDatabase, type TestDatabase } from './testing/test-database.ts';
import { openTestMessages, type TestMessages } from './testing/test-messages.ts';

const NOW = '2026-11-30T09:00:00.000Z';
let people = 0;

describe.each([false, true])('with a strict operator: %s', (strict) => {
  let database: TestDatabase;
  let server: TestMessages;
  let mail: FakeEmailVendors;
  let laptop: Laptop;
  beforeAll(async () => {
    database = await openTestDatabase('embedded');
    const environment = { SMS_RATE_LIMIT_PER_PATIENT: '3', SMS_RATE_LIMIT_PER_CLINIC: '12', SMS_SEGMENT_PRICE_ORE: '50' };
    server = await openTestMessages(database, {
      strict,
      works: false,
      environment,
      email: async (now) => (mail = await openFakeEmail(now)),
    });
  });
  afterAll(async () => {
    await server?.close();
    await mail?.close();
    await database?.close();
  });
  beforeEach(async () => {
    server.time.now = new Date(NOW);
    server.vendors.sent.length = 0;
    mail.sent.length = 0;
    laptop = await foundClinic(server.app, { roles: ['ADMIN', 'PRACTITIONER'] });
    for (const name of ['sms', 'email']) await switchOn(name, {});
  });
  const switchOn = (name: string, options: Record<string, unknown>) =>
    write(server.app, laptop, {
      entity: 'integration_setting',
      rowId: derivedId(laptop.clinicId, `integration:${name}`),
      set: { name, enabled: true, options, setById: laptop.userId, setAt: NOW },
    });
  const pushed = async (drafts: Parameters<typeof changeOf>[1][]) => {
    const { outcomes } = await push(
      server.app,
      laptop,
      drafts.map((draft) => changeOf(laptop, draft)),
    );
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(drafts.map(() => 'applied'));
  };
  async function person(yes: readonly string[] = ['sms', 'email']) {
    people += 1;
    const patient = newPatient();
    const reach = { phone: `+47${93_000_000 + people}`, email: `rule-${people}@post.example.test` };
    const said = (channel: string) => ({
      entity: 'channel_consent' as const,
      rowId: derivedId(patient.rowId, `consent:${channel}`),
      set: { patientId: patient.rowId, channel, state: 'yes', recordedById: laptop.userId, recordedAt: NOW },
    });
    await pushed([{ ...patient, set: { ...patient.set, ...reach } }, ...yes.map(said)]);
    return { patientId: patient.rowId, ...reach };
  }
  const intent = (patientId: string, more: Record<string, unknown>) => ({
    ...{ patientId, channel: 'sms', requestedById: laptop.userId, requestedAt: NOW, plannedAt: NOW },
    ...more,
  });
  const ask = async (patientId: string, more: Record<string, unknown>, id = v7()): Promise<string> => {
    await pushed([{ entity: 'message', rowId: id, set: intent(patientId, more) }]);
    return id;
  };
  const work = (ids: readonly string[]) => sendForClinic(server.messages, laptop.clinicId, ids);
  const row = async (id: string) => (await openedColumns(server.pool, laptop.clinicId, 'message', 'id = $1', [id]))[0] ?? {};

  it('two laptops that chose different channels for the same reminder tell the patient once', async () => {
    const { patientId } = await person();
    const appointmentId = v7();
    const booked = { patientId, practitionerId: laptop.userId, startsAt: '2026-12-01T09:00:00.000Z', durationMinutes: 20 };
    await pushed([{ entity: 'appointment', rowId: appointmentId, set: { ...booked, visitType: 'follow_up' } }]);
    // One after the other: they are one laptop's places in its queue.
    const ids: string[] = [];
    for (const channel of ['sms', 'email'] as const) {
      const id = bookingMessageId(channel, appointmentId, 'reminder-24h');
      ids.push(await ask(patientId, { channel, templateId: 'reminder-24h', appointmentId }, id));
    }
    server.time.now = new Date('2026-11-30T09:30:00.000Z');
    // Together, apart, and at the same time.
    await Promise.all([work(ids), work([ids[0]!]), work([ids[1]!])]);
    await work(ids);
    expect(server.vendors.sent.length + mail.sent.length).toBe(1);
    const rows = await Promise.all(ids.map(row));
    expect(rows.map(({ state, reason }) => `${String(state)} ${String(reason)}`).toSorted()).toEqual([
      'blocked message/twice',
      'sent null',
    ]);
  });

  it('a recall that was agreed on needs the channel’s consent, one that was not needs its own; nobody’s word makes it agreed', async () => {
    const contact = await person(['sms']);
    const both = await person(['sms', 'recall']);
    const recallOf = async (patientId: string, basis: string): Promise<string> => {
      const id = v7();
      await pushed([
        { entity: 'recall', rowId: id, set: { patientId, dueOn: '2026-11-30', basis, plannedById: laptop.userId, plannedAt: NOW } },
      ]);
      return id;
    };
    const [agreed, offer] = [await recallOf(contact.patientId, 'agreed'), await recallOf(contact.patientId, 'offer')];
    const others = await recallOf(both.patientId, 'agreed');
    const about = async (patientId: string, templateId: string, subjectId: string | null) => {
      const id = await ask(patientId, { templateId, subjectId });
      await work([id]);
      const { state, reason } = await row(id);
      return `${String(state)} ${String(reason)}`;
    };
    // Strict: nobody's word that it was agreed on is taken.
    expect(await about(contact.patientId, 'recall-agreed', agreed)).toBe(strict ? 'blocked consent/missing' : 'sent null');
    expect(await about(contact.patientId, 'recall', offer)).toBe('blocked consent/missing');
    expect(await about(contact.patientId, 'recall-agreed', offer)).toBe('blocked recall/not-agreed');
    expect(await about(contact.patientId, 'recall-agreed', others)).toBe('blocked recall/unknown');
    expect(await about(contact.patientId, 'recall-agreed', null)).toBe('blocked recall/unknown');
    expect(await about(both.patientId, 'recall', null)).toBe('sent null');
    expect(await about(both.patientId, 'recall-agreed', others)).toBe('sent null');
    expect(server.vendors.sent.map(({ text }) => text).join('\n')).not.toMatch(/kiropraktor|behandl/i);
  });

  it('words are kept for the clinic’s days, and on a strict server for 90 at most', async () => {
    await switchOn('sms', { keepDays: 400 });
    const { patientId } = await person();
    const id = await ask(patientId, { templateId: 'answer', body: 'Vi er litt forsinket.' });
    await work([id]);
    expect(await row(id)).toMatchObject({ state: 'sent', body: 'Vi er litt forsinket.' });
    server.time.now = new Date('2027-03-05T09:00:00.000Z');
    await emptyOldBodies(server.messages);
    expect((await row(id))['body']).toBe(strict ? null : 'Vi er litt forsinket.');
  });

  it('copies that decide at the same time do not spend more than a patient’s and a clinic’s limit together', async () => {
    const { patientId } = await person();
    const mine: string[] = [];
    for (let n = 0; n < 8; n += 1) mine.push(await ask(patientId, { templateId: 'answer', body: `Hei ${n}.` }));
    await Promise.all(mine.map((id) => work([id])));
    expect(server.vendors.sent).toHaveLength(3);
    const all: string[] = [];
    for (let n = 0; n < 14; n += 1) all.push(await ask((await person()).patientId, { templateId: 'answer', body: 'Hei.' }));
    await Promise.all(all.map((id) => work([id])));
    await Promise.all([work(all), work(all)]);
    expect(server.vendors.sent).toHaveLength(12);
    const spent = await withClinic(
      server.pool,
      laptop.clinicId,
      async (tx) =>
        (await tx.query<{ ore: number }>('select sum(cost_ore)::int as ore from sending where clinic_id = $1', [laptop.clinicId])).rows[0]
          ?.ore,
    );
    expect(spent).toBe(12 * 50);
    // An hour on the rest goes out.
    server.time.now = new Date('2026-11-30T10:00:01.000Z');
    await work(all);
    expect(server.vendors.sent).toHaveLength(3 + 14);
  });

  it('who asked may take it back for a moment, by how long their own clock says; a wrong clock holds nothing for good', async () => {
    const { patientId } = await person();
    const body = 'Vi er litt forsinket.';
    const waits = async (plannedAt: string): Promise<number> => {
      const id = await ask(patientId, { templateId: 'answer', body, plannedAt });
      const { rows } = await server.pool.query<{ s: number }>(
        "select extract(epoch from start_after - created_on)::float as s from ryggrad_jobs.job where data->>'messageId' = $1",
        [id],
      );
      return Math.round(rows[0]?.s ?? -1);
    };
    expect(await waits('2026-11-30T09:00:10.000Z')).toBe(10);
    expect(await waits('2031-01-01T00:00:00.000Z')).toBe(10);
    expect(await waits('2020-01-01T00:00:00.000Z')).toBe(0);
    const id = await ask(patientId, { templateId: 'answer', body, plannedAt: '2026-11-30T09:00:10.000Z' });
    await write(server.app, laptop, { entity: 'message', rowId: id, set: { wanted: false }, base: { wanted: 999 } });
    await work([id]);
    expect(await row(id)).toMatchObject({ state: 'cancelled' });
    expect(server.vendors.sent).toEqual([]);
  });

  it('a copy leaves the house on another’s word alone: nobody says yes to their own asking, nor twice, nor for a colleague', async () => {
    const { patientId } = await person();
    const clinician = await addColleague(server.app, laptop, ['PRACTITIONER']);
    const desk = await addColleague(server.app, laptop, ['ASSISTANT']);
    const id = v7();
    const asking = { patientId, askedById: laptop.userId, askedAt: NOW, purpose: 'Til pasienten' };
    const says = async (who: Laptop, set: Record<string, unknown>, rowId = id) => {
      const outcome = await write(server.app, who, {
        entity: 'export_approval',
        rowId,
        set,
        base: { state: 999, decidedById: 999, decidedAt: 999 },
      });
      return outcome.outcome === 'rejected' ? outcome.code : outcome.outcome;
    };
    const yes = (who: Laptop) => ({ state: 'approved', decidedById: who.userId, decidedAt: NOW });
    expect(await says(laptop, { ...asking, ...yes(laptop) })).toBe('actor/forbidden');
    expect(await says(laptop, { ...asking, ...yes(clinician) })).toBe('actor/forbidden');
    expect(await says(desk, { ...asking, askedById: desk.userId })).toBe('actor/forbidden');
    expect(await says(clinician, asking)).toBe('actor/forbidden');
    expect(await says(laptop, asking)).toBe('applied');
    expect(await says(laptop, yes(laptop))).toBe('actor/forbidden');
    expect(await says(laptop, yes(clinician))).toBe('actor/forbidden');
    expect(await says(desk, yes(desk))).toBe('actor/forbidden');
    expect(await says(clinician, { ...yes(clinician), purpose: 'Noe annet' })).toBe('actor/forbidden');
    expect(await says(clinician, yes(clinician))).toBe('applied');
    expect(await says(clinician, { ...yes(clinician), state: 'refused' })).toBe('actor/forbidden');
    await vi.waitFor(async () =>
      expect((await openedColumns(server.pool, laptop.clinicId, 'export_approval', 'id = $1', [id]))[0]).toMatchObject({
        state: 'approved',
        decided_by_id: clinician.userId,
        purpose: 'Til pasienten',
      }),
    );
  });
});
