/**
 * Up: the queue to POST /v1/changes, in order, the same frozen changes again until each is answered.
 * A 200 is not success: each change has its own outcome (SPEC.md P1–P6).
 */
import { auditEventSchema, type AuditEvent } from '#db/model/audit.ts';
import { MAX_CHANGES, PROTOCOL_VERSION, pushReplySchema, WAITED_HEADER, type PushReply, type PushRequest } from '#db/sync/change.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { indexPatients } from '#db/sqlite/queries/patient-search.ts';
import { indexSamePersons } from '#db/sqlite/queries/same-person.ts';
import { prepared } from '#db/sqlite/store.ts';
import { eraseHere, forgetWords } from '#db/sqlite/queries/erase.ts';
import { endOverlays, inApplying, parseObject, takeErasures } from './apply.ts';
import { readCursor, serverFacts } from './cursor.ts';
import { erasedMeanwhile, freezeNext, hasSendable, otherSenders, reopenAcked, settle, type Frozen } from './outbox.ts';
import { failureOf, problemCode, type Failure, type Fetch } from './ports.ts';

const MAX_BYTES = 4_000_000;
const MAX_EVENTS = 1000;

export interface PushDeps {
  db: SqliteDatabase;
  deviceId: string;
  serverUrl: string;
  credential(): string;
  fetch: Fetch;
  now(): Date;
}

export type PushResult =
  | { ok: true; /** There is more to send at once. */ more: boolean; sent: number; changed: Map<string, string[]> }
  | ({ ok: false } & Failure);

/**
 * Sends one request, even an empty one (it brings the server's epoch).
 * @param limit shrinks after a refusal for size
 * @param resumeFrom see `pushRequestSchema`
 */
export async function pushOnce(deps: PushDeps, signal: AbortSignal, limit = MAX_CHANGES, resumeFrom?: number): Promise<PushResult> {
  const { db, deviceId } = deps;
  const changes = freezeNext(db, deviceId, limit, MAX_BYTES);
  const audit = unsentAudit(db, deviceId);
  const answer = await post(
    deps,
    waitedMs(deps, changes),
    bodyOf({ protocol: PROTOCOL_VERSION, deviceId, audit, ...(resumeFrom === undefined ? {} : { resumeFrom }) }, changes),
    signal,
  );
  if (answer.ok && answer.reply.outcomes.length === 0 && changes.length > 0)
    return { ok: false, kind: 'no-answer', code: 'server/unreadable' };
  if (answer.ok) return take(deps, answer.reply, changes.length, limit, audit.length);
  if (answer.code === 'changes/gap' && typeof answer.details['expected'] === 'number') {
    // The server knows less than it once acknowledged: from there on everything again.
    const { expected } = answer.details;
    const changed = new Map<string, string[]>();
    const reopened = inApplying(db, () => reopenAcked(db, deviceId, expected, changed));
    if (reopened > 0) return { ok: true, more: true, sent: 0, changed };
    const first = changes[0]?.n;
    // What it asks for was forgotten long ago: a hole must not hold up what people write now.
    if (first !== undefined && first > expected && resumeFrom === undefined) return pushOnce(deps, signal, limit, first);
  }
  if (answer.status === 413 && limit > 1 && changes.length > 1) return pushOnce(deps, signal, Math.ceil(changes.length / 2));
  return { ok: false, ...failureOf(answer.status, answer.code) };
}

type Answer = { ok: true; reply: PushReply } | { ok: false; status: number; code: string; details: Record<string, unknown> };

/** The changes go in as the text they are. */
function bodyOf(rest: Omit<PushRequest, 'changes'>, changes: readonly Frozen[]): string {
  return `${JSON.stringify(rest).slice(0, -1)},"changes":[${changes.map(({ json }) => json).join(',')}]}`;
}

/** For the operator: a queue that stood still is seen when it moves again. */
function waitedMs({ now }: PushDeps, changes: readonly Frozen[]): number | undefined {
  const [first] = changes;
  return first === undefined ? undefined : Math.max(0, now().getTime() - Date.parse(first.at));
}

