/**
 * Claims that the server is to send to Helfo (docs/decisions/0117): here they become an intent, offline too; the server makes what goes out of the same claims and
 * the signed notes, sends it once, and writes back how it went.
 */
import { err, ok } from '#electron/contract/verb.ts';
import { claimOre } from '#db/rules/claims.ts';
import type { Context } from '../context.ts';
import { useCase } from '../use-case.ts';
import { sendsToHelfo } from './ledger.ts';
import { takeBack, takeOutMonth } from './take-out.ts';
import type { TakenOut } from './take-out.ts';

function ask(ctx: Context, messageId: string, practitionerId: string, taken: readonly TakenOut[], credit: boolean) {
  ctx.insert(
    'helfo_message',
    { practitionerId, credit, claimIds: taken.map(({ claim }) => claim.id), requestedById: ctx.actor.userId, requestedAt: ctx.now },
    messageId,
  );
  for (const { claim } of taken)
    ctx.audit({
      ...{ action: 'change', subjectEntity: 'helfo_claim', subjectId: claim.id, patientId: claim.patientId },
      details: { messageId, credit },
    });
  const amountOre = taken.reduce((sum, { claim }) => sum + claimOre(claim.takster), 0) * (credit ? -1 : 1);
  return ok({ messageId, count: taken.length, amountOre });
}

export const sendClaimHandlers = [
  useCase('claim.send', (ctx, wanted) => {
    if (!sendsToHelfo(ctx)) return err('claim/sending-off');
    const messageId = ctx.newId();
    const out = takeOutMonth(ctx, wanted, messageId);
    return out.ok ? ask(ctx, messageId, wanted.practitionerId, out.value.taken, false) : out;
  }),

  useCase('claim.sendCredit', (ctx, { id }) => {
    if (!sendsToHelfo(ctx)) return err('claim/sending-off');
    const messageId = ctx.newId();
    const out = takeBack(ctx, id, messageId);
    return out.ok ? ask(ctx, messageId, out.value.taken.claim.practitionerId, [out.value.taken], true) : out;
  }),

  useCase('claim.withdraw', (ctx, { messageId }) => {
    const message = ctx.get('helfo_message', messageId);
    if (message === undefined) return err('claim/unknown');
    if (message.state !== 'planned' || !message.wanted) return err('claim/not-waiting');
    ctx.patch('helfo_message', messageId, { wanted: false });
    ctx.audit({ action: 'change', subjectEntity: 'helfo_message', subjectId: messageId, patientId: null, details: { wanted: false } });
    return ok(null);
  }),
];
