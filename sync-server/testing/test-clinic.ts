/** Clinics, people and laptops for tests: enrolled through the server's own routes, changes signed as a laptop signs them. */
import { PROOF_HEADER, proofText } from '#db/sync/proof.ts';
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { v7 } from 'uuid';
import { hash as hashArgon2 } from '@node-rs/argon2';
import type { FastifyInstance } from 'fastify';
import type { Role } from '#db/model/clinic.ts';
import { SCHEMA_VERSION, type EntityName } from '#db/model/entities.ts';
import { CHUNK_HASH_HEADER } from '#db/sync/content.ts';
import { canonical, pushReplySchema, PROTOCOL_VERSION, type Change, type Outcome, type PushReply } from '#db/sync/change.ts';
import { changeHash } from '../core/change-hash.ts';

export const PASSPHRASE = 'riktig hest batteri stift';
/** OWASP's minimum, to be quick. */
export const verifierOf = (passphrase: string) => hashArgon2(passphrase, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });

export interface Laptop {
  clinicId: string;
  deviceId: string;
  userId: string;
  email: string;
  credential: string;
  key: KeyObject;
  publicKey: string;
  /** n of the next change. */
  next: number;
}

export interface Draft {
  entity: EntityName;
  rowId: string;
  set: Record<string, unknown>;
  base?: Record<string, number>;
  /** Of the writer's version; this one's unless said. */
  schema?: number;
  /** By the laptop's clock. */
  at?: string;
}

/** A signed change with the laptop's next n. */
export function changeOf(
  laptop: Laptop,
  { entity, rowId, set, base = {}, schema = SCHEMA_VERSION, at = '2026-11-23T08:00:00.000Z' }: Draft,
): Change {
  const body = {
    id: v7(),
    actor: laptop.userId,
    verb: 'test.write',
    entity,
    rowId,
    base,
    set: set as Change['set'],
    at,
    schema,
  };
  const change = { ...body, n: laptop.next, actorSignature: sign(null, changeHash(body), laptop.key).toString('base64url') };
  laptop.next += 1;
  return change;
}

export function request(
  app: FastifyInstance,
  laptop: { credential: string; userId?: string; key?: KeyObject } | undefined,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  url: string,
  payload?: unknown,
) {
  return app.inject({
    method,
    url,
    headers: {
      ...(laptop === undefined ? {} : { authorization: `Bearer ${laptop.credential}` }),
      ...(laptop?.userId === undefined || laptop.key === undefined || url === '/v1/changes'
        ? {}
        : proof(laptop.userId, laptop.key, { method, path: url, body: payload })),
      ...(Buffer.isBuffer(payload)
        ? { 'content-type': 'application/octet-stream', [CHUNK_HASH_HEADER]: createHash('sha256').update(payload).digest('hex') }
        : payload === undefined
          ? {}
          : { 'content-type': 'application/json' }),
    },
    ...(payload === undefined ? {} : { payload: Buffer.isBuffer(payload) ? payload : JSON.stringify(payload) }),
  });
}

/** For requests that go over a port. */
export const proofOf = (
  laptop: Pick<Laptop, 'userId' | 'key'>,
  request: { method: string; path: string; body: unknown },
): Record<string, string> => proof(laptop.userId, laptop.key, request);

function proof(userId: string, key: KeyObject, request: { method: string; path: string; body: unknown }): Record<string, string> {
  return { [PROOF_HEADER]: `${userId}.${sign(null, Buffer.from(proofText(request), 'utf8'), key).toString('base64url')}` };
}

export async function pushRaw(app: FastifyInstance, laptop: Laptop, changes: unknown[], audit: unknown[] = []) {
  return request(app, laptop, 'POST', '/v1/changes', { protocol: PROTOCOL_VERSION, deviceId: laptop.deviceId, changes, audit });
}

export async function push(app: FastifyInstance, laptop: Laptop, changes: unknown[], audit: unknown[] = []): Promise<PushReply> {
  const answer = await pushRaw(app, laptop, changes, audit);
  if (answer.statusCode !== 200) throw new Error(`${answer.statusCode} ${answer.body}`);
  return pushReplySchema.parse(answer.json());
}

/** Writes one row and returns its outcome. */
export async function write(app: FastifyInstance, laptop: Laptop, draft: Draft): Promise<Outcome> {
  const { outcomes } = await push(app, laptop, [changeOf(laptop, draft)]);
  const [outcome] = outcomes;
  if (outcome === undefined) throw new Error('no outcome');
  return outcome;
}

function newLaptop(clinicId: string, userId: string, email: string): Laptop {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return {
    clinicId,
    userId,
    email,
    deviceId: v7(),
    credential: '',
    key: privateKey,
    publicKey: String(publicKey.export({ format: 'jwk' }).x),
    next: 1,
  };
}

