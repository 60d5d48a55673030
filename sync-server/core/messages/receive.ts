/**
 * What vendors tell us. At the door (`takeEvents`): the news is kept, once, with a job, in one transaction; a STOP counts from that
 * moment. Later (`workEvents`): a status moves a message on, an answer lands in the patient's thread.
 */
import { derivedId } from '#db/model/ids.ts';
import { NOBODY } from '#db/model/message.ts';
import { joined } from '#db/postgres/joined.ts';
import { withClinic, type Tx } from '#db/postgres/open.ts';
import { lockClinic } from '#db/postgres/queries/push.ts';
import { readRows } from '#db/postgres/queries/rows.ts';
import { clinicsWritingTo, sendingsOf, sentTo, settle } from '#db/postgres/queries/sending.ts';
import { addEvents, eventsHandled, waitingEvents } from '#db/postgres/queries/webhook-events.ts';
import { patientAnswer } from '#db/rules/message-answer.ts';
import { messageTemplate } from '#db/rules/message-templates.ts';
import type { RowWrite } from '#db/sync/row.ts';
import type { WebhookEvent } from '../../integrations/kit.ts';
import type { Job, NewJob } from '../../jobs/queue.ts';
import { serverWrite } from '../server-write.ts';
import type { MessagesDeps } from './deps.ts';
import { change } from './send.ts';
import { rankOf, stateOfRank } from './states.ts';

export const EVENT_QUEUE = 'webhook-event';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
type Inbound = Extract<WebhookEvent, { kind: 'inbound' }>;
type Status = Extract<WebhookEvent, { kind: 'status' }>;
type Withdrawal = Extract<WebhookEvent, { kind: 'withdrawn' }>;

/** @returns how many were new, and how many belong to no clinic here */
export async function takeEvents(
  deps: MessagesDeps,
  source: string,
  events: readonly WebhookEvent[],
): Promise<{ taken: number; lost: number }> {
  const byClinic = new Map<string, WebhookEvent[]>();
  let lost = 0;
  for (const event of events) {
    const clinics = (await clinicsFor(deps, event)).filter((id) => UUID.test(id));
    if (clinics.length === 0) lost += 1;
    for (const id of clinics) byClinic.set(id, [...(byClinic.get(id) ?? []), event]);
  }
  const news = [...byClinic].flatMap(([clinicId, mine]) => mine.map((event) => keeperOf(deps)(clinicId, { source, event })));
  const taken = (await Promise.all(news)).filter((isNew) => isNew === true).length;
  return { taken, lost };
}

interface News {
  source: string;
  event: WebhookEvent;
}
type Keeper = (clinicId: string, news: News) => Promise<boolean | undefined>;
const keepers = new WeakMap<MessagesDeps, Keeper>();

/** What comes while a transaction of the clinic is under way shares the next one: vendors tell of a thousand messages at once. */
function keeperOf(deps: MessagesDeps): Keeper {
  let keeper = keepers.get(deps);
  if (keeper === undefined) keepers.set(deps, (keeper = joined((clinicId, news) => keep(deps, clinicId, news))));
  return keeper;
}

/** @returns which of them were not known yet */
async function keep(deps: MessagesDeps, clinicId: string, news: readonly News[]): Promise<Map<News, boolean>> {
  return withClinic(deps.pool, clinicId, async (tx) => {
    const fresh: News[] = [];
    for (const [source, mine] of Map.groupBy(news, (one) => one.source)) {
      // The same news twice at once is one row, and one job.
      const once = [...new Map(mine.map((one) => [one.event.key, one])).values()];
      const isNew = new Set(
        await addEvents(
          tx,
          clinicId,
          once.map(({ event }) => stored(deps, source, event)),
        ),
      );
      fresh.push(...once.filter(({ event }) => isNew.has(event.key)));
    }
    await deps.enqueue(
      tx,
      fresh.map(({ source, event }) => jobFor(clinicId, source, event)),
    );
    return new Map(news.map((one) => [one, fresh.includes(one)]));
  });
}

