/**
 * Whether the clinic's log is whole: each event is what its hash says, each device's events follow from one another, the clinic's chain over
 * all of them adds up, and it still stands where this laptop once saw it stand. A server that rewrites what happened must rewrite all
 * that came after, and then no longer fits what any laptop remembers.
 */
import { createHash } from 'node:crypto';
import type { AuditEvent } from '#db/model/audit.ts';
import { canonical } from '#db/sync/change.ts';

/** As the server gives it (db/sync/access-log.ts). */
export type ChainedEvent = AuditEvent & { clinicN: number; clinicHash: string };
/** Where the clinic's chain stood when this laptop looked. */
export interface Anchor {
  day: string;
  n: number;
  hash: string;
}
export interface Verdict {
  events: number;
  /** `clinicN` of events that are not what they were, or do not follow; the first hundred. */
  broken: number[];
  /** Days on which this laptop saw the chain stand otherwise. */
  rewritten: string[];
}

const FIRST = '0'.repeat(64);
const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** SHA-256 (hex) over everything of an event but its hash. */
export function hashOfEvent(event: AuditEvent): string {
  const {
    id,
    clinicId,
    deviceId,
    n,
    at,
    actorId,
    actorName,
    roles,
    action,
    verb,
    subjectEntity,
    subjectId,
    patientId,
    details,
    reason,
    previousHash,
  } = event;
  return sha256(
    canonical({
      id,
      clinicId,
      deviceId,
      n,
      at,
      actorId,
      actorName,
      roles,
      action,
      verb,
      subjectEntity,
      subjectId,
      patientId,
      details,
      reason,
      previousHash,
    }),
  );
}

/** @param events all of the clinic's, in the order of `clinicN`, from the first */
export function verifyLog(events: readonly ChainedEvent[], anchors: readonly Anchor[]): Verdict {
  const broken: number[] = [];
  const devices = new Map<string, { n: number; hash: string }>();
  const at = new Map<number, string>();
  let clinicHash = FIRST;
  let place = 0;
  for (const event of events) {
    place += 1;
    const before = devices.get(event.deviceId) ?? { n: 0, hash: FIRST };
    clinicHash = sha256(`${clinicHash}\n${event.deviceId}\n${event.n}\n${event.hash}`);
    const follows = event.clinicN === place && event.n === before.n + 1 && event.previousHash === before.hash;
    if (!follows || hashOfEvent(event) !== event.hash || event.clinicHash !== clinicHash) broken.push(event.clinicN);
    devices.set(event.deviceId, { n: event.n, hash: event.hash });
    // What follows is judged by what is there: one changed event is one finding, not all after it.
    clinicHash = event.clinicHash;
    place = event.clinicN;
    at.set(event.clinicN, event.clinicHash);
  }
  const rewritten = anchors.filter(({ n, hash }) => n > 0 && at.get(n) !== hash).map(({ day }) => day);
  return { events: events.length, broken: broken.slice(0, 100), rewritten };
}
