/**
 * The replica engine: keeps one laptop's record and the clinic's server in step, in the background, for as long
 * as the database is open. Retries on a timer, on every sign of the network, at start, and by a watchdog: never
 * only on the next write (sync.md R2).
 */
import { randomUUID } from 'node:crypto';
import type { SyncStatus } from '#electron/contract/sync.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { releaseAll } from '#db/sqlite/outbox.ts';
import type { Difference } from './anti-entropy.ts';
import { startRounds, type Rounds } from './check-rounds.ts';
import { readCursor, serverFacts } from './cursor.ts';
import { earlierSenders, forgetOld, hasSendable, openConflicts, queueState, releaseRested } from './outbox.ts';
import type { EngineTimers, Failure, Fetch } from './ports.ts';
import { createFirstLoad } from './first-load.ts';
import { startPull, type Pull } from './pull.ts';
import { hasUnsentLog, pushOnce } from './push.ts';
import { handInThenAsk, REVOKED } from './revocation.ts';
import { next, RESTING, statusOf, type EngineEvent, type EngineState } from './state.ts';

export interface EngineOptions {
  db: SqliteDatabase;
  clinicId: string;
  deviceId: string;
  /** Without a slash at the end. */
  serverUrl: string;
  /** The device's credential (or a session's token); asked for at every request. */
  credential(): string;
  clock: { now(): Date };
  fetch?: Fetch;
  timers?: EngineTimers;
  /** 0–1, spreads retries of many laptops. */
  random?: () => number;
  /** Rows that came from the server or lost an overlay: entity → ids (empty: ask for all again). */
  onApplied(changed: ReadonlyMap<string, readonly string[]>): void;
  /** A comparison with the server found rows that differed without a reason (anti-entropy). */
  onDifference(difference: Difference): void;
  /** This device was revoked, and all it held is handed in. `order` is the proof of who revoked it; null without one. */
  onRevoked(order: string | null): void;
  /** Called when the status has changed. */
  onStatus(status: SyncStatus): void;
}

export interface ReplicaEngine {
  start(): void;
  /** Ends all traffic; resolves when nothing touches the database any more. */
  stop(): Promise<void>;
  /** Sends everything that waits now, rested or not, and tries the feed again. Resolves when the attempt is over. */
  syncNow(): Promise<SyncStatus>;
  /** Something was released for sending. */
  nudge(): void;
  status(): SyncStatus;
}

const TICK_MS = 5_000;
const WATCHDOG_MS = 60_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;
/** How seldom the feed is asked while a long queue goes up. */
const PACE_MS = 5_000;
const PUSH_LIMIT_MS = 60_000;

const realTimers: EngineTimers = {
  set: (run, ms) => setTimeout(run, ms).unref(),
  clear: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
};

