/** What became of a send, as the ledger and the message's row say it. */
import type { Settled } from '#db/postgres/queries/sending.ts';
import type { RowWrite } from '#db/sync/row.ts';
import type { SendOutcome } from '../../integrations/kit.ts';
import type { Ready } from './judge.ts';
import { stateOfRank } from './states.ts';

export const SEND_QUEUE = 'message-send';

export function asSettled(messageId: string, key: string, outcome: SendOutcome): Settled[] {
  if (outcome.kind === 'busy') return [];
  const accepted = outcome.kind === 'accepted';
  return [
    {
      messageId,
      key,
      state: outcome.kind,
      provider: outcome.provider,
      providerId: accepted ? outcome.providerId : null,
      rank: accepted ? 1 : 0,
      segments: accepted ? (outcome.segments ?? null) : null,
    },
  ];
}

/** @param rank how far it has come by the ledger; undefined: the ledger knows better already, by the vendor's own news */
export function stateAfter(outcome: SendOutcome, rank: number | undefined, now: Date): Record<string, unknown> {
  if (rank === undefined) return {};
  if (outcome.kind === 'accepted')
    return {
      ...stateOfRank(rank),
      provider: outcome.provider,
      sentAt: now.toISOString(),
      ...(outcome.segments === undefined ? {} : { segments: outcome.segments }),
    };
  if (outcome.kind === 'refused') return { state: 'failed', reason: outcome.code, provider: outcome.provider };
  return { state: 'unknown', reason: 'vendor/no-answer' };
}

export const wordsOf = (one: Ready) => ({ body: one.text, sentTo: one.sentTo, segments: one.segments, costOre: one.costOre });
export const sendJob = (clinicId: string, messageId: string, afterSeconds = 0) => ({
  queue: SEND_QUEUE,
  data: { clinicId, messageId },
  afterSeconds: Math.max(0, afterSeconds),
});
export function change(id: string, set: Record<string, unknown>, now: Date): RowWrite {
  return { entity: 'message', id, birth: false, set: 'state' in set ? { ...set, stateAt: now.toISOString() } : set, extra: {} };
}
