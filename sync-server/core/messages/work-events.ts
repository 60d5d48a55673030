/** News of vendors are worked in: a status moves a message on, an answer lands in the patient's thread. Those that came together in one transaction. */
import { derivedId } from '#db/model/ids.ts';
import { NOBODY } from '#db/model/message.ts';
import { withClinic, type Tx } from '#db/postgres/open.ts';
import { lockClinic } from '#db/postgres/queries/push.ts';
import { readRows } from '#db/postgres/queries/rows.ts';
import { sendingsOf, sentTo, settle, type Settled } from '#db/postgres/queries/sending.ts';
import { eventsHandled, waitingEvents } from '#db/postgres/queries/webhook-events.ts';
import { patientAnswer } from '#db/rules/message-answer.ts';
import { messageTemplate } from '#db/rules/message-templates.ts';
import type { RowWrite } from '#db/sync/row.ts';
import type { WebhookEvent } from '../../integrations/kit.ts';
import type { Job } from '../../jobs/queue.ts';
import { serverWrite } from '../server-write.ts';
import type { MessagesDeps } from './deps.ts';
import { change } from './settling.ts';
import { rankOf, stateOfRank } from './states.ts';
import { EVENT_QUEUE } from './receive.ts';
import { countWatched } from './watching.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
type Of<K extends WebhookEvent['kind']> = Extract<WebhookEvent, { kind: K }>;
interface Key {
  source: string;
  key: string;
}

/** @returns codes of those that failed, by job */
export async function workEvents(deps: MessagesDeps, jobs: readonly Job[]): Promise<Map<string, string>> {
  const failed = new Map<string, string>();
  for (const [clinicId, mine] of Map.groupBy(jobs, ({ data }) => data['clinicId'] ?? '')) {
    const wrong = await workKeys(deps, clinicId, mine.flatMap(keysIn));
    for (const job of mine) {
      const [first] = keysIn(job).flatMap(({ source, key }) => wrong.get(`${source}/${key}`) ?? []);
      if (first !== undefined) failed.set(job.id, first);
    }
  }
  return failed;
}

/** Jobs of an earlier version held one key each. */
function keysIn({ data }: Job): Key[] {
  const source = data['source'] ?? '';
  const keys: unknown = data['keys'] === undefined ? [data['key'] ?? ''] : JSON.parse(data['keys']);
  return Array.isArray(keys) ? keys.map((key) => ({ source, key: String(key) })) : [];
}

/** One that cannot be worked in does not keep the others waiting: a batch that fails is halved. @returns codes, by `source/key` */
async function workKeys(deps: MessagesDeps, clinicId: string, keys: readonly Key[]): Promise<Map<string, string>> {
  if (keys.length === 0) return new Map();
  try {
    await workTogether(deps, clinicId, keys);
    return new Map();
  } catch (error) {
    if (keys.length > 1) {
      const half = Math.ceil(keys.length / 2);
      return new Map([...(await workKeys(deps, clinicId, keys.slice(0, half))), ...(await workKeys(deps, clinicId, keys.slice(half)))]);
    }
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'webhook/failed';
    deps.log.warn({ err: error }, 'news of a vendor were not worked in');
    deps.observe?.fault(error, { queue: EVENT_QUEUE });
    return new Map(keys.map(({ source, key }) => [`${source}/${key}`, code]));
  }
}

async function workTogether(deps: MessagesDeps, clinicId: string, keys: readonly Key[]): Promise<void> {
  await withClinic(deps.pool, clinicId, async (tx) => {
    if ((await lockClinic(tx, clinicId, NOBODY)) === undefined) return;
    const events = (await waitingEvents(tx, clinicId, keys)).map(({ data, ...told }) => ({
      name: `${told.source}/${told.key}`,
      at: told.receivedAt,
      event: { key: told.key, kind: told.kind, ...(data as object) } as WebhookEvent,
    }));
    const writes = new Writes();
    await takeStatuses(
      deps,
      tx,
      clinicId,
      events.flatMap(({ event }) => (event.kind === 'status' ? [event] : [])),
      writes,
    );
    for (const { name, at, event } of events) {
      if (event.kind === 'withdrawn') await takeWithdrawal(deps, tx, clinicId, event, writes);
      else if (event.kind === 'inbound') await takeAnswer(deps, tx, clinicId, event, name, at, writes);
    }
    const seen = events.flatMap(({ event }) => (event.kind === 'watched' ? [event] : []));
    for (const write of await countWatched(deps, tx, clinicId, seen)) writes.add(write);
    if (writes.all.length > 0) await serverWrite(tx, clinicId, NOBODY, writes.all, deps.announce);
    await eventsHandled(tx, clinicId, keys);
  });
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

/** Of several of one message the furthest counts, in whatever order they came. */
async function takeStatuses(deps: MessagesDeps, tx: Tx, clinicId: string, news: readonly Of<'status'>[], writes: Writes): Promise<void> {
  const ids = [...new Set(news.map(({ reference }) => reference.messageId).filter((id) => UUID.test(id)))];
  if (ids.length === 0) return;
  const now = deps.now();
  const sendings = await sendingsOf(tx, clinicId, ids);
  const settled = new Map<string, Settled>();
  for (const event of news) {
    const { messageId } = event.reference;
    const sending = sendings.get(messageId);
    // News of another send than the one that counts (a person has said: send again), or of none of ours.
    if (sending === undefined || (sending.providerId !== null && sending.providerId !== event.providerId)) continue;
    if (!sending.attempts.includes(event.provider)) continue;
    const rank = rankOf(event.status);
    if (rank <= sending.rank) continue;
    const first = sending.providerId === null ? { sentAt: now.toISOString(), provider: event.provider } : {};
    sendings.set(messageId, { ...sending, rank, providerId: event.providerId });
    const { provider, providerId, segments = null } = event;
    settled.set(messageId, {
      messageId,
      key: null,
      state: 'accepted',
      provider,
      providerId,
      rank,
      segments: segments ?? settled.get(messageId)?.segments ?? null,
    });
    const reason = event.status === 'failed' || event.status === 'bounced' ? (event.code ?? 'vendor/not-delivered') : null;
    writes.add(change(messageId, { ...stateOfRank(rank), reason, ...first, ...(segments === null ? {} : { segments }) }, now));
  }
  if (settled.size > 0) await settle(tx, clinicId, [...settled.values()], now);
}

/** For everybody the clinic wrote to under this address. */
async function takeWithdrawal(deps: MessagesDeps, tx: Tx, clinicId: string, event: Of<'withdrawn'>, writes: Writes): Promise<void> {
  const sent = await sentTo(tx, clinicId, deps.hash(event.address));
  const now = deps.now().toISOString();
  for (const patientId of new Set(sent.map((one) => one.patientId))) writes.add(withdrawn(patientId, event.channel, now));
}

/** Written in the thread of the patient whom the clinic wrote to last under this number; a STOP counts for all of them. */
async function takeAnswer(
  deps: MessagesDeps,
  tx: Tx,
  clinicId: string,
  event: Of<'inbound'>,
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