async function post(
  { fetch, serverUrl, credential }: PushDeps,
  waited: number | undefined,
  body: string,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    const response = await fetch(`${serverUrl}/v1/changes`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${credential()}`,
        'content-type': 'application/json',
        ...(waited === undefined ? {} : { [WAITED_HEADER]: String(waited) }),
      },
      body,
      cache: 'no-store',
      signal,
    });
    if (!response.ok) return { ok: false, status: response.status, ...(await problemCode(response)) };
    const reply = pushReplySchema.safeParse(await response.json());
    return reply.success ? { ok: true, reply: reply.data } : { ok: false, status: response.status, code: 'server/unreadable', details: {} };
  } catch {
    // Not connected, cut off, or an answer that is no JSON: whatever the server did, the same changes go again.
    return { ok: false, status: 0, code: 'server/unreachable', details: {} };
  }
}

function take(deps: PushDeps, reply: PushReply, asked: number, limit: number, events: number): PushResult {
  const { db, deviceId, now } = deps;
  const changed = new Map<string, string[]>();
  const at = now().toISOString();
  const forgotten = inApplying(db, () => {
    settle(db, deviceId, reply.outcomes, reply.now ?? at);
    const late = erasedMeanwhile(db, deviceId, reply.outcomes);
    if (late.length > 0) eraseHere(db, late);
    for (const { entity, id } of late) changed.set(entity, [...(changed.get(entity) ?? []), id]);
    forgetWords(db);
    if (reply.now !== undefined) serverFacts.setServerTime(db, reply.now);
    const epoch = serverFacts.epoch(db);
    const isNew = epoch !== undefined && epoch !== reply.epoch;
    serverFacts.setEpoch(db, reply.epoch);
    serverFacts.setLastSyncedAt(db, at);
    serverFacts.setAuditUpTo(db, deviceId, reply.auditUpTo);
    // Said in every answer: the one that told of a new epoch may have been lost.
    const from = reply.lastN === undefined ? (isNew ? 1 : Number.MAX_SAFE_INTEGER) : reply.lastN + 1;
    let reopened = reopenAcked(db, deviceId, from, changed);
    if (isNew) for (const other of otherSenders(db, deviceId)) reopened += reopenAcked(db, other, 1, changed);
    endOverlays(db, readCursor(db).passedSeq, changed);
    takeErasures(db, changed);
    indexPatients(db, [...new Set(changed.get('patient'))]);
    if (changed.has('patient') || changed.has('patient_link')) indexSamePersons(db);
    return isNew || reopened > 0;
  });
  const more = forgotten || reply.outcomes.length < asked || asked === limit || events === MAX_EVENTS || hasSendable(db, deviceId);
  return { ok: true, more, sent: reply.outcomes.length, changed };
}

/** The device's log, in order, from where the server's ends. */
function unsentAudit(db: SqliteDatabase, deviceId: string): AuditEvent[] {
  const rows = prepared(db, 'select * from audit_event where device_id = ? and n > ? order by n limit ?').all(
    deviceId,
    serverFacts.auditUpTo(db, deviceId),
    MAX_EVENTS,
  );
  return rows.map(toEvent);
}

/** Whether this device has logged what the server's log has not. */
export function hasUnsentLog(db: SqliteDatabase, deviceId: string): boolean {
  return (
    prepared(db, 'select 1 from audit_event where device_id = ? and n > ? limit 1').get(deviceId, serverFacts.auditUpTo(db, deviceId)) !==
    undefined
  );
}

function toEvent(raw: unknown): AuditEvent {
  const source = new Map<string, unknown>(typeof raw === 'object' && raw !== null ? Object.entries(raw) : []);
  const text = (name: string) => source.get(name) ?? null;
  const details = text('details');
  const roles = text('roles');
  return auditEventSchema.parse({
    id: text('id'),
    clinicId: text('clinic_id'),
    deviceId: text('device_id'),
    n: text('n'),
    at: text('at'),
    actorId: text('actor_id'),
    actorName: text('actor_name'),
    roles: typeof roles === 'string' ? JSON.parse(roles) : [],
    action: text('action'),
    verb: text('verb'),
    subjectEntity: text('subject_entity'),
    subjectId: text('subject_id'),
    patientId: text('patient_id'),
    details: typeof details === 'string' ? parseObject(details) : {},
    reason: text('reason'),
    previousHash: text('previous_hash'),
    hash: text('hash'),
  });
}
