/** A message whose sender was killed, or got no clear answer: Helfo is asked for what it has, and it goes again only where it is not there. */
import { withClinic } from '#db/postgres/open.ts';
import {
  claimsOf,
  helfoSending,
  knownHelfoIds,
  lockHelfo,
  releaseMessage,
  settleMessage,
  type HelfoSending,
} from '#db/postgres/queries/helfo.ts';
import type { StoredRow } from '#db/sync/row.ts';
import type { Told } from '../../integrations/kit.ts';
import { helfoSendJob, type HelfoDeps } from './deps.ts';
import { receive } from './receive.ts';
import { messageWrite, refuseClaims, writeAll } from './write.ts';

/** Helfo says that it has this very message: then it is there, and whoever sent it has ended. */
export const TWICE = 'helfo/twice';
/** Helfo has judged the very same claims before. */
const UNCHANGED = 'helfo/unchanged';
/** Our clock and Helfo's. */
const SKEW_MS = 300_000;

/** @returns a code of why it is to be tried again */
export async function recover(
  deps: HelfoDeps,
  clinicId: string,
  { message, sending }: { message: StoredRow; sending: HelfoSending },
): Promise<string | undefined> {
  const messageId = message.id;
  const waits = sending.claimedAt.getTime() + deps.settleMs - deps.now().getTime();
  const twice = message['reason'] === TWICE;
  // Its sender, or Helfo, may be at it still.
  if (waits > 0 && !twice) {
    await withClinic(deps.pool, clinicId, (tx) => deps.enqueue(tx, [helfoSendJob(clinicId, messageId, waits / 1000)]));
    return undefined;
  }
  const looked = await lookFor(deps, clinicId, sending);
  const notThere = looked.ok && looked.value === null;
  const found = twice && notThere && waits > 0 ? ({ ok: false, code: 'helfo/unsure' } as const) : looked;
  return withClinic(deps.pool, clinicId, async (tx) => {
    await lockHelfo(tx, clinicId);
    const still = await helfoSending(tx, clinicId, messageId);
    // Another worker was faster.
    if (still?.state !== 'claimed' || still.claimedAt.getTime() !== sending.claimedAt.getTime()) return undefined;
    if (!found.ok) {
      await writeAll(tx, clinicId, [messageWrite(messageId, { state: 'unknown', reason: twice ? TWICE : found.code }, deps.now())]);
      return found.code;
    }
    if (found.value !== null) return receive(deps, { tx, clinicId, messageId }, found.value);
    if (twice) {
      // The same as one that was judged before: sent again it would be answered so again.
      await settleMessage(tx, clinicId, messageId, { state: 'refused' });
      await refuseClaims(tx, clinicId, messageId, UNCHANGED, deps.now());
      return undefined;
    }
    await releaseMessage(tx, clinicId, messageId);
    await deps.enqueue(tx, [helfoSendJob(clinicId, messageId)]);
    await writeAll(tx, clinicId, [messageWrite(messageId, { state: 'planned', reason: null }, deps.now())]);
    return undefined;
  });
}

/** Helfo's id of it; null: it is not there. What is there and does not say yet what it holds may be it: then nobody knows, and it is asked again later. */
async function lookFor({ pool, desk }: HelfoDeps, clinicId: string, sending: HelfoSending): Promise<Told<string | null>> {
  const [known, mine] = await withClinic(
    pool,
    clinicId,
    async (tx) =>
      [
        await knownHelfoIds(tx, clinicId),
        new Set((await claimsOf(tx, clinicId, sending.messageId)).map(({ claimId }) => claimId)),
      ] as const,
  );
  if (desk === undefined) return { ok: false, code: 'helfo/off' };
  const all = await desk.handedIn(clinicId);
  if (!all.ok) return all;
  const since = sending.firstAt.getTime() - SKEW_MS;
  let unsure = false;
  for (const { helfoId, praksisId, receivedAt } of all.value) {
    if (known.has(helfoId) || (praksisId !== '' && praksisId !== sending.praksisId) || receivedAt.getTime() < since) continue;
    const state = await desk.state(clinicId, helfoId);
    if (!state.ok) return state;
    // Of what was technically refused nothing was kept.
    if (state.value.refused) continue;
    if (state.value.bills.some(({ guid }) => mine.has(guid))) return { ok: true, value: helfoId };
    unsure ||= state.value.bills.length === 0;
  }
  return unsure ? { ok: false, code: 'helfo/unsure' } : { ok: true, value: null };
}