/** A STOP is for everybody who writes to the number; an answer for whoever wrote last. */
async function clinicsFor(deps: MessagesDeps, event: WebhookEvent): Promise<string[]> {
  if (event.kind !== 'inbound') return [event.reference.clinicId];
  const clinics = await clinicsWritingTo(deps.pool as unknown as Tx, deps.hash(event.from));
  return patientAnswer(event.text) === 'stop' ? clinics : clinics.slice(0, 1);
}

function stored(deps: MessagesDeps, source: string, event: WebhookEvent) {
  const { key, kind, ...data } = event;
  return { source, key, kind, data, stopHash: stopHash(deps, event) };
}

function stopHash(deps: MessagesDeps, event: WebhookEvent): string | null {
  if (event.kind === 'withdrawn') return deps.hash(event.address);
  return event.kind === 'inbound' && patientAnswer(event.text) === 'stop' ? deps.hash(event.from) : null;
}

const jobFor = (clinicId: string, source: string, event: WebhookEvent): NewJob =>
  event.kind === 'job'
    ? { queue: event.queue, data: { ...event.data, clinicId } }
    : { queue: EVENT_QUEUE, data: { clinicId, source, key: event.key } };

/** @returns codes of those that failed, by job */
export async function workEvents(deps: MessagesDeps, jobs: readonly Job[]): Promise<Map<string, string>> {
  const failed = new Map<string, string>();
  for (const [clinicId, mine] of Map.groupBy(jobs, ({ data }) => data['clinicId'] ?? '')) {
    const keys = mine.map(({ data }) => ({ source: data['source'] ?? '', key: data['key'] ?? '' }));
    try {
      await withClinic(deps.pool, clinicId, async (tx) => {
        if ((await lockClinic(tx, clinicId, NOBODY)) === undefined) return;
        const events = await waitingEvents(tx, clinicId, keys);
        const writes = new Writes();
        for (const { source, key, kind, data, receivedAt } of events) {
          const event = { key, kind, ...(data as object) } as WebhookEvent;
          if (event.kind === 'status') await takeStatus(deps, tx, clinicId, event, writes);
          else if (event.kind === 'withdrawn') await takeWithdrawal(deps, tx, clinicId, event, writes);
          else if (event.kind === 'inbound') await takeAnswer(deps, tx, clinicId, event, `${source}/${key}`, receivedAt, writes);
        }
        if (writes.all.length > 0) await serverWrite(tx, clinicId, NOBODY, writes.all);
        await eventsHandled(tx, clinicId, keys);
      });
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'webhook/failed';
      deps.log.warn({ err: error }, 'news of a vendor were not worked in');
      deps.observe?.fault(error, { queue: EVENT_QUEUE });
      for (const { id } of mine) failed.set(id, code);
    }
  }
  return failed;
}

