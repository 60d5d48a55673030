/**
 * A clinic in one process: a server (its own rules over a store in memory), laptops with encrypted SQLite on disk and the
 * real queue, apply and merge, and between them a network and clocks that a seed decides.
 */
import type { Message } from '@electric-sql/client';
import type { Role } from '#db/model/clinic.ts';
import type { EntityName } from '#db/model/entities.ts';
import type { Audience } from '#db/model/entity.ts';
import { pushRequestSchema } from '#db/sync/change.ts';
import { applyWrite } from '#db/sync/row.ts';
import { readCursor, type Cursor } from '#electron/sync/cursor.ts';
import { hasSendable } from '#electron/sync/outbox.ts';
import { EpochUnknown, takeBatch, type FeedValues } from '#electron/sync/pull.ts';
import { pushOnce, type PushResult } from '#electron/sync/push.ts';
import { acceptChanges } from '#sync-server/core/accept-changes.ts';
import type { Principal } from '#sync-server/core/principal.ts';
import { answerShape } from '#sync-server/core/shape.ts';
import { problemOf } from '#sync-server/plugins/errors.ts';
import { createLaptop, type Laptop } from '#tests/sync/laptop.ts';
import { createMemoryStore, type MemoryStore } from './memory-store.ts';
import type { Plants } from './planted.ts';
import type { Random } from './random.ts';
import { VirtualTimers } from './virtual-time.ts';

export const CLINIC = '018f0000-0000-7000-8000-00000000000c';
export const START = Date.UTC(2026, 10, 23, 8);
const SERVER = 'http://server.invalid';

/** What the network does to one exchange. */
export type Weather =
  | 'fair'
  | 'request lost'
  | 'answer lost'
  | 'answer cut'
  | 'twice'
  | 'storage fails'
  | '401'
  | '409'
  | '413'
  | '429'
  | '500'
  | '503';

export interface SimLaptop extends Laptop {
  name: string;
  audience: Audience;
  roles: readonly Role[];
  /** Milliseconds its clock is off. */
  skew: number;
  /** Requests that were sent once and may arrive again. */
  sent: string[];
  weather: Weather;
  /** An answer of the feed that is still on its way. */
  held: Answer | undefined;
}

interface Answer {
  stream: Parameters<typeof takeBatch>[1];
  cursor: Cursor;
  messages: Message<FeedValues>[];
}

export interface World {
  store: MemoryStore;
  laptops: SimLaptop[];
  epoch: string;
  /** Milliseconds since START. */
  time: { now: number };
  timers: VirtualTimers;
  random: Random;
  plants: Plants;
  push(laptop: SimLaptop, weather: Weather): Promise<PushResult>;
  /**
   * Reads one chunk of the feed; false when there is nothing more.
   * @param late the answer stays on its way until this laptop reads again, whatever happens meanwhile
   */
  pull(laptop: SimLaptop, weather: Weather, late?: boolean): Promise<boolean>;
  /** An old request of this laptop arrives once more. */
  echo(laptop: SimLaptop): Promise<void>;
  settle(laptop: SimLaptop): Promise<void>;
  close(): Promise<void>;
}

export interface WorldOptions {
  random: Random;
  laptops: number;
  plants: Plants;
}

