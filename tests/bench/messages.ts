/**
 * A thousand reminders due at the same moment, through the server, pg-boss, the SDK and a vendor's fake, while a colleague writes; and
 * webhooks with their signature. `push-beside` is what a save waits for meanwhile, against the same saves with nothing to send.
 */
import { v7 } from 'uuid';
import { derivedId } from '#db/model/ids.ts';
import { openTestDatabase } from '#sync-server/testing/test-database.ts';
import { changeOf, foundClinic, newPatient, push, type Laptop } from '#sync-server/testing/test-clinic.ts';
import { SPACING_MS } from '#sync-server/core/messages/deps.ts';
import { openTestMessages, type TestMessages } from '#sync-server/testing/test-messages.ts';
import { figure, percentile, type Figure } from './figures.ts';

const NOW = '2026-11-30T09:00:00.000Z';
const DUE = new Date('2026-11-30T10:00:30.000Z');

export async function messagesBench({
  reminders,
  webhooks,
  saves,
}: {
  reminders: number;
  webhooks: number;
  saves: number;
}): Promise<Figure[]> {
  const database = await openTestDatabase();
  const server = await openTestMessages(database, {
    environment: { SMS_RATE_LIMIT_PER_CLINIC: '100000', SMS_TIMEOUT_MS: '10000' },
    settleMs: 60_000,
    spacingMs: SPACING_MS,
  });
  try {
    server.time.now = new Date(NOW);
    const laptop = await foundClinic(server.app);
    await planned(server, laptop, reminders);
    const before = await savesOf(server, laptop, upTo(saves / 2));
    server.time.now = DUE;
    const began = performance.now();
    const found = server.sweep();
    // From the first to the last of them, not only while they begin.
    const beside = savesOf(server, laptop, () => server.vendors.sent.length < reminders);
    await found;
    while (server.vendors.sent.length < reminders) await new Promise((resolve) => setTimeout(resolve, 20));
    const seconds = (performance.now() - began) / 1000;
    const p95Beside = percentile(await beside, 0.95);
    // Half of the comparison before and half after: what the machine and a growing clinic do to a save is on both sides.
    const p95Alone = percentile([...before, ...(await savesOf(server, laptop, upTo(saves / 2)))], 0.95);
    const rate = await webhookRate(server, webhooks);
    const distinct = new Set(server.vendors.sent.map(({ to }) => to)).size;
    if (distinct !== server.vendors.sent.length) throw new Error(`${server.vendors.sent.length - distinct} were sent twice`);
    return [
      figure('messages', 'rate', reminders / seconds, '1/s', 1000 / 60),
      figure('push-beside', 'p95', p95Beside, 'ms', p95Alone),
      figure('webhooks', 'rate', rate, '1/s', 500),
    ];
  } finally {
    await server.close();
    await database.close();
  }
}

async function planned(server: TestMessages, laptop: Laptop, count: number): Promise<void> {
  const setting = { name: 'sms', enabled: true, options: {}, setById: laptop.userId, setAt: NOW };
  await push(server.app, laptop, [
    changeOf(laptop, { entity: 'integration_setting', rowId: derivedId(laptop.clinicId, 'integration:sms'), set: setting }),
  ]);
  for (let done = 0; done < count; done += 100) {
    const changes = Array.from({ length: Math.min(100, count - done) }, (_, n) => {
      const patient = newPatient();
      const patientId = patient.rowId;
      const appointmentId = v7();
      return [
        { ...patient, set: { ...patient.set, phone: `+47${92_000_000 + done + n}` } },
        {
          entity: 'channel_consent' as const,
          rowId: derivedId(patientId, 'consent:sms'),
          set: { patientId, channel: 'sms', state: 'yes', recordedById: laptop.userId, recordedAt: NOW },
        },
        {
          entity: 'appointment' as const,
          rowId: appointmentId,
          set: {
            patientId,
            practitionerId: laptop.userId,
            startsAt: '2026-12-01T10:00:00.000Z',
            durationMinutes: 20,
            visitType: 'follow_up',
          },
        },
        {
          entity: 'message' as const,
          rowId: derivedId(appointmentId, 'sms:reminder-24h'),
          set: {
            patientId,
            appointmentId,
            channel: 'sms',
            templateId: 'reminder-24h',
            requestedById: laptop.userId,
            requestedAt: NOW,
            plannedAt: '2026-12-01T10:00:00.000Z',
          },
        },
      ].map((draft) => changeOf(laptop, draft));
    }).flat();
    await push(server.app, laptop, changes);
  }
  // Each has been looked at and put off.
  for (;;) {
    const { rows } = await server.pool.query<{ n: number }>(
      "select count(*)::int as n from ryggrad_jobs.job where name = 'message-send' and state in ('created', 'active') and start_after <= now()",
    );
    if ((rows[0]?.n ?? 0) === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function savesOf(server: TestMessages, laptop: Laptop, more: (done: number) => boolean): Promise<number[]> {
  const times: number[] = [];
  while (more(times.length)) {
    const began = performance.now();
    await push(server.app, laptop, [changeOf(laptop, newPatient())]);
    times.push(performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return times;
}

const upTo = (count: number) => (done: number) => done < count;

async function webhookRate(server: TestMessages, count: number): Promise<number> {
  const calls = server.vendors.sent.slice(0, count).map((sms) => server.vendors.status(sms, 'delivered'));
  const began = performance.now();
  await Promise.all(
    Array.from({ length: 16 }, async (_, lane) => {
      for (let n = lane; n < calls.length; n += 16) if ((await server.call(calls[n]!)) !== 204) throw new Error('a webhook was refused');
    }),
  );
  return calls.length / ((performance.now() - began) / 1000);
}
