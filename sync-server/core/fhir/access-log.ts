/**
 * What somebody saw or did by FHIR, in the clinic's log, before they are answered (pasientjournalloven § 22). The log has one order and so one
 * lock: whoever asks while another's event is being written is written with the next, so that many readers cost few transactions.
 */
import { withClinic, type Pool } from '#db/postgres/open.ts';
import { logOnServer, type ServerEvent } from '../server-log.ts';

interface Waiting {
  events: readonly ServerEvent[];
  done: () => void;
  failed: (error: unknown) => void;
}
/** A transaction of the log holds the clinic's lock: not for thousands of events. */
const MOST_TOGETHER = 200;

const queues = new WeakMap<Pool, Map<string, Waiting[]>>();

/** Resolves when they are stored; rejects when they are not, and then nobody is answered. */
export function tellLog(pool: Pool, clinicId: string, events: readonly ServerEvent[]): Promise<void> {
  if (events.length === 0) return Promise.resolve();
  let byClinic = queues.get(pool);
  if (byClinic === undefined) queues.set(pool, (byClinic = new Map()));
  const waiting = byClinic.get(clinicId);
  return new Promise((done, failed) => {
    if (waiting !== undefined) return void waiting.push({ events, done, failed });
    const queue: Waiting[] = [{ events, done, failed }];
    byClinic.set(clinicId, queue);
    void write(pool, clinicId, queue).finally(() => byClinic.delete(clinicId));
  });
}

async function write(pool: Pool, clinicId: string, queue: Waiting[]): Promise<void> {
  while (queue.length > 0) {
    const together: Waiting[] = [];
    for (let count = 0; queue.length > 0 && count < MOST_TOGETHER; count += together.at(-1)?.events.length ?? 0)
      together.push(...queue.splice(0, 1));
    try {
      await withClinic(pool, clinicId, (tx) => logOnServer(tx, clinicId, ...together.flatMap(({ events }) => events)));
      for (const { done } of together) done();
    } catch (error) {
      for (const { failed } of together) failed(error);
    }
  }
}
