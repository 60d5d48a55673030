/**
 * Work that must happen while laptops sleep: `pg-boss` in a schema of its own beside the record. Jobs hold ids, never content: their
 * table stands outside row security. The schema is made by the owner's role at start (`installJobs`); the server works as the app's
 * role, which may do no DDL. The only importer of `pg-boss`.
 *
 * A job may run twice (a copy that was killed, a connection that was lost): whoever handles it is idempotent.
 */
import { PgBoss, type Db, type JobWithMetadata } from 'pg-boss';
import type { Tx } from '#db/postgres/open.ts';
import { currentCause, withCause } from '../core/cause.ts';
import type { Observe } from '../core/observe.ts';
import { faultOf } from '../plugins/faults.ts';

export const SCHEMA = 'ryggrad_jobs';
/** Where what failed for good waits for a person. */
export const DEAD = 'dead';
export const ZONE = 'Europe/Oslo';
const DAY_S = 86_400;

/** What every job says; ids and codes only. */
export type JobData = Readonly<Record<string, string>>;
export interface NewJob {
  queue: string;
  data: JobData;
  /** Not before so many seconds from now; at once unless said. */
  afterSeconds?: number;
}
export interface Job {
  id: string;
  data: JobData;
}

export interface QueueSpec {
  name: string;
  /** How often it is tried again, first after `retryDelay` seconds, then ever later up to `retryDelayMax`. */
  retryLimit: number;
  retryDelay: number;
  retryDelayMax: number;
  /** Longest run of one job; then it counts as failed, and another copy takes it. */
  expireInSeconds: number;
  /** Jobs handed over together. */
  batch: number;
  /** Rest between full batches, in ms, so that who saves meanwhile comes in between; none unless said. */
  restMs?: number;
  /** Cron, in the clinic's time (Europe/Oslo): `0 3 * * *` is three o'clock by the wall, summer and winter. */
  schedule?: string;
}
/** @returns why a job failed, by its id, as a code; the others are done. What it throws fails all of them. */
export type JobHandler = (jobs: readonly Job[]) => Promise<ReadonlyMap<string, string> | void>;

export interface DeadJob {
  id: string;
  queue: string;
  /** Code of what its last try said. */
  reason: string;
  data: JobData;
  failedAt: string;
}

export interface Jobs {
  /** In the caller's transaction: the job exists if, and only if, what it is about does. */
  enqueue(tx: Pick<Tx, 'query'>, jobs: readonly NewJob[]): Promise<void>;
  /** Begins to work on a queue. */
  work(spec: QueueSpec, handler: JobHandler): Promise<void>;
  dead(clinicId: string): Promise<DeadJob[]>;
  /** @returns false when this clinic has no such dead job */
  replay(clinicId: string, id: string): Promise<boolean>;
  close(): Promise<void>;
}

/** Makes schema and queues, as the owner's role, and lets the app's role work in them. May be run again. */
export async function installJobs(ownerUrl: string, appRole: string, specs: readonly QueueSpec[]): Promise<void> {
  const boss = quiet(
    new PgBoss({ connectionString: ownerUrl, schema: SCHEMA, max: 2, supervise: false, schedule: false, registerInstance: false }),
  );
  await boss.start();
  try {
    if ((await boss.getQueue(DEAD)) === null) await boss.createQueue(DEAD, { retryLimit: 0, retentionSeconds: 400 * DAY_S });
    for (const spec of specs) {
      const { retryLimit, retryDelay, retryDelayMax, expireInSeconds } = spec;
      const options = {
        retryLimit,
        retryDelay,
        retryDelayMax,
        retryBackoff: true,
        expireInSeconds,
        retentionSeconds: 400 * DAY_S,
        deleteAfterSeconds: DAY_S,
      };
      if ((await boss.getQueue(spec.name)) === null) await boss.createQueue(spec.name, { ...options, deadLetter: DEAD, notify: true });
      else await boss.updateQueue(spec.name, options);
    }
    const role = `"${appRole.replaceAll('"', '""')}"`;
    await boss.getDb().executeSql(
      `grant usage on schema ${SCHEMA} to ${role};
       grant select, insert, update, delete on all tables in schema ${SCHEMA} to ${role};
       grant usage on all sequences in schema ${SCHEMA} to ${role};
       grant execute on all functions in schema ${SCHEMA} to ${role};`,
    );
  } finally {
    await boss.stop({ graceful: false });
  }
}

/** What a job says beside its data: the request behind it. */
const CAUSE = 'cause';

