import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { derivedId } from '#db/model/ids.ts';
import { readRow } from '#db/sqlite/store.ts';
import { createLaptop, type Laptop } from '#tests/sync/laptop.ts';
import { applyFeed, type FeedEntry } from './apply.ts';
import { FRESH, readCursor, type Cursor } from './cursor.ts';
import { freezeNext, queueState, releaseRested, settle } from './outbox.ts';
import { beginRefetch, gather, swap } from './refetch.ts';

const CLINIC = '018f0000-0000-7000-8000-00000000000c';
const OTHER = '018f0000-0000-7000-8000-0000000000bb';
const ANNA = '018f0000-0000-7000-8000-0000000001aa';
const KARI = '018f0000-0000-7000-8000-000000000001';
const VISIT = '018f0000-0000-7000-8000-000000000002';
const SECTION = derivedId(VISIT, 'subjective');

let laptop: Laptop;
beforeEach(() => {
  laptop = createLaptop({ clinicId: CLINIC, person: { id: ANNA, name: 'Anna', email: 'anna@example.no', roles: ['PRACTITIONER'] } });
});
afterEach(() => laptop.close());

const at = (passedSeq: number): Cursor => ({
  ...FRESH,
  handle: 'h',
  offset: `${passedSeq}_0`,
  seenSeq: passedSeq,
  passedSeq,
  complete: true,
});
const entry = (entity: string, id: string, seq: number, body: Record<string, unknown> | null): FeedEntry => ({
  clinicId: CLINIC,
  entity,
  id,
  seq,
  deleted: body === null,
  body: body === null ? null : JSON.stringify({ field_seq: { '*': [seq, OTHER] }, ...body }),
});
const kari = (seq: number, more: Record<string, unknown> = {}) =>
  entry('patient', KARI, seq, { given_name: 'Kari', family_name: 'Nordmann', sex: 'female', status: 'active', phone: null, ...more });
const patient = () => readRow(laptop.db, 'patient', KARI);
const setPhone = (phone: string) => laptop.write('patient.update', (ctx) => ctx.patch('patient', KARI, { phone }));
/** Sends what waits, and lets the server answer so. */
function answer(outcome: 'applied' | 'conflict' | 'rejected', seq?: number): void {
  const changes = freezeNext(laptop.db, laptop.deviceId, 500, 1e9);
  settle(
    laptop.db,
    laptop.deviceId,
    changes.map(({ n }) => ({
      n,
      outcome,
      ...(seq === undefined ? {} : { seq }),
      ...(outcome === 'rejected' ? { code: 'actor/forbidden' } : {}),
    })),
    '2026-11-23T10:00:00.000Z',
  );
}

describe('rows from the server', () => {
  test('are written with the cursor, found by search, and only when newer', () => {
    applyFeed(laptop.db, [kari(5)], { cursor: at(5) });
    applyFeed(laptop.db, [kari(4, { given_name: 'Gammel' })], { cursor: at(5) });
    expect(patient()).toMatchObject({ givenName: 'Kari', seq: 5, clinicId: CLINIC });
    expect(readCursor(laptop.db)).toEqual(at(5));
    expect(laptop.db.prepare('select id from patient_search').all()).toEqual([{ id: KARI }]);
    applyFeed(laptop.db, [kari(6, { given_name: 'Ny' })], { cursor: at(6) });
    expect(patient()?.givenName).toBe('Ny');
  });

  test('a fault in the middle of a batch leaves rows and cursor as they were', () => {
    applyFeed(laptop.db, [kari(5)], { cursor: at(5) });
    const broken = { ...kari(7), body: '{ not json' };
    expect(() => applyFeed(laptop.db, [kari(6, { given_name: 'Ny' }), broken], { cursor: at(7) })).toThrow('JSON');
    expect(patient()?.givenName).toBe('Kari');
    expect(readCursor(laptop.db)).toEqual(at(5));
    expect(laptop.db.prepare("select * from replica where key = 'applying'").all()).toEqual([]);
  });

  test('unknown entities and fields are kept as they came', () => {
    applyFeed(laptop.db, [entry('spaceship', KARI, 3, { name: 'Rakett' }), kari(5, { shoe_size: 41 })], { cursor: at(5) });
    expect(patient()?.extra).toEqual({ shoe_size: 41 });
    expect(laptop.db.prepare('select entity, id, seq, body from unknown_row').all()).toMatchObject([
      { entity: 'spaceship', id: KARI, seq: 3 },
    ]);
  });

  test('a deletion hides the row; one of a row we never had stays deleted when an older copy comes', () => {
    applyFeed(laptop.db, [kari(5)], { cursor: at(5) });
    applyFeed(laptop.db, [entry('patient', KARI, 6, null)], { cursor: at(6) });
    expect(patient()).toMatchObject({ deleted: true, seq: 6 });
    applyFeed(laptop.db, [entry('patient', OTHER, 8, null)], { cursor: at(8) });
    applyFeed(laptop.db, [{ ...kari(7), id: OTHER }], { cursor: at(8) });
    expect(readRow(laptop.db, 'patient', OTHER)).toBeUndefined();
  });
});