export function createWorld({ random, laptops: count, plants }: WorldOptions): World {
  const store = plants.store(createMemoryStore(CLINIC));
  const waiting = new Set<() => void>();
  store.onCommit = () => {
    for (const wake of [...waiting]) wake();
  };
  const time = { now: 0 };
  const timers = new VirtualTimers(() => time.now);
  const closing = new AbortController();
  const world: World = { store, laptops: [], epoch: 'e1', time, timers, random, plants, push, pull, echo, settle, close };
  const wakeUps = {
    wait(_clinic: string, wake: () => void) {
      waiting.add(wake);
      return () => void waiting.delete(wake);
    },
    waiting: () => waiting.size,
    connected: () => true,
    close: async () => {},
  };

  let ids = 0;
  const uuid = (): string => {
    ids += 1;
    return `0190${ids.toString(16).padStart(4, '0')}-${random.below(0xffff).toString(16).padStart(4, '0')}-7000-8000-${ids.toString(16).padStart(12, '0')}`;
  };
  for (let n = 1; n <= count; n += 1) {
    // Some people work on two laptops; the last laptop of a larger clinic stands at the front desk.
    const person = n > 2 && random.chance(0.25) ? n - 2 : n;
    const desk = count > 3 && n === count;
    const roles: Role[] = desk ? ['ASSISTANT'] : ['PRACTITIONER'];
    const skew = random.chance(0.4) ? Math.round((random.next() - 0.5) * 20 * 365 * 86_400_000) : 0;
    const laptop: SimLaptop = Object.assign(
      createLaptop({
        clinicId: CLINIC,
        simulated: { uuid, keySeed: new Uint8Array(32).fill(n) },
        deviceId: id('d', n),
        person: { id: id('e', desk ? n : person), name: `P${person}`, email: `${person}@example.no`, roles },
        clock: { now: () => new Date(START + time.now + laptop.skew) },
        timers,
        fetch: (input, init) => fetchFor(laptop, String(input instanceof Request ? input.url : input), init ?? {}),
      }),
      {
        name: `L${n}`,
        audience: desk ? ('desk' as const) : ('clinical' as const),
        roles,
        skew,
        sent: [],
        weather: 'fair' as Weather,
        held: undefined,
      },
    );
    world.laptops.push(laptop);
  }
  bear(world);

  async function fetchFor(laptop: SimLaptop, url: string, init: RequestInit): Promise<Response> {
    const { weather } = laptop;
    if (weather === 'request lost') throw new TypeError('no network');
    if (/^[45]/.test(weather)) return problem({ ok: false, code: CODES[weather] ?? 'server/error' });
    if (weather === 'storage fails') store.failAfter(1 + random.below(8));
    const once = () => handle(laptop, url, init).catch(() => problem({ ok: false, code: 'server/error' }));
    const body = typeof init.body === 'string' ? init.body : undefined;
    if (body !== undefined) laptop.sent = [...laptop.sent.slice(-3), body];
    let answer = await once();
    if (weather === 'twice') answer = await once();
    if (weather === 'answer lost') throw new TypeError('the connection was cut');
    if (weather !== 'answer cut' || answer.status !== 200) return answer;
    const text = await answer.text();
    return new Response(text.slice(0, random.below(text.length)), { status: 200, headers: answer.headers });
  }

  async function handle(laptop: SimLaptop, url: string, init: RequestInit): Promise<Response> {
    const principal: Principal = {
      kind: 'device',
      clinicId: CLINIC,
      deviceId: laptop.deviceId,
      userId: laptop.actor.userId,
      roles: laptop.roles,
      audience: laptop.audience,
      levelMissing: false,
      revoked: false,
    };
    const { pathname, searchParams } = new URL(url);
    if (pathname === '/v1/changes') {
      const body = pushRequestSchema.parse(JSON.parse(String(init.body)));
      plants.arriving(body.changes);
      const result = await acceptChanges(
        { store, epoch: world.epoch, now: () => new Date(START + time.now), elapsed: () => 0 },
        principal,
        body,
      );
      if (!result.ok) return problem(result);
      return Response.json(plants.reply(result.value));
    }
    if (pathname !== '/v1/shape') return problem({ ok: false, code: 'route/unknown' });
    const query = Object.fromEntries(searchParams);
    delete query['stream'];
    const answer = await answerShape(
      {
        store,
        wakeUps,
        epoch: world.epoch,
        now: () => new Date(START + time.now),
        limits: { rows: 12, bytes: 1e9 },
        longPollMs: 20_000,
        closing: closing.signal,
      },
      { clinicId: CLINIC, audience: laptop.audience, again: async () => ({ audience: laptop.audience }) },
      query,
      undefined,
      init.signal ?? closing.signal,
    );
    if ('code' in answer) return problem(answer);
    return new Response(answer.status === 304 ? null : String(answer.body), { status: answer.status, headers: answer.headers });
  }

  async function push(laptop: SimLaptop, weather: Weather): Promise<PushResult> {
    laptop.weather = weather;
    const now = () => new Date(START + time.now + laptop.skew);
    const { db, deviceId } = laptop;
    return pushOnce(
      { db, deviceId, serverUrl: SERVER, credential: () => '', fetch: (url, init) => fetchFor(laptop, String(url), init ?? {}), now },
      new AbortController().signal,
      1 + random.below(6),
    );
  }

  async function pull(laptop: SimLaptop, weather: Weather, late = false): Promise<boolean> {
    laptop.weather = weather;
    const answer = laptop.held ?? (await ask(laptop));
    laptop.held = late ? answer : undefined;
    if (answer === undefined || late) return false;
    const deps = {
      db: laptop.db,
      clinicId: CLINIC,
      onRows() {},
      onUpToDate() {},
      onMustRefetch() {},
      confirmEpoch: async () => (await push(laptop, weather)).ok,
    };
    plants.beforeApply(laptop.db);
    try {
      await takeBatch(deps, answer.stream, answer.cursor, answer.messages);
    } catch (error) {
      if (error instanceof EpochUnknown) return false;
      throw error;
    }
    return !answer.stream.isUpToDate;
  }

  /** What the server answers to where this laptop stands; undefined when nothing that can be read comes back. */
  async function ask(laptop: SimLaptop): Promise<Answer | undefined> {
    const cursor = readCursor(laptop.db);
    const params = new URLSearchParams({ table: 'feed', replica: 'full', offset: cursor.offset });
    if (cursor.handle !== null) params.set('handle', cursor.handle);
    try {
      const response = await fetchFor(laptop, `${SERVER}/v1/shape?${params.toString()}`, {});
      const { status, headers } = response;
      if (status !== 200 && status !== 409) return undefined;
      const read: unknown = JSON.parse(plants.feedText(await response.text()));
      if (!Array.isArray(read)) return undefined;
      const stream = {
        lastOffset: (headers.get('electric-offset') ?? '-1') as never,
        shapeHandle: headers.get('electric-handle') ?? undefined,
        isUpToDate: headers.has('electric-up-to-date'),
      };
      return { stream, cursor, messages: read as Message<FeedValues>[] };
    } catch {
      return undefined;
    }
  }

  async function echo(laptop: SimLaptop): Promise<void> {
    const body = laptop.sent[0];
    if (body !== undefined) await handle(laptop, `${SERVER}/v1/changes`, { body }).catch(() => {});
  }

  async function settle(laptop: SimLaptop): Promise<void> {
    laptop.db.prepare("update outbox set state = 'ready' where state = 'open'").run();
    for (let round = 0; round < 200; round += 1) {
      if (hasSendable(laptop.db, laptop.deviceId)) await push(laptop, 'fair');
      else if (!(await pull(laptop, 'fair'))) return;
    }
  }

  async function close(): Promise<void> {
    closing.abort();
    for (const laptop of world.laptops) await laptop.close();
  }
  return world;
}

