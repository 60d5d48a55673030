/** The feed through the unmodified `@electric-sql/client`: streams and shapes, many at once, broken off, paused, resumed, sent back. */
import { isControlMessage, Shape, ShapeStream, type FetchError, type RuntimeVisibilityState } from '@electric-sql/client';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeIn } from '#electron/sync/pull.ts';
import {
  addColleague,
  changeOf,
  foundClinic,
  newEncounter,
  newPatient,
  newSection,
  push,
  write,
  type Laptop,
} from '#sync-server/testing/test-clinic.ts';
import { openTestCopies, type TestCopies } from '#sync-server/testing/test-copies.ts';
import { openTestDatabase, type TestDatabase } from '#sync-server/testing/test-database.ts';
import { DEPLOYMENTS } from './places.ts';
import { follow, streamOptions, type FeedMessage, type FeedValue } from './reader.ts';

const isMustRefetch = (message: FeedMessage) => isControlMessage(message) && message.headers.control === 'must-refetch';

describe.each(DEPLOYMENTS)('$name', ({ place, count }) => {
  let database: TestDatabase;
  let servers: TestCopies;
  beforeAll(async () => {
    database = await openTestDatabase(place);
    servers = await openTestCopies(database, count, { shape: { rows: 40, bytes: 100_000, longPollMs: 20_000 } });
  });
  afterAll(async () => {
    await servers?.close();
    await database?.close();
  });
  const read = (laptop: Laptop, from?: Parameters<typeof follow>[2]) => follow(servers.url, laptop, from);
  const clinicWith = async (n: number) => {
    const laptop = await foundClinic(servers.app);
    const drafts = Array.from({ length: n }, () => newPatient('Ærlig Øst "Å"'));
    if (n > 0)
      await push(
        servers.app,
        laptop,
        drafts.map((draft) => changeOf(laptop, draft)),
      );
    return { laptop, drafts };
  };
  const raiseFloor = async (clinicId: string, floor: number) => {
    const admin = new pg.Client({ connectionString: database.adminUrl });
    await admin.connect();
    await admin.query('update clinic_clock set floor = $2 where clinic_id = $1', [clinicId, floor]);
    await admin.end();
  };

  it('a stream reads all in chunks and in order, goes live, is broken off, and resumes where it was', async () => {
    const { laptop, drafts } = await clinicWith(150);
    const before = [...servers.asked];
    const first = read(laptop);
    await first.until(() => first.stream.isUpToDate);
    const patients = first.values().filter(({ entity }) => entity === 'patient');
    expect(patients.map(({ id }) => id)).toEqual(drafts.map(({ rowId }) => rowId));
    expect(JSON.parse(patients[0]?.body ?? '')).toMatchObject({ family_name: 'Ærlig Øst "Å"' });
    expect(first.values()[0]?.seq).toBe(1n);
    for (let i = 0; i < 3; i += 1) {
      const live = newPatient('Live');
      await write(servers.app, laptop, live);
      await first.until(() => first.ids().has(live.rowId));
    }
    // With several copies, every one of them took part.
    expect(count === 1 || servers.asked.every((n, copy) => n > (before[copy] ?? 0))).toBe(true);
    first.stop();
    const { lastOffset, shapeHandle = '' } = first.stream;

    const missed = newPatient('Mens borte');
    await write(servers.app, laptop, missed);
    const second = read(laptop, { offset: lastOffset, handle: shapeHandle });
    await second.until(() => second.stream.isUpToDate);
    expect(second.values().map(({ id }) => id)).toEqual([missed.rowId]);
    second.stop();
  });

  it('a stream broken off in the middle of its first load resumes there and misses nothing', async () => {
    const { laptop } = await clinicWith(150);
    const first = read(laptop);
    await first.until(() => first.values().length >= 80);
    first.stop();
    const { lastOffset, shapeHandle = '' } = first.stream;
    const seen = first.ids();
    const second = read(laptop, { offset: lastOffset, handle: shapeHandle });
    await second.until(() => second.stream.isUpToDate);
    expect(new Set([...seen, ...second.ids()]).size).toBe(4 + 150);
    second.stop();
  });

  it('a line that breaks every other time costs no row', async () => {
    const { laptop } = await clinicWith(150);
    let requests = 0;
    const reader = read(laptop, {
      before: () => {
        requests += 1;
        if (requests % 2 === 0) throw new TypeError('fetch failed');
      },
    });
    await reader.until(() => reader.stream.isUpToDate);
    const late = newPatient();
    await write(servers.app, laptop, late);
    await reader.until(() => reader.ids().has(late.rowId));
    expect(reader.values()).toHaveLength(4 + 151);
    reader.stop();
  });

  it('eight streams at once, each from another place, end with the same rows', async () => {
    const { laptop } = await clinicWith(150);
    const whole = read(laptop);
    await whole.until(() => whole.stream.isUpToDate);
    const handle = whole.stream.shapeHandle ?? '';
    const readers = [...Array(8).keys()].map((i) => read(laptop, i === 0 ? {} : { offset: `${i * 18}_0`, handle }));
    const writing = (async () => {
      for (let i = 0; i < 5; i += 1) await write(servers.app, laptop, newPatient(`Samtidig ${i}`));
      return write(servers.app, laptop, newPatient('Sist'));
    })();
    const { seq = 0 } = await writing;
    await Promise.all([whole, ...readers].map((one) => one.until(() => one.values().some((value) => value.seq === BigInt(seq)))));
    const all = [...whole.ids()];
    for (const [i, one] of readers.entries()) {
      expect(one.values().map(({ id }) => id)).toEqual(all.slice(i * 18));
      one.stop();
    }
    whole.stop();
  });

  it('a stream paused in the background hears nothing, and everything when it is back', async () => {
    const { laptop } = await clinicWith(3);
    let show: (state: RuntimeVisibilityState) => void = () => {};
    const reader = read(laptop, { visibility: { getCurrentState: () => 'visible', subscribe: (told) => ((show = told), () => {}) } });
    await reader.until(() => reader.stream.isUpToDate);
    show('hidden');
    await expect.poll(() => reader.stream.isPaused()).toBe(true);
    const meanwhile = Array.from({ length: 45 }, () => newPatient());
    await push(
      servers.app,
      laptop,
      meanwhile.map((draft) => changeOf(laptop, draft)),
    );
    expect(reader.values()).toHaveLength(7);
    show('visible');
    await reader.until(() => meanwhile.every(({ rowId }) => reader.ids().has(rowId)));
    expect(reader.values()).toHaveLength(52);
    reader.stop();
  });

  it('a stream told to ask again at once does, with the same handle and nothing twice', async () => {
    const { laptop } = await clinicWith(3);
    const reader = read(laptop);
    await reader.until(() => reader.stream.isUpToDate);
    const handle = reader.stream.shapeHandle;
    await reader.stream.forceDisconnectAndRefresh();
    expect([reader.stream.shapeHandle, reader.values().length]).toEqual([handle, 7]);
    reader.stop();
  });

  it('a shape holds one row per key, in its newest state, and says when it changes', async () => {
    const { laptop, drafts } = await clinicWith(60);
    const aborter = new AbortController();
    const shape = new Shape<FeedValue & Record<string, never>>(
      new ShapeStream({ ...streamOptions(servers.url, laptop.credential), signal: aborter.signal }),
    );
    expect(await shape.rows).toHaveLength(64);
    const [one, other] = drafts;
    if (one === undefined || other === undefined) throw new Error('no patients');
    const told: number[] = [];
    shape.subscribe(({ rows }) => told.push(rows.length));
    const rowOf = (id: string) => shape.currentRows.find((row) => row.id === id);
    await write(servers.app, laptop, { entity: 'patient', rowId: one.rowId, set: { phone: '40000000' }, base: { phone: 100 } });
    await expect.poll(() => rowOf(one.rowId)?.body).toContain('40000000');
    await write(servers.app, laptop, { entity: 'patient', rowId: other.rowId, set: { deleted: true }, base: { deleted: 100 } });
    await expect.poll(() => rowOf(other.rowId)).toMatchObject({ deleted: true, body: null });
    expect([...new Set(told)]).toEqual([64]);
    aborter.abort();
  });

  it('an expired handle: the client is told to refetch, and ends with the whole feed', async () => {
    const { laptop } = await clinicWith(100);
    const reader = read(laptop);
    await reader.until(() => reader.stream.isUpToDate);
    const { shapeHandle = '' } = reader.stream;
    reader.stop();
    await raiseFloor(laptop.clinicId, 104);
    const again = read(laptop, { offset: '2_0', handle: shapeHandle });
    await again.until(() => again.messages.some(isMustRefetch) && again.stream.isUpToDate);
    expect(again.messages.filter(isMustRefetch)).toHaveLength(1);
    expect(again.values()).toHaveLength(104);
    expect(again.stream.shapeHandle).not.toBe(shapeHandle);
    again.stop();
  });

  it('the floor rises while a first load is under way: whoever holds the old handle starts over and ends whole', async () => {
    const { laptop } = await clinicWith(150);
    let asked = 0;
    const reader = read(laptop, {
      before: async () => {
        asked += 1;
        if (asked === 3) await raiseFloor(laptop.clinicId, 150);
      },
    });
    await reader.until(() => reader.stream.isUpToDate);
    const after = reader.messages.slice(reader.messages.findLastIndex(isMustRefetch) + 1);
    expect(reader.messages.filter(isMustRefetch)).toHaveLength(1);
    expect(after.filter((message) => !isControlMessage(message))).toHaveLength(154);
    reader.stop();
  });

  it('two audiences: the desk never receives clinical rows, and still follows past them', async () => {
    const { laptop: clinician } = await clinicWith(0);
    const desk = await addColleague(servers.app, clinician, ['ASSISTANT']);
    const patient = newPatient();
    const encounter = newEncounter(clinician, patient.rowId);
    await push(
      servers.app,
      clinician,
      [patient, encounter, newSection(encounter.rowId, 'fortrolig')].map((draft) => changeOf(clinician, draft)),
    );
    const [all, some] = [read(clinician), read(desk)];
    await Promise.all([all, some].map((one) => one.until(() => one.stream.isUpToDate)));
    expect(all.values().map(({ entity }) => entity)).toContain('note_section');
    const seen = () => new Set(some.values().map(({ entity }) => entity));
    expect([...seen()].sort()).toEqual(['clinic', 'device', 'patient', 'signing_key', 'user']);
    await write(servers.app, clinician, newSection(encounter.rowId, 'enda mer'));
    const later = newPatient();
    await write(servers.app, clinician, later);
    await some.until(() => some.ids().has(later.rowId));
    expect(seen().has('note_section')).toBe(false);
    expect(JSON.stringify(some.messages, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))).not.toContain(
      'fortrolig',
    );
    all.stop();
    some.stop();
  });

  it('a refused stream ends with its reason and does not hammer', async () => {
    const { laptop } = await clinicWith(0);
    let asked = 0;
    const reader = read({ ...laptop, credential: `${laptop.credential.slice(0, -3)}abc` }, { before: () => void (asked += 1) });
    await expect(reader.until(() => false)).rejects.toThrow('401');
    // And in the laptop's own words.
    expect(codeIn(reader.failure() as FetchError)).toBe('auth/invalid');
    expect(asked).toBe(1);
  });
});
