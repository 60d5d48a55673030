/** Clinics, sessions, devices, accounts. */
import { z } from 'zod';
import { signedLeaseSchema } from '#db/sync/lease.ts';
import { PROOF_HEADER } from '#db/sync/proof.ts';
import { bornSchema } from '#db/model/entity.ts';
import { entities } from '#db/model/entities.ts';
import { registerClinic } from '../core/clinics.ts';
import { devicesOf, enrol, invite, revoke } from '../core/devices.ts';
import { leaseFor } from '../core/lease.ts';
import { err } from '../core/result.ts';
import { sameHash } from '../core/secrets.ts';
import { sha256 } from '../core/read-change.ts';
import { openSession, setAccount } from '../core/sessions.ts';
import { route } from './route.ts';
import { secondFactorCode } from './second-factor.ts';

const id = z.uuid().refine((value) => value === value.toLowerCase(), 'in lower case');
/** A row at birth: its id and its own fields. */
const born = (name: keyof typeof entities) =>
  z.looseObject({ id }).transform((input, ctx) => {
    const { id: rowId, ...fields } = input;
    const parsed = bornSchema(entities[name]).safeParse(fields);
    if (!parsed.success) {
      for (const issue of parsed.error.issues) ctx.issues.push({ code: 'custom', input: fields, path: issue.path, message: issue.message });
      return z.NEVER;
    }
    return { ...(parsed.data as Record<string, unknown>), id: rowId };
  });

export const foundClinic = route({
  method: 'POST',
  path: '/v1/clinics',
  summary: 'A clinic born on a laptop joins this server, ids kept. Header `registration-code` where the operator asks for one.',
  auth: 'open',
  budget: 'door',
  body: z.strictObject({
    clinic: born('clinic'),
    user: born('user'),
    device: born('device'),
    signingKey: born('signing_key'),
    accountVerifier: z.string().max(500),
  }),
  responses: {
    201: {
      description: "The device's credential, shown this once.",
      schema: z.object({ deviceCredential: z.string(), epoch: z.string() }),
    },
  },
  async run({ deps, body, headers }) {
    if (deps.registration === 'closed') return err('registration/closed');
    if (deps.registration !== 'open' && !sameHash(sha256(deps.registration.code), sha256(headers['registration-code'] ?? '')))
      return err('registration/code');
    const result = await registerClinic(deps.pool, body);
    return result.ok ? { status: 201, body: { ...result.value, epoch: deps.epoch } } : result;
  },
});

export const signIn = route({
  method: 'POST',
  path: '/v1/sessions',
  summary: 'E-mail and passphrase of a local account, and the second factor of who has one, for a short token.',
  auth: 'open',
  budget: 'door',
  body: z.strictObject({
    email: z.string().min(1).max(200),
    passphrase: z.string().min(1).max(1000),
    secondFactor: secondFactorCode.optional(),
  }),
  responses: {
    200: {
      description: 'A token for 15 minutes.',
      schema: z.object({
        accessToken: z.string(),
        expiresIn: z.int(),
        user: z.object({ id: z.uuid(), name: z.string(), email: z.string(), roles: z.array(z.string()) }),
        clinic: z.object({ id: z.uuid(), name: z.string() }),
      }),
    },
  },
  async run({ deps, body }) {
    const result = await openSession(deps, body);
    return result.ok ? { status: 200, body: result.value } : result;
  },
});

export const inviteDevice = route({
  method: 'POST',
  path: '/v1/devices/invitations',
  summary: 'A one-time code, valid 24 hours, with which one device of this person is enrolled. ADMIN, or for oneself.',
  auth: 'person',
  body: z.strictObject({
    /** Oneself, unless said. */
    userId: id.optional(),
    /** SHA-256 (base64url) of a verifier: only who shows that as well comes in by the code, within ten minutes. */
    challenge: z
      .string()
      .regex(/^[\w-]{43}$/)
      .optional(),
  }),
  responses: { 201: { description: 'The code, shown this once.', schema: z.object({ code: z.string(), expiresAt: z.string() }) } },
  async run({ deps, principal, body }) {
    const result = await invite(
      deps.pool,
      principal,
      { userId: body.userId ?? principal.userId, challenge: body.challenge ?? null },
      deps.now(),
    );
    return result.ok ? { status: 201, body: result.value } : result;
  },
});

