/**
 * What is said to a patient by SMS or e-mail, and what they answer. A laptop writes a message as an *intent*, offline too; only the
 * server sends, and writes back how it went. A reminder's id is derived from its appointment and template: two laptops that ask for the
 * same one make one row, and one SMS.
 */
import { z } from 'zod';
import { choice, date, entity, flag, initially, instant, integer, json, looseId, optional, reference, text } from './entity.ts';

export const MESSAGE_CHANNELS = ['sms', 'email'] as const;
export type MessageChannel = (typeof MESSAGE_CHANNELS)[number];

/** `unknown`: it may have gone out, and a person decides; it is never sent again by itself. `received`: from the patient. */
export const MESSAGE_STATES = ['planned', 'sent', 'delivered', 'failed', 'blocked', 'cancelled', 'unknown', 'received'] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];

/** Whose word a server-written row carries where a person's id is required. */
export const NOBODY = '00000000-0000-0000-0000-000000000000';

export const message = entity('message', 'desk', {
  patientId: reference('patient', { merge: 'scalar' }),
  appointmentId: optional(looseId()),
  /** The letter, invoice or other row it tells of. */
  subjectId: optional(looseId()),
  channel: choice(MESSAGE_CHANNELS, { merge: 'fixed' }),
  direction: initially(choice(['out', 'in'], { merge: 'fixed' }), 'out'),
  /** Of db/rules/message-templates.ts; `answer` is the desk's own words, `reply` the patient's. */
  templateId: text({ max: 60, merge: 'fixed' }),
  /** Own words at birth (`answer`, `reply`); of a template, what was sent, as it was sent. Emptied after the clinic's days (norway.md §8, S8). */
  body: optional(text({ max: 2000, sensitive: true, merge: 'latest' })),
  requestedById: looseId(),
  requestedAt: instant({ merge: 'fixed' }),
  /** Not before; the server works it out again from the appointment as it then stands. */
  plannedAt: instant({ merge: 'latest' }),
  /** Somebody took it back. */
  wanted: initially(flag({ merge: 'latest' }), true),
  /** For `unknown`: what a person found out or wants. */
  decision: optional(choice(['sent', 'again'], { merge: 'latest' })),
  decidedById: optional(looseId({ merge: 'latest' })),
  /** A patient's reply that somebody at the clinic has read. */
  seenById: optional(looseId({ merge: 'latest' })),
  seenAt: optional(instant({ merge: 'latest' })),
  // From here on the server's word alone (SERVER_FIELDS).
  state: initially(choice(MESSAGE_STATES, { merge: 'latest' }), 'planned'),
  /** Code of why it was blocked, failed or is not known. */
  reason: optional(text({ max: 60, merge: 'latest' })),
  stateAt: optional(instant({ merge: 'latest' })),
  sentAt: optional(instant({ merge: 'latest' })),
  /** Whose address it went to. */
  sentTo: optional(choice(['patient', 'guardian'], { merge: 'latest' })),
  provider: optional(text({ max: 20, merge: 'latest' })),
  segments: optional(integer({ min: 0, merge: 'latest' })),
  costOre: optional(integer({ min: 0, merge: 'latest' })),
  /** How often a watched e-mail was opened, and its address followed: of `recall` alone, and off unless the operator has it (decision 0085). */
  opens: optional(integer({ min: 0, merge: 'latest' })),
  clicks: optional(integer({ min: 0, merge: 'latest' })),
});

/** What only the server writes on a message. */
export const SERVER_FIELDS = [
  ...['state', 'reason', 'stateAt', 'sentAt', 'sentTo', 'provider'],
  ...['segments', 'costOre', 'opens', 'clicks', 'direction'],
] as const satisfies readonly string[];

export const RECALL_BASES = ['agreed', 'offer'] as const;
export type RecallBasis = (typeof RECALL_BASES)[number];

/** Somebody is to be asked to come again on a day. Nothing goes out by itself: it is on the list of that day, and a person asks. */
export const recall = entity('recall', 'desk', {
  patientId: reference('patient', { merge: 'scalar' }),
  dueOn: date(),
  /** `agreed`: patient and clinician agreed on it in a visit; `offer`: the clinic's own wish, which is marketing (norway.md §8, S5). */
  basis: choice(RECALL_BASES),
  plannedById: looseId({ merge: 'scalar' }),
  plannedAt: instant({ merge: 'latest' }),
  state: initially(choice(['open', 'done', 'dropped']), 'open'),
  closedById: optional(looseId({ merge: 'latest' })),
  closedAt: optional(instant({ merge: 'latest' })),
});

/** The integrations a clinic may switch on. */
export const INTEGRATIONS = ['sms', 'email', 'ai', 'storage', 'webhooks', 'fhir', 'helfo'] as const;
export type IntegrationName = (typeof INTEGRATIONS)[number];

/** One row per integration that a clinic has switched; no row means off. Id derived from clinic and name. Holds no secrets. */
export const integrationSetting = entity('integration_setting', 'desk', {
  name: choice(INTEGRATIONS, { merge: 'fixed' }),
  enabled: initially(flag(), false),
  /** Shape by integration (`smsOptionsSchema` of db/rules/message-options.ts); what is missing or odd reads as its default. */
  options: initially(json(z.record(z.string(), z.unknown())), {}),
  setById: looseId({ merge: 'latest' }),
  setAt: instant({ merge: 'latest' }),
});
