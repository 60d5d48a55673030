/** Jobs of claims, and by the clock what jobs overlooked. */
import { withClinic } from '#db/postgres/open.ts';
import { allClinics } from '#db/postgres/queries/compaction.ts';
import { overlookedByHelfo } from '#db/postgres/queries/helfo.ts';
import type { Job } from '../../jobs/queue.ts';
import { codeOf } from '../../jobs/queue.ts';
import { helfoPollJob, helfoSendJob, type HelfoDeps } from './deps.ts';
import { pollHelfo } from './poll.ts';
import { sendToHelfo } from './send.ts';

const LATE_MS = 15 * 60_000;

const each =
  (run: (deps: HelfoDeps, clinicId: string, messageId: string) => Promise<string | undefined>) =>
  async (deps: HelfoDeps, jobs: readonly Job[]): Promise<Map<string, string>> => {
    const failed = new Map<string, string>();
    // One after the other: an organisation is one caller at Helfo.
    for (const { id, data } of jobs) {
      const { clinicId, messageId } = data;
      const code = clinicId === undefined || messageId === undefined ? undefined : await run(deps, clinicId, messageId).catch(codeOf);
      if (code !== undefined) failed.set(id, code);
    }
    return failed;
  };
export const sendAllToHelfo = each(sendToHelfo);
export const pollAllOfHelfo = each(pollHelfo);

/** @returns how many got a job */
export async function sweepHelfo(deps: HelfoDeps): Promise<number> {
  let found = 0;
  for (const clinicId of await allClinics(deps.pool)) {
    const now = deps.now();
    found += await withClinic(deps.pool, clinicId, async (tx) => {
      const { sends, polls } = await overlookedByHelfo(tx, clinicId, now, new Date(now.getTime() - LATE_MS));
      await deps.enqueue(tx, [...sends.map((id) => helfoSendJob(clinicId, id)), ...polls.map((id) => helfoPollJob(clinicId, id, 0))]);
      return sends.length + polls.length;
    });
  }
  return found;
}
