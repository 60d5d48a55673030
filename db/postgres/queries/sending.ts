/** The ledger of what was handed to vendors: written before they are called (message-tables.ts). */
import type { Tx } from '../open.ts';

export interface Claim {
  messageId: string;
  patientId: string;
  channel: string;
  templateId: string;
  key: string;
  provider: string;
  recipientHash: string;
  segments: number;
  costOre: number;
}
export interface Sending {
  messageId: string;
  patientId: string;
  key: string;
  state: 'claimed' | 'accepted' | 'refused' | 'unknown';
  attempts: string[];
  provider: string | null;
  providerId: string | null;
  recipientHash: string;
  rank: number;
  claimedAt: Date;
}

const COLUMNS = `message_id as "messageId", patient_id as "patientId", key, state, attempts, provider, provider_id as "providerId",
  recipient_hash as "recipientHash", rank, claimed_at as "claimedAt"`;

export async function sendingsOf(tx: Tx, clinicId: string, messageIds: readonly string[]): Promise<Map<string, Sending>> {
  const { rows } = await tx.query<Sending>(`select ${COLUMNS} from sending where clinic_id = $1 and message_id = any($2::uuid[])`, [
    clinicId,
    messageIds,
  ]);
  return new Map(rows.map((row) => [row.messageId, row]));
}

/** One worker decides at a time for a clinic: until the transaction ends. Taken before the clinic's clock, never after it. */
export async function lockSending(tx: Tx, clinicId: string): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended('ryggrad sending ' || $1, 0))", [clinicId]);
}

/**
 * @param again a person has said: send again; then an earlier claim is taken over
 * @returns the messages that are now ours to send; another worker's are not among them
 */
export async function claim(
  tx: Tx,
  clinicId: string,
  claims: readonly Claim[],
  now: Date,
  again: ReadonlySet<string>,
): Promise<Set<string>> {
  if (claims.length === 0) return new Set();
  const { rows } = await tx.query<{ id: string }>(
    `insert into sending as s (clinic_id, message_id, patient_id, channel, template_id, key, state, attempts, recipient_hash, segments, cost_ore, claimed_at)
     select $1, c."messageId", c."patientId", c.channel, c."templateId", c.key, 'claimed', jsonb_build_array(c.provider), c."recipientHash", c.segments, c."costOre", $3
     from jsonb_to_recordset($2::jsonb) as c("messageId" uuid, "patientId" uuid, channel text, "templateId" text, key uuid, provider text, "recipientHash" text, segments int, "costOre" int)
     on conflict (clinic_id, message_id) do update set key = excluded.key, state = 'claimed', attempts = excluded.attempts, provider = null, provider_id = null,
       rank = 0, recipient_hash = excluded.recipient_hash, claimed_at = excluded.claimed_at, done_at = null
       where s.message_id = any($4::uuid[])
     returning message_id as id`,
    [clinicId, JSON.stringify(claims), now, [...again]],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Before another vendor is called with the same message. */
export async function addAttempt(tx: Tx, clinicId: string, messageId: string, provider: string): Promise<void> {
  await tx.query('update sending set attempts = attempts || to_jsonb($3::text) where clinic_id = $1 and message_id = $2', [
    clinicId,
    messageId,
    provider,
  ]);
}

/** It is certain that nothing went out by these claims, and by no other's of the same message: whoever tries next claims anew. */
export async function release(tx: Tx, clinicId: string, claims: readonly Pick<Claim, 'messageId' | 'key'>[]): Promise<void> {
  await tx.query(
    `update sending s set state = 'refused', attempts = '[]', done_at = now() from jsonb_to_recordset($2::jsonb) as c("messageId" uuid, key uuid)
     where s.clinic_id = $1 and s.message_id = c."messageId" and s.key = c.key and s.state = 'claimed'`,
    [clinicId, JSON.stringify(claims.map(({ messageId, key }) => ({ messageId, key })))],
  );
}

export interface Settled {
  messageId: string;
  /** Of the claim it was sent by; null: the vendor's own news. */
  key: string | null;
  state: 'accepted' | 'refused' | 'unknown';
  provider: string | null;
  providerId: string | null;
  rank: number;
  segments: number | null;
}

/**
 * That it went out counts whoever sent it; that it did not, of one's own claim alone.
 * @returns how far each has come by all that is known: news that overtook this one count
 */
export async function settle(tx: Tx, clinicId: string, settled: readonly Settled[], now: Date): Promise<Map<string, number>> {
  const { rows } = await tx.query<{ id: string; rank: number }>(
    `update sending s set state = x.state, provider = coalesce(x.provider, s.provider), provider_id = coalesce(x."providerId", s.provider_id),
       rank = greatest(s.rank, x.rank), segments = coalesce(x.segments, s.segments), done_at = $3
     from jsonb_to_recordset($2::jsonb) as x("messageId" uuid, key uuid, state text, provider text, "providerId" text, rank int, segments int)
     where s.clinic_id = $1 and s.message_id = x."messageId" and (x.state = 'accepted' or (s.state <> 'accepted' and s.key = x.key))
     returning s.message_id as id, s.rank`,
    [clinicId, JSON.stringify(settled), now],
  );
  return new Map(rows.map(({ id, rank }) => [id, rank]));
}

interface SentTo {
  messageId: string;
  patientId: string;
  templateId: string;
  providerId: string | null;
}

/** What went to this address, newest first: whose thread an answer belongs to. */
export async function sentTo(tx: Tx, clinicId: string, recipientHash: string): Promise<SentTo[]> {
  const { rows } = await tx.query<SentTo>(
    `select message_id as "messageId", patient_id as "patientId", template_id as "templateId", provider_id as "providerId" from sending
     where clinic_id = $1 and recipient_hash = $2 order by claimed_at desc limit 200`,
    [clinicId, recipientHash],
  );
  return rows;
}

/** Which clinics wrote to an address, newest first. */
export async function clinicsWritingTo(tx: Pick<Tx, 'query'>, addressHash: string): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    'select clinic_id as id from contact_route where address_hash = $1 order by last_at desc',
    [addressHash],
  );
  return rows.map(({ id }) => id);
}

export async function rememberRoutes(tx: Tx, clinicId: string, hashes: readonly string[], now: Date): Promise<void> {
  await tx.query(
    `insert into contact_route as r (address_hash, clinic_id, last_at) select h, $1, $3 from (select distinct unnest($2::text[]) as h) x order by h
     on conflict (address_hash, clinic_id) do update set last_at = greatest(r.last_at, excluded.last_at)`,
    [clinicId, hashes, now],
  );
}
