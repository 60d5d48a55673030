/** From configuration to a working app: database, migrations, listener; and everything closed again in reverse. */
import { MAX_REQUEST_BYTES } from '#db/sync/change.ts';
import type { FastifyInstance } from 'fastify';
import { assertMigrated, migrate } from '#db/postgres/migrate.ts';
import { assertMasterKeys } from '#db/postgres/queries/clinic-keys.ts';
import { assertAppRole, openPool } from '#db/postgres/open.ts';
import { addressHash, SETTLE_MS, SPACING_MS, type MessagesDeps } from './core/messages/deps.ts';
import { HELFO_SETTLE_MS } from './core/helfo/deps.ts';
import { announceBy } from './core/webhooks/announce.ts';
import { keysOf } from './core/second-factor.ts';
import { intendBy } from './core/messages/intents.ts';
import { watchingBy } from './core/messages/watching.ts';
import type { Ports } from './integrations/kit.ts';
import { openIntegrations } from './open-integrations.ts';
import { installJobs, openJobs } from './jobs/queue.ts';
import { queues, startWork } from './jobs/queues.ts';
import { contentStore } from './core/content-store.ts';
import { openHelseId } from './core/helseid/client.ts';
import { postgresStore } from './core/record-store.ts';
import { buildApp, type ServerDeps } from './app.ts';
import type { Config } from './config.ts';
import { watchQueries } from '#db/postgres/watch-queries.ts';
import { whenAccepting } from '#db/postgres/when-accepting.ts';
import { listenForChanges } from '#db/postgres/listen.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.ts';
import { withRedis } from './redis-wake-ups.ts';
import { startCompaction } from './jobs/compaction.ts';
import { startKeyRotation } from './jobs/key-rotation.ts';
import { openLog } from './plugins/logging.ts';
import { openObserve } from './plugins/observe.ts';
import { countUnreadable } from './plugins/metrics.ts';

export interface OpenServer {
  app: FastifyInstance;
  deps: ServerDeps;
  /** Resolves when the embedded Postgres is gone, which ends the server; never for a foreign one. */
  databaseEnded: Promise<void>;
  close(): Promise<void>;
}

export const VERSION = '0.1.0';
/** How long what was observed last may take to leave. */
const LAST_REPORTS_MS = 2000;

/** The clock, and where vendors are: changed in tests alone. */
type Surroundings = Partial<Pick<Ports, 'now' | 'baseUrls'>>;