/** One row is written once in a transaction: two news of one message become one write. */
class Writes {
  readonly #rows = new Map<string, RowWrite>();
  add(write: RowWrite): void {
    const before = this.#rows.get(write.id);
    this.#rows.set(write.id, before === undefined ? write : { ...before, set: { ...before.set, ...write.set } });
  }
  get all(): RowWrite[] {
    return [...this.#rows.values()];
  }
}

async function takeStatus(deps: MessagesDeps, tx: Tx, clinicId: string, event: Status, writes: Writes): Promise<void> {
  const { messageId } = event.reference;
  if (!UUID.test(messageId)) return;
  const sending = (await sendingsOf(tx, clinicId, [messageId])).get(messageId);
  // News of another send than the one that counts (a person has said: send again), or of none of ours.
  if (sending === undefined || (sending.providerId !== null && sending.providerId !== event.providerId)) return;
  if (!sending.attempts.includes(event.provider)) return;
  const rank = rankOf(event.status);
  if (rank <= sending.rank) return;
  const now = deps.now();
  await settle(
    tx,
    clinicId,
    [{ messageId, state: 'accepted', provider: event.provider, providerId: event.providerId, rank, segments: event.segments ?? null }],
    now,
  );
  const reason = event.status === 'failed' || event.status === 'bounced' ? (event.code ?? 'vendor/not-delivered') : null;
  const first = sending.providerId === null ? { sentAt: now.toISOString(), provider: event.provider } : {};
  writes.add(
    change(
      messageId,
      { ...stateOfRank(rank), reason, ...first, ...(event.segments === undefined ? {} : { segments: event.segments }) },
      now,
    ),
  );
}

/** For everybody the clinic wrote to under this address. */
async function takeWithdrawal(deps: MessagesDeps, tx: Tx, clinicId: string, event: Withdrawal, writes: Writes): Promise<void> {
  const sent = await sentTo(tx, clinicId, deps.hash(event.address));
  const now = deps.now().toISOString();
  for (const patientId of new Set(sent.map((one) => one.patientId))) writes.add(withdrawn(patientId, event.channel, now));
}

/** Written in the thread of the patient whom the clinic wrote to last under this number; a STOP counts for all of them. */
async function takeAnswer(
  deps: MessagesDeps,
  tx: Tx,
  clinicId: string,
  event: Inbound,
  name: string,
  at: Date,
  writes: Writes,
): Promise<void> {
  const sent = await sentTo(tx, clinicId, deps.hash(event.from));
  const [latest] = sent;
  if (latest === undefined) return;
  const now = deps.now().toISOString();
  const meaning = patientAnswer(event.text);
  const about = await appointmentAbout(
    tx,
    clinicId,
    sent.filter(({ patientId }) => patientId === latest.patientId).map(({ messageId }) => messageId),
    now,
  );
  writes.add({
    entity: 'message',
    id: derivedId(clinicId, `inbound/${name}`),
    birth: true,
    set: {
      patientId: latest.patientId,
      appointmentId: about?.id ?? null,
      channel: event.channel,
      direction: 'in',
      templateId: 'reply',
      body: event.text.slice(0, 2000),
      requestedById: NOBODY,
      requestedAt: at.toISOString(),
      plannedAt: at.toISOString(),
      state: 'received',
      reason: meaning === 'words' ? null : `answer/${meaning}`,
      stateAt: now,
      provider: event.provider,
    },
    extra: {},
  });
  if (meaning === 'stop')
    for (const patientId of new Set(sent.map((one) => one.patientId))) writes.add(withdrawn(patientId, event.channel, now));
  if ((meaning === 'confirm' || meaning === 'cancel') && about !== undefined)
    writes.add({
      entity: 'appointment',
      id: about.id,
      birth: false,
      set: { patientAnswer: meaning === 'confirm' ? 'confirmed' : 'cancel', patientAnswerAt: now },
      extra: {},
    });
}

function withdrawn(patientId: string, channel: string, now: string): RowWrite {
  return {
    entity: 'channel_consent',
    // The id a laptop derives too (electron/core/patients).
    id: derivedId(patientId, `consent:${channel}`),
    birth: false,
    set: { patientId, channel, state: 'no', recordedById: NOBODY, recordedAt: now, source: 'reply' },
    extra: {},
  };
}

/** The booking that the last reminder was about and that is still to come. */
async function appointmentAbout(tx: Tx, clinicId: string, messageIds: readonly string[], now: string): Promise<{ id: string } | undefined> {
  const messages = await readRows(tx, clinicId, new Map([['message', new Set(messageIds)]]));
  const byId = new Map(messages.map(({ row }) => [row.id, row]));
  const asked = messageIds.flatMap((id) => {
    const row = byId.get(id);
    return row !== undefined && messageTemplate(String(row['templateId']))?.appointment === true && typeof row['appointmentId'] === 'string'
      ? [row['appointmentId']]
      : [];
  });
  const appointments = await readRows(tx, clinicId, new Map([['appointment', new Set(asked)]]));
  const open = new Map(appointments.map(({ row }) => [row.id, row]));
  const id = asked.find((one) => {
    const row = open.get(one);
    return row !== undefined && !row.deleted && row['status'] === 'booked' && String(row['startsAt']) > now;
  });
  return id === undefined ? undefined : { id };
}
