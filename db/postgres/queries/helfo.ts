/** The ledger of what was handed to Helfo (helfo-tables.ts). Every query stands under the clinic's row security. */
import type { Tx } from '../open.ts';

export interface HelfoSending {
  messageId: string;
  state: 'claimed' | 'received' | 'refused' | 'released';
  praksisId: string;
  firstAt: Date;
  claimedAt: Date;
  helfoId: string | null;
  polls: number;
  nextPollAt: Date | null;
}
export type ClaimKind = 'claim' | 'credit';
export interface ClaimSent {
  claimId: string;
  kind: ClaimKind;
  messageId: string;
  state: 'out' | 'accepted' | 'rejected';
}
const SENDING = `message_id as "messageId", state, praksis_id as "praksisId", first_at as "firstAt", claimed_at as "claimedAt", helfo_id as "helfoId",
  polls, next_poll_at as "nextPollAt"`;
const SENT = 'claim_id as "claimId", kind, message_id as "messageId", state';

/** One worker of a clinic decides about its claims at a time, of all copies: until the transaction ends. Taken before the clinic's clock. */
export async function lockHelfo(tx: Tx, clinicId: string): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended('ryggrad helfo ' || $1, 0))", [clinicId]);
}

export async function helfoSending(tx: Tx, clinicId: string, messageId: string): Promise<HelfoSending | undefined> {
  const { rows } = await tx.query<HelfoSending>(`select ${SENDING} from helfo_sending where clinic_id = $1 and message_id = $2`, [
    clinicId,
    messageId,
  ]);
  return rows[0];
}

export async function claimsSent(tx: Tx, clinicId: string, claimIds: readonly string[]): Promise<ClaimSent[]> {
  const { rows } = await tx.query<ClaimSent>(`select ${SENT} from helfo_claim_sent where clinic_id = $1 and claim_id = any($2::uuid[])`, [
    clinicId,
    claimIds,
  ]);
  return rows;
}

/** Those that went with this message and with none since. */
export async function claimsOf(tx: Tx, clinicId: string, messageId: string): Promise<ClaimSent[]> {
  const { rows } = await tx.query<ClaimSent>(
    `select ${SENT} from helfo_claim_sent where clinic_id = $1 and message_id = $2 order by claim_id`,
    [clinicId, messageId],
  );
  return rows;
}

/** Written before Helfo is called. Only what never went, or was rejected, becomes this message's. */
export async function claimMessage(
  tx: Tx,
  clinicId: string,
  {
    messageId,
    praksisId,
    kind,
    claimIds,
    now,
  }: { messageId: string; praksisId: string; kind: ClaimKind; claimIds: readonly string[]; now: Date },
): Promise<void> {
  await tx.query(
    `insert into helfo_sending as s (clinic_id, message_id, state, praksis_id, first_at, claimed_at) values ($1, $2, 'claimed', $3, $4, $4)
     on conflict (clinic_id, message_id) do update set state = 'claimed', praksis_id = excluded.praksis_id, claimed_at = excluded.claimed_at where s.state = 'released'`,
    [clinicId, messageId, praksisId, now],
  );
  await tx.query(
    `insert into helfo_claim_sent as s (clinic_id, claim_id, kind, message_id, state) select $1, c, $3, $2, 'out' from unnest($4::uuid[]) as c
     on conflict (clinic_id, claim_id, kind) do update set message_id = excluded.message_id, state = 'out'
       where s.state = 'rejected'`,
    [clinicId, messageId, kind, claimIds],
  );
}

/** Whether this claim of the message stands: a sender that stood still may find that another has claimed it since. */
export async function stillClaimed(tx: Tx, clinicId: string, messageId: string, claimedAt: Date): Promise<boolean> {
  const sending = await helfoSending(tx, clinicId, messageId);
  return sending?.state === 'claimed' && sending.claimedAt.getTime() === claimedAt.getTime();
}

/** It is certain that nothing went in: whoever tries next claims anew. Under `lockHelfo`, by whom the claim is. */
export async function releaseMessage(tx: Tx, clinicId: string, messageId: string): Promise<void> {
  await tx.query(
    `with released as (update helfo_sending set state = 'released' where clinic_id = $1 and message_id = $2 and state = 'claimed' returning message_id)
     update helfo_claim_sent set state = 'rejected' where clinic_id = $1 and state = 'out' and message_id in (select message_id from released)`,
    [clinicId, messageId],
  );
}

