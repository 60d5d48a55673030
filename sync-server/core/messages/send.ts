/**
 * Sends messages, each at most once (issue 5). One transaction decides and claims: the ledger's row is there before a vendor hears of it.
 * Then the vendors are called. Another transaction writes down what became of it. Whoever finds a claim whose sender is gone asks the
 * vendor; where that cannot be known the message is `unknown`, and a person decides.
 */
import { randomUUID } from 'node:crypto';
import { NOBODY } from '#db/model/message.ts';
import { withClinic } from '#db/postgres/open.ts';
import { addAttempt, claim, lockSending, rememberRoutes, release, settle } from '#db/postgres/queries/sending.ts';
import { lockClinic } from '#db/postgres/queries/push.ts';
import type { RowWrite, StoredRow } from '#db/sync/row.ts';
import type { Outgoing, Reference, SendOutcome } from '../../integrations/kit.ts';
import type { Job } from '../../jobs/queue.ts';
import { serverWrite } from '../server-write.ts';
import type { MessagesDeps } from './deps.ts';
import { judge, type Ready } from './judge.ts';
import { readFacts } from './read-facts.ts';
import { recover } from './recover.ts';
import { asSettled, change, SEND_QUEUE, sendJob, stateAfter, wordsOf } from './settling.ts';

/** Calls to vendors at the same time, by one worker. */
const AT_ONCE = 12;
/** After a claim no vendor is called later than this: three of e-mail, one after the other, take 75 s more, and then the sender is held to be gone (SETTLE_MS). */
const BEGUN_WITHIN_MS = 15_000;

/** @returns codes of those that failed, by job */
export async function sendMessages(deps: MessagesDeps, jobs: readonly Job[]): Promise<Map<string, string>> {
  const failed = new Map<string, string>();
  for (const [clinicId, mine] of Map.groupBy(jobs, ({ data }) => data['clinicId'] ?? '')) {
    try {
      await sendForClinic(deps, clinicId, [...new Set(mine.map(({ data }) => data['messageId'] ?? ''))]);
    } catch (error) {
      if (error instanceof Killed) throw error;
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'message/failed';
      deps.log.warn({ err: error }, 'messages were not sent');
      deps.observe?.fault(error, { queue: SEND_QUEUE });
      for (const { id } of mine) failed.set(id, code);
    }
  }
  return failed;
}

/** For tests that end a worker at a step: nothing of the work after it happens. */
export class Killed extends Error {}

export interface Claimed extends Ready {
  message: StoredRow;
  key: string;
}

export async function sendForClinic(deps: MessagesDeps, clinicId: string, messageIds: readonly string[]): Promise<void> {
  await deps.step?.('begin');
  const began = deps.now().getTime();
  const { claimed, stranded } = await claimDue(deps, clinicId, messageIds);
  await deps.step?.('claimed');
  const outcomes: { claimed: Claimed; outcome: SendOutcome }[] = [];
  const left = [...claimed];
  const turn = spaced(deps.spacingMs ?? 0);
  await Promise.all(
    Array.from({ length: Math.min(AT_ONCE, left.length) }, async () => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        await turn();
        const outcome = await callVendor(deps, clinicId, next, () => deps.now().getTime() - began);
        if (outcome !== 'left') outcomes.push({ claimed: next, outcome });
      }
    }),
  );
  await deps.step?.('settling');
  if (outcomes.length > 0) await settleAll(deps, clinicId, outcomes);
  for (const one of stranded) await recover(deps, clinicId, one);
  await deps.step?.('settled');
}

/** Calls begin so far apart: in one go they would take the process for a tenth of a second, and whoever saves meanwhile waits it out. */
function spaced(ms: number): () => Promise<void> {
  let next = 0;
  return async () => {
    const now = performance.now();
    const mine = Math.max(next, now);
    next = mine + ms;
    if (mine > now) await new Promise((resolve) => setTimeout(resolve, mine - now));
  };
}

