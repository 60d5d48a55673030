/** A message whose sender was killed: the vendor is asked, and where nobody can know a person decides. */
import { NOBODY } from '#db/model/message.ts';
import { withClinic } from '#db/postgres/open.ts';
import { lockClinic } from '#db/postgres/queries/push.ts';
import { release, sendingsOf, sentTo, settle, type Sending } from '#db/postgres/queries/sending.ts';
import type { StoredRow } from '#db/sync/row.ts';
import type { Channel, Lookup, SendOutcome } from '../../integrations/kit.ts';
import { serverWrite } from '../server-write.ts';
import type { MessagesDeps } from './deps.ts';
import { judge, type Facts } from './judge.ts';
import { readFacts } from './read-facts.ts';
import { asSettled, change, sendJob, stateAfter, wordsOf } from './settling.ts';

/** Its sender was killed between the claim and the word of what became of it. */
export async function recover(deps: MessagesDeps, clinicId: string, message: StoredRow): Promise<void> {
  const found = await withClinic(deps.pool, clinicId, async (tx) => {
    const sending = (await sendingsOf(tx, clinicId, [message.id])).get(message.id);
    const facts = await readFacts(deps, tx, clinicId, [message.id], deps.now());
    const others = sending === undefined ? [] : await sentTo(tx, clinicId, sending.recipientHash);
    return { sending, facts: facts.of(message), others: new Set(others.flatMap(({ providerId }) => providerId ?? [])) };
  });
  const { sending } = found;
  if (sending?.state !== 'claimed') return;
  const waits = sending.claimedAt.getTime() + deps.settleMs - deps.now().getTime();
  if (waits > 0) return withClinic(deps.pool, clinicId, (tx) => deps.enqueue(tx, [sendJob(clinicId, message.id, waits / 1000)]));
  const { answer, words } = await ask(deps, clinicId, message, sending, found);
  const now = deps.now();
  await withClinic(deps.pool, clinicId, async (tx) => {
    await lockClinic(tx, clinicId, NOBODY);
    const still = (await sendingsOf(tx, clinicId, [message.id])).get(message.id);
    // Another worker, or the vendor's own news, was faster.
    if (still?.state !== 'claimed' || still.key !== sending.key) return;
    if (answer.kind === 'absent') {
      await release(tx, clinicId, [sending]);
      return deps.enqueue(tx, [sendJob(clinicId, message.id, 0)]);
    }
    const outcome: SendOutcome =
      answer.kind === 'found' ? { ...answer, kind: 'accepted' } : { kind: 'unknown', provider: sending.attempts.at(-1) ?? '' };
    const ranks = await settle(tx, clinicId, asSettled(message.id, sending.key, outcome), now);
    await serverWrite(
      tx,
      clinicId,
      NOBODY,
      [change(message.id, { ...words, ...stateAfter(outcome, ranks.get(message.id), now) }, now)],
      deps.announce,
    );
  });
}

async function ask(
  deps: MessagesDeps,
  clinicId: string,
  message: StoredRow,
  sending: Sending,
  { facts, others }: { facts: Facts; others: ReadonlySet<string> },
): Promise<{ answer: Lookup; words: Record<string, unknown> }> {
  const unsure = { answer: { kind: 'unsure' } as const, words: {} };
  const channel: Channel | undefined = facts.channel;
  // What was to be sent, as it would be said today: the ledger holds neither number nor text.
  const verdict = judge(
    { ...message, state: 'planned' },
    { ...facts, sending: undefined, sent: { byPatient: 0, byClinic: 0 }, stopping: () => false },
  );
  if (channel?.lookup === undefined || verdict.do !== 'send' || deps.hash(verdict.to) !== sending.recipientHash) return unsure;
  const answer = await channel
    .lookup({
      key: sending.key,
      reference: { clinicId, messageId: message.id },
      to: verdict.to,
      text: verdict.text,
      claimedAt: sending.claimedAt,
      others,
      providers: sending.attempts,
    })
    .catch((): Lookup => ({ kind: 'unsure' }));
  return { answer, words: wordsOf(verdict) };
}