export interface JobLog {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** @param url of the app's role, unpooled: news of jobs come by NOTIFY */
export async function openJobs(url: string, log: JobLog, observe?: Observe): Promise<Jobs> {
  const boss = new PgBoss({
    connectionString: url,
    schema: SCHEMA,
    application_name: 'ryggrad-jobs',
    max: 4,
    migrate: false,
    createSchema: false,
    reindex: false,
    monitorVacuum: false,
    useListenNotify: true,
    registerInstance: false,
  });
  // Only the code: a message may quote a row.
  boss.on('error', (error: Error) => log.warn({ code: codeOf(error) }, 'the queue of jobs'));
  boss.on('warning', () => {});
  await boss.start();
  return {
    async enqueue(tx, jobs) {
      const db = through(tx);
      for (const [queue, mine] of Map.groupBy(jobs, ({ queue: name }) => name)) {
        await boss.insert(
          queue,
          mine.map(({ data, afterSeconds = 0 }) => ({
            data: withRequest(data),
            ...(afterSeconds > 0 ? { startAfter: Math.ceil(afterSeconds) } : {}),
          })),
          { db },
        );
      }
    },
    async work(spec, handler) {
      if (spec.schedule !== undefined) await boss.schedule(spec.name, spec.schedule, null, { tz: ZONE });
      const options = {
        batchSize: spec.batch,
        perJobResults: true,
        pollingIntervalSeconds: 1,
        notifyPollingIntervalSeconds: 5,
      } as const;
      let worker = '';
      worker = await boss.work<JobData>(spec.name, options, async (jobs) => {
        // Where a batch was full there is more: a notification stands for one look, and the next would be seconds away.
        if (jobs.length === spec.batch) setTimeout(() => boss.notifyWorker(worker), spec.restMs ?? 0).unref();
        const failed = await worked(spec.name, jobs, handler, log, observe);
        return jobs.map(({ id }) => {
          const reason = failed?.get(id);
          return reason === undefined ? { id, status: 'completed' as const } : { id, status: 'failed' as const, output: { code: reason } };
        });
      });
    },
    async dead(clinicId) {
      const jobs = await boss.findJobs<JobData>(DEAD, { data: { clinicId }, queued: true, limit: 200 });
      return jobs.map(asDead);
    },
    async replay(clinicId, id) {
      // Matched by clinic too: an id is no right.
      return (await boss.redrive(DEAD, { ids: [id], data: { clinicId } })) === 1;
    },
    close: () => boss.stop({ graceful: true, timeout: 5000 }),
  };
}

/** The handler's answer; each job says in the log how it went, with the request that was its cause. */
async function worked(
  queue: string,
  given: readonly { id: string; data: JobData | null }[],
  handler: JobHandler,
  log: JobLog,
  observe?: Observe,
): Promise<ReadonlyMap<string, string> | void> {
  const jobs = given.map(({ id, data }) => ({ id, ...parted(data ?? {}) }));
  const requests = new Map(jobs.map(({ data, request }) => [JSON.stringify(sorted(data)), request]));
  const [only, ...others] = new Set(requests.values());
  const cause = {
    ...(only === undefined || others.length > 0 ? {} : { request: only }),
    ofJob: (data: JobData) => requests.get(JSON.stringify(sorted(data))),
  };
  const run = async () => {
    try {
      return await handler(jobs.map(({ id, data }) => ({ id, data })));
    } catch (error) {
      log.warn({ queue, err: error }, 'jobs failed together');
      observe?.fault(error, { queue });
      return new Map(jobs.map(({ id }) => [id, codeOf(error)]));
    }
  };
  const failed = await withCause(cause, () =>
    observe === undefined
      ? run()
      : observe.within({ kind: 'job', name: queue }, run, (codes) => ({ ok: codes === undefined || codes.size === 0 })),
  );
  for (const { id, request } of jobs) {
    const code = failed?.get(id);
    const told = { queue, job: id, request, code };
    if (code === undefined) log.debug(told, 'job done');
    else log.warn(told, 'job failed');
  }
  return failed;
}

function withRequest(data: JobData): JobData {
  const { request, ofJob } = currentCause();
  const cause = ofJob?.(data) ?? request;
  return cause === undefined ? data : { ...data, [CAUSE]: cause };
}

function parted({ [CAUSE]: request, ...data }: JobData): { data: JobData; request: string | undefined } {
  return { data, request };
}

const sorted = (data: JobData) => Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1));

function asDead({ id, sourceName, sourceOutput, data, createdOn }: JobWithMetadata<JobData>): DeadJob {
  const code = sourceOutput !== null && 'code' in sourceOutput ? String(sourceOutput.code) : 'job/expired';
  return { id, queue: sourceName ?? '', reason: code, data: parted(data).data, failedAt: createdOn.toISOString() };
}

const through = (tx: Pick<Tx, 'query'>): Db => ({ executeSql: (text, values) => tx.query(text, values) });

function quiet(boss: PgBoss): PgBoss {
  boss.on('error', () => {});
  boss.on('warning', () => {});
  return boss;
}

/** What may be said of an error: its code, or its kind. */
export function codeOf(error: unknown): string {
  const { kind, code } = faultOf(error);
  return code ?? kind;
}
