/** Adds one event to this device's chained log, in the transaction of what it is about (db/model/audit.ts). */
import { createHash } from 'node:crypto';
import type { AuditEvent } from '#db/model/audit.ts';
import { canonical } from '#db/sync/change.ts';
import { prepared } from '#db/sqlite/store.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import type { Actor, AuditNote } from '../context.ts';

const FIRST = '0'.repeat(64);

export interface AuditInput extends AuditNote {
  clinicId: string;
  deviceId: string;
  /** Null for what happens before anybody is known: a refused passphrase. */
  actor: Pick<Actor, 'userId' | 'name' | 'roles'> | null;
  now: string;
  verb: string;
  id: string;
}

export function appendAudit(db: SqliteDatabase, input: AuditInput): void {
  const head = prepared(db, 'select n, hash from audit_event where device_id = ? order by n desc limit 1').get(input.deviceId) as
    | { n: number; hash: string }
    | undefined;
  const event: Omit<AuditEvent, 'hash'> = {
    id: input.id,
    clinicId: input.clinicId,
    deviceId: input.deviceId,
    n: (head?.n ?? 0) + 1,
    at: input.now,
    actorId: input.actor?.userId ?? null,
    actorName: input.actor?.name ?? null,
    roles: [...(input.actor?.roles ?? [])],
    action: input.action,
    verb: input.verb,
    subjectEntity: input.subjectEntity ?? null,
    subjectId: input.subjectId ?? null,
    patientId: input.patientId ?? null,
    details: input.details ?? {},
    reason: input.reason ?? null,
    previousHash: head?.hash ?? FIRST,
  };
  const hash = createHash('sha256').update(canonical(event)).digest('hex');
  prepared(
    db,
    `insert into audit_event (n, id, clinic_id, device_id, at, actor_id, actor_name, roles, action, verb, subject_entity, subject_id, patient_id, details, reason, previous_hash, hash)
     values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
  ).run(
    event.n,
    event.id,
    event.clinicId,
    event.deviceId,
    event.at,
    event.actorId,
    event.actorName,
    JSON.stringify(event.roles),
    event.action,
    event.verb,
    event.subjectEntity,
    event.subjectId,
    event.patientId,
    JSON.stringify(event.details),
    event.reason,
    event.previousHash,
    hash,
  );
}
