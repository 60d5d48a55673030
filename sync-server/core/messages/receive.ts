/**
 * What vendors tell us, at the door: the news is kept, once, with a job, in one transaction; a STOP counts from that moment. What comes
 * of it is worked out later (work-events.ts).
 */
import { joined } from '#db/postgres/joined.ts';
import { withClinic, type Tx } from '#db/postgres/open.ts';
import { clinicsWritingTo } from '#db/postgres/queries/sending.ts';
import { addEvents } from '#db/postgres/queries/webhook-events.ts';
import { patientAnswer } from '#db/rules/message-answer.ts';
import type { WebhookEvent } from '../../integrations/kit.ts';
import type { NewJob } from '../../jobs/queue.ts';
import type { MessagesDeps } from './deps.ts';

export const EVENT_QUEUE = 'webhook-event';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

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
    await deps.enqueue(tx, jobsFor(clinicId, fresh));
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

/** News that came together are one job: a thousand statuses at once are a handful. */
function jobsFor(clinicId: string, news: readonly News[]): NewJob[] {
  const own = news.flatMap(({ event }) => (event.kind === 'job' ? [{ queue: event.queue, data: { ...event.data, clinicId } }] : []));
  const bySource = Map.groupBy(
    news.filter(({ event }) => event.kind !== 'job'),
    ({ source }) => source,
  );
  const told = [...bySource].map(([source, mine]) => ({
    queue: EVENT_QUEUE,
    data: { clinicId, source, keys: JSON.stringify(mine.map(({ event }) => event.key)) },
  }));
  return [...own, ...told];
}
