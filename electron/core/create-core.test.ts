import { createHash, createPublicKey, verify } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { headText, linkIn } from '#db/sync/chain.ts';
import { canonical, changeBytes } from '#db/sync/change.ts';
import type { Change } from '#db/sync/change.ts';
import { ok } from '#electron/contract/verb.ts';
import type { Context } from './context.ts';
import { handlers } from './handlers.ts';
import { openClinic, testLaptop } from './testing.ts';
import type { TestLaptop } from './testing.ts';
import { service } from './use-case.ts';
import type { AnyHandler } from './use-case.ts';

/** Lets a test write as a use-case does: `sync.now` stands in for a verb of its own. */
let run: (ctx: Context) => unknown = () => null;
const probe = service('sync.now', async (services) => {
  const result = services.transaction((ctx) => ok(run(ctx)));
  return result.ok ? ok(null as never) : result;
});
const withProbe: AnyHandler[] = [...handlers.filter((handler) => handler.verb !== 'sync.now'), probe];

let laptop: TestLaptop;
beforeEach(() => {
  laptop = testLaptop({ handlers: withProbe });
});
afterEach(() => laptop.close());

async function writing<T>(work: (ctx: Context) => T): Promise<T> {
  let value: T | undefined;
  run = (ctx) => {
    value = work(ctx);
  };
  await laptop.must('sync.now', {});
  return value as T;
}
const all = <T>(sql: string): Promise<T[]> => writing((ctx) => ctx.db.prepare(sql).all() as T[]);
interface Entry {
  id: string;
  state: string;
  set: string;
  base: string;
  row_id: string;
  entity: string;
  actor: string;
  actor_signature: string;
  verb: string;
  at: string;
  schema: number;
  hash: string;
}
const entries = (): Promise<Entry[]> => all<Entry>('select * from outbox order by born');

describe('the door', () => {
  test('refuses what it does not know, what does not parse, and everything before unlocking', async () => {
    expect(await laptop.core.call('patient.explode', {})).toEqual({ ok: false, code: 'verb/unknown' });
    expect(await laptop.core.call('constructor', {})).toEqual({ ok: false, code: 'verb/unknown' });
    expect(await laptop.core.call('session.unlock', { clinicId: 'x' })).toMatchObject({ ok: false, code: 'input/invalid' });
    for (const handler of handlers) {
      if (handler.kind === 'service' && handler.allowedIn === 'any') continue;
      const answer = await laptop.core.call(handler.verb, {});
      expect([handler.verb, answer.ok ? 'answered' : answer.code.replace('input/invalid', 'session/closed')]).toEqual([
        handler.verb,
        'session/closed',
      ]);
    }
  });

  test('refuses the same verb twice', () => {
    expect(() => testLaptop({ handlers: [...handlers, probe] })).toThrow('sync.now is handled twice');
  });

  test('asks at every call what the person may do now, and logs a refusal', async () => {
    const { userId } = await openClinic(laptop);
    expect((await laptop.call('user.list', {})).ok).toBe(true);
    await writing((ctx) => ctx.patch('user', userId, { roles: ['ASSISTANT'] }));
    expect(await laptop.call('clinic.update', { set: { name: 'Min egen' } })).toEqual({ ok: false, code: 'permission/denied' });
    expect((await laptop.call('clinic.get', {})).ok).toBe(true);
    const refused = await all<{ verb: string }>("select verb from audit_event where action = 'refused'");
    expect(refused).toEqual([{ verb: 'clinic.update' }]);
  });

  test('a locum may do nothing after the last day', async () => {
    const { userId } = await openClinic(laptop);
    await writing((ctx) => ctx.patch('user', userId, { validUntil: '2026-11-23' }));
    expect((await laptop.call('clinic.get', {})).ok).toBe(true);
    laptop.pass(86_400_000);
    expect(await laptop.call('clinic.get', {})).toEqual({ ok: false, code: 'permission/denied' });
  });

  test('a bug answers with a code, rolls back, and logs no values', async () => {
    await openClinic(laptop);
    const before = (await entries()).length;
    run = (ctx) => {
      ctx.insert('patient', { givenName: 'Frøydis', familyName: 'Kvamme' });
      throw new Error('Frøydis Kvamme broke it');
    };
    expect(await laptop.call('sync.now', {})).toEqual({ ok: false, code: 'core/bug' });
    expect((await entries()).length).toBe(before);
    expect(laptop.logged.join('\n')).toContain('core/bug');
    expect(laptop.logged.join('\n')).not.toContain('Frøydis');
  });
});

