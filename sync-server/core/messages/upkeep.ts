/** By the clock: what jobs overlooked is looked at again, and what was written to patients is emptied after the clinic's days (S8). */
import { MESSAGE_CHANNELS, NOBODY, type MessageChannel } from '#db/model/message.ts';
import { withClinic, type Tx } from '#db/postgres/open.ts';
import { allClinics } from '#db/postgres/queries/compaction.ts';
import { clinicFacts, olderBodies, overlooked } from '#db/postgres/queries/messages.ts';
import { messageOptions } from '#db/rules/message-options.ts';
import { serverWrite } from '../server-write.ts';
import type { MessagesDeps } from './deps.ts';
import { sendJob } from './settling.ts';

export const SWEEP_QUEUE = 'message-sweep';
export const RETENTION_QUEUE = 'message-retention';
const MOST = 1000;
const DAY_MS = 86_400_000;

/** @returns how many messages got a job */
export async function sweep(deps: MessagesDeps): Promise<number> {
  let found = 0;
  for (const clinicId of await allClinics(deps.pool)) {
    const now = deps.now();
    found += await withClinic(deps.pool, clinicId, async (tx) => {
      const ids = await overlooked(tx, clinicId, now, new Date(now.getTime() - deps.settleMs), MOST);
      await deps.enqueue(
        tx,
        ids.map((id) => sendJob(clinicId, id)),
      );
      return ids.length;
    });
  }
  return found;
}

/** @returns how many were emptied */
export async function emptyOldBodies(deps: MessagesDeps): Promise<number> {
  let emptied = 0;
  for (const clinicId of await allClinics(deps.pool)) {
    for (const channel of MESSAGE_CHANNELS) {
      let batch = MOST;
      while (batch === MOST) {
        batch = await withClinic(deps.pool, clinicId, (tx) => emptySome(deps, tx, clinicId, channel));
        emptied += batch;
      }
    }
  }
  return emptied;
}

async function emptySome(deps: MessagesDeps, tx: Tx, clinicId: string, channel: MessageChannel): Promise<number> {
  const { settings } = await clinicFacts(tx, clinicId);
  const { keepDays } = messageOptions(channel, settings.find(({ name }) => name === channel)?.options, deps.strict);
  const ids = await olderBodies(tx, clinicId, channel, new Date(deps.now().getTime() - keepDays * DAY_MS), MOST);
  const writes = ids.map((id) => ({ entity: 'message' as const, id, birth: false, set: { body: null }, extra: {} }));
  if (writes.length > 0) await serverWrite(tx, clinicId, NOBODY, writes);
  return ids.length;
}