export const enrolDevice = route({
  method: 'POST',
  path: '/v1/devices',
  summary: 'Enrols a device by code, and by the second factor of a person who has one.',
  auth: 'open',
  budget: 'door',
  body: z.strictObject({
    code: z.string().min(4).max(200),
    device: z.strictObject({ id, name: z.string().trim().min(1).max(200) }),
    secondFactor: secondFactorCode.optional(),
    verifier: z.string().min(43).max(128).optional(),
    /** What a sign-in by HelseID gave: the person of the invitation is bound to it. Of somebody who is bound it may stand as the code itself. */
    helseId: z.string().min(4).max(200).optional(),
  }),
  responses: {
    201: {
      description: "The device's credential, shown this once.",
      schema: z.object({
        deviceCredential: z.string(),
        clinic: z.object({ id: z.uuid(), name: z.string(), demo: z.boolean() }),
        user: z.object({
          id: z.uuid(),
          name: z.string(),
          email: z.string(),
          roles: z.array(z.string()),
          profession: z.string().nullable(),
          hprNumber: z.string().nullable(),
          /** The person has a passphrase on the server already: the one chosen on the new device opens that device only. */
          hasAccount: z.boolean(),
        }),
        audience: z.enum(['desk', 'clinical']),
        epoch: z.string(),
      }),
    },
  },
  async run({ deps, body }) {
    const result = await enrol(deps, body);
    return result.ok ? { status: 201, body: { ...result.value, epoch: deps.epoch } } : result;
  },
});

export const listDevices = route({
  method: 'GET',
  path: '/v1/devices',
  summary: "The clinic's devices.",
  auth: 'signed-in',
  responses: {
    200: {
      description: 'All devices, revoked ones too.',
      schema: z.object({
        devices: z.array(
          z.object({
            id: z.uuid(),
            name: z.string(),
            userId: z.uuid().nullable(),
            audience: z.string(),
            enrolledAt: z.string(),
            revokedAt: z.string().nullable(),
            lastSeenAt: z.string().nullable(),
          }),
        ),
      }),
    },
  },
  async run({ deps, principal }) {
    return { status: 200, body: { devices: await devicesOf(deps.pool, principal) } };
  },
});

export const revokeDevice = route({
  method: 'POST',
  path: '/v1/devices/:id/revoke',
  summary: 'Ends what a device may read; what it still holds it can hand in, to quarantine. ADMIN, or one’s own.',
  auth: 'person',
  params: z.strictObject({ id }),
  responses: { 204: { description: 'Revoked.' } },
  async run({ deps, principal, params, headers }) {
    // Kept for the device itself: whoever is told to erase a record must be able to see who says so.
    const proof = headers[PROOF_HEADER] ?? null;
    const result = await revoke(deps.pool, principal, { deviceId: params.id, proof }, deps.now());
    return result.ok ? { status: 204 } : result;
  },
});

export const putAccount = route({
  method: 'PUT',
  path: '/v1/accounts/:userId',
  summary: 'The Argon2id verifier of a passphrase that never leaves the laptop. For oneself, or ADMIN.',
  auth: 'person',
  params: z.strictObject({ userId: id }),
  body: z.strictObject({ verifier: z.string().max(500) }),
  responses: { 204: { description: 'Stored.' } },
  async run({ deps, principal, params, body }) {
    const result = await setAccount(deps.pool, principal, params.userId, body.verifier);
    return result.ok ? { status: 204 } : result;
  },
});

export const deviceLease = route({
  method: 'GET',
  path: '/v1/lease',
  summary: 'Until when this device may be opened without meeting the server again; signed.',
  auth: 'signed-in',
  responses: { 200: { description: 'A fortnight from now.', schema: signedLeaseSchema } },
  run: async ({ deps, principal }) => ({ status: 200, body: leaseFor(principal, deps.sessionKey, deps.now(), deps.gdprStrict === true) }),
});
