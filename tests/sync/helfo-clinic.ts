/** A clinic at a laptop whose server sends claims to Helfo's fake: visits are signed, asked for, and what came of them comes back. */
import { withClinic } from '#db/postgres/open.ts';
import { syntheticNationalId } from '#db/rules/fodselsnummer.ts';
import { openPractice, type Practice } from '#electron/core/encounters/testing.ts';
import { PASSPHRASE } from '#electron/core/testing.ts';
import type { LedgerRow } from '#electron/contract/claims.ts';
import { openFakeHelfo, type FakeHelfo } from '#sync-server/integrations/helfo/fake.ts';
import { openTestDatabase, PLACES, type TestDatabase } from '#sync-server/testing/test-database.ts';
import { openTestHelfo, type TestHelfo } from '#sync-server/testing/test-helfo.ts';
import { inSync } from './colleague.ts';
import { until } from './laptop.ts';

export const MONTH = '2026-12';
const START = '2026-12-01T08:00:00.000Z';

export interface HelfoClinic {
  practice: Practice;
  server: TestHelfo;
  fake: FakeHelfo;
  patientId: string;
  /** Signs a visit with K2. @returns its id */
  visit(): Promise<string>;
  /** Asks the server to send these visits, and hands that in. @returns the message's id */
  ask(encounterIds: readonly string[]): Promise<string>;
  ledger(encounterId: string): Promise<LedgerRow>;
  /** How often a claim has come in at Helfo. */
  times(guid: string): number;
  /** Both clocks go on. */
  pass(ms: number): void;
  sync(): Promise<void>;
  close(): Promise<void>;
}

export async function openHelfoClinic({
  auth = 'maskinporten' as 'maskinporten' | 'helseid',
  organisation = '999888777',
} = {}): Promise<HelfoClinic> {
  const database: TestDatabase = await openTestDatabase(PLACES[0] ?? 'embedded');
  let now = new Date(START);
  const fake = await openFakeHelfo(() => now, { auth });
  // The feed is asked for news from where all before it is in the replica (SPEC.md D1).
  let readUpTo = 0;
  const watched: typeof fetch = (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.pathname === '/v1/shape') readUpTo = Number.parseInt(url.searchParams.get('offset') ?? '0', 10);
    return fetch(input, init);
  };
  const practice = await openPractice({ fetch: watched });
  practice.laptop.setClock(START);
  await practice.asFirst();
  const { clinicId, userId, must, laptop } = practice;
  const server = await openTestHelfo(database, fake, { [clinicId]: organisation });
  const pass = (ms: number): void => {
    now = new Date(now.getTime() + ms);
    server.time.now = now;
    laptop.setClock(now.toISOString());
  };
  pass(0);
  await must('clinic.update', { set: { orgNumber: '999888777' } });
  await must('billing.save', { accountNumber: '15032080119', kid: 'mod10', praksisIds: { [userId]: '1000005649' } });
  const k2 = (await must('price.list', {})).items.find(({ code }) => code === 'K2');
  const fields = { code: 'K2', label: 'Behandling', kind: 'takst' as const, amountOre: 70_000, refundOre: 4_817 };
  const price = await must('price.save', k2 === undefined ? fields : { id: k2.id, ...fields });
  const nationalId = syntheticNationalId({ birthDate: '1979-01-01', n: 1 });
  const patientId = await practice.patient({ birthDate: '1979-01-01', nationalId });
  await must('server.connect', { url: await server.url(), registrationCode: null, passphrase: PASSPHRASE });
  await must('integration.set', { name: 'helfo', enabled: true, options: {} });
  const sync = async (): Promise<void> => {
    await inSync(laptop);
    // Handed in is one half: what the server's own work wrote must have come too.
    const { rows } = await withClinic(server.pool, clinicId, (tx) => tx.query<{ seq: string }>('select seq from clinic_clock'));
    await until(
      () => readUpTo,
      (seen) => seen >= Number(rows[0]?.seq ?? 0),
      'what the server wrote is on the laptop',
    );
  };
  await sync();
  const ledger = async (encounterId: string): Promise<LedgerRow> => {
    const row = (await must('claim.ledger', { month: MONTH })).rows.find((one) => one.encounterId === encounterId);
    if (row === undefined) throw new Error('not in the ledger');
    return row;
  };
  return {
    ...{ practice, server, fake, patientId, pass, sync, ledger },
    async visit() {
      pass(60_000);
      // What a day allows a person to stay in for is over by now and then.
      await practice.asFirst();
      const id = await practice.ready(patientId, 'follow_up');
      await must('encounter.setEpisode', { id, episodeId: null, newTitle: 'Korsrygg' });
      await must('line.add', { encounterId: id, priceItemId: price.id });
      await must('encounter.sign', { id, patientId });
      return id;
    },
    async ask(encounterIds) {
      const { messageId } = await must('claim.send', { month: MONTH, practitionerId: userId, encounterIds: [...encounterIds] });
      await sync();
      return messageId;
    },
    times: (guid) =>
      fake.messages.reduce((sum, { krav }) => sum + krav.behandlerkrav.regninger.filter((one) => one.guid === guid).length, 0),
    async close() {
      await practice.close();
      await server.close();
      await fake.close();
      await database.close();
    },
  };
}
