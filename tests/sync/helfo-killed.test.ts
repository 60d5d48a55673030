/** Claims go to Helfo once, whoever dies and whatever Helfo answers: a worker that is gone at each step, every way of failing, two workers, two messages, and the queue itself. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { derivedId } from '#db/model/ids.ts';
import { NOBODY } from '#db/model/message.ts';
import { withClinic } from '#db/postgres/open.ts';
import { HELFO_SETTLE_MS, type HelfoDeps, type HelfoStep } from '#sync-server/core/helfo/deps.ts';
import { pollHelfo } from '#sync-server/core/helfo/poll.ts';
import { sendToHelfo } from '#sync-server/core/helfo/send.ts';
import { sweepHelfo } from '#sync-server/core/helfo/upkeep.ts';
import { serverWrite } from '#sync-server/core/server-write.ts';
import type { HelfoMood } from '#sync-server/integrations/helfo/fake.ts';
import { HELFO_SEND } from '#sync-server/jobs/queues.ts';
import { sendAllToHelfo } from '#sync-server/core/helfo/upkeep.ts';
import { openHelfoClinic, type HelfoClinic } from './helfo-clinic.ts';
import { until } from './laptop.ts';

let clinic: HelfoClinic;
beforeAll(async () => {
  clinic = await openHelfoClinic();
}, 120_000);
afterAll(() => clinic?.close());

class Killed extends Error {}
const send = (messageId: string, changes: Partial<HelfoDeps> = {}) =>
  sendToHelfo({ ...clinic.server.helfo, ...changes }, clinic.practice.clinicId, messageId);
const poll = (messageId: string, changes: Partial<HelfoDeps> = {}) =>
  pollHelfo({ ...clinic.server.helfo, ...changes }, clinic.practice.clinicId, messageId);
const diesAt = (step: HelfoStep): Partial<HelfoDeps> => ({
  step: (name) => {
    if (name === step) throw new Killed();
  },
});
async function asked(): Promise<{ id: string; messageId: string; claimId: string }> {
  const id = await clinic.visit();
  await clinic.sync();
  const messageId = await clinic.ask([id]);
  return { id, messageId, claimId: (await clinic.ledger(id)).claimId ?? '' };
}
/** As long as jobs and sweeps would go on. */
async function goOn(messageId: string): Promise<void> {
  for (let n = 0; n < 3; n += 1) {
    clinic.pass(HELFO_SETTLE_MS + 1000);
    await send(messageId).catch(() => 'failed');
  }
}

test.each(['begin', 'asked', 'claimed', 'handed-in', 'settled'] as const)(
  'killed at "%s": one claim comes in, and it is received',
  async (step) => {
    const { id, messageId, claimId } = await asked();
    await expect(send(messageId, diesAt(step))).rejects.toThrow(Killed);
    // Retries, sweeps and other copies at the same time, before its sender must be gone, and after.
    await Promise.all([1, 2, 3].map(() => send(messageId)));
    expect(clinic.times(claimId)).toBeLessThanOrEqual(1);
    await goOn(messageId);
    expect(clinic.times(claimId)).toBe(1);
    await clinic.sync();
    expect(await clinic.ledger(id)).toMatchObject({ state: 'received', message: { state: 'received', reason: null } });
  },
  60_000,
);

test.each(['poll-asked', 'poll-noted'] as const)(
  'killed at "%s": the answer stands once, and so does the money',
  async (step) => {
    const { id, messageId } = await asked();
    await send(messageId);
    const message = clinic.fake.messages.at(-1);
    if (message === undefined) throw new Error('nothing came in');
    clinic.fake.check(message);
    clinic.fake.pay(message);
    await expect(poll(messageId, diesAt(step))).rejects.toThrow(Killed);
    await Promise.all([1, 2, 3].map(() => poll(messageId)));
    await clinic.sync();
    expect(await clinic.ledger(id)).toMatchObject({ state: 'accepted', paidOre: 4_817 });
  },
  60_000,
);