const CODES: Readonly<Record<string, string>> = {
  '401': 'auth/expired',
  '409': 'changes/protocol',
  '413': 'request/too-large',
  '429': 'request/too-many',
  '500': 'server/error',
  '503': 'server/busy',
};

function problem(failure: Parameters<typeof problemOf>[0]): Response {
  const { status, headers, body } = problemOf(failure);
  return new Response(JSON.stringify(body), { status, headers });
}

export const id = (kind: string, n: number): string => `018f0000-0000-7000-8000-${kind.padEnd(4, '0')}${String(n).padStart(8, '0')}`;

/** The clinic, its people, devices and keys, as enrolment leaves them on the server. */
function bear({ store, laptops }: World): void {
  let seq = 0;
  const bearRow = (entity: EntityName, rowId: string, set: Record<string, unknown>): void => {
    if ([...store.rows()].some((found) => found.entity === entity && found.row.id === rowId)) return;
    seq += 1;
    store.born(entity, applyWrite(undefined, { entity, id: rowId, birth: true, set, extra: {} }, CLINIC, seq, id('d', 1)));
  };
  bearRow('clinic', CLINIC, { name: 'Ryggen', demo: false });
  for (const { actor, deviceId, audience, publicKey, name } of laptops) {
    const { userId, email, roles } = actor;
    bearRow('user', userId, { name: actor.name, email, roles, active: true });
    bearRow('device', deviceId, { name, userId, audience, enrolledAt: new Date(START).toISOString() });
    bearRow('signing_key', id('f', Number(deviceId.slice(-4))), { userId, deviceId, publicKey });
  }
}
