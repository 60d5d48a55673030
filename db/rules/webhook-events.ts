/** Events that a clinic's webhooks may be told: ids and states, never what a patient said or is called. The names are a promise to those who listen. */
export const WEBHOOK_EVENTS = [
  'booking.created',
  'booking.moved',
  'booking.cancelled',
  'booking.arrived',
  'booking.started',
  'booking.completed',
  'booking.no_show',
  'booking.reopened',
  'message.planned',
  'message.sent',
  'message.delivered',
  'message.failed',
  'message.blocked',
  'message.cancelled',
  'message.unknown',
  'message.received',
] as const;
export type WebhookEventType = (typeof WEBHOOK_EVENTS)[number];

/** Sent when an administrator tries an address; asked for by nobody. */
export const WEBHOOK_TEST = 'webhook.test';

const BOOKINGS: Readonly<Record<string, WebhookEventType>> = {
  booked: 'booking.reopened',
  arrived: 'booking.arrived',
  in_progress: 'booking.started',
  done: 'booking.completed',
  no_show: 'booking.no_show',
  cancelled: 'booking.cancelled',
};

/** A row as it was written, and which of its fields were written by this. */
export interface WrittenRow {
  row: Readonly<Record<string, unknown>>;
  born: boolean;
  fields: ReadonlySet<string>;
}

/** What is to be told of a booking that was written: one event for one act. */
export function bookingEvents({ row, born, fields }: WrittenRow): WebhookEventType[] {
  const events: WebhookEventType[] = [];
  const state = BOOKINGS[String(row['status'])];
  if (born) {
    events.push('booking.created');
    // Born as something further on: a walk-in has arrived.
    if (row['status'] !== 'booked' && state !== undefined) events.push(state);
    return events;
  }
  if (['startsAt', 'durationMinutes', 'practitionerId'].some((field) => fields.has(field))) events.push('booking.moved');
  if (fields.has('deleted') && row['deleted'] === true) events.push('booking.cancelled');
  else if (fields.has('status') && state !== undefined) events.push(state);
  return events;
}

export function messageEvents({ row, born, fields }: WrittenRow): WebhookEventType[] {
  if (!born && !fields.has('state')) return [];
  const type = WEBHOOK_EVENTS.find((name) => name === `message.${String(row['state'])}`);
  return type === undefined ? [] : [type];
}
