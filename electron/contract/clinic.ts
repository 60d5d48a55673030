/** The clinic's own affairs: people, prices, phrases, devices, server. */
import { z } from 'zod';
import { ROLES, weekHours } from '#db/model/clinic.ts';
import type { clinic as clinicEntity, device, phrase, priceItem, user } from '#db/model/clinic.ts';
import type { Row } from '#db/model/entity.ts';
import { CODE_ERRORS } from './second-factor.ts';
import { secondFactor } from './session.ts';
import { verb } from './verb.ts';

export type ClinicRow = Row<typeof clinicEntity>;
export type UserRow = Row<typeof user>;
export type PriceItemRow = Row<typeof priceItem>;
export type PhraseRow = Row<typeof phrase>;
export type DeviceRow = Row<typeof device>;

const nullableText = (max: number) => z.string().max(max).nullable();
const oreOrNull = z.int().min(0).max(100_000_000).nullable();
/** Spans of a day follow each other. */
const openingHours = weekHours.refine((week) =>
  week.every((spans) => spans.every((span, at) => span.from < span.to && span.from >= (spans[at - 1]?.to ?? 0))),
);

const LOCUM = ['user/locum-over', 'user/locum-hpr', 'user/locum-admin'];

export const clinic = {
  'clinic.get': verb<ClinicRow>()(z.object({})),
  'clinic.update': verb<ClinicRow>()(
    z.object({
      set: z
        .object({
          name: z.string().trim().min(1).max(200),
          orgNumber: z
            .string()
            .regex(/^\d{9}$/)
            .nullable(),
          addressLine: nullableText(200),
          postalCode: z
            .string()
            .regex(/^\d{4}$/)
            .nullable(),
          city: nullableText(100),
          openingHours: openingHours.nullable(),
          rooms: z.array(z.object({ id: z.uuid(), name: z.string().trim().min(1).max(60), active: z.boolean() })).max(50),
          phone: nullableText(30),
          email: z.email().max(200).nullable(),
          letterhead: nullableText(1000),
          refersToPhysio: z.boolean(),
        })
        .partial(),
    }),
  ),
  'user.list': verb<{ users: UserRow[] }>()(z.object({})),
  /** A colleague on this clinic; with a passphrase they can unlock this laptop at once. */
  'user.add': verb<UserRow>()(
    z.object({
      name: z.string().trim().min(1).max(200),
      email: z.email().max(200),
      roles: z.array(z.enum(ROLES)).min(1),
      profession: nullableText(10),
      hprNumber: z
        .string()
        .regex(/^\d{1,9}$/)
        .nullable(),
      validUntil: z.iso.date().nullable(),
      passphrase: z.string().min(8).max(1000).nullable(),
    }),
    ['user/email-taken', 'passphrase/too-common', ...LOCUM],
  ),
  'user.update': verb<UserRow>()(
    z.object({
      userId: z.uuid(),
      set: z
        .object({
          name: z.string().trim().min(1).max(200),
          roles: z.array(z.enum(ROLES)).min(1),
          profession: nullableText(10),
          hprNumber: z
            .string()
            .regex(/^\d{1,9}$/)
            .nullable(),
          active: z.boolean(),
          validUntil: z.iso.date().nullable(),
          openingHours: openingHours.nullable(),
        })
        .partial(),
    }),
    ['user/last-admin', ...LOCUM],
  ),
  'price.list': verb<{ items: PriceItemRow[] }>()(z.object({ visitType: z.string().optional() })),
  /** Saving an amount is confirming it. */
  'price.save': verb<PriceItemRow>()(
    z.object({
      id: z.uuid().optional(),
      code: z.string().trim().min(1).max(20),
      label: z.string().trim().min(1).max(200),
      kind: z.enum(['service', 'takst']),
      amountOre: oreOrNull,
      refundOre: oreOrNull,
      vatPercent: z.int().min(0).max(50).nullable().default(null),
      packageVisits: z.int().min(1).max(200).nullable().default(null),
      visitTypes: z.array(z.string()).default([]),
      active: z.boolean().default(true),
    }),
  ),
  'phrase.list': verb<{ phrases: PhraseRow[] }>()(z.object({})),
  'phrase.save': verb<PhraseRow>()(
    z.object({
      id: z.uuid().optional(),
      abbreviation: z.string().trim().min(2).max(40),
      text: z.string().min(1).max(20_000),
      shared: z.boolean(),
    }),
    ['phrase/abbreviation-taken'],
  ),
  'phrase.remove': verb<null>()(z.object({ id: z.uuid() })),
  'device.list': verb<{ devices: (DeviceRow & { thisDevice: boolean; userName: string | null })[] }>()(z.object({})),
  /** A one-time code for a further laptop of this person. Needs the server. */
  'device.invite': verb<{ code: string; expiresAt: string }>()(z.object({ userId: z.uuid() }), ['net/unreachable', 'server/not-connected']),
  /** From now on that device reads nothing; it hands in what it holds and erases its copy at its next contact. */
  'device.revoke': verb<null>()(z.object({ id: z.uuid() }), ['net/unreachable', 'server/not-connected', 'device/unknown', 'device/this']),
  /** A clinic born on this laptop joins a server with its ids kept; with `#<one-time code>` behind the address a restored laptop joins its clinic again. */
  'server.connect': verb<{ serverUrl: string }>()(
    z.object({
      url: z.url().max(500),
      registrationCode: z.string().max(200).nullable(),
      passphrase: z.string().min(1).max(1000),
      secondFactor,
    }),
    [
      'net/unreachable',
      'clinic/exists',
      'server/refused',
      'unlock/wrong-passphrase',
      'join/code-unknown',
      'join/code-expired',
      'session/second-factor-needed',
      ...CODE_ERRORS,
    ],
  ),
};
