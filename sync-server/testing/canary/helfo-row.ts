/** The canary's row for Helfo. Her number, what was done and what it is called leave, sealed for Helfo alone; the fake opens it, and quotes what it refuses. */
import { v7 } from 'uuid';
import { derivedId } from '#db/model/ids.ts';
import { NOBODY } from '#db/model/message.ts';
import { withClinic } from '#db/postgres/open.ts';
import { serverWrite } from '../../core/server-write.ts';
import { openFakeHelfo, type FakeHelfo, type HelfoMood } from '../../integrations/helfo/fake.ts';
import { newEncounter, request, write } from '../test-clinic.ts';
import { CANARY_CLINIC, KVITRINE } from './patient.ts';
import { canaryRow, type CanaryVendor } from './row.ts';
import type { CanaryWorld } from './world.ts';

const MOODS: readonly HelfoMood[] = [
  'well',
  'faulty',
  'throttled',
  'broken',
  'broken-after',
  'garbage',
  'lost',
  'hangs',
  'forbidden',
  'token-refused',
  'token-broken',
  'closed',
];
const AT = '2026-11-30T08:00:00.000Z';

export const helfo = canaryRow<CanaryVendor & { fake: FakeHelfo }>({
  may: ['nationalId'],
  sends: ['nationalId'],
  async open(now) {
    const fake = await openFakeHelfo(now, { clinics: { [CANARY_CLINIC]: '999888777' } });
    return { fake, environment: fake.environment, baseUrls: {}, outgoing: () => fake.asked.join('\n'), close: () => fake.close() };
  },
  paths: Object.fromEntries(
    MOODS.map((mood) => [
      mood,
      async (world: CanaryWorld, { fake }: { fake: FakeHelfo }) => {
        await world.switchOn('helfo', {});
        const messageId = await claimFor(world);
        fake.mood = mood;
        const { clinicId, userId } = world.laptop;
        const asked = {
          practitionerId: userId,
          credit: false,
          claimIds: [derivedId(messageId, 'claim')],
          requestedById: userId,
          requestedAt: AT,
        };
        await write(world.server.app, world.laptop, { entity: 'helfo_message', rowId: messageId, set: asked });
        const heard = async () =>
          withClinic(world.server.deps.pool, clinicId, async (tx) => {
            const { rows } = await tx.query<{ state: string; reason: string | null }>(
              'select state, reason from helfo_message where id = $1',
              [messageId],
            );
            return rows[0]?.state !== 'planned' || rows[0].reason !== null;
          });
        for (const end = Date.now() + 30_000; !(await heard()); await new Promise((resolve) => setTimeout(resolve, 50)))
          if (Date.now() > end) throw new Error('nothing became of it');
        world.answers.push((await request(world.server.app, world.laptop, 'POST', '/v1/integrations/helfo/check', {})).body);
        fake.mood = 'well';
      },
    ]),
  ),
});

/** A signed visit of hers, and its claim. */
async function claimFor({ server, laptop, patientId }: CanaryWorld): Promise<string> {
  const messageId = v7();
  const { clinicId, userId } = laptop;
  const visit = newEncounter(laptop, patientId);
  const claim = {
    patientId,
    encounterId: visit.rowId,
    practitionerId: userId,
    attempt: 1,
    day: '2026-11-30',
    regningsnummer: String(Date.now()),
  };
  const money = { takster: [{ kode: 'K2', antall: 1, belopOre: 4_600 }], amountOre: 4_600, status: 'sent', batchId: messageId, sentAt: AT };
  const signed = {
    sections: [{ key: 'subjective', text: KVITRINE.note }],
    diagnoses: [{ system: 'icpc-2', code: 'L84', main: true }],
    treatmentLines: [{ code: 'K2', quantity: 1, refundOre: 4_600 }],
  };
  const billing = { praksisIds: { [userId]: '1000005649' }, kid: 'none', dueDays: 14, visitNoticePer: 'series' };
  await write(server.app, laptop, { entity: 'billing_setting', rowId: derivedId(clinicId, 'billing-setting'), set: billing });
  await write(server.app, laptop, visit);
  await withClinic(server.deps.pool, clinicId, (tx) =>
    serverWrite(tx, clinicId, NOBODY, [
      { entity: 'encounter', id: visit.rowId, birth: false, set: { status: 'signed', signedContent: signed }, extra: {} },
      { entity: 'helfo_claim', id: derivedId(messageId, 'claim'), birth: true, set: { ...claim, ...money }, extra: {} },
    ]),
  );
  return messageId;
}
