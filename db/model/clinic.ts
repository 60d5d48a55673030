/** The clinic, the people who work in it, and the devices they work on. */
import { z } from 'zod';
import { choice, date, entity, flag, initially, instant, integer, json, looseId, optional, ore, prose, reference, text } from './entity.ts';

export const ROLES = ['ADMIN', 'PRACTITIONER', 'ASSISTANT'] as const;
export type Role = (typeof ROLES)[number];

const minuteOfDay = z
  .int()
  .min(0)
  .max(24 * 60);
/** When one is open: Monday first, seven days; each with its spans in minutes after midnight on the clinic's wall clock. */
export const weekHours = z.array(z.array(z.object({ from: minuteOfDay, to: minuteOfDay })).max(6)).length(7);
export type WeekHours = z.infer<typeof weekHours>;

/** One row; its id is the clinic's own id. */
export const clinic = entity('clinic', 'desk', {
  name: text({ max: 200 }),
  /** Organisasjonsnummer, nine digits. */
  orgNumber: optional(text({ max: 9 })),
  addressLine: optional(text({ max: 200 })),
  postalCode: optional(text({ max: 4 })),
  city: optional(text({ max: 100 })),
  phone: optional(text({ max: 30 })),
  email: optional(text({ max: 200 })),
  /** Free lines under the clinic's name on letters and receipts. */
  letterhead: optional(text({ max: 1000 })),
  /** Empty until the clinic says it: then Monday to Friday, 08–16 (db/rules/opening-hours.ts). */
  openingHours: optional(json(weekHours)),
  /** Rooms that a booking may take; one that is gone keeps its name here, so that old bookings say where they were. */
  rooms: initially(json(z.array(z.object({ id: z.uuid(), name: z.string().min(1).max(60), active: z.boolean() })).max(50)), []),
  /** Whether referrals to a physiotherapist are written here: sources differ on whether a chiropractor may (norway.md §3). */
  refersToPhysio: initially(flag(), false),
  /** A demo clinic is marked on every page and never joins a real one. */
  demo: initially(flag({ merge: 'fixed' }), false),
});

export const user = entity('user', 'desk', {
  name: text({ max: 200 }),
  email: text({ max: 200 }),
  roles: json(z.array(z.enum(ROLES)).min(1)),
  /** Code of Volven 9060, e.g. `KI` for kiropraktor; empty for staff without a health profession. */
  profession: optional(text({ max: 10 })),
  hprNumber: optional(text({ max: 9 })),
  active: initially(flag(), true),
  /** Last day a locum may work here. */
  validUntil: optional(date()),
  /** When this practitioner receives; empty: as the clinic. */
  openingHours: optional(json(weekHours)),
});

export const device = entity('device', 'desk', {
  name: text({ max: 200, merge: 'latest' }),
  userId: optional(reference('user')),
  /** Whether notes may come down to it. */
  audience: choice(['desk', 'clinical']),
  enrolledAt: instant(),
  revokedAt: optional(instant()),
  /** Changes it handed in after it was revoked, that no clinician has decided about yet. Written by the server. */
  handedIn: initially(integer({ min: 0, merge: 'latest' }), 0),
});

/** The public half of the key with which one person signs changes on one device. */
export const signingKey = entity('signing_key', 'desk', {
  userId: reference('user'),
  deviceId: looseId(),
  /** Ed25519, raw 32 bytes, base64url. */
  publicKey: text({ max: 60, merge: 'fixed' }),
});

/** A short code that expands while typing, `.bs` → "Bedre siden sist."; without owner it is the clinic's. */
export const phrase = entity('phrase', 'clinical', {
  userId: optional(reference('user')),
  abbreviation: text({ max: 40 }),
  text: prose({ sensitive: false, merge: 'scalar' }),
});

/** What the clinic charges, or a Helfo takst with its refund. */
export const priceItem = entity('price_item', 'desk', {
  code: text({ max: 20 }),
  label: text({ max: 200 }),
  kind: choice(['service', 'takst']),
  /** Empty until the clinic has entered or confirmed it. */
  amountOre: optional(ore()),
  /** Helfo's part; empty until confirmed. */
  refundOre: optional(ore()),
  /** Included in the price; empty: exempt (merverdiavgiftsloven § 3-2). Only alternative treatment with a price of its own is not. */
  vatPercent: optional(integer({ min: 0, max: 50 })),
  /** A package: so many visits paid in advance. */
  packageVisits: optional(integer({ min: 1, max: 200 })),
  /** Visit types for which it is offered first. */
  visitTypes: initially(json(z.array(z.string())), []),
  active: initially(flag(), true),
  confirmedById: optional(looseId({ merge: 'scalar' })),
  confirmedAt: optional(instant()),
});
