/**
 * What the server itself does or refuses, in the clinic's log: sign-ins and second factors happen where no laptop of the clinic sees them.
 * The server is a device of its own in the chain, with the clinic's id for its own.
 */
import { v7 } from 'uuid';
import type { AuditEvent } from '#db/model/audit.ts';
import type { Tx } from '#db/postgres/open.ts';
import { appendAudit, eventHash } from './audit.ts';
import { recordTx, type RecordTx } from './record-store.ts';

export interface ServerEvent {
  at: Date;
  /** Who did it; null: whoever it was has not shown who they are. */
  actor: { id: string; name: string; roles: readonly string[] } | null;
  action: AuditEvent['action'];
  verb: string;
  /** Whom it is about. */
  userId: string;
  details?: Record<string, unknown>;
  /** What else than a person of the clinic it is about. */
  subject?: { entity: string; id: string | null; patientId: string | null };
  reason?: string | null;
}

/** In the transaction of what it tells of. Locks the clinic's counter: the last thing a transaction should do. */
export async function logOnServer(tx: Tx, clinicId: string, ...events: readonly ServerEvent[]): Promise<void> {
  await logInRecord(recordTx(tx, clinicId), clinicId, ...events);
}

/** The same where the record is open already. */
export async function logInRecord(record: RecordTx, clinicId: string, ...events: readonly ServerEvent[]): Promise<void> {
  let { n, hash } = await record.auditHeads(clinicId);
  const chained = events.map((event): AuditEvent => {
    const { subject } = event;
    const told = {
      id: v7(),
      clinicId,
      deviceId: clinicId,
      n: (n += 1),
      at: event.at.toISOString(),
      actorId: event.actor?.id ?? null,
      actorName: event.actor?.name ?? null,
      roles: [...(event.actor?.roles ?? [])],
      action: event.action,
      verb: event.verb,
      subjectEntity: subject === undefined ? 'user' : subject.entity,
      subjectId: subject === undefined ? event.userId : subject.id,
      patientId: subject?.patientId ?? null,
      details: event.details ?? {},
      reason: event.reason ?? null,
      previousHash: hash,
      hash: '',
    };
    hash = eventHash(told);
    return { ...told, hash };
  });
  await appendAudit(record, clinicId, clinicId, chained);
}