describe('a write', () => {
  test('is row, log and signed outbox entry together', async () => {
    const { userId } = await openClinic(laptop);
    const id = await writing((ctx) => ctx.insert('patient', { givenName: 'Ola', familyName: 'Nordmann' }).id);
    const entry = (await entries()).find((candidate) => candidate.row_id === id);
    if (entry === undefined) throw new Error('no entry');
    expect(entry.state).toBe('ready');
    const change = {
      id: entry.id,
      actor: entry.actor,
      verb: entry.verb,
      entity: entry.entity,
      rowId: id,
      base: JSON.parse(entry.base),
      set: JSON.parse(entry.set),
      at: entry.at,
      schema: entry.schema,
    } as Omit<Change, 'n' | 'actorSignature'>;
    const hash = createHash('sha256').update(changeBytes(change)).digest();
    expect(entry.hash).toBe(hash.toString('hex'));
    const [key] = await all<{ public_key: string; user_id: string }>('select * from signing_key');
    expect(key?.user_id).toBe(userId);
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key?.public_key ?? '' }, format: 'jwk' });
    // Over the head of its writer's chain after it (db/sync/chain.ts).
    const { after = '', signature } = linkIn(entry.actor_signature);
    const head = createHash('sha256')
      .update(headText(after, hash.toString('hex')))
      .digest();
    expect(verify(null, head, publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
    const [event] = await all<{ action: string; details: string; actor_id: string }>('select * from audit_event order by n desc limit 1');
    expect(event).toMatchObject({ action: 'change', actor_id: userId });
    expect(JSON.parse(event?.details ?? '{}')).toMatchObject({ ids: [id] });
  });

  test('tells the window what changed', async () => {
    await openClinic(laptop);
    laptop.events.length = 0;
    const id = await writing((ctx) => ctx.insert('patient', { givenName: 'Ola', familyName: 'Nordmann' }).id);
    expect(laptop.events).toContainEqual({ type: 'changed', entities: ['patient'], ids: [id] });
  });

  test('of an unknown field or a value of the wrong kind is a bug, not a row', async () => {
    await openClinic(laptop);
    run = (ctx) => ctx.insert('patient', { givenName: 'Ola' });
    expect(await laptop.call('sync.now', {})).toEqual({ ok: false, code: 'core/bug' });
  });
});

describe('autosave', () => {
  async function note(): Promise<string> {
    return await writing((ctx) => {
      const patientId = ctx.insert('patient', { givenName: 'Ola', familyName: 'Nordmann' }).id;
      const encounterId = ctx.insert('encounter', {
        patientId,
        practitionerId: ctx.actor.userId,
        visitType: 'follow_up',
        visitAt: ctx.now,
        recordedAt: ctx.now,
      }).id;
      return ctx.insert('note_section', { encounterId, key: 'subjective', text: '' }).id;
    });
  }
  const type = (id: string, text: string): Promise<unknown> =>
    writing((ctx) => ctx.patch('note_section', id, { text }, { autosave: true }));
  const ofRow = async (id: string): Promise<Entry[]> => (await entries()).filter((entry) => entry.row_id === id);

  test('replaces its own open entry, keeps its id and base, signs anew, and logs once', async () => {
    await openClinic(laptop);
    const id = await note();
    await type(id, 'B');
    const [, first] = await ofRow(id);
    const logged = (await all<{ n: number }>('select count(*) as n from audit_event'))[0]?.n ?? 0;
    for (const text of ['Be', 'Bed', 'Bedre']) await type(id, text);
    const all3 = await ofRow(id);
    expect(all3).toHaveLength(2);
    expect(all3[1]).toMatchObject({ id: first?.id, state: 'open', base: first?.base });
    expect(JSON.parse(all3[1]?.set ?? '{}')).toEqual({ text: 'Bedre' });
    expect(all3[1]?.actor_signature).not.toBe(first?.actor_signature);
    expect((await all<{ n: number }>('select count(*) as n from audit_event'))[0]?.n).toBe(logged);
  });

  test('never replaces what was released or what another kind of write made', async () => {
    await openClinic(laptop);
    const id = await note();
    await type(id, 'Bedre');
    await writing((ctx) => ctx.releaseOutbox());
    await type(id, 'Bedre igjen');
    expect((await ofRow(id)).map(({ state }) => state)).toEqual(['ready', 'ready', 'open']);
    await writing((ctx) => ctx.patch('note_section', id, { review: 'confirmed' }));
    expect((await ofRow(id)).map(({ state }) => state)).toEqual(['ready', 'ready', 'ready', 'ready']);
  });

  test('is released by locking and by closing', async () => {
    const { clinicId, userId } = await openClinic(laptop);
    const id = await note();
    await type(id, 'Bedre');
    await laptop.core.lock();
    await laptop.must('session.unlockPassphrase', { passphrase: 'furu lyng tind skog' });
    expect((await ofRow(id)).at(-1)?.state).toBe('ready');
    await type(id, 'Bedre nå');
    await laptop.restart();
    await laptop.must('session.unlock', { clinicId, userId, passphrase: 'furu lyng tind skog' });
    expect((await ofRow(id)).at(-1)?.state).toBe('ready');
  });

  test('what is not delivered cannot be thrown away, what is logged cannot be changed', async () => {
    await openClinic(laptop);
    for (const sql of ['delete from outbox', "update audit_event set action = 'other'", 'delete from audit_event']) {
      run = (ctx) => ctx.db.exec(sql);
      expect([sql, await laptop.call('sync.now', {})]).toEqual([sql, { ok: false, code: 'core/bug' }]);
    }
  });
});

