/**
 * A worker that is gone at each step of a send: the ledger, not luck, decides that one SMS goes out. The worker is abandoned at the step, so
 * that nothing it would have done after happens. RYGGRAD_SEND_ROUNDS=100 does it a hundred times at each.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { v7 } from 'uuid';
import { withClinic } from '#db/postgres/open.ts';
import { derivedId } from '#db/model/ids.ts';
import { Killed, sendForClinic } from './core/messages/send.ts';
import { SEND_STEPS, type SendStep } from './core/messages/deps.ts';
import { openTestDatabase, type TestDatabase } from './testing/test-database.ts';
import { changeOf, foundClinic, newPatient, push, type Laptop } from './testing/test-clinic.ts';
import { openTestMessages, type TestMessages } from './testing/test-messages.ts';

const NOW = '2026-11-30T09:00:00.000Z';
const ROUNDS = Number(process.env['RYGGRAD_SEND_ROUNDS'] ?? 4);
let database: TestDatabase;
let server: TestMessages;
let laptop: Laptop;
beforeAll(async () => {
  database = await openTestDatabase();
  server = await openTestMessages(database, { works: false });
  server.time.now = new Date(NOW);
  laptop = await foundClinic(server.app);
  await push(server.app, laptop, [
    changeOf(laptop, {
      entity: 'integration_setting',
      rowId: derivedId(laptop.clinicId, 'integration:sms'),
      set: { name: 'sms', enabled: true, options: {}, setById: laptop.userId, setAt: NOW },
    }),
  ]);
});
afterAll(async () => {
  await server?.close();
  await database?.close();
});

let phone = 92_000_000;
async function ask(): Promise<{ id: string; to: string }> {
  const to = `+47${(phone += 1)}`;
  const patient = newPatient();
  const id = v7();
  const consent = { patientId: patient.rowId, channel: 'sms', state: 'yes', recordedById: laptop.userId, recordedAt: NOW };
  const message = {
    patientId: patient.rowId,
    channel: 'sms',
    templateId: 'answer',
    body: 'Vi er litt forsinket.',
    requestedById: laptop.userId,
    requestedAt: NOW,
    plannedAt: NOW,
  };
  await push(
    server.app,
    laptop,
    [
      { ...patient, set: { ...patient.set, phone: to } },
      { entity: 'channel_consent' as const, rowId: derivedId(patient.rowId, 'consent:sms'), set: consent },
      { entity: 'message' as const, rowId: id, set: message },
    ].map((draft) => changeOf(laptop, draft)),
  );
  return { id, to };
}
const stateOf = (id: string) =>
  withClinic(
    server.pool,
    laptop.clinicId,
    async (tx) => (await tx.query<{ state: string }>('select state from message where id = $1', [id])).rows[0]?.state,
  );
/** Works until nothing is left to do; as the sweep and the retries would. */
async function recover(id: string): Promise<void> {
  for (let n = 0; n < 3; n += 1) await sendForClinic(server.messages, laptop.clinicId, [id]);
}
async function killedAt(step: SendStep, id: string): Promise<void> {
  const worker = sendForClinic(
    {
      ...server.messages,
      step: (name) => {
        if (name === step) throw new Killed();
      },
    },
    laptop.clinicId,
    [id],
  );
  await expect(worker).rejects.toThrow(Killed);
}

it.each(SEND_STEPS)('killed at "%s": one SMS, and its state is known', async (step) => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const { id, to } = await ask();
    await killedAt(step, id);
    await recover(id);
    expect(server.vendors.sent.filter((sms) => sms.to === to)).toHaveLength(1);
    expect(await stateOf(id)).toBe('sent');
  }
});

it('killed again and again at any step, with copies that work at the same time: still one', async () => {
  const { id, to } = await ask();
  for (const step of SEND_STEPS) await killedAt(step, id).catch(() => {});
  await Promise.all([recover(id), recover(id), recover(id)]);
  expect(server.vendors.sent.filter((sms) => sms.to === to)).toHaveLength(1);
  expect(await stateOf(id)).toBe('sent');
});

it('with a vendor that cannot be asked it is not sent again: a person decides', async () => {
  server.vendors.mood.twilio = 'throttled';
  const { id, to } = await ask();
  await killedAt('after-vendor', id);
  await recover(id);
  server.vendors.mood.twilio = 'well';
  await recover(id);
  expect(server.vendors.sent.filter((sms) => sms.to === to)).toHaveLength(1);
  expect(await stateOf(id)).toBe('unknown');
});

describe('a sender that is held up before it calls the vendor', () => {
  const heldUp = async (id: string, settleMs: number, meanwhile: () => Promise<void>) => {
    const since = server.time.now;
    const step = async (name: SendStep) => {
      if (name !== 'before-vendor') return;
      server.time.now = new Date(since.getTime() + 20_000);
      await meanwhile();
    };
    await sendForClinic({ ...server.messages, settleMs, step }, laptop.clinicId, [id]).finally(() => (server.time.now = since));
  };

  it('for so long that another has taken over: it leaves the message alone', async () => {
    const { id, to } = await ask();
    await heldUp(id, 10_000, () => recover(id));
    expect(server.vendors.sent.filter((sms) => sms.to === to)).toHaveLength(1);
    expect(await stateOf(id)).toBe('sent');
  });

  it('for less: it gives back what it has not begun, and it goes out with the next', async () => {
    const { id, to } = await ask();
    await heldUp(id, 90_000, async () => {});
    expect(server.vendors.sent.filter((sms) => sms.to === to)).toHaveLength(0);
    await recover(id);
    expect(server.vendors.sent.filter((sms) => sms.to === to)).toHaveLength(1);
    expect(await stateOf(id)).toBe('sent');
  });
});

it('a sender that was held up within the vendor’s call gives back its own claim alone, not that of who took over', async () => {
  const { id, to } = await ask();
  const sms = server.messages.channels.get('sms');
  if (sms === undefined) throw new Error('no SMS');
  let go = (): void => {};
  const held = new Promise<void>((resolve) => (go = resolve));
  let second: Promise<void> | undefined;
  const send: typeof sms.send = async () => {
    // Taken over: the vendor has nothing, and another claims it, sends it, and has not written that down yet.
    await sendForClinic(server.messages, laptop.clinicId, [id]);
    await new Promise<void>((sent) => {
      const step = (name: SendStep) => (name === 'settling' ? (sent(), held) : undefined);
      second = sendForClinic({ ...server.messages, step }, laptop.clinicId, [id]);
    });
    return { kind: 'busy', retryAfterSeconds: 1 };
  };
  await sendForClinic({ ...server.messages, channels: new Map([['sms', { ...sms, send }]]) }, laptop.clinicId, [id]);
  await sendForClinic(server.messages, laptop.clinicId, [id]);
  go();
  await second;
  await recover(id);
  expect(server.vendors.sent.filter((one) => one.to === to)).toHaveLength(1);
  expect(await stateOf(id)).toBe('sent');
});
