/**
 * From rows that were written to events for a clinic's webhooks, in the same transaction: what is told is what is in the record, and all of it. An event holds ids
 * and states; who wants to know more asks the record, as somebody who may.
 */
import { v7 } from 'uuid';
import type { EntityName } from '#db/model/entities.ts';
import type { Tx } from '#db/postgres/open.ts';
import { addDeliveries, listeningEndpoints } from '#db/postgres/queries/webhooks.ts';
import { bookingEvents, messageEvents, type WebhookEventType, type WrittenRow } from '#db/rules/webhook-events.ts';
import { BIRTH_STAMP, type StoredRow } from '#db/sync/row.ts';
import type { NewJob } from '../../jobs/queue.ts';

export const DELIVERY_QUEUE = 'webhook-deliver';
export const deliveryJob = (clinicId: string, id: string): NewJob => ({ queue: DELIVERY_QUEUE, data: { clinicId, id } });

/** @param after the clinic's place before these rows were written */
export type Announce = (
  tx: Tx,
  clinicId: string,
  written: ReadonlyMap<EntityName, ReadonlyMap<string, StoredRow>>,
  after: number,
) => Promise<void>;

interface Told {
  type: WebhookEventType;
  seq: number;
  data: Record<string, unknown>;
}

export function announceBy(enqueue: (tx: Tx, jobs: readonly NewJob[]) => Promise<void>, now: () => Date): Announce {
  return async (tx, clinicId, written, after) => {
    const told = eventsIn(written, after);
    if (told.length === 0) return;
    const listening = await listeningEndpoints(tx, clinicId);
    const at = now();
    const deliveries = told
      .toSorted((a, b) => a.seq - b.seq)
      .flatMap(({ type, seq, data }) =>
        listening
          .filter(({ events }) => events.includes(type))
          .map(({ id: endpointId }) => ({ id: v7(), endpointId, type, seq, body: bodyOf(type, at, { clinicId, ...data, seq }) })),
      );
    if (deliveries.length === 0) return;
    await addDeliveries(tx, clinicId, deliveries, at);
    await enqueue(
      tx,
      deliveries.map(({ id }) => deliveryJob(clinicId, id)),
    );
  };
}

/** As Standard Webhooks says it: type, timestamp, data. */
export const bodyOf = (type: string, at: Date, data: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ type, timestamp: at.toISOString(), data });

function eventsIn(written: Parameters<Announce>[2], after: number): Told[] {
  const of = (
    entity: EntityName,
    events: (row: WrittenRow) => WebhookEventType[],
    data: (row: StoredRow) => Record<string, unknown>,
  ): Told[] =>
    [...(written.get(entity)?.values() ?? [])].flatMap((row) =>
      events(writtenOf(row, after)).map((type) => ({ type, seq: row.seq, data: { id: row.id, ...data(row) } })),
    );
  return [
    ...of('appointment', bookingEvents, ({ patientId, practitionerId, status, deleted }) => ({
      patientId,
      practitionerId,
      state: deleted ? 'cancelled' : status,
    })),
    ...of('message', messageEvents, ({ patientId, appointmentId, channel, direction, state, reason }) => ({
      patientId,
      appointmentId: appointmentId ?? null,
      channel,
      direction,
      state,
      reason: reason ?? null,
    })),
  ];
}

function writtenOf(row: StoredRow, after: number): WrittenRow {
  const stamps = Object.entries(row.fieldSeq).filter(([, [seq]]) => seq > after);
  return { row, born: stamps.some(([field]) => field === BIRTH_STAMP), fields: new Set(stamps.map(([field]) => field)) };
}