/**
 * That it went in counts whoever sent it, also where it was given back meanwhile: then its claims are out after all.
 * @returns false when another worker was faster
 */
export async function settleMessage(
  tx: Tx,
  clinicId: string,
  messageId: string,
  to: { state: 'received'; helfoId: string; nextPollAt: Date } | { state: 'refused' },
): Promise<boolean> {
  const received = to.state === 'received' ? to : undefined;
  const { rowCount } = await tx.query(
    `update helfo_sending set state = $3, helfo_id = coalesce($4, helfo_id), next_poll_at = $5
     where clinic_id = $1 and message_id = $2 and state = any($6::text[])`,
    [
      clinicId,
      messageId,
      to.state,
      received?.helfoId ?? null,
      received?.nextPollAt ?? null,
      received === undefined ? ['claimed', 'received'] : ['claimed', 'released'],
    ],
  );
  if (rowCount === 1 && received !== undefined)
    await tx.query(`update helfo_claim_sent set state = 'out' where clinic_id = $1 and message_id = $2 and state = 'rejected'`, [
      clinicId,
      messageId,
    ]);
  return rowCount === 1;
}

export async function judgeClaims(
  tx: Tx,
  clinicId: string,
  messageId: string,
  states: ReadonlyMap<string, 'accepted' | 'rejected'>,
): Promise<void> {
  await tx.query(
    `update helfo_claim_sent s set state = x.state from jsonb_to_recordset($3::jsonb) as x(id uuid, state text)
     where s.clinic_id = $1 and s.message_id = $2 and s.claim_id = x.id`,
    [clinicId, messageId, JSON.stringify([...states].map(([id, state]) => ({ id, state })))],
  );
}

export async function notePoll(tx: Tx, clinicId: string, messageId: string, nextPollAt: Date | null): Promise<void> {
  await tx.query('update helfo_sending set polls = polls + 1, next_poll_at = $3 where clinic_id = $1 and message_id = $2', [
    clinicId,
    messageId,
    nextPollAt,
  ]);
}

/** Ids by which Helfo knows messages of this clinic: none of these is a lost one. */
export async function knownHelfoIds(tx: Tx, clinicId: string): Promise<Set<string>> {
  const { rows } = await tx.query<{ id: string }>(
    'select helfo_id as id from helfo_sending where clinic_id = $1 and helfo_id is not null',
    [clinicId],
  );
  return new Set(rows.map(({ id }) => id));
}

export async function helfoIsOn(tx: Tx, clinicId: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `select from integration_setting where clinic_id = $1 and name = 'helfo' and enabled and not deleted`,
    [clinicId],
  );
  return rowCount === 1;
}

/**
 * What a worker should look at though perhaps no job says so: what waited for a switch, what was asked for while this server could not send, claims whose
 * sender is gone; and states nobody has asked for. What failed stays with its job, and then with the dead ones.
 */
export async function overlookedByHelfo(tx: Tx, clinicId: string, now: Date, late: Date): Promise<{ sends: string[]; polls: string[] }> {
  const { rows: sends } = await tx.query<{ id: string }>(
    `select m.id from helfo_message m left join helfo_sending s on s.clinic_id = $1 and s.message_id = m.id
     where m.clinic_id = $1 and not m.deleted and m.state in ('planned', 'unknown') and m.requested_at < $2
       and (m.reason is null or m.reason in ('helfo/off', 'helfo/not-registered')) and (s.state is null or s.state = 'released' or s.claimed_at < $3)
     order by m.requested_at limit 200`,
    [clinicId, late.toISOString(), late],
  );
  // Its job may be lost with a restored backup; in six hours it is looked for again.
  const { rows: polls } = await tx.query<{ id: string }>(
    `update helfo_sending set next_poll_at = $2::timestamptz + interval '6 hours'
     where clinic_id = $1 and state = 'received' and next_poll_at < $3 returning message_id as id`,
    [clinicId, now, late],
  );
  return { sends: sends.map(({ id }) => id), polls: polls.map(({ id }) => id) };
}
