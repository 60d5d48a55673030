/**
 * Hands claims in at Helfo, each once (docs/decisions/0117). Helfo is asked for the practice; one transaction decides and claims, so that the ledger knows
 * before Helfo does; then Helfo is called; another transaction writes down what became of it. Whoever finds a claim whose sender is gone asks Helfo what it has
 * (recover.ts), and sends again only what is not there.
 */
import { withClinic } from '#db/postgres/open.ts';
import { claimMessage, judgeClaims, lockHelfo, releaseMessage, settleMessage, stillClaimed } from '#db/postgres/queries/helfo.ts';
import { kravOf } from '#db/rules/kuhr.ts';
import type { HandedIn, HelfoPractice } from '../../integrations/kit.ts';
import type { RowWrite } from '#db/sync/row.ts';
import { helfoSendJob, type HelfoDeps } from './deps.ts';
import { planOf, practiceProblem, type Sendable } from './plan.ts';
import { receive } from './receive.ts';
import { recover, TWICE } from './recover.ts';
import { claimWrites, logHandedIn, messageWrite, writeAll, type Verdict } from './write.ts';

/** @returns a code of why it is to be tried again; undefined: done, or nothing to do */
export async function sendToHelfo(deps: HelfoDeps, clinicId: string, messageId: string): Promise<string | undefined> {
  await deps.step?.('begin');
  const plan = await withClinic(deps.pool, clinicId, (tx) => planOf(deps, tx, clinicId, messageId));
  if (plan.do === 'nothing') return undefined;
  if (plan.do === 'recover') return recover(deps, clinicId, plan);
  if (plan.do === 'wait') return note(deps, clinicId, messageId, plan.reason, undefined);
  const practices = plan.do === 'send' && deps.desk !== undefined ? await deps.desk.practices(clinicId) : { ok: true as const, value: [] };
  if (!practices.ok) return note(deps, clinicId, messageId, practices.code, practices.code);
  await deps.step?.('asked');
  const claimed = await claimNow(deps, clinicId, messageId, practices.value);
  if (claimed === undefined || deps.desk === undefined) return undefined;
  await deps.step?.('claimed');
  // Begun in the first half alone: the call has ended before another may take the message over.
  const begunBy = new Date(claimed.claimedAt.getTime() + deps.settleMs / 2);
  const outcome = await deps.desk.handIn(clinicId, bodyOf(claimed), begunBy).catch((): HandedIn => ({ kind: 'unknown' }));
  await deps.step?.('handed-in');
  const code = await settle(deps, clinicId, claimed, outcome);
  await deps.step?.('settled');
  return code;
}

/** The same claims make the same text: what is sent again after a crash is known at Helfo as the same. */
const bodyOf = ({ praksisId, lines, kind }: Sendable): string => JSON.stringify(kravOf(praksisId, lines, kind === 'credit'));

type Claimed = Sendable & { claimedAt: Date };

async function claimNow(
  deps: HelfoDeps,
  clinicId: string,
  messageId: string,
  practices: readonly HelfoPractice[],
): Promise<Claimed | undefined> {
  const now = deps.now();
  return withClinic(deps.pool, clinicId, async (tx) => {
    await lockHelfo(tx, clinicId);
    // Read again: another worker may have been faster, or it was taken back.
    const plan = await planOf(deps, tx, clinicId, messageId);
    if (plan.do === 'cancel') {
      // A credit that never went leaves its claim accepted, as it was.
      const kept = plan.credits.map((id): [string, Verdict] => [id, { verdict: 'rejected', words: null }]);
      const back = await claimWrites(tx, clinicId, 'credit', new Map(kept), now);
      await writeAll(tx, clinicId, [...back, messageWrite(messageId, { state: 'cancelled', reason: null }, now)]);
      return undefined;
    }
    if (plan.do !== 'send') return undefined;
    const problem = plan.lines.length === 0 ? undefined : practiceProblem(practices, plan.praksisId, plan.lines);
    const unfit = new Map(plan.unfit);
    if (problem !== undefined) for (const { guid } of plan.lines) unfit.set(guid, problem);
    const verdicts = new Map([...unfit].map(([id, words]): [string, Verdict] => [id, { verdict: 'rejected', words }]));
    const writes = [...(await claimWrites(tx, clinicId, plan.kind, verdicts, now)), ...pointBack(plan.elsewhere)];
    if (problem !== undefined || plan.lines.length === 0) {
      const ended =
        unfit.size === 0
          ? { state: 'cancelled', reason: 'helfo/nothing-left' }
          : { state: 'refused', reason: problem ?? [...unfit.values()][0] };
      await writeAll(tx, clinicId, [...writes, messageWrite(messageId, ended, now)]);
      return undefined;
    }
    await claimMessage(tx, clinicId, {
      messageId,
      praksisId: plan.praksisId,
      kind: plan.kind,
      claimIds: plan.lines.map(({ guid }) => guid),
      now,
    });
    await deps.enqueue(tx, [helfoSendJob(clinicId, messageId, deps.settleMs / 1000)]);
    await writeAll(tx, clinicId, writes);
    await logHandedIn(tx, clinicId, {
      message: plan.message,
      claims: plan.lines.map(({ guid }) => ({ id: guid, patientId: plan.patientOf.get(guid) ?? '' })),
      now,
    });
    return { ...plan, claimedAt: now };
  });
}