describe('our own changes', () => {
  test('lie over the server’s row until the cursor has passed their outcome', () => {
    applyFeed(laptop.db, [kari(5)], { cursor: at(5) });
    setPhone('90000000');
    applyFeed(laptop.db, [kari(6, { city: 'Bergen', phone: '91111111' })], { cursor: at(6) });
    expect(patient()).toMatchObject({ city: 'Bergen', phone: '90000000' });
    answer('conflict', 8);
    applyFeed(laptop.db, [], { cursor: at(7) });
    expect(patient()?.phone).toBe('90000000');
    applyFeed(
      laptop.db,
      [
        entry('conflict', OTHER, 8, {
          audience: 'desk',
          subject_entity: 'patient',
          subject_id: KARI,
          field: 'phone',
          kept: '91111111',
          lost: '90000000',
          lost_device_id: laptop.deviceId,
          lost_actor_id: ANNA,
          lost_at: '2026-11-23T10:00:00.000Z',
          status: 'open',
        }),
      ],
      { cursor: at(8) },
    );
    expect(patient()?.phone).toBe('91111111');
    expect(laptop.db.prepare('select * from server_row').all()).toEqual([]);
  });

  test.each([0, 1000])('lie over it as well when it comes with %i others, which are taken as they are', (others) => {
    const id = (n: number) => `018f0000-0000-7000-9000-${String(n).padStart(12, '0')}`;
    const many = (seq: number) => Array.from({ length: others }, (_, n) => ({ ...kari(seq + n, { phone: '92222222' }), id: id(n) }));
    applyFeed(laptop.db, [kari(5), ...many(10)], { cursor: at(5) });
    setPhone('90000000');
    const { changed } = applyFeed(laptop.db, [...many(5000), kari(6000, { city: 'Bergen', phone: '91111111' })], { cursor: at(6000) });
    expect(patient()).toMatchObject({ city: 'Bergen', phone: '90000000' });
    expect(changed.get('patient')).toHaveLength(others + 1);
    expect(laptop.db.prepare("select count(*) as n from patient where phone = '92222222'").get()).toEqual({ n: others });
    expect(laptop.db.prepare('select count(*) as n from patient_search').get()).toEqual({ n: others + 1 });
    answer('rejected');
    applyFeed(laptop.db, [], { cursor: at(6000) });
    expect(patient()).toMatchObject({ city: 'Bergen', phone: '91111111' });
  });

  test('a refused change is taken off the row, and its text stays in the queue', () => {
    applyFeed(laptop.db, [kari(5, { phone: '91111111' })], { cursor: at(5) });
    setPhone('90000000');
    answer('rejected');
    applyFeed(laptop.db, [], { cursor: at(5) });
    expect(patient()?.phone).toBe('91111111');
    expect(queueState(laptop.db)).toMatchObject({ pending: 0, quarantined: 1 });
    expect(() => laptop.db.prepare('delete from outbox').run()).toThrow('outbox/undelivered');
  });

  test('one end at a time: a later change stays on top when an earlier one has arrived', () => {
    applyFeed(laptop.db, [kari(5)], { cursor: at(5) });
    setPhone('1');
    answer('applied', 6);
    setPhone('2');
    applyFeed(laptop.db, [kari(6, { phone: '1' })], { cursor: at(6) });
    expect(patient()).toMatchObject({ phone: '2', seq: 6 });
  });

  test('text that became a supplement to a signed visit no longer shows as part of the note', () => {
    laptop.write('section.write', (ctx) => ctx.insert('note_section', { encounterId: VISIT, key: 'subjective', text: 'Sent' }, SECTION));
    answer('conflict', 9);
    applyFeed(
      laptop.db,
      [entry('amendment', OTHER, 9, { encounter_id: VISIT, kind: 'late-sibling', text: 'Sent', status: 'draft', author_id: ANNA })],
      { cursor: at(9) },
    );
    expect(readRow(laptop.db, 'note_section', SECTION)?.deleted).toBe(true);
    expect(readRow(laptop.db, 'amendment', OTHER)?.text).toBe('Sent');
  });

  test('the first signature stands over our own, which the guards would otherwise refuse', () => {
    const visit = {
      patient_id: KARI,
      practitioner_id: ANNA,
      visit_type: 'follow_up',
      visit_at: '2026-11-23T09:00:00.000Z',
      recorded_at: '2026-11-23T09:00:00.000Z',
      status: 'draft',
    };
    applyFeed(laptop.db, [entry('encounter', VISIT, 3, visit)], { cursor: at(3) });
    laptop.write('encounter.sign', (ctx) => ctx.patch('encounter', VISIT, { status: 'signed', contentHash: 'min' }));
    answer('conflict', 6);
    applyFeed(laptop.db, [entry('encounter', VISIT, 5, { ...visit, status: 'signed', content_hash: 'deres' })], { cursor: at(6) });
    expect(readRow(laptop.db, 'encounter', VISIT)).toMatchObject({ status: 'signed', contentHash: 'deres' });
    expect(() => laptop.db.prepare("update encounter set content_hash = 'x'").run()).toThrow('signed/immutable');
  });
});