/** One transaction: what is due is claimed, what is not to go is said so, the rest is put off. */
async function claimDue(
  deps: MessagesDeps,
  clinicId: string,
  ids: readonly string[],
): Promise<{ claimed: Claimed[]; stranded: StoredRow[] }> {
  const now = deps.now();
  return withClinic(deps.pool, clinicId, async (tx) => {
    // One worker of a clinic decides at a time, of all copies: limits hold. Not by the clinic's clock: who saves does not wait for this.
    await lockSending(tx, clinicId);
    const facts = await readFacts(deps, tx, clinicId, ids, now);
    const writes: RowWrite[] = [];
    const later: { id: string; at: string }[] = [];
    const ready: Claimed[] = [];
    const stranded: StoredRow[] = [];
    const sentNow = new Map<string, number>();
    const told = new Set<string>();
    for (const message of facts.messages) {
      const known = facts.of(message);
      const twins = known.twins;
      const patientId = known.person[0]?.id ?? '';
      const sent = { byPatient: known.sent.byPatient + (sentNow.get(patientId) ?? 0), byClinic: known.sent.byClinic + ready.length };
      const verdict = judge(message, { ...known, sent, twinOut: known.twinOut || twins.some((id) => told.has(id)) });
      if (verdict.do === 'write') writes.push(change(message.id, verdict.set, now));
      else if (verdict.do === 'later') {
        if (Object.keys(verdict.set).length > 0) writes.push(change(message.id, verdict.set, now));
        later.push({ id: message.id, at: verdict.at });
      } else if (verdict.do === 'recover') stranded.push(message);
      else if (verdict.do === 'send') {
        sentNow.set(patientId, (sentNow.get(patientId) ?? 0) + 1);
        told.add(message.id);
        ready.push({ ...verdict, message, key: randomUUID() });
      }
    }
    const again = new Set(
      ready.filter((one) => one.again || facts.of(one.message).sending?.state === 'refused').map(({ message }) => message.id),
    );
    const ours = await claim(
      tx,
      clinicId,
      ready.map((one) => asClaim(deps, one)),
      now,
      again,
    );
    const claimed = ready.filter(({ message }) => ours.has(message.id));
    await rememberRoutes(
      tx,
      clinicId,
      claimed.map(({ to }) => deps.hash(to)),
      now,
    );
    // What was decided is decided: the same word must not send a third time.
    for (const { message } of claimed.filter((one) => one.again))
      writes.push(change(message.id, { decision: null, state: 'planned', reason: null }, now));
    if (writes.length > 0) await serverWrite(tx, clinicId, NOBODY, writes, deps.announce);
    await deps.enqueue(
      tx,
      later.map(({ id, at }) => sendJob(clinicId, id, (Date.parse(at) - now.getTime()) / 1000)),
    );
    return { claimed, stranded };
  });
}

/** @param age of the claim, in ms. @returns `left`: nothing was done, and whoever comes after may have it already */
async function callVendor(deps: MessagesDeps, clinicId: string, one: Claimed, age: () => number): Promise<SendOutcome | 'left'> {
  await deps.step?.('before-vendor');
  // Slow vendors, or a machine that stood still. Another may have asked the vendor already, heard "not here", and sent it.
  if (age() > deps.settleMs) return 'left';
  if (age() > BEGUN_WITHIN_MS) return { kind: 'busy', retryAfterSeconds: 1 };
  const channel = deps.channels.get(String(one.message['channel']));
  if (channel === undefined) return { kind: 'busy', retryAfterSeconds: 60 };
  const outcome = await channel
    .send({
      key: one.key,
      reference: { clinicId, messageId: one.message.id },
      to: one.to,
      subject: one.subject,
      text: one.text,
      providers: one.providers,
      ...(one.sender === '' ? {} : { sender: one.sender }),
      ...watchOf(deps, one, { clinicId, messageId: one.message.id }),
      attempting: (provider) => withClinic(deps.pool, clinicId, (tx) => addAttempt(tx, clinicId, one.message.id, provider)),
    })
    // A client must not throw; one that does may have sent.
    .catch((): SendOutcome => ({ kind: 'unknown', provider: one.providers[0] ?? '' }));
  await deps.step?.('after-vendor');
  return outcome;
}

function watchOf({ watching }: MessagesDeps, { watched, website }: Claimed, reference: Reference): Pick<Outgoing, 'watch'> {
  if (!watched || watching === undefined) return {};
  const link = website === '' ? null : { to: watching.address('click', reference), shown: website };
  return { watch: { pixel: watching.address('open', reference), link } };
}

async function settleAll(
  deps: MessagesDeps,
  clinicId: string,
  outcomes: readonly { claimed: Claimed; outcome: SendOutcome }[],
): Promise<void> {
  const now = deps.now();
  await withClinic(deps.pool, clinicId, async (tx) => {
    await lockClinic(tx, clinicId, NOBODY);
    // Whether it went out is asked once nothing can be under way any more; until then the claim stands.
    const unsure = outcomes.filter(({ outcome }) => outcome.kind === 'unknown').map(({ claimed }) => claimed.message.id);
    const known = outcomes.filter(({ outcome }) => outcome.kind !== 'unknown');
    const busy = known
      .filter(({ outcome }) => outcome.kind === 'busy')
      .map(({ claimed: { message, key } }) => ({ messageId: message.id, key }));
    if (busy.length > 0) await release(tx, clinicId, busy);
    const settled = known.flatMap(({ claimed, outcome }) => asSettled(claimed.message.id, claimed.key, outcome));
    const ranks = await settle(tx, clinicId, settled, now);
    const writes = known.flatMap(({ claimed, outcome }) =>
      outcome.kind === 'busy'
        ? []
        : [change(claimed.message.id, { ...wordsOf(claimed), ...stateAfter(outcome, ranks.get(claimed.message.id), now) }, now)],
    );
    if (writes.length > 0) await serverWrite(tx, clinicId, NOBODY, writes, deps.announce);
    const again = known.flatMap(({ claimed, outcome }) =>
      outcome.kind === 'busy' ? [sendJob(clinicId, claimed.message.id, outcome.retryAfterSeconds)] : [],
    );
    await deps.enqueue(tx, [...again, ...unsure.map((id) => sendJob(clinicId, id, deps.settleMs / 1000))]);
  });
}

const asClaim = (deps: MessagesDeps, one: Claimed) => ({
  messageId: one.message.id,
  patientId: String(one.message['patientId']),
  channel: String(one.message['channel']),
  templateId: String(one.message['templateId']),
  key: one.key,
  provider: one.providers[0] ?? '',
  recipientHash: deps.hash(one.to),
  segments: one.segments,
  costOre: one.costOre,
});
