/** The log: appended, never changed. */
import type { AuditEvent } from '../../model/audit.ts';
import type { LogRequest } from '../../sync/access-log.ts';
import type { Tx } from '../open.ts';
import { currentKey, keyNumbered, unlessBroken, useKey, withKeys } from '../sealing/clinic-keys.ts';
import { isSealed, keyIdOf, openText, placeOf, sealText } from '../sealing/envelope.ts';

export interface StoredAuditEvent extends AuditEvent {
  intact: boolean;
  clinicN: number;
  clinicHash: string;
}

const START = '0'.repeat(64);

/** Heads of the device's chain and of the clinic's; locks the clinic's counter, so that the clinic's chain has one order. */
export async function auditHeads(
  tx: Tx,
  clinicId: string,
  deviceId: string,
): Promise<{ n: number; hash: string; clinicN: number; clinicHash: string }> {
  const clock = await tx.query<{ keyId: number | null }>('select key_id as "keyId" from clinic_clock where clinic_id = $1 for update', [
    clinicId,
  ]);
  if (clock.rows[0] !== undefined) await useKey(tx, clock.rows[0].keyId);
  const own = await tx.query<{ audit_n: number; audit_hash: string }>(
    'select audit_n, audit_hash from device_queue where clinic_id = $1 and device_id = $2',
    [clinicId, deviceId],
  );
  const all = await tx.query<{ clinic_n: number; clinic_hash: string }>(
    'select clinic_n, clinic_hash from audit_event where clinic_id = $1 order by clinic_n desc limit 1',
    [clinicId],
  );
  return {
    n: own.rows[0]?.audit_n ?? 0,
    hash: own.rows[0]?.audit_hash ?? START,
    clinicN: all.rows[0]?.clinic_n ?? 0,
    clinicHash: all.rows[0]?.clinic_hash ?? START,
  };
}

export async function appendAuditEvents(tx: Tx, clinicId: string, events: readonly StoredAuditEvent[]): Promise<void> {
  const key = await currentKey(tx);
  // Ids and codes stand as they are; why somebody looked is a person's own words.
  const sealed = events.map((event) =>
    event.reason === null ? event : { ...event, reason: sealText(key.seals, String(key.id), placeOfReason(clinicId, event), event.reason) },
  );
  await tx.query(
    `insert into audit_event (clinic_id, device_id, n, id, at, actor_id, actor_name, roles, action, verb, subject_entity, subject_id,
       patient_id, details, reason, previous_hash, hash, intact, clinic_n, clinic_hash)
     select $1, "deviceId", n, id, at, "actorId", "actorName", roles, action, verb, "subjectEntity", "subjectId",
       "patientId", details, reason, "previousHash", hash, intact, "clinicN", "clinicHash"
     from jsonb_to_recordset($2::jsonb) as e("deviceId" uuid, n bigint, id uuid, at text, "actorId" uuid, "actorName" text, roles jsonb,
       action text, verb text, "subjectEntity" text, "subjectId" uuid, "patientId" uuid, details jsonb, reason text,
       "previousHash" text, hash text, intact boolean, "clinicN" bigint, "clinicHash" text)`,
    [clinicId, JSON.stringify(sealed)],
  );
}

/** What an event's reason is sealed to. */
export const auditId = (deviceId: string, n: number): string => `${deviceId}:${n}`;
const placeOfReason = (clinicId: string, { deviceId, n }: Pick<AuditEvent, 'deviceId' | 'n'>) =>
  placeOf(clinicId, 'audit_event', 'reason', auditId(deviceId, n));

export async function saveAuditHead(tx: Tx, clinicId: string, deviceId: string, n: number, hash: string): Promise<void> {
  await tx.query(
    `insert into device_queue (clinic_id, device_id, audit_n, audit_hash, seen_at) values ($1, $2, $3, $4, now())
     on conflict (clinic_id, device_id) do update set audit_n = excluded.audit_n, audit_hash = excluded.audit_hash, seen_at = now()`,
    [clinicId, deviceId, n, hash],
  );
}

/** An event as it lies in the clinic's chain. */
export type LoggedEvent = AuditEvent & { clinicN: number; clinicHash: string; intact: boolean };

/** The last of the clinic's chain. */
export async function clinicChainHead(tx: Tx, clinicId: string): Promise<{ n: number; hash: string }> {
  const { rows } = await tx.query<{ n: number; hash: string }>(
    'select clinic_n as n, clinic_hash as hash from audit_event where clinic_id = $1 order by clinic_n desc limit 1',
    [clinicId],
  );
  return rows[0] ?? { n: 0, hash: START };
}

/** One page of the clinic's log, newest first; one event more than asked for tells that there are more. */
export async function logPage(tx: Tx, clinicId: string, request: LogRequest): Promise<LoggedEvent[]> {
  const { patientId, actorId, action, from, to, before, limit } = request;
  const { rows } = await tx.query<LoggedEvent>(
    `${EVENTS}
     where clinic_id = $1
       and ($2::uuid is null or patient_id = $2 or details->'hits' ? $2::text or details->'patients' ? $2::text)
       and ($3::uuid is null or actor_id = $3) and ($4::text is null or action = $4)
       and ($5::text is null or at >= $5) and ($6::text is null or at < $6) and ($7::bigint is null or clinic_n < $7)
     order by clinic_n desc limit $8`,
    [clinicId, patientId, actorId, action, from, to, before, limit + 1],
  );
  return openReasons(tx, clinicId, rows);
}

/** Undefined when this clinic's log has none of this id. */
export async function eventById(tx: Tx, clinicId: string, id: string): Promise<LoggedEvent | undefined> {
  const { rows } = await tx.query<LoggedEvent>(`${EVENTS} where clinic_id = $1 and id = $2`, [clinicId, id]);
  return (await openReasons(tx, clinicId, rows))[0];
}

const EVENTS = `select clinic_id as "clinicId", device_id as "deviceId", n, id, at, actor_id as "actorId", actor_name as "actorName", roles, action, verb,
       subject_entity as "subjectEntity", subject_id as "subjectId", patient_id as "patientId", details, reason,
       previous_hash as "previousHash", hash, clinic_n as "clinicN", clinic_hash as "clinicHash", intact
     from audit_event`;

async function openReasons(tx: Tx, clinicId: string, rows: readonly LoggedEvent[]): Promise<LoggedEvent[]> {
  return withKeys(tx, (keys) =>
    rows.map((event) => {
      const { reason } = event;
      if (reason === null || !isSealed(reason)) return event;
      const opened = unlessBroken(keys, 'audit_event', auditId(event.deviceId, event.n), () =>
        openText(keyNumbered(keys, keyIdOf(reason)).seals, placeOfReason(clinicId, event), reason),
      );
      // The event stays in sight, and its hash tells that it is not whole.
      return { ...event, reason: opened ?? null, intact: event.intact && opened !== undefined };
    }),
  );
}

/** How many events of this clinic did not follow from the one before. */
export async function brokenEvents(tx: Tx, clinicId: string): Promise<number> {
  const { rows } = await tx.query<{ broken: number }>(
    'select count(*)::int as broken from audit_event where clinic_id = $1 and not intact',
    [clinicId],
  );
  return rows[0]?.broken ?? 0;
}
