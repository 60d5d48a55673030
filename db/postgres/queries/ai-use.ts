/** The clinic's budget for drafts. Counted under a lock of its own: two copies of the server that ask at once do not both get the last of it. */
import type { Tx } from '../open.ts';
import { samePersons } from './messages.ts';

export interface AiUse {
  id: string;
  userId: string;
  task: string;
  model: string;
  at: Date;
  reserved: number;
}
export interface Spent {
  day: number;
  month: number;
  /** Drafts of this person in the last hour. */
  mine: number;
}

/** What is spent, counting what is under way at its most. Holds the clinic's turn until the transaction ends. */
export async function spentByClinic(
  tx: Tx,
  clinicId: string,
  userId: string,
  since: { day: string; month: string; hour: string },
): Promise<Spent> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended('ai_use ' || $1, 0))", [clinicId]);
  const { rows } = await tx.query<Spent>(
    `select coalesce(sum(coalesce(tokens, reserved)) filter (where at >= $2), 0)::int8 as day,
       coalesce(sum(coalesce(tokens, reserved)) filter (where at >= $3), 0)::int8 as month,
       count(*) filter (where at > $4 and user_id = $5)::int as mine
     from ai_use where clinic_id = $1 and at >= least($3::timestamptz, $4::timestamptz)`,
    [clinicId, since.day, since.month, since.hour, userId],
  );
  return rows[0] ?? { day: 0, month: 0, mine: 0 };
}

export async function addUse(tx: Tx, clinicId: string, { id, userId, task, model, at, reserved }: AiUse): Promise<void> {
  await tx.query('insert into ai_use (clinic_id, id, user_id, task, model, at, reserved) values ($1, $2, $3, $4, $5, $6, $7)', [
    clinicId,
    id,
    userId,
    task,
    model,
    at,
    reserved,
  ]);
}

export async function settleUse(
  tx: Tx,
  clinicId: string,
  id: string,
  { tokens, ms, code }: { tokens: number; ms: number; code: string | null },
): Promise<void> {
  await tx.query('update ai_use set tokens = $3, ms = $4, code = $5 where clinic_id = $1 and id = $2', [clinicId, id, tokens, ms, code]);
}

/** The clinic's switch and its options; undefined: it never touched it. */
export async function aiSetting(tx: Tx, clinicId: string): Promise<{ enabled: boolean; options: unknown } | undefined> {
  const { rows } = await tx.query<{ enabled: boolean; options: unknown }>(
    "select enabled, options from integration_setting where clinic_id = $1 and name = 'ai' and not deleted",
    [clinicId],
  );
  return rows[0];
}

/** What shuts the patient's journal for this person, and what opens it, at any registration of the patient. */
export async function accessTo(
  tx: Tx,
  clinicId: string,
  patientId: string,
  userId: string,
): Promise<{ blocks: { blocked: boolean }[]; emergencies: { openedAt: string; until: string }[] }> {
  const ids = (await samePersons(tx, clinicId, [patientId])).map(({ id }) => id);
  const { rows: blocks } = await tx.query<{ blocked: boolean }>(
    'select blocked from access_block where clinic_id = $1 and patient_id = any($2::uuid[]) and user_id = $3 and not deleted',
    [clinicId, ids, userId],
  );
  const { rows: emergencies } = await tx.query<{ openedAt: string; until: string }>(
    'select opened_at as "openedAt", until from emergency_access where clinic_id = $1 and patient_id = any($2::uuid[]) and user_id = $3 and not deleted',
    [clinicId, ids, userId],
  );
  return { blocks, emergencies };
}