/** Two laptops asked for the same: the claim stands with the message it went by, or a person would be told to send it again. */
const pointBack = (elsewhere: Sendable['elsewhere']): RowWrite[] =>
  [...elsewhere].map(([id, batchId]) => ({ entity: 'helfo_claim', id, birth: false, set: { batchId }, extra: {} }));

async function settle(
  deps: HelfoDeps,
  clinicId: string,
  { message, kind, lines, claimedAt }: Claimed,
  outcome: HandedIn,
): Promise<string | undefined> {
  const now = deps.now();
  const messageId = message.id;
  return withClinic(deps.pool, clinicId, async (tx) => {
    await lockHelfo(tx, clinicId);
    if (outcome.kind === 'received') return receive(deps, { tx, clinicId, messageId }, outcome.helfoId);
    // Another has taken it over since: only that it is there still counts.
    if (!(await stillClaimed(tx, clinicId, messageId, claimedAt))) return undefined;
    if (outcome.kind === 'busy') {
      await releaseMessage(tx, clinicId, messageId);
      await writeAll(tx, clinicId, [messageWrite(messageId, { reason: outcome.code }, now)]);
      return outcome.code;
    }
    if (outcome.kind === 'refused') {
      if (!(await settleMessage(tx, clinicId, messageId, { state: 'refused' }))) return undefined;
      const words = outcome.faults
        .map(({ code, words: text }) => [code, text].filter((part) => part !== '').join(': '))
        .join('\n')
        .slice(0, 2000);
      const verdicts = new Map(
        lines.map(({ guid }): [string, Verdict] => [guid, { verdict: 'rejected', words: words === '' ? null : words }]),
      );
      await judgeClaims(tx, clinicId, messageId, new Map([...verdicts.keys()].map((id) => [id, 'rejected'])));
      const writes = await claimWrites(tx, clinicId, kind, verdicts, now);
      await writeAll(tx, clinicId, [...writes, messageWrite(messageId, { state: 'refused', reason: 'helfo/refused' }, now)]);
      return undefined;
    }
    // It may be there: asked once its sender must be gone, by the job that was made with the claim. What is there for certain is looked for at once.
    await writeAll(tx, clinicId, [
      messageWrite(messageId, { state: 'unknown', reason: outcome.kind === 'twice' ? TWICE : 'helfo/no-answer' }, now),
    ]);
    if (outcome.kind === 'twice') await deps.enqueue(tx, [helfoSendJob(clinicId, messageId, 1)]);
    return undefined;
  });
}

async function note(
  deps: HelfoDeps,
  clinicId: string,
  messageId: string,
  reason: string,
  code: string | undefined,
): Promise<string | undefined> {
  await withClinic(deps.pool, clinicId, async (tx) => {
    await lockHelfo(tx, clinicId);
    // Nothing of it where another has sent it meanwhile.
    const { do: next } = await planOf(deps, tx, clinicId, messageId);
    if (next === 'send' || next === 'wait') await writeAll(tx, clinicId, [messageWrite(messageId, { reason }, deps.now())]);
  });
  return code;
}
