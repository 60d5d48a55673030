/**
 * Wake-ups through Redis, beside LISTEN/NOTIFY: for several copies of which some have no unpooled way to Postgres. What travels is a clinic's
 * id, which says "look", never what there is to see; truth stays in Postgres. Whichever of the two is heard first wakes the readers, and either
 * may be gone. A wake lost between them costs one long-poll: its end reads the feed again (core/shape.ts). The only importer of
 * `@redis/client`.
 */
import { createClient } from '@redis/client';
import type { WakeUps } from '#db/postgres/listen.ts';

export interface RedisWakeUps extends WakeUps {
  /** Tells the other copies that a clinic has changed, after the commit. */
  announce(clinicId: string): void;
  /** Whether Redis is heard at present. */
  redisConnected(): boolean;
  /** For budgets that several copies share: refuses at once while there is no connection. */
  readonly client: object;
  readonly cache: SharedCache;
}

/** What copies tell each other to save a question; whoever asks can do without the answer, and checks what it decides by elsewhere. */
export interface SharedCache {
  /** Undefined: not known, or Redis is away or hangs. */
  get(key: string): Promise<string | undefined>;
  put(key: string, value: string, seconds: number): void;
}

const LONGEST_PAUSE_MS = 5000;
/** What could not be said while Redis was away is said when it is back; of more clinics than this, that all should look. */
const MOST_UNSAID = 1000;
const MOST_WAITING = 1000;
const EVERYBODY = '*';
/** How long an answer of the cache is waited for. */
const CACHE_MS = 50;
/** How long a start waits for Redis; then it goes on without, and keeps trying. */
const START_MS = 2000;

/** @param prefix REDIS_KEY_PREFIX, so that several installations may share one Redis */
export async function withRedis(
  listening: WakeUps,
  { url, prefix, log }: { url: string; prefix: string; log(code: string): void },
): Promise<RedisWakeUps> {
  const channel = `${prefix}feed`;
  const publisher = createClient({
    url,
    // `unsaid` below is our queue: one word per clinic, however often it changed.
    disableOfflineQueue: true,
    // One that hangs fills up, and then refuses at once.
    commandsQueueMaxLength: MOST_WAITING,
    socket: { reconnectStrategy: (tries) => Math.min(LONGEST_PAUSE_MS, 50 * 2 ** Math.min(tries, 10)), connectTimeout: START_MS },
  });
  const subscriber = publisher.duplicate({ disableOfflineQueue: false });
  let heard = false;
  let said = false;
  // Only the code: an address may hold a password.
  const failed = (error: unknown) => {
    if (!said) log(error instanceof Error && 'code' in error ? String(error.code) : 'redis/lost');
    said = true;
  };
  for (const client of [publisher, subscriber]) client.on('error', failed);
  subscriber.on('ready', () => {
    heard = true;
    said = false;
    // What was announced while it was away was not heard.
    listening.wake();
  });
  for (const event of ['end', 'reconnecting'] as const) subscriber.on(event, () => (heard = false));

  const unsaid = new Set<string>();
  const say = (clinicId: string) => {
    const later = () => {
      if (unsaid.size < MOST_UNSAID) unsaid.add(clinicId);
      else {
        unsaid.clear();
        unsaid.add(EVERYBODY);
      }
    };
    if (publisher.isReady) publisher.publish(channel, clinicId).catch(later);
    else later();
  };
  publisher.on('ready', () => {
    const waiting = [...unsaid];
    unsaid.clear();
    for (const clinicId of waiting) say(clinicId);
  });

  const started = Promise.all([
    publisher.connect(),
    subscriber.connect().then(() => subscriber.subscribe(channel, (said) => listening.wake(said === EVERYBODY ? undefined : said))),
  ]).catch(failed);
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([started, new Promise((resolve) => (timer = setTimeout(resolve, START_MS)))]);
  clearTimeout(timer);

  return {
    ...listening,
    announce: say,
    redisConnected: () => heard && subscriber.isReady,
    client: publisher,
    cache: {
      async get(key) {
        if (!publisher.isReady) return undefined;
        const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), CACHE_MS).unref());
        return (await Promise.race([publisher.get(`${prefix}${key}`).catch(() => null), late])) ?? undefined;
      },
      put(key, value, seconds) {
        if (publisher.isReady) publisher.set(`${prefix}${key}`, value, { EX: seconds }).catch(() => {});
      },
    },
    async close() {
      for (const client of [publisher, subscriber]) if (client.isOpen) client.destroy();
      await listening.close();
    },
  };
}
