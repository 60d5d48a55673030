/** Setting up: a new clinic, colleagues, prices, phrases, devices, the server. */
import { hostname } from 'node:os';
import { err, ok } from '#electron/contract/verb.ts';
import { clinicDay } from '#db/rules/appointments.ts';
import { locumProblem } from '#db/rules/locum.ts';
import { rowsWhere } from '#db/sqlite/store.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { Context } from '../context.ts';
import { isTooCommon } from '../keys/common-passphrases.ts';
import { service, useCase } from '../use-case.ts';
import { createClinicFiles, defaultDeviceName } from './birth.ts';

export const clinicHandlers = [
  service(
    'clinic.create',
    async (services, { clinic, user, passphrase }) => {
      if (await isTooCommon(passphrase)) return err('passphrase/too-common');
      const born = await createClinicFiles(services.ports, {
        clinic,
        user: { ...user, roles: user.profession === null ? ['ADMIN'] : ['ADMIN', 'PRACTITIONER'] },
        passphrase,
        demo: false,
        deviceName: defaultDeviceName(hostname()),
      });
      return ok({ clinicId: born.clinicId, userId: born.userId, recoveryCode: born.recoveryCode });
    },
    'any',
  ),

  useCase('clinic.get', (ctx) => {
    const row = ctx.get('clinic', ctx.clinicId);
    return row === undefined ? err('session/closed') : ok(row);
  }),
  useCase('clinic.update', (ctx, { set }) => ok(ctx.patch('clinic', ctx.clinicId, set))),

  useCase('price.list', (ctx, { visitType }) => {
    const items = ctx.rows('price_item', '1 = 1 order by code');
    const fits = (types: string[]): number => (visitType !== undefined && types.includes(visitType) ? 0 : 1);
    // The visit type's own price first, the clinic's own before Helfo's.
    return ok({
      items: items.toSorted(
        (a, b) =>
          fits(a.visitTypes) - fits(b.visitTypes) ||
          Number(a.kind === 'takst') - Number(b.kind === 'takst') ||
          a.code.localeCompare(b.code, 'nb'),
      ),
    });
  }),
  useCase('price.save', (ctx, { id, ...fields }) => {
    const confirmed =
      fields.amountOre === null && fields.refundOre === null
        ? { confirmedById: null, confirmedAt: null }
        : { confirmedById: ctx.actor.userId, confirmedAt: ctx.now };
    return ok(
      id === undefined ? ctx.insert('price_item', { ...fields, ...confirmed }) : ctx.patch('price_item', id, { ...fields, ...confirmed }),
    );
  }),

  useCase('phrase.list', (ctx) =>
    ok({ phrases: ctx.rows('phrase', '(user_id is null or user_id = ?) order by abbreviation', [ctx.actor.userId]) }),
  ),
  useCase('phrase.save', (ctx, { id, abbreviation, text, shared }) => {
    const taken = ctx.rows('phrase', 'abbreviation = ? and id <> ? and (user_id is null or user_id = ?)', [
      abbreviation,
      id ?? '',
      ctx.actor.userId,
    ]);
    if (taken.length > 0) return err('phrase/abbreviation-taken');
    // One that a colleague removed meanwhile is written anew, not lost.
    if (ownPhrase(ctx, id) !== undefined) return ok(ctx.patch('phrase', id ?? '', { abbreviation, text }));
    return ok(ctx.insert('phrase', { userId: shared ? null : ctx.actor.userId, abbreviation, text }));
  }),
  useCase('phrase.remove', (ctx, { id }) => {
    if (ownPhrase(ctx, id) !== undefined) ctx.remove('phrase', id);
    return ok(null);
  }),

  useCase('device.list', (ctx) => {
    const users = new Map(rowsWhere(ctx.db, 'user', '1 = 1').map((user) => [user.id, user.name]));
    return ok({
      devices: ctx.rows('device', '1 = 1 order by enrolled_at').map((device) => ({
        ...device,
        thisDevice: device.id === ctx.deviceId,
        userName: device.userId === null ? null : (users.get(device.userId) ?? null),
      })),
    });
  }),

  useCase('user.list', (ctx) => ok({ users: ctx.rows('user', '1 = 1 order by name') })),
  useCase('user.update', (ctx, { userId, set }) => {
    const user = ctx.get('user', userId);
    if (user === undefined) return err('input/invalid');
    const next = { ...user, ...set };
    const stillAdmin = next.roles.includes('ADMIN') && next.active && next.validUntil === null;
    const others = ctx.rows('user', "id <> ? and active = 1 and valid_until is null and roles like '%ADMIN%'", [userId]);
    if (!stillAdmin && others.length === 0) return err('user/last-admin');
    // Somebody whose last day has passed may be put right otherwise, and leave; a new last day is a day to come.
    const problem = set.validUntil === undefined ? null : locumProblem(next, clinicDay(ctx.now));
    if (problem !== null) return err(problem);
    return ok(ctx.patch('user', userId, set));
  }),
];

/** The clinic's, or one's own: a colleague's is nobody else's business. */
function ownPhrase(ctx: Context, id: string | undefined): RowOf<'phrase'> | undefined {
  const phrase = id === undefined ? undefined : ctx.get('phrase', id);
  return phrase !== undefined && (phrase.userId === null || phrase.userId === ctx.actor.userId) ? phrase : undefined;
}