/** Founds a clinic; its first person is ADMIN and PRACTITIONER unless said otherwise. */
export async function foundClinic(
  app: FastifyInstance,
  { name = 'Testklinikken', roles = ['ADMIN', 'PRACTITIONER'] as Role[], clinicId = v7() } = {},
): Promise<Laptop> {
  const laptop = newLaptop(clinicId, v7(), `sjef-${v7()}@example.test`);
  const answer = await request(app, undefined, 'POST', '/v1/clinics', {
    clinic: { id: laptop.clinicId, name, demo: true },
    user: { id: laptop.userId, name: 'Ada Sjef', email: laptop.email, roles, profession: 'KI', hprNumber: '1234567' },
    device: {
      id: laptop.deviceId,
      name: 'Første',
      userId: laptop.userId,
      audience: roles.includes('PRACTITIONER') ? 'clinical' : 'desk',
      enrolledAt: '2026-11-23T07:00:00.000Z',
    },
    signingKey: { id: v7(), userId: laptop.userId, deviceId: laptop.deviceId, publicKey: laptop.publicKey },
    accountVerifier: await verifierOf(PASSPHRASE),
  });
  if (answer.statusCode !== 201) throw new Error(answer.body);
  laptop.credential = answer.json<{ deviceCredential: string }>().deviceCredential;
  return laptop;
}

/** Adds a person through the admin's laptop and enrols a laptop for them. */
export async function addColleague(app: FastifyInstance, admin: Laptop, roles: Role[]): Promise<Laptop> {
  const userId = v7();
  const email = `kollega-${userId}@example.test`;
  const outcome = await write(app, admin, { entity: 'user', rowId: userId, set: { name: 'Kollega', email, roles } });
  if (outcome.outcome !== 'applied') throw new Error(JSON.stringify(outcome));
  return enrolLaptop(app, admin, { userId, email });
}

export async function enrolLaptop(
  app: FastifyInstance,
  admin: Laptop,
  { userId, email }: { userId: string; email: string },
): Promise<Laptop> {
  const laptop = newLaptop(admin.clinicId, userId, email);
  const invited = await request(app, admin, 'POST', '/v1/devices/invitations', { userId });
  const answer = await request(app, undefined, 'POST', '/v1/devices', {
    code: invited.json<{ code: string }>().code,
    device: { id: laptop.deviceId, name: 'Kollegas' },
  });
  if (answer.statusCode !== 201) throw new Error(answer.body);
  laptop.credential = answer.json<{ deviceCredential: string }>().deviceCredential;
  const outcome = await write(app, laptop, {
    entity: 'signing_key',
    rowId: v7(),
    set: { userId, deviceId: laptop.deviceId, publicKey: laptop.publicKey },
  });
  if (outcome.outcome !== 'applied') throw new Error(JSON.stringify(outcome));
  return laptop;
}

export const newPatient = (familyName = 'Nordmann') => ({
  entity: 'patient' as const,
  rowId: v7(),
  set: { givenName: 'Kari', familyName },
});
/** What a signature of this laptop's person writes: the content, its hash, who and when. */
export function signatureOver(laptop: Pick<Laptop, 'userId'>, patientId: string, texts: readonly string[]): Record<string, unknown> {
  const signedAt = '2026-11-23T09:00:00.000Z';
  const signedContent = {
    version: 1,
    patientId,
    patientName: 'Kari Nordmann',
    visitType: 'follow_up',
    visitAt: '2026-11-23T08:00:00.000Z',
    sections: texts.map((text) => ({ key: 'subjective', text, origin: 'typed', originEncounterId: null })),
    observations: [],
    redFlags: [],
    treatmentConsent: null,
    diagnoses: [],
    treatmentLines: [],
    signedBy: { userId: laptop.userId, name: 'Kim', profession: null, hprNumber: null },
    signedAt,
    clinicName: 'Klinikken',
  };
  const contentHash = createHash('sha256').update(canonical(signedContent)).digest('hex');
  return { status: 'signed', signedAt, signedById: laptop.userId, signedContent, contentHash };
}

/** An attachment of these bytes. */
export const newAttachment = (laptop: Pick<Laptop, 'userId'>, patientId: string, bytes: Uint8Array, mediaType = 'image/png') => ({
  entity: 'attachment' as const,
  rowId: v7(),
  set: {
    patientId,
    title: 'Røntgen',
    mediaType,
    byteLength: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    addedById: laptop.userId,
    addedAt: '2026-11-23T08:00:00.000Z',
  },
});

export const newEncounter = (laptop: Laptop, patientId: string) => ({
  entity: 'encounter' as const,
  rowId: v7(),
  set: {
    patientId,
    practitionerId: laptop.userId,
    visitType: 'follow_up',
    visitAt: '2026-11-23T08:00:00.000Z',
    recordedAt: '2026-11-23T08:00:00.000Z',
  },
});
export const newSection = (encounterId: string, text: string, rowId = v7()) => ({
  entity: 'note_section' as const,
  rowId,
  set: { encounterId, key: 'subjective', text },
});