test('the log is a chain: numbers without gaps, each hash over the event and the one before', async () => {
  await openClinic(laptop);
  for (let i = 0; i < 5; i += 1) await writing((ctx) => ctx.insert('patient', { givenName: `P${i}`, familyName: 'Nordmann' }));
  const rows = await all<Record<string, string | number | null>>('select * from audit_event order by n');
  let previous = '0'.repeat(64);
  for (const [place, row] of rows.entries()) {
    expect(row['n']).toBe(place + 1);
    expect(row['previous_hash']).toBe(previous);
    const event = {
      id: row['id'],
      clinicId: row['clinic_id'],
      deviceId: row['device_id'],
      n: row['n'],
      at: row['at'],
      actorId: row['actor_id'],
      actorName: row['actor_name'],
      roles: JSON.parse(String(row['roles'])) as unknown,
      action: row['action'],
      verb: row['verb'],
      subjectEntity: row['subject_entity'],
      subjectId: row['subject_id'],
      patientId: row['patient_id'],
      details: JSON.parse(String(row['details'])) as unknown,
      reason: row['reason'],
      previousHash: row['previous_hash'],
    };
    previous = createHash('sha256').update(canonical(event)).digest('hex');
    expect(row['hash']).toBe(previous);
  }
  expect(rows.length).toBeGreaterThan(5);
});

describe('a full disk', () => {
  test('says so, keeps what was saved, and takes the text once there is room', async () => {
    const { clinicId, userId } = await openClinic(laptop);
    await writing((ctx) => ctx.insert('patient', { givenName: 'Ola', familyName: 'Nordmann' }));
    await writing((ctx) => {
      const pages = Number(ctx.db.pragma('page_count', { simple: true }));
      ctx.db.pragma(`max_page_count=${pages}`);
    });
    expect(await laptop.call('ui.save', { key: 'filler', value: 'x'.repeat(60_000) })).toEqual({ ok: false, code: 'disk/full' });
    expect((await laptop.call('app.state', {})).ok).toBe(true);
    expect((await all<{ family_name: string }>('select family_name from patient')).map((row) => row.family_name)).toEqual(['Nordmann']);
    expect(await all<{ key: string }>("select key from ui_state where key = 'filler'")).toEqual([]);
    await writing((ctx) => ctx.db.pragma('max_page_count=1000000'));
    expect((await laptop.call('ui.save', { key: 'filler', value: 'x'.repeat(60_000) })).ok).toBe(true);
    await laptop.restart();
    await laptop.must('session.unlock', { clinicId, userId, passphrase: 'furu lyng tind skog' });
    expect(await laptop.must('ui.load', { key: 'filler' })).toEqual({ value: 'x'.repeat(60_000) });
  });
});

describe('a clock set back a year', () => {
  test('is told once, and never blocks', async () => {
    await openClinic(laptop);
    expect((await laptop.must('app.state', {})).clockBehind).toBe(false);
    laptop.setClock('2025-11-23T08:00:00.000Z');
    await writing((ctx) => ctx.insert('patient', { givenName: 'Ola', familyName: 'Nordmann' }));
    expect((await laptop.must('app.state', {})).clockBehind).toBe(true);
    expect(laptop.events.filter((event) => event.type === 'clock-behind')).toHaveLength(1);
    laptop.setClock('2026-11-23T09:00:00.000Z');
    expect((await laptop.must('app.state', {})).clockBehind).toBe(false);
  });
});
