/** The second factor: put on and taken off by the person, reset by an administrator. */
import { z } from 'zod';
import {
  beginSecondFactor,
  confirmSecondFactor,
  endSecondFactor,
  renewRecoveryCodes,
  resetSecondFactor,
  secondFactors,
} from '../core/second-factor.ts';
import { route } from './route.ts';

/** Six digits, or a recovery code. */
export const secondFactorCode = z.string().min(6).max(40);
const codes = z.object({ recoveryCodes: z.array(z.string()) });

export const listSecondFactors = route({
  method: 'GET',
  path: '/v1/second-factor',
  summary: 'Who has a second factor, and how many recovery codes are left: of everybody for an ADMIN, of oneself for others.',
  auth: 'person',
  responses: {
    200: {
      description: 'Those who have one.',
      schema: z.object({ people: z.array(z.object({ userId: z.uuid(), since: z.string(), recoveryCodesLeft: z.int() })) }),
    },
  },
  run: async ({ deps, principal }) => ({ status: 200, body: { people: await secondFactors(deps, principal) } }),
});

export const startSecondFactor = route({
  method: 'POST',
  path: '/v1/second-factor',
  summary: 'A new secret for one’s own authenticator (RFC 6238). Asked for once `confirm` has seen a code of it.',
  auth: 'person',
  responses: { 201: { description: 'The secret, shown this once.', schema: z.object({ secret: z.string(), uri: z.string() }) } },
  async run({ deps, principal }) {
    const result = await beginSecondFactor(deps, principal);
    return result.ok ? { status: 201, body: result.value } : result;
  },
});

export const confirmFactor = route({
  method: 'POST',
  path: '/v1/second-factor/confirm',
  summary: 'The first code of the authenticator: from now on the second factor is asked for.',
  auth: 'person',
  body: z.strictObject({ code: secondFactorCode }),
  responses: { 200: { description: 'Recovery codes, shown this once.', schema: codes } },
  async run({ deps, principal, body }) {
    const result = await confirmSecondFactor(deps, principal, body.code);
    return result.ok ? { status: 200, body: result.value } : result;
  },
});

export const newRecoveryCodes = route({
  method: 'POST',
  path: '/v1/second-factor/recovery-codes',
  summary: 'Ten new recovery codes instead of the old, against a code.',
  auth: 'person',
  body: z.strictObject({ code: secondFactorCode }),
  responses: { 200: { description: 'Recovery codes, shown this once.', schema: codes } },
  async run({ deps, principal, body }) {
    const result = await renewRecoveryCodes(deps, principal, body.code);
    return result.ok ? { status: 200, body: result.value } : result;
  },
});

export const endFactor = route({
  method: 'POST',
  path: '/v1/second-factor/off',
  summary: 'No second factor any more, against a code.',
  auth: 'person',
  body: z.strictObject({ code: secondFactorCode }),
  responses: { 204: { description: 'Off.' } },
  async run({ deps, principal, body }) {
    const result = await endSecondFactor(deps, principal, body.code);
    return result.ok ? { status: 204 } : result;
  },
});

export const resetFactor = route({
  method: 'POST',
  path: '/v1/accounts/:userId/second-factor/reset',
  summary: 'Takes a colleague’s second factor away, who has lost telephone and codes. ADMIN; never one’s own.',
  auth: 'person',
  params: z.strictObject({ userId: z.uuid().refine((value) => value === value.toLowerCase(), 'in lower case') }),
  responses: { 204: { description: 'They have none.' } },
  async run({ deps, principal, params }) {
    const result = await resetSecondFactor(deps, principal, params.userId);
    return result.ok ? { status: 204 } : result;
  },
});
