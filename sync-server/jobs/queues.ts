/** The server's queues, and who works on them. */
import { EVENT_QUEUE } from '../core/messages/receive.ts';
import { workEvents } from '../core/messages/work-events.ts';
import { sendMessages } from '../core/messages/send.ts';
import { SEND_QUEUE } from '../core/messages/settling.ts';
import { emptyOldBodies, RETENTION_QUEUE, sweep, SWEEP_QUEUE } from '../core/messages/upkeep.ts';
import type { MessagesDeps } from '../core/messages/deps.ts';
import { SCAN_QUEUE, SCAN_SWEEP_QUEUE, scanContents, sweepScans, type ScanDeps } from '../core/content-scan.ts';
import { DELIVERY_QUEUE } from '../core/webhooks/announce.ts';
import { deliverAll, keepDeliveries, WEBHOOK_UPKEEP_QUEUE, type DeliverDeps } from '../core/webhooks/deliver.ts';
import { keepContent, UPKEEP_QUEUE, type UpkeepDeps } from '../core/content-upkeep.ts';
import { HELFO_POLL_QUEUE, HELFO_SEND_QUEUE, HELFO_SWEEP_QUEUE, type HelfoDeps } from '../core/helfo/deps.ts';
import { pollAllOfHelfo, sendAllToHelfo, sweepHelfo } from '../core/helfo/upkeep.ts';
import { integrations } from '../integrations/index.ts';
import type { OwnJob } from '../integrations/kit.ts';
import { codeOf, type Jobs, type QueueSpec } from './queue.ts';

const ordinary = { retryLimit: 8, retryDelay: 5, retryDelayMax: 3600, expireInSeconds: 300, batch: 50 };

/** A batch a second, its calls spread over it (SPACING_MS): a thousand reminders take three quarters of a minute, and who saves hardly notices. */
export const SEND: QueueSpec = { ...ordinary, name: SEND_QUEUE, batch: 25, restMs: 1100 };
export const EVENTS: QueueSpec = { ...ordinary, name: EVENT_QUEUE };
const SWEEP: QueueSpec = { ...ordinary, name: SWEEP_QUEUE, retryLimit: 0, batch: 1, schedule: '*/5 * * * *' };
const RETENTION: QueueSpec = { ...ordinary, name: RETENTION_QUEUE, batch: 1, schedule: '30 3 * * *' };

/** One at a time: a file of 200 MB may take the scanner a minute. */
const SCAN: QueueSpec = { ...ordinary, name: SCAN_QUEUE, batch: 1, expireInSeconds: 900 };
const SCAN_SWEEP: QueueSpec = { ...ordinary, name: SCAN_SWEEP_QUEUE, retryLimit: 0, batch: 1, schedule: '*/5 * * * *' };
const UPKEEP: QueueSpec = { ...ordinary, name: UPKEEP_QUEUE, retryLimit: 0, batch: 1, expireInSeconds: 3600, schedule: '15 * * * *' };

/** Fourteen tries over some seventeen hours: 5 s, 10 s, 20 s … and then every four hours. */
export const WEBHOOKS: QueueSpec = { ...ordinary, name: DELIVERY_QUEUE, retryLimit: 14, retryDelay: 5, retryDelayMax: 14_400, batch: 20 };
const WEBHOOK_UPKEEP: QueueSpec = { ...ordinary, name: WEBHOOK_UPKEEP_QUEUE, retryLimit: 0, batch: 1, schedule: '45 3 * * *' };

/** Twelve tries over some six hours: what is claimed for a month can wait, and then a person looks. */
export const HELFO_SEND: QueueSpec = {
  ...ordinary,
  name: HELFO_SEND_QUEUE,
  retryLimit: 12,
  retryDelay: 10,
  batch: 5,
  expireInSeconds: 600,
};
const HELFO_POLL: QueueSpec = { ...ordinary, name: HELFO_POLL_QUEUE, batch: 10, expireInSeconds: 600 };
const HELFO_SWEEP: QueueSpec = { ...ordinary, name: HELFO_SWEEP_QUEUE, retryLimit: 0, batch: 1, schedule: '*/10 * * * *' };

/** Work of an integration's own, as its queue. */
const ownQueue = (name: string, { retryLimit, schedule }: Pick<OwnJob, 'retryLimit' | 'schedule'>): QueueSpec => ({
  ...ordinary,
  name,
  retryLimit,
  batch: 1,
  ...(schedule === undefined ? {} : { schedule }),
});

/** Every queue there may be, also of integrations that are off here: another copy may have them on. */
export const queues: readonly QueueSpec[] = [
  SEND,
  EVENTS,
  SWEEP,
  RETENTION,
  SCAN,
  SCAN_SWEEP,
  UPKEEP,
  WEBHOOKS,
  WEBHOOK_UPKEEP,
  HELFO_SEND,
  HELFO_POLL,
  HELFO_SWEEP,
  ...integrations.flatMap(({ name, queues: own = [] }) => own.map((job) => ownQueue(`${name}-${job.name}`, job))),
];

export interface Work {
  messages: MessagesDeps;
  /** Of integrations, by queue. */
  own: ReadonlyMap<string, OwnJob>;
  /** Where attachments are looked over. */
  scans?: ScanDeps;
  /** Where webhooks go out. */
  deliver?: DeliverDeps;
  /** Where claims go to Helfo. */
  helfo?: HelfoDeps;
  /** Where the operator has a store for them. */
  upkeep?: UpkeepDeps;
}

export async function startWork(jobs: Jobs, { messages: deps, own, scans, upkeep, deliver, helfo }: Work): Promise<void> {
  await jobs.work(SEND, (batch) => sendMessages(deps, batch));
  await jobs.work(EVENTS, (batch) => workEvents(deps, batch));
  await jobs.work(SWEEP, async () => void (await sweep(deps)));
  await jobs.work(RETENTION, async () => void (await emptyOldBodies(deps)));
  if (scans !== undefined) {
    await jobs.work(SCAN, (batch) => scanContents(scans, batch));
    await jobs.work(SCAN_SWEEP, async () => void (await sweepScans(scans)));
  }
  if (deliver !== undefined) {
    await jobs.work(WEBHOOKS, (batch) => deliverAll(deliver, batch));
    await jobs.work(WEBHOOK_UPKEEP, async () => void (await keepDeliveries(deliver)));
  }
  if (helfo !== undefined) {
    await jobs.work(HELFO_SEND, (batch) => sendAllToHelfo(helfo, batch));
    await jobs.work(HELFO_POLL, (batch) => pollAllOfHelfo(helfo, batch));
    await jobs.work(HELFO_SWEEP, async () => void (await sweepHelfo(helfo)));
  }
  if (upkeep !== undefined) await jobs.work(UPKEEP, async () => void (await keepContent(upkeep)));
  for (const [name, job] of own) {
    await jobs.work(ownQueue(name, job), async (batch) => {
      const failed = new Map<string, string>();
      for (const { id, data } of batch) {
        const code = await job.run(data).catch(codeOf);
        if (code !== undefined) failed.set(id, code);
      }
      return failed;
    });
  }
}
