/** Helfo has it: from here on its state is asked for. */
import type { Tx } from '#db/postgres/open.ts';
import { settleMessage } from '#db/postgres/queries/helfo.ts';
import { helfoPollJob, pollDelay, type HelfoDeps } from './deps.ts';
import { messageWrite, writeAll } from './write.ts';

/** Helfo's receipt, by its own word or found again. */
export async function receive(
  { now, enqueue }: HelfoDeps,
  { tx, clinicId, messageId }: { tx: Tx; clinicId: string; messageId: string },
  helfoId: string,
): Promise<undefined> {
  const at = now();
  const after = pollDelay(0);
  if (!(await settleMessage(tx, clinicId, messageId, { state: 'received', helfoId, nextPollAt: new Date(at.getTime() + after * 1000) })))
    return undefined;
  await enqueue(tx, [helfoPollJob(clinicId, messageId, after)]);
  await writeAll(tx, clinicId, [messageWrite(messageId, { state: 'received', reason: null, helfoId }, at)]);
  return undefined;
}
