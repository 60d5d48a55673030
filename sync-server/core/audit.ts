/**
 * The clinic's log. Each device chains its own events; the server checks that chain and adds its own over all
 * devices. What does not follow is kept and marked: throwing it away would be the forger's wish.
 */
import { createHash } from 'node:crypto';
import type { AuditEvent } from '#db/model/audit.ts';
import { canonical } from '#db/sync/change.ts';
import type { StoredAuditEvent } from '#db/postgres/queries/audit.ts';
import type { RecordTx } from './record-store.ts';

/** Appends what is new; returns the `n` up to which this device's log is stored. Events beyond a gap are left for later. */
export async function appendAudit(tx: RecordTx, clinicId: string, deviceId: string, events: readonly AuditEvent[]): Promise<number> {
  const heads = await tx.auditHeads(deviceId);
  let { n, hash, clinicN, clinicHash } = heads;
  const fresh: StoredAuditEvent[] = [];
  for (const event of events) {
    if (event.n <= n) continue;
    if (event.n !== n + 1) break;
    const storable = cleaned(event);
    const intact = event.previousHash === hash && hashHolds(event) && event.clinicId === clinicId && event.deviceId === deviceId;
    clinicN += 1;
    clinicHash = createHash('sha256').update(`${clinicHash}\n${deviceId}\n${event.n}\n${event.hash}`).digest('hex');
    fresh.push({ ...storable, clinicId, deviceId, intact: intact && storable === event, clinicN, clinicHash });
    n = event.n;
    hash = event.hash;
  }
  if (fresh.length === 0) return n;
  await tx.appendAuditEvents(fresh);
  await tx.saveAuditHead(deviceId, n, hash);
  return n;
}

/** SHA-256 (hex) over everything but the hash itself. */
export function eventHash(event: AuditEvent): string {
  const { hash: _, ...rest } = event;
  return createHash('sha256').update(canonical(rest), 'utf8').digest('hex');
}

function hashHolds(event: AuditEvent): boolean {
  try {
    return event.hash === eventHash(event);
  } catch {
    // Half a surrogate pair has no canonical form.
    return false;
  }
}

/** The same event, or one in which what Postgres cannot hold is replaced. */
function cleaned(event: AuditEvent): AuditEvent {
  const clean = (value: unknown): unknown => {
    if (typeof value === 'string') return value.toWellFormed().replaceAll('\0', '\ufffd');
    if (Array.isArray(value)) return value.map(clean);
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [String(clean(key)), clean(inner)]));
    return value;
  };
  const needs = (value: unknown): boolean => {
    if (typeof value === 'string') return !value.isWellFormed() || value.includes('\0');
    if (typeof value === 'object' && value !== null) return Object.entries(value).some(([key, inner]) => needs(key) || needs(inner));
    return false;
  };
  return needs(event) ? (clean(event) as AuditEvent) : event;
}
