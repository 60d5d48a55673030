/** The same by HelseID's client credentials, and in the name of a clinic that has delegated. */
import { afterEach, expect, test } from 'vitest';
import { sendToHelfo } from '#sync-server/core/helfo/send.ts';
import { openHelfoClinic, type HelfoClinic } from './helfo-clinic.ts';

let clinic: HelfoClinic | undefined;
afterEach(async () => {
  await clinic?.close();
  clinic = undefined;
});

async function sent(opened: HelfoClinic): Promise<string | undefined> {
  clinic = opened;
  const id = await opened.visit();
  await opened.sync();
  const messageId = await opened.ask([id]);
  const code = await sendToHelfo(opened.server.helfo, opened.practice.clinicId, messageId);
  await opened.sync();
  expect((await opened.ledger(id)).state).toBe(code === undefined ? 'received' : 'queued');
  return code;
}

test('HelseID: an assertion of ten seconds, a nonce for DPoP, and tokens that are bound', async () => {
  const opened = await openHelfoClinic({ auth: 'helseid' });
  expect(await sent(opened)).toBeUndefined();
  const [grant] = opened.fake.grants;
  expect(Number(grant?.['exp']) - Number(grant?.['iat'])).toBe(10);
  expect(opened.fake.messages).toHaveLength(1);
  // One token for all calls of its life.
  expect(opened.fake.tokens).toBe(1);
}, 120_000);

test('Maskinporten: in the name of another organisation only with its delegation', async () => {
  const opened = await openHelfoClinic({ organisation: '987654321' });
  expect(await sent(opened)).toBe('helfo/token-refused');
  opened.fake.delegated.add('987654321');
  const [waiting] = (await opened.practice.must('claim.ledger', { month: '2026-12' })).rows;
  await sendToHelfo(opened.server.helfo, opened.practice.clinicId, waiting?.message?.id ?? '');
  expect(opened.fake.messages).toMatchObject([{ organisation: '987654321' }]);
  expect(opened.fake.grants.at(-1)).toMatchObject({ consumer_org: '987654321', scope: 'nav:kuhr/krav' });
}, 120_000);
