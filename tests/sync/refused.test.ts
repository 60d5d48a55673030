/** What the server refused is read, sent again and taken; nothing of it is lost on the way, and nothing overwrites in silence. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { v7 } from 'uuid';
import { derivedId } from '#db/model/ids.ts';
import { readRow, rowsWhere } from '#db/sqlite/store.ts';
import type { RefusedChange } from '#electron/contract/sync.ts';
import type { Result } from '#electron/contract/verb.ts';
import { refusedHandlers } from '#electron/core/refused/verbs.ts';
import { differing, replicaDigests } from '#tests/tools/digest-of.ts';
import { drained, foundClinic, NOW, type TestClinic } from './clinic.ts';
import type { Laptop } from './laptop.ts';
import { startTestServer, type TestServer } from './server.ts';

let server: TestServer;
let clinic: TestClinic;
let anna: Laptop;
let bent: Laptop;
const patientId = v7();

beforeAll(async () => {
  server = await startTestServer();
  clinic = await foundClinic(server.url);
  anna = clinic.first;
  anna.write('patient.register', (ctx) =>
    ctx.insert('patient', { givenName: 'Kari', familyName: 'Nordmann', phone: '40000000' }, patientId),
  );
  await drained(anna);
  bent = await clinic.join(server.url, ['PRACTITIONER']);
  await drained(bent);
});
afterAll(async () => {
  await bent?.close();
  await anna?.close();
  await server?.close();
});

function ask<T>(laptop: Laptop, verb: string, input: unknown): Result<T> {
  const handler = refusedHandlers.find((one) => one.verb === verb);
  if (handler?.kind !== 'use-case') throw new Error(verb);
  return laptop.write(verb, (ctx) => handler.run(ctx, input as never) as Result<T>);
}
function listed(laptop: Laptop, about?: string): RefusedChange[] {
  const reply = ask<{ items: RefusedChange[] }>(laptop, 'refused.list', about === undefined ? {} : { patientId: about });
  if (!reply.ok) throw new Error(reply.code);
  return reply.value.items;
}
/** While this holds the server cannot prove that Bent is Bent: everything of his is refused. */
async function withStrangerKey(run: () => Promise<void>): Promise<void> {
  const where = `where device_id = '${bent.deviceId}'`;
  await server.tamper(`update signing_key set public_key = reverse(public_key) ${where}`);
  await run().finally(() => server.tamper(`update signing_key set public_key = reverse(public_key) ${where}`));
}

test('a visit that was refused is read word by word, sent again, and stands on both laptops', async () => {
  const visit = v7();
  await withStrangerKey(async () => {
    bent.write('encounter.start', (ctx) =>
      ctx.insert(
        'encounter',
        { patientId, practitionerId: ctx.actor.userId, visitType: 'follow_up', visitAt: NOW, recordedAt: NOW },
        visit,
      ),
    );
    bent.write('section.write', (ctx) =>
      ctx.insert('note_section', { encounterId: visit, key: 'subjective', text: 'Vondt ved løft.' }, derivedId(visit, 'subjective')),
    );
    bent.write('payment.take', (ctx) =>
      ctx.insert('payment', {
        patientId,
        encounterId: visit,
        amountOre: 65_000,
        method: 'card',
        paidAt: NOW,
        takenById: ctx.actor.userId,
        receiptNumber: 'B-1',
        lines: [],
      }),
    );
    await drained(bent);
  });
  expect(bent.engine().status()).toMatchObject({ state: 'attention', quarantined: 3, pending: 0 });
  expect(readRow(bent.db, 'encounter', visit)?.deleted).toBe(true);
  const items = listed(bent, patientId);
  expect(items.map(({ entity, code, mine, patientName }) => [entity, code, mine, patientName])).toEqual([
    ['encounter', 'actor/signature', true, 'Kari Nordmann'],
    ['note_section', 'actor/signature', true, 'Kari Nordmann'],
    ['payment', 'actor/signature', true, 'Kari Nordmann'],
  ]);
  expect(items[1]?.written).toContainEqual({ field: 'text', value: 'Vondt ved løft.' });
  expect(listed(anna)).toEqual([]);

  expect(ask(bent, 'refused.sendAgain', { ids: items.map(({ id }) => id) })).toMatchObject({ ok: true });
  expect(readRow(bent.db, 'encounter', visit)?.deleted).toBe(false);
  await drained(bent);
  await drained(anna);
  expect(bent.engine().status()).toMatchObject({ state: 'in_sync', quarantined: 0 });
  expect(readRow(anna.db, 'note_section', derivedId(visit, 'subjective'))).toMatchObject({ text: 'Vondt ved løft.', deleted: false });
  expect(rowsWhere(anna.db, 'payment', 'encounter_id = ?', [visit])).toHaveLength(1);
  expect(differing(replicaDigests(bent.db), replicaDigests(anna.db))).toEqual([]);
  expect(ask(bent, 'refused.sendAgain', { ids: [items[0]?.id] })).toMatchObject({ ok: false, code: 'refused/unknown' });
});

test('what a colleague wrote meanwhile is not overwritten by what is sent again: both are kept', async () => {
  await withStrangerKey(async () => {
    bent.write('patient.update', (ctx) => ctx.patch('patient', patientId, { phone: '41111111' }));
    await drained(bent);
  });
  anna.write('patient.update', (ctx) => ctx.patch('patient', patientId, { phone: '42222222' }));
  await drained(anna);
  await drained(bent);
  expect(readRow(bent.db, 'patient', patientId)?.phone).toBe('42222222');
  expect(ask(bent, 'refused.sendAgain', { ids: listed(bent).map(({ id }) => id) })).toMatchObject({ ok: true });
  await drained(bent);
  await drained(anna);
  expect(readRow(anna.db, 'patient', patientId)?.phone).toBe('42222222');
  expect(rowsWhere(anna.db, 'conflict', "subject_id = ? and status = 'open'", [patientId])).toMatchObject([
    { field: 'phone', kept: '42222222', lost: '41111111' },
  ]);
});

test('nobody sends in another’s name; what is set aside is no longer counted, and kept', async () => {
  await withStrangerKey(async () => {
    bent.write('patient.update', (ctx) => ctx.patch('patient', patientId, { city: 'Molde' }));
    await drained(bent);
  });
  const [item] = listed(bent);
  const other = { ...bent.actor, userId: anna.actor.userId };
  const asOther = refusedHandlers.find(({ verb }) => verb === 'refused.sendAgain');
  const reply = bent.write('refused.sendAgain', (ctx) =>
    asOther?.kind === 'use-case' ? asOther.run({ ...ctx, actor: other }, { ids: [item?.id] } as never) : undefined,
  );
  expect(reply).toMatchObject({ ok: false, code: 'refused/not-yours' });
  expect(ask(bent, 'refused.setAside', { ids: [item?.id] })).toMatchObject({ ok: true });
  await drained(bent);
  expect(bent.engine().status().quarantined).toBe(0);
  const kept = bent.db.prepare('select "set" from outbox where resolution = \'set_aside\'').all();
  expect(JSON.stringify(kept)).toContain('Molde');
});
