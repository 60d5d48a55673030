/** A worker that is gone at each step of sending an e-mail: never two, and where nobody can know, a person decides. */
import { v7 } from 'uuid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withClinic } from '#db/postgres/open.ts';
import { derivedId } from '#db/model/ids.ts';
import type { SendStep } from './core/messages/deps.ts';
import { Killed, sendForClinic } from './core/messages/send.ts';
import { openFakeEmail, type FakeEmailVendors } from './integrations/email/fake.ts';
import { changeOf, foundClinic, newPatient, push, type Laptop } from './testing/test-clinic.ts';
import { openTestDatabase, type TestDatabase } from './testing/test-database.ts';
import { openTestMessages, type TestMessages } from './testing/test-messages.ts';

const NOW = '2026-11-30T09:00:00.000Z';
const STEPS: readonly [SendStep, string, number][] = [
  ['begin', 'sent', 1],
  // Claimed and not sent, which looks from outside like claimed and sent.
  ['claimed', 'unknown', 0],
  ['before-vendor', 'unknown', 0],
  ['after-vendor', 'unknown', 1],
  ['settling', 'unknown', 1],
  ['settled', 'sent', 1],
];
let database: TestDatabase;
let server: TestMessages;
let mail: FakeEmailVendors;
let laptop: Laptop;
beforeAll(async () => {
  database = await openTestDatabase('embedded');
  server = await openTestMessages(database, { works: false, email: async (now) => (mail = await openFakeEmail(now)) });
  server.time.now = new Date(NOW);
  laptop = await foundClinic(server.app);
});
afterAll(async () => {
  await server?.close();
  await mail?.close();
  await database?.close();
});

async function ask(provider: string): Promise<{ id: string; email: string }> {
  const patient = newPatient();
  const [id, patientId] = [v7(), patient.rowId];
  const email = `${id}@post.example.test`;
  const by = { requestedById: laptop.userId, requestedAt: NOW, plannedAt: NOW };
  const setting = { name: 'email', enabled: true, options: { providers: [provider] }, setById: laptop.userId, setAt: NOW };
  const consent = { patientId, channel: 'email', state: 'yes', recordedById: laptop.userId, recordedAt: NOW };
  await push(
    server.app,
    laptop,
    [
      { entity: 'integration_setting' as const, rowId: derivedId(laptop.clinicId, 'integration:email'), set: setting },
      { ...patient, set: { ...patient.set, email } },
      { entity: 'channel_consent' as const, rowId: derivedId(patientId, 'consent:email'), set: consent },
      { entity: 'message' as const, rowId: id, set: { patientId, channel: 'email', templateId: 'notice', ...by } },
    ].map((draft) => changeOf(laptop, draft)),
  );
  return { id, email };
}
const stateOf = (id: string) =>
  withClinic(
    server.pool,
    laptop.clinicId,
    async (tx) => (await tx.query<{ state: string }>('select state from message where id = $1', [id])).rows[0]?.state,
  );

it.each(['smtp', 'sendgrid', 'outlook'].flatMap((provider) => STEPS.map((step) => [provider, ...step] as const)))(
  '%s, killed at "%s": it is %s, and %i went out',
  async (provider, step, state, count) => {
    const { id, email } = await ask(provider);
    const dies = (name: SendStep) => {
      if (name === step) throw new Killed();
    };
    await expect(sendForClinic({ ...server.messages, step: dies }, laptop.clinicId, [id])).rejects.toThrow(Killed);
    // Retries, sweeps and other copies, at the same time too.
    await Promise.all([1, 2, 3].map(() => sendForClinic(server.messages, laptop.clinicId, [id])));
    await sendForClinic(server.messages, laptop.clinicId, [id]);
    expect(mail.sent.filter(({ to }) => to === email)).toHaveLength(count);
    expect(await stateOf(id)).toBe(state);
  },
);