/** Throws a sentence for the operator. */
export async function openServer(
  config: Config,
  log = openLog(config.log.level, config.log.format),
  { now = () => new Date(), baseUrls }: Surroundings = {},
): Promise<OpenServer> {
  const undo: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const observe = await openObserve(config.observe, VERSION);
    undo.push(() => observe?.close(LAST_REPORTS_MS) ?? Promise.resolve());
    let embedded: EmbeddedPostgres | undefined;
    if (config.database === undefined) {
      // Postgres' own log lines may quote rows: they are not ours to pass on.
      embedded = await startEmbeddedPostgres(config.home);
      undo.push(() => embedded?.stop() ?? Promise.resolve());
    }
    const database = config.database ?? { url: embedded?.appUrl ?? '', ownerUrl: embedded?.ownerUrl, listenUrl: embedded?.appUrl ?? '' };
    await whenAccepting(database.ownerUrl ?? database.url);
    const appRole = decodeURIComponent(new URL(database.url).username);
    if (database.ownerUrl !== undefined) {
      await migrate(database.ownerUrl, appRole);
      await installJobs(database.ownerUrl, appRole, queues);
    }
    const sealing = {
      ...config.sealing,
      unreadable: (table: string, id: string) => (countUnreadable(), log.error({ table, id }, 'a sealed value does not open')),
    };
    const pool = openPool(database.url, { max: config.maxConnections, ...config.timeouts, sealing });
    undo.push(() => pool.end());
    if (observe !== undefined) watchQueries(pool, (name) => observe.begin({ kind: 'query', name }));
    await assertAppRole(pool);
    const { epoch } = await assertMigrated(pool, appRole);
    await assertMasterKeys(pool, config.sealing.master);
    const listening = await listenForChanges(database.listenUrl, (error) => log.warn({ err: error }, 'changes are not heard of'));
    const redisLog = (code: string) => log.warn({ code }, 'Redis is not heard');
    const heard = config.redis === undefined ? undefined : await withRedis(listening, { ...config.redis, log: redisLog });
    const wakeUps = heard ?? listening;
    undo.push(() => wakeUps.close());
    const ports = { now, publicUrl: config.publicUrl, log, ...(baseUrls === undefined ? {} : { baseUrls }) };
    const integrations = await openIntegrations(config.integrations, ports);
    undo.push(() => integrations.close());
    const jobs = await openJobs(database.listenUrl, log, observe);
    undo.push(() => jobs.close());
    const enqueue: MessagesDeps['enqueue'] = (tx, waiting) => jobs.enqueue(tx, waiting);
    const announce = integrations.hooks === undefined ? undefined : announceBy((tx, waiting) => jobs.enqueue(tx, waiting), now);
    const messages: MessagesDeps = {
      pool,
      ...(announce === undefined ? {} : { announce }),
      channels: integrations.channels,
      enqueue,
      hash: addressHash(config.sessionKey),
      now,
      settleMs: SETTLE_MS,
      spacingMs: SPACING_MS,
      strict: config.gdprStrict,
      ...(config.publicUrl === undefined ? {} : { watching: watchingBy(config.sessionKey, config.publicUrl) }),
      log,
      ...(observe === undefined ? {} : { observe }),
    };
    const content = contentStore(pool, integrations.storage?.stores);
    const { scanner } = integrations.storage ?? {};
    const scans = scanner === undefined ? undefined : { pool, content, scanner, enqueue, log };
    const { hooks } = integrations;
    const webhooks = hooks === undefined ? undefined : { pool, hooks, keys: keysOf(config), enqueue, now };
    const helfo = { pool, desk: integrations.claims, enqueue, now, settleMs: HELFO_SETTLE_MS, log };
    const deps: ServerDeps = {
      ...(webhooks === undefined ? {} : { webhooks }),
      pool,
      store: postgresStore(pool, intendBy(enqueue, { scans: scans !== undefined, announce, claims: true })),
      content,
      ...(scans === undefined ? {} : { scans }),
      wakeUps,
      epoch,
      sessionKey: config.sessionKey,
      ...(config.secondFactorKey === undefined ? {} : { secondFactorKey: config.secondFactorKey }),
      now,
      log,
      ...(observe === undefined ? {} : { observe }),
      shape: { rows: 5000, bytes: 8_000_000, longPollMs: 20_000 },
      registration: config.registration,
      ...(config.clerk === undefined ? {} : { clerk: config.clerk }),
      ...(config.helseId === undefined ? {} : { helseId: openHelseId(config.helseId, { log }) }),
      ...(config.electric === undefined ? {} : { electric: config.electric }),
      ...(heard === undefined ? {} : { redis: { client: heard.client, prefix: config.redis?.prefix ?? '', cache: heard.cache } }),
      http: { ...config.answers, strictTransport: config.production },
      limits: { bodyBytes: MAX_REQUEST_BYTES, ...config.rate, ...config.http },
      version: VERSION,
      ...(config.publicUrl === undefined ? {} : { publicUrl: config.publicUrl }),
      gdprStrict: config.gdprStrict,
      integrations,
      jobs,
      messages,
    };
    const compaction = startCompaction({ pool, now: deps.now, retentionDays: config.retentionDays }, log);
    undo.push(() => compaction.stop());
    const rotation = startKeyRotation(
      { pool, now: deps.now, rotationDays: config.rotationDays, newestMaster: config.sealing.master.newest },
      log,
    );
    undo.push(() => rotation.stop());
    await startWork(jobs, {
      messages,
      own: integrations.jobs,
      ...(scans === undefined ? {} : { scans }),
      ...(webhooks === undefined ? {} : { deliver: webhooks }),
      helfo,
      ...(integrations.storage === undefined ? {} : { upkeep: { pool, content, storage: integrations.storage, now, log } }),
    });
    const app = buildApp(deps);
    undo.push(() => app.close());
    return { app, deps, close, databaseEnded: embedded?.ended ?? new Promise(() => {}) };
  } catch (error) {
    await close();
    throw error;
  }
}
