/** What became of messages and claims, as rows that sync down. */
import { NOBODY } from '#db/model/message.ts';
import { personById } from '#db/postgres/queries/people.ts';
import { claimsOf, judgeClaims, type ClaimKind } from '#db/postgres/queries/helfo.ts';
import type { Tx } from '#db/postgres/open.ts';
import { readRows } from '#db/postgres/queries/rows.ts';
import type { RowWrite, StoredRow } from '#db/sync/row.ts';
import { actorOf } from '../second-factor.ts';
import { logOnServer } from '../server-log.ts';
import { serverWrite } from '../server-write.ts';

export const messageWrite = (id: string, set: Record<string, unknown>, now: Date): RowWrite => ({
  entity: 'helfo_message',
  id,
  birth: false,
  set: { ...set, ...('state' in set ? { stateAt: now.toISOString() } : {}) },
  extra: {},
});

export interface Verdict {
  verdict: 'accepted' | 'rejected';
  words: string | null;
}

/** Claims as Helfo's word leaves them; one that a person has taken further since is left alone. */
export async function claimWrites(
  tx: Tx,
  clinicId: string,
  kind: ClaimKind,
  verdicts: ReadonlyMap<string, Verdict>,
  now: Date,
): Promise<RowWrite[]> {
  const found = await readRows(tx, clinicId, new Map([['helfo_claim', new Set(verdicts.keys())]]));
  return found.flatMap(({ row }) => {
    const said = verdicts.get(row.id);
    const status = said === undefined ? undefined : nextStatus(row, kind, said.verdict);
    if (said === undefined || status === undefined) return [];
    const set = { status, answer: said.words, answeredAt: now.toISOString(), ...(status === 'accepted' ? {} : { paidOre: null }) };
    return [{ entity: 'helfo_claim' as const, id: row.id, birth: false, set, extra: {} }];
  });
}

function nextStatus(row: StoredRow, kind: ClaimKind, verdict: Verdict['verdict']): string | undefined {
  const status = String(row['status']);
  // A credit that is taken is «credited»; one that is refused leaves the claim as it was, accepted.
  if (kind === 'credit') return status === 'credit_sent' ? (verdict === 'accepted' ? 'credited' : 'accepted') : undefined;
  return ['sent', 'corrected', 'accepted', 'rejected'].includes(status) ? verdict : undefined;
}

/** Locks the clinic's clock: the last thing a transaction should do, but for the log. */
export async function writeAll(tx: Tx, clinicId: string, writes: readonly RowWrite[]): Promise<void> {
  if (writes.length > 0) await serverWrite(tx, clinicId, NOBODY, writes);
}

/** Whose data left for Helfo, and on whose word. */
export async function logHandedIn(
  tx: Tx,
  clinicId: string,
  { message, claims, now }: { message: StoredRow; claims: readonly { id: string; patientId: string }[]; now: Date },
): Promise<void> {
  const userId = String(message['requestedById']);
  const actor = actorOf(userId, await personById(tx, clinicId, userId));
  const details = { messageId: message.id, credit: message['credit'] === true };
  await logOnServer(
    tx,
    clinicId,
    ...claims.map(({ id, patientId }) => ({
      ...{ at: now, actor, action: 'export' as const, verb: 'helfo.send', userId, details },
      subject: { entity: 'helfo_claim', id, patientId },
    })),
  );
}

/** The whole message is refused, for a reason of ours. */
export async function refuseClaims(tx: Tx, clinicId: string, messageId: string, reason: string, now: Date): Promise<void> {
  const claims = await claimsOf(tx, clinicId, messageId);
  await judgeClaims(tx, clinicId, messageId, new Map(claims.map(({ claimId }) => [claimId, 'rejected'])));
  const verdicts = new Map(claims.map(({ claimId }): [string, Verdict] => [claimId, { verdict: 'rejected', words: reason }]));
  const writes = await claimWrites(tx, clinicId, claims[0]?.kind ?? 'claim', verdicts, now);
  await writeAll(tx, clinicId, [...writes, messageWrite(messageId, { state: 'refused', reason }, now)]);
}
