/** Asks Helfo what became of a message, ever more seldom, until it is paid or nothing is to be paid; each claim gets its answer, and the money is compared. */
import { withClinic, type Tx } from '#db/postgres/open.ts';
import {
  claimsOf,
  helfoSending,
  judgeClaims,
  lockHelfo,
  notePoll,
  settleMessage,
  type ClaimSent,
  type HelfoSending,
} from '#db/postgres/queries/helfo.ts';
import { readRows } from '#db/postgres/queries/rows.ts';
import type { KravState } from '#db/rules/kuhr-state.ts';
import type { RowWrite } from '#db/sync/row.ts';
import { helfoPollJob, LONGEST_MS, pollDelay, type HelfoDeps } from './deps.ts';
import { claimWrites, messageWrite, writeAll, type Verdict } from './write.ts';

/** @returns a code of why it is to be tried again */
export async function pollHelfo(deps: HelfoDeps, clinicId: string, messageId: string): Promise<string | undefined> {
  const sending = await withClinic(deps.pool, clinicId, (tx) => helfoSending(tx, clinicId, messageId));
  if (sending?.state !== 'received' || sending.helfoId === null || sending.nextPollAt === null || deps.desk === undefined) return undefined;
  const told = await deps.desk.state(clinicId, sending.helfoId);
  await deps.step?.('poll-asked');
  if (!told.ok) return told.code;
  await withClinic(deps.pool, clinicId, async (tx) => {
    await lockHelfo(tx, clinicId);
    const still = await helfoSending(tx, clinicId, messageId);
    if (still?.state !== 'received' || still.polls !== sending.polls) return;
    await takeIn(deps, tx, clinicId, still, told.value);
  });
  await deps.step?.('poll-noted');
  return undefined;
}

async function takeIn(deps: HelfoDeps, tx: Tx, clinicId: string, sending: HelfoSending, state: KravState): Promise<void> {
  const now = deps.now();
  const { messageId, polls } = sending;
  const claims = await claimsOf(tx, clinicId, messageId);
  const kind = claims[0]?.kind ?? 'claim';
  const verdicts = verdictsOf(claims, state);
  const changed = new Map([...verdicts].filter(([id, { verdict }]) => claims.find(({ claimId }) => claimId === id)?.state !== verdict));
  await judgeClaims(tx, clinicId, messageId, new Map([...changed].map(([id, { verdict }]) => [id, verdict])));
  const writes = await claimWrites(tx, clinicId, kind, changed, now);
  const complete = claims.every(({ claimId }) => verdicts.has(claimId));
  const expectedOre = await acceptedOre(tx, clinicId, claims, verdicts);
  const paid = state.checked && complete && state.payment === 'paid';
  const settles = paid && state.paidOre !== null && state.paidOre === expectedOre.total;
  const ended = state.refused || paid || (state.checked && complete && state.payment === 'none');
  const tooLong = now.getTime() - sending.firstAt.getTime() > LONGEST_MS;
  const set: Record<string, unknown> = state.refused
    ? { state: 'refused', reason: 'helfo/refused' }
    : {
        state: paid ? 'paid' : state.checked ? 'checked' : 'received',
        reason:
          paid && !settles
            ? 'helfo/paid-differs'
            : state.checked && !complete
              ? 'helfo/verdict-unknown'
              : tooLong && !ended
                ? 'helfo/no-word'
                : null,
        ...(state.paidOre === null || !paid ? {} : { paidOre: state.paidOre }),
        ...(state.paidOn === null || !paid ? {} : { paidOn: state.paidOn }),
      };
  // In the same breath as the answers: what was accepted is paid, to the øre, or nothing is marked.
  if (settles && kind === 'claim') markPaid(writes, expectedOre.each);
  if (state.refused) await settleMessage(tx, clinicId, messageId, { state: 'refused' });
  const after = pollDelay(polls + 1);
  const next = ended || tooLong ? null : new Date(now.getTime() + after * 1000);
  await notePoll(tx, clinicId, messageId, next);
  if (next !== null) await deps.enqueue(tx, [helfoPollJob(clinicId, messageId, after)]);
  await writeAll(tx, clinicId, [...writes, messageWrite(messageId, set, now)]);
}

function verdictsOf(claims: readonly ClaimSent[], state: KravState): Map<string, Verdict> {
  const words = state.words;
  if (state.refused) return new Map(claims.map(({ claimId }) => [claimId, { verdict: 'rejected', words }]));
  const bills = new Map(state.bills.map((bill) => [bill.guid, bill]));
  return new Map(
    claims.flatMap(({ claimId }): [string, Verdict][] => {
      const bill = bills.get(claimId);
      return bill === undefined || bill.verdict === null
        ? []
        : [[claimId, { verdict: bill.verdict, words: bill.words ?? (bill.verdict === 'rejected' ? words : null) }]];
    }),
  );
}

/** What Helfo has accepted of a message: a credit's is below zero. */
async function acceptedOre(
  tx: Tx,
  clinicId: string,
  claims: readonly ClaimSent[],
  verdicts: ReadonlyMap<string, Verdict>,
): Promise<{ total: number; each: Map<string, number> }> {
  const accepted = claims.filter(({ claimId }) => verdicts.get(claimId)?.verdict === 'accepted');
  const found = await readRows(tx, clinicId, new Map([['helfo_claim', new Set(accepted.map(({ claimId }) => claimId))]]));
  const each = new Map(found.map(({ row }) => [row.id, Number(row['amountOre'])]));
  const sum = [...each.values()].reduce((total, ore) => total + ore, 0);
  return { total: accepted[0]?.kind === 'credit' ? -sum : sum, each };
}

function markPaid(writes: RowWrite[], each: ReadonlyMap<string, number>): void {
  const byId = new Map(writes.map((write) => [write.id, write]));
  for (const [id, paidOre] of each) {
    const write = byId.get(id);
    if (write === undefined) writes.push({ entity: 'helfo_claim', id, birth: false, set: { paidOre }, extra: {} });
    else if (write.set['status'] === 'accepted') write.set['paidOre'] = paidOre;
  }
}