export function createReplicaEngine(options: EngineOptions): ReplicaEngine {
  const { db, deviceId, clock } = options;
  const timers = options.timers ?? realTimers;
  const random = options.random ?? Math.random;
  const fetch = options.fetch ?? globalThis.fetch;
  let state: EngineState = RESTING;
  let told = '';
  let pull: Pull | undefined;
  let rounds: Rounds | undefined;
  let running: Promise<void> | undefined;
  /** A revoked device hands in what it holds. */
  let handingIn: Promise<void> | undefined;
  let again = false;
  let requests = 0; // of the push under way
  let aborter = new AbortController();
  let failures = 0;
  /** How often in a row the feed was not answered. */
  let unheard = 0;
  let lastAttempt = 0;
  const load = createFirstLoad({ db, serverUrl: options.serverUrl, credential: options.credential, fetch, clock });
  /** Devices whose changes this laptop delivers for them; the server takes them from the same person only. */
  let earlier = new Set<string>();
  const due = new Map<'push' | 'pull' | 'tick', unknown>();

  const dispatch = (event: EngineEvent): void => {
    state = next(state, event);
    const status = statusOf(state, clock.now());
    const now = JSON.stringify(status);
    if (now === told) return;
    told = now;
    options.onStatus(status);
  };
  const count = (): void => {
    const { pending, quarantined, oldestPendingAt } = queueState(db);
    dispatch({ type: 'counted', pending, quarantined, oldestPendingAt, openConflicts: openConflicts(db) });
  };
  const stopped = () => state.link === 'resting';
  const after = (name: 'push' | 'pull' | 'tick', ms: number, run: () => void): void => {
    if (due.has(name)) timers.clear(due.get(name));
    due.set(
      name,
      timers.set(() => {
        due.delete(name);
        if (!stopped()) run();
      }, ms),
    );
  };
  const failed = ({ kind, code }: Failure): void => {
    if (!stopped()) dispatch({ type: kind, code });
  };
  const applied = (changed: ReadonlyMap<string, readonly string[]>): void => {
    if (changed.size === 0) return;
    options.onApplied(changed);
    count();
  };

  /** One push at a time; a nudge during one makes it go round again. */
  function push(): Promise<void> {
    if (running !== undefined) {
      again = true;
      return running;
    }
    if (due.has('push')) timers.clear(due.get('push'));
    due.delete('push');
    running = pushAll().finally(() => {
      running = undefined;
      requests = 0;
      if (again && !stopped()) {
        again = false;
        void push();
      }
    });
    return running;
  }

  async function pushAll(): Promise<void> {
    lastAttempt = clock.now().getTime();
    dispatch({ type: 'push-began' });
    for (;;) {
      requests += 1;
      again = false;
      const limit = timers.set(() => aborter.abort(), PUSH_LIMIT_MS);
      const sender = nextSender();
      const result = await pushOnce(
        { db, deviceId: sender, serverUrl: options.serverUrl, credential: options.credential, fetch, now: clock.now },
        aborter.signal,
      ).finally(() => timers.clear(limit));
      if (stopped()) return;
      if (aborter.signal.aborted) aborter = new AbortController();
      if (!result.ok && sender !== deviceId && result.code === 'device/mismatch') {
        earlier.delete(sender);
        continue;
      }
      if (!result.ok) {
        failed(result);
        count();
        failures += 1;
        after('push', backoff(failures), () => void push());
        return;
      }
      failures = 0;
      const wasAway = state.link === 'offline' || state.link === 'refused';
      applied(result.changed);
      count();
      dispatch({ type: 'push-done', at: clock.now().toISOString() });
      // The feed's own client may be waiting out its back-off: the server is there now.
      // To a revoked device it answers pushes and nothing else: asking for the feed after each of them would never end.
      if (handingIn === undefined && (wasAway || pull === undefined)) connect();
      if (sender === deviceId && !result.more && !again) return;
    }
  }

  /** Who a restored laptop was goes first: what it writes now may stand upon what had not been delivered. */
  function nextSender(): string {
    for (const id of earlier) if (hasSendable(db, id)) return id;
    return deviceId;
  }

  function connect(): void {
    pull?.stop();
    if (due.has('pull')) timers.clear(due.get('pull'));
    due.delete('pull');
    pull = startPull({
      db,
      clinicId: options.clinicId,
      serverUrl: options.serverUrl,
      credential: options.credential,
      fetch,
      nonce: randomUUID,
      // While a long queue goes up the feed's news is mostly what we have just sent: read seldom, in larger pieces.
      pace: () => Promise.race(requests < 2 ? [undefined] : [running, new Promise<void>((resolve) => timers.set(resolve, PACE_MS))]),
      onRows({ changed }) {
        if (stopped()) return;
        dispatch({ type: 'rows', ...load.progress() });
        applied(changed);
      },
      onUpToDate({ changed }) {
        if (stopped()) return;
        applied(changed);
        load.ended();
        const at = clock.now().toISOString();
        serverFacts.setLastSyncedAt(db, at);
        dispatch({ type: 'up-to-date', at });
      },
      onMustRefetch: () => dispatch({ type: 'must-refetch' }),
      async confirmEpoch() {
        await push();
        return failures === 0;
      },
      onFailure(failure) {
        failed(failure);
        if (failure.code === REVOKED)
          handingIn ??= revoked().finally(() => {
            handingIn = undefined;
          });
        restartPullLater(failure);
      },
      onAnswer() {
        unheard = 0;
        if (state.link !== 'offline' || stopped()) return;
        // The network is back: what waits goes now, not at the next turn of the timer.
        void push();
      },
    });
  }

  async function revoked(): Promise<void> {
    const { serverUrl, credential } = options;
    const order = await handInThenAsk({ db, serverUrl, credential, fetch, push }, aborter.signal);
    if (order !== undefined && !stopped()) options.onRevoked(order);
  }

  /** A laptop that has not read everything yet gets today's patients first, and learns how much there is to come. */
  async function today(): Promise<void> {
    const found = await load.today(aborter.signal);
    if (found === undefined || stopped()) return;
    dispatch({ type: 'rows', ...load.progress() });
    applied(found.changed);
  }

  /**
   * The stream is begun anew, not left to its client: that would come back with a long-poll, of which nothing is heard for as
   * long as nobody writes, and the chip would go on saying that there is no contact.
   */
  function restartPullLater({ kind, code }: Failure): void {
    pull?.stop();
    pull = undefined;
    const silent = code === 'server/unreachable' || code.startsWith('http/5');
    if (silent) unheard += 1;
    after('pull', kind === 'refused' ? LAST_RETRY_MS : silent ? backoff(unheard) : 5_000, connect);
  }

  function backoff(attempt: number): number {
    const ceiling = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (attempt - 1));
    return ceiling / 2 + (random() * ceiling) / 2;
  }

  function tick(): void {
    releaseRested(db, clock.now());
    const waits = queueState(db).sendable > 0;
    const long = Math.abs(clock.now().getTime() - lastAttempt) > WATCHDOG_MS;
    // What was only looked at stands in the log alone, and goes up within minutes too (pjl § 22).
    if (waits ? long || !due.has('push') : long && hasUnsentLog(db, deviceId)) void push();
    count();
    after('tick', TICK_MS, tick);
  }

  return {
    start() {
      if (!stopped()) return;
      aborter = new AbortController();
      earlier = new Set(earlierSenders(db, deviceId));
      const cursor = readCursor(db);
      state = next({ ...RESTING, lastSyncedAt: serverFacts.lastSyncedAt(db) ?? null }, { type: 'started' });
      forgetOld(db);
      if (!cursor.complete) {
        dispatch({ type: 'rows', progress: null, remainingSeconds: null });
        void today();
      }
      count();
      connect();
      void push();
      after('tick', TICK_MS, tick);
      rounds = startRounds(
        { ...options, fetch, now: () => clock.now(), onApplied: applied },
        timers,
        random,
        () => state.link === 'live' && state.pending === 0,
      );
    },
    async stop() {
      if (stopped()) return;
      dispatch({ type: 'stopped' });
      for (const timer of due.values()) timers.clear(timer);
      due.clear();
      pull?.stop();
      pull = undefined;
      aborter.abort();
      await running?.catch(() => {});
      await rounds?.stop();
    },
    async syncNow() {
      if (!stopped()) {
        failures = 0;
        releaseAll(db);
        if (state.link !== 'live') connect();
        await push();
      }
      return statusOf(state, clock.now());
    },
    nudge() {
      if (stopped()) return;
      count();
      // While the server does not answer the timer decides, not every keystroke.
      if (!due.has('push')) void push();
    },
    status: () => statusOf(state, clock.now()),
  };
}