describe('the queue', () => {
  test('gives gapless places, freezes what it gave, and sends the same again', () => {
    laptop.write('a', (ctx) => ctx.insert('patient', { givenName: 'A', familyName: 'B' }));
    laptop.write('b', (ctx) => ctx.insert('patient', { givenName: 'C', familyName: 'D' }));
    const first = freezeNext(laptop.db, laptop.deviceId, 500, 1e9);
    laptop.write('c', (ctx) => ctx.insert('patient', { givenName: 'E', familyName: 'F' }));
    const again = freezeNext(laptop.db, laptop.deviceId, 500, 1e9);
    expect(again.map(({ n }) => n)).toEqual([1, 2, 3]);
    expect(again.slice(0, 2)).toEqual(first);
    expect(freezeNext(laptop.db, laptop.deviceId, 500, 10)).toHaveLength(1);
  });

  test('autosaved text rests before it goes; a clock set back does not hold it', () => {
    laptop.write('a', (ctx) => {
      ctx.insert('note_section', { encounterId: VISIT, key: 'subjective', text: '' }, SECTION);
      ctx.patch('note_section', SECTION, { text: 'V' }, { autosave: true });
    });
    expect(queueState(laptop.db).sendable).toBe(1);
    expect(releaseRested(laptop.db, new Date())).toBe(0);
    expect(releaseRested(laptop.db, new Date(Date.now() - 31_536_000_000))).toBe(1);
  });
});

test('a refetch gathers beside the rows in use, then takes their place but for what is unsent', () => {
  applyFeed(laptop.db, [kari(50), { ...kari(51), id: OTHER }], { cursor: at(51) });
  setPhone('90000000');
  beginRefetch(laptop.db);
  gather(laptop.db, [kari(2, { city: 'Oslo' })], { ...FRESH, refetching: true, seenSeq: 2 });
  expect(patient()).toMatchObject({ phone: '90000000', seq: 50 });
  expect(readRow(laptop.db, 'patient', OTHER)?.seq).toBe(51);
  swap(laptop.db, CLINIC, at(2));
  expect(patient()).toMatchObject({ phone: '90000000', city: 'Oslo', seq: 2 });
  expect(readRow(laptop.db, 'patient', OTHER)).toBeUndefined();
  expect(readCursor(laptop.db)).toEqual(at(2));
});