test.each([
  'lost',
  'hangs',
  'broken',
  'broken-after',
  'throttled',
  'forbidden',
  'garbage',
  'token-refused',
  'token-broken',
  'closed',
] as const satisfies HelfoMood[])(
  'Helfo is "%s", and well again afterwards: one claim has come in',
  async (mood) => {
    // Tokens and keys that are held would hide what is asked for.
    clinic.pass(3_700_000);
    const { id, messageId, claimId } = await asked();
    clinic.fake.mood = mood;
    await send(messageId).catch(() => 'failed');
    await send(messageId).catch(() => 'failed');
    await clinic.sync();
    const row = await clinic.ledger(id);
    expect(row.state).toBe('queued');
    expect(row.message?.reason).toMatch(/^helfo\//);
    clinic.fake.mood = 'well';
    await goOn(messageId);
    expect(clinic.times(claimId)).toBe(1);
    await clinic.sync();
    expect(await clinic.ledger(id)).toMatchObject({ state: 'received', message: { reason: null } });
  },
  60_000,
);

test('five workers at once: it comes in once', async () => {
  const { messageId, claimId } = await asked();
  await Promise.all([1, 2, 3, 4, 5].map(() => send(messageId)));
  expect(clinic.times(claimId)).toBe(1);
}, 60_000);

test('two laptops took out the same visit in two messages: it goes with one, also when the record turns to the other afterwards', async () => {
  const { practice, server } = clinic;
  const { messageId, claimId, id } = await asked();
  await send(messageId);
  const other = derivedId(messageId, 'other');
  const set = {
    practitionerId: practice.userId,
    credit: false,
    claimIds: [claimId],
    requestedById: practice.userId,
    requestedAt: '2026-12-01T09:00:00.000Z',
  };
  await withClinic(server.pool, practice.clinicId, (tx) =>
    serverWrite(tx, practice.clinicId, NOBODY, [
      { entity: 'helfo_message', id: other, birth: true, set: { ...set, wanted: true, state: 'planned' }, extra: {} },
      { entity: 'helfo_claim', id: claimId, birth: false, set: { batchId: other, status: 'sent' }, extra: {} },
    ]),
  );
  await send(other);
  await goOn(other);
  expect(clinic.times(claimId)).toBe(1);
  expect(await server.row(practice.clinicId, 'helfo_message', other)).toMatchObject({ state: 'cancelled', reason: 'helfo/nothing-left' });
  await clinic.sync();
  // Nobody is told to send it again: it stands with the message it went by.
  expect(await clinic.ledger(id)).toMatchObject({ claimId, state: 'received', message: { id: messageId } });
}, 60_000);

const desk = () => {
  const { desk: found } = clinic.server.helfo;
  if (found === undefined) throw new Error('no desk');
  return found;
};

test('a sender that stood still within the call gives back its own claim alone, not that of who took over', async () => {
  const { id, messageId, claimId } = await asked();
  let go = (): void => {};
  const held = new Promise<void>((resolve) => (go = resolve));
  let second: Promise<unknown> | undefined;
  let calls = 0;
  const counted = { ...desk(), handIn: (...said: Parameters<ReturnType<typeof desk>['handIn']>) => ((calls += 1), desk().handIn(...said)) };
  const first = {
    ...desk(),
    async handIn() {
      // Taken over: Helfo has nothing, and another claims it, hands it in, and has not written that down yet.
      clinic.pass(HELFO_SETTLE_MS + 1000);
      await send(messageId);
      await new Promise<void>((sent) => {
        const step = (name: HelfoStep) => (name === 'handed-in' ? (sent(), held) : undefined);
        second = send(messageId, { desk: counted, step });
      });
      return { kind: 'busy' as const, code: 'helfo/unreachable' };
    },
  };
  await send(messageId, { desk: first });
  await send(messageId, { desk: counted });
  go();
  await second;
  expect(calls).toBe(1);
  await goOn(messageId);
  expect(clinic.times(claimId)).toBe(1);
  await clinic.sync();
  expect(await clinic.ledger(id)).toMatchObject({ state: 'received', message: { state: 'received', reason: null } });
}, 60_000);

test.each(['unknown', 'refused'] as const)(
  'a sender that stood still and comes back with "%s" changes nothing of what another has got through',
  async (kind) => {
    const { id, messageId, claimId } = await asked();
    const late = {
      ...desk(),
      async handIn() {
        clinic.pass(HELFO_SETTLE_MS + 1000);
        await send(messageId);
        await send(messageId);
        return kind === 'refused' ? { kind, faults: [] } : { kind };
      },
    };
    await send(messageId, { desk: late });
    expect(clinic.times(claimId)).toBe(1);
    await clinic.sync();
    expect(await clinic.ledger(id)).toMatchObject({ state: 'received', message: { state: 'received', reason: null } });
  },
  60_000,
);

test('a sender that stood still before the call sends nothing any more', async () => {
  const { messageId, claimId } = await asked();
  const step = (name: HelfoStep) => void (name === 'claimed' && clinic.pass(HELFO_SETTLE_MS / 2 + 1000));
  const asks = clinic.fake.asked.length;
  await send(messageId, { step });
  expect(clinic.fake.asked).toHaveLength(asks);
  await goOn(messageId);
  expect(clinic.times(claimId)).toBe(1);
}, 60_000);

test('a receipt that comes after the message was given back still counts', async () => {
  const { id, messageId, claimId } = await asked();
  const asks = clinic.fake.asked.length;
  const late = {
    ...desk(),
    async handIn(...said: Parameters<ReturnType<typeof desk>['handIn']>) {
      clinic.pass(HELFO_SETTLE_MS + 1000);
      // Helfo has nothing yet: the message is given back.
      await send(messageId);
      return desk().handIn(said[0], said[1], new Date(8.64e15));
    },
  };
  await send(messageId, { desk: late });
  await goOn(messageId);
  // As it came, and opened: nothing was sent that Helfo would have to know as the same.
  expect(clinic.fake.asked).toHaveLength(asks + 2);
  expect(clinic.times(claimId)).toBe(1);
  await clinic.sync();
  expect(await clinic.ledger(id)).toMatchObject({ state: 'received' });
}, 60_000);

test('what was asked for while no job was made is found by the sweep', async () => {
  const { messageId, claimId } = await asked();
  await clinic.server.pool.query(`delete from ryggrad_jobs.job where name = 'helfo-send'`);
  // Of other tests, what is overdue.
  await sweepHelfo(clinic.server.helfo);
  expect(await sweepHelfo(clinic.server.helfo)).toBe(0);
  clinic.pass(16 * 60_000);
  expect(await sweepHelfo(clinic.server.helfo)).toBe(1);
  await send(messageId);
  expect(clinic.times(claimId)).toBe(1);
  // States that nobody has asked for too.
  await clinic.server.pool.query(`delete from ryggrad_jobs.job where name = 'helfo-poll'`);
  clinic.pass(16 * 60_000);
  expect(await sweepHelfo(clinic.server.helfo)).toBe(1);
  expect(await sweepHelfo(clinic.server.helfo)).toBe(0);
}, 60_000);

test('what failed for good stands among the dead, says why, and is sent by one click', async () => {
  const { practice, server } = clinic;
  await server.pool.query(`delete from ryggrad_jobs.job where name = 'helfo-send'`);
  const { messageId, claimId } = await asked();
  clinic.fake.mood = 'forbidden';
  // Of its twelve tries the last.
  await server.pool.query(`update ryggrad_jobs.job set retry_limit = 0 where name = 'helfo-send' and data->>'messageId' = $1`, [messageId]);
  await server.jobs.work(HELFO_SEND, (batch) => sendAllToHelfo(server.helfo, batch));
  const dead = await until(
    () => server.jobs.dead(practice.clinicId),
    (all) => all.length > 0,
    'it is among the dead',
  );
  expect(dead).toMatchObject([{ queue: 'helfo-send', reason: 'helfo/forbidden', data: { messageId } }]);
  clinic.fake.mood = 'well';
  expect(await server.jobs.replay(practice.clinicId, dead[0]?.id ?? '')).toBe(true);
  await until(
    async () => clinic.times(claimId),
    (n) => n === 1,
    'it has come in',
  );
  expect(await server.jobs.dead(practice.clinicId)).toEqual([]);
}, 60_000);
