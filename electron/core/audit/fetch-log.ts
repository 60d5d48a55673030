/** The clinic's log from the server, asked for in the person's own name; or, without one in reach, what this laptop itself has logged. */
import { LOG_PAGE } from '#db/model/audit.ts';
import { logAnswerSchema, type LogRequest } from '#db/sync/access-log.ts';
import { readReplica } from '#db/sqlite/store.ts';
import { ownEvents } from '#db/sqlite/queries/own-log.ts';
import type { Result } from '#electron/contract/verb.ts';
import { err, ok } from '#electron/contract/verb.ts';
import { proofHeaders } from '../clinic/proof.ts';
import { askServer } from '../clinic/server-client.ts';
import type { Ports } from '../ports.ts';
import type { OpenClinic } from '../services.ts';
import type { ChainedEvent } from './verify-log.ts';

export interface LogEvent {
  /** The event's place in the clinic's log, or in this device's. */
  place: number;
  at: string;
  deviceId: string;
  actorId: string | null;
  actorName: string | null;
  roles: readonly string[];
  action: string;
  verb: string;
  subjectEntity: string | null;
  patientId: string | null;
  /** Ids and codes; a search lists whom it showed. */
  details: Readonly<Record<string, unknown>>;
  reason: string | null;
  intact: boolean;
}
export interface LogPage {
  source: 'clinic' | 'device';
  events: LogEvent[];
  more: boolean;
  /** Events that did not follow from the one before; null where only the server could say. */
  broken: number | null;
}

/** @param onlyOwn this device's, whatever server there is */
export async function logPage(ports: Ports, clinic: OpenClinic, request: LogRequest, onlyOwn = false): Promise<Result<LogPage>> {
  const url = onlyOwn ? undefined : readReplica(clinic.db, 'server-url');
  const credential = readReplica(clinic.db, 'device-credential');
  if (url !== undefined && credential !== undefined) {
    const reply = await askPage(ports, clinic, { url, credential }, request);
    if (reply.ok) {
      const { events, more, broken } = reply.value;
      return ok({ source: 'clinic', events: events.map((event) => ({ ...event, place: event.clinicN })), more, broken });
    }
    if (reply.code !== 'net/unreachable') return reply;
  }
  const own = ownEvents(clinic.db, clinic.deviceId, request);
  return ok({ source: 'device', events: own.slice(0, request.limit), more: own.length > request.limit, broken: null });
}

/**
 * Everything of a period, newest first. All of one source: where the server is lost halfway this laptop's own is given whole, for places of the
 * two cannot be mixed.
 */
export async function wholePeriod(
  ports: Ports,
  clinic: OpenClinic,
  period: { from: string; to: string; actorId: string | null },
  onlyOwn = false,
): Promise<Result<Pick<LogPage, 'source' | 'events' | 'broken'>>> {
  const events: LogEvent[] = [];
  for (let before: number | null = null; ;) {
    const page = await logPage(ports, clinic, { patientId: null, action: null, ...period, before, limit: LOG_PAGE }, onlyOwn);
    if (!page.ok) return page;
    const { source, more, broken } = page.value;
    if (before !== null && source === 'device' && !onlyOwn) return await wholePeriod(ports, clinic, period, true);
    events.push(...page.value.events);
    before = page.value.events.at(-1)?.place ?? null;
    if (!more || before === null) return ok({ source, events, broken });
  }
}

/** Everything about these registrations of one person, oldest first; `whole` when the server gave it. */
export async function wholeLogOf(
  ports: Ports,
  clinic: OpenClinic,
  patientIds: readonly string[],
): Promise<Result<{ whole: boolean; events: LogEvent[] }>> {
  // A search that showed two registrations is one event.
  const events = new Map<number, LogEvent>();
  let whole = true;
  for (const patientId of patientIds) {
    for (let before: number | null = null; ;) {
      const page = await logPage(ports, clinic, { patientId, actorId: null, action: null, from: null, to: null, before, limit: LOG_PAGE });
      if (!page.ok) return page;
      whole &&= page.value.source === 'clinic';
      for (const event of page.value.events) events.set(event.place, event);
      before = page.value.events.at(-1)?.place ?? null;
      if (!page.value.more || before === null) break;
    }
  }
  return ok({ whole, events: [...events.values()].toSorted((a, b) => a.place - b.place) });
}

/** Every event of the clinic's log from the first, as it is chained. Only the server has it. */
export async function wholeChain(ports: Ports, clinic: OpenClinic): Promise<Result<ChainedEvent[]>> {
  const url = readReplica(clinic.db, 'server-url');
  const credential = readReplica(clinic.db, 'device-credential');
  if (url === undefined || credential === undefined) return err('server/not-connected');
  const events: ChainedEvent[] = [];
  for (let before: number | null = null; ;) {
    const filter = { patientId: null, actorId: null, action: null, from: null, to: null };
    const page = await askPage(ports, clinic, { url, credential }, { ...filter, before, limit: LOG_PAGE });
    if (!page.ok) return page;
    events.push(...page.value.events);
    before = page.value.events.at(-1)?.clinicN ?? null;
    if (!page.value.more || before === null) return ok(events.toReversed());
  }
}

function askPage(ports: Ports, clinic: OpenClinic, server: { url: string; credential: string }, request: LogRequest) {
  const path = '/v1/audit';
  const headers = proofHeaders(clinic.actor, { method: 'POST', path, body: request });
  return askServer(
    ports,
    { url: `${server.url}${path}`, method: 'POST', body: request, credential: server.credential, headers },
    logAnswerSchema,
  );
}
