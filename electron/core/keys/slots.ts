/**
 * `slots.json` beside a clinic's database: per person the database key and their signing key, wrapped so that it
 * takes their passphrase and this device's secret; and the database key sealed to the clinic's recovery key.
 * Holds names and addresses of staff for the unlock screen, nothing about patients.
 */
import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { closeSync, existsSync, fstatSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { slotKey } from './derive-key.ts';
import { seal, sealTo, unseal, unsealWith, x25519Public } from './seal.ts';

/** A database key that came after the one in the slot: sealed to the slot's public half, vouched for with the key before it. */
const handedSchema = z.object({ sealed: z.string(), mac: z.string() });
const slotSchema = z.object({
  userId: z.uuid(),
  name: z.string(),
  email: z.string(),
  salt: z.string(),
  sealed: z.string(),
  /** X25519 public half of a key inside `sealed`; slots of version 1 have none until their person unlocks again. */
  publicKey: z.string().optional(),
  handed: z.array(handedSchema).optional(),
});
const slotsSchema = z.object({
  version: z.union([z.literal(1), z.literal(2)]).transform(() => 2 as const),
  clinicId: z.uuid(),
  clinicName: z.string(),
  demo: z.boolean(),
  deviceId: z.uuid(),
  /** X25519 public key of the clinic's recovery key. */
  recoveryPublic: z.string(),
  /** The database key, sealed to it. */
  recoverySealed: z.string(),
  /** The next database key, while it is being put in place (rotation.ts). */
  recoveryNext: z.string().optional(),
  slots: z.array(slotSchema),
});
export type Slots = z.infer<typeof slotsSchema>;

export type Slot = Slots['slots'][number];

export interface SlotSecrets {
  databaseKey: Buffer;
  signingKey: KeyObject;
}
/** While a key is being changed (`recoveryNext`) the file may still answer to the one before. */
export interface OpenedSlot extends SlotSecrets {
  keyBefore: Buffer | null;
}

const context = (version: 1 | 2, clinicId: string, userId: string, deviceId: string): string =>
  `ryggrad-slot-v${version}|${clinicId}|${userId}|${deviceId}`;
const handContext = (clinicId: string, userId: string): string => `ryggrad-handed-v1|${clinicId}|${userId}`;
const recoveryContext = (clinicId: string): string => `ryggrad-recovery-v1|${clinicId}`;

export function slotsFile(folder: string): string {
  return join(folder, 'slots.json');
}

export function readSlots(folder: string): Slots | null {
  if (!existsSync(slotsFile(folder))) return null;
  try {
    const parsed = slotsSchema.safeParse(JSON.parse(readFileSync(slotsFile(folder), 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Written beside, synced and renamed: after a power cut there is the old file or the new one. */
export function writeSlots(folder: string, slots: Slots): void {
  const fresh = `${slotsFile(folder)}.new`;
  const file = openSync(fresh, 'w', 0o600);
  writeSync(file, JSON.stringify(slots, null, 1));
  fsyncSync(file);
  closeSync(file);
  renameSync(fresh, slotsFile(folder));
  const parent = openSync(dirname(fresh), 'r');
  fsyncSync(parent);
  closeSync(parent);
}

/** Overwrites and removes the sealed keys: without them the database beside is noise. */
export function eraseSlots(folder: string): void {
  const name = slotsFile(folder);
  if (!existsSync(name)) return;
  const file = openSync(name, 'r+');
  writeSync(file, Buffer.alloc(fstatSync(file).size));
  fsyncSync(file);
  closeSync(file);
  rmSync(name);
}

export async function makeSlot(
  where: { clinicId: string; deviceId: string; deviceSecret: Buffer },
  person: { userId: string; name: string; email: string },
  passphrase: string,
  secrets: SlotSecrets,
): Promise<Slot> {
  const salt = randomBytes(16);
  const own = randomBytes(32);
  const about = context(2, where.clinicId, person.userId, where.deviceId);
  const key = await slotKey(passphrase, salt, where.deviceSecret, about);
  const signing = secrets.signingKey.export({ format: 'der', type: 'pkcs8' });
  const plain = Buffer.concat([secrets.databaseKey, own, signing]);
  const sealed = seal(key, plain, about).toString('base64');
  const publicKey = x25519Public(own).toString('base64');
  for (const secret of [key, own, plain]) secret.fill(0);
  return { ...person, salt: salt.toString('base64'), sealed, publicKey };
}

/** Null: the passphrase is wrong, or this is not the device. */
export async function openSlot(slots: Slots, userId: string, passphrase: string, deviceSecret: Buffer): Promise<OpenedSlot | null> {
  const slot = slots.slots.find((candidate) => candidate.userId === userId);
  if (slot === undefined) return null;
  const version = slot.publicKey === undefined ? 1 : 2;
  const about = context(version, slots.clinicId, userId, slots.deviceId);
  const key = await slotKey(passphrase, Buffer.from(slot.salt, 'base64'), deviceSecret, about);
  const plain = unseal(key, Buffer.from(slot.sealed, 'base64'), about);
  key.fill(0);
  if (plain === null) return null;
  const signingKey = createPrivateKey({ key: plain.subarray(version === 1 ? 32 : 64), format: 'der', type: 'pkcs8' });
  let databaseKey = Buffer.from(plain.subarray(0, 32));
  let keyBefore: Buffer | null = null;
  for (const step of slot.handed ?? []) {
    const next = takeKey(slots.clinicId, userId, plain.subarray(32, 64), databaseKey, step);
    // Not handed over by somebody who could open the record: nobody writes a patient's text under a stranger's key.
    if (next === null) return null;
    keyBefore?.fill(0);
    keyBefore = databaseKey;
    databaseKey = next;
  }
  plain.fill(0);
  if (slots.recoveryNext === undefined) {
    keyBefore?.fill(0);
    keyBefore = null;
  }
  return { databaseKey, signingKey, keyBefore };
}

/** The slot with a further database key for its person, who opens it with the passphrase they have. */
export function handKey(clinicId: string, slot: Slot, before: Buffer, next: Buffer): Slot {
  if (slot.publicKey === undefined) throw new Error('a slot of version 1 takes no key');
  const sealed = sealTo(Buffer.from(slot.publicKey, 'base64'), next, handContext(clinicId, slot.userId));
  const step = { sealed: sealed.toString('base64'), mac: vouched(clinicId, slot.userId, before, sealed).toString('base64') };
  return { ...slot, handed: [...(slot.handed ?? []), step] };
}

function takeKey(
  clinicId: string,
  userId: string,
  own: Buffer,
  before: Buffer,
  step: z.infer<typeof handedSchema>,
): Buffer<ArrayBuffer> | null {
  const sealed = Buffer.from(step.sealed, 'base64');
  const [given, wanted] = [Buffer.from(step.mac, 'base64'), vouched(clinicId, userId, before, sealed)];
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return null;
  const key = unsealWith(own, sealed, handContext(clinicId, userId));
  return key === null ? null : Buffer.from(key);
}

const vouched = (clinicId: string, userId: string, before: Buffer, sealed: Buffer): Buffer =>
  createHmac('sha256', before)
    .update(`${handContext(clinicId, userId)}|`)
    .update(sealed)
    .digest();

export function sealForRecovery(clinicId: string, recoveryPublic: Buffer, databaseKey: Buffer): string {
  return sealTo(recoveryPublic, databaseKey, recoveryContext(clinicId)).toString('base64');
}
export function unsealRecovery(clinicId: string, recoveryPrivate: Buffer, sealed: string): Buffer | null {
  return unsealWith(recoveryPrivate, Buffer.from(sealed, 'base64'), recoveryContext(clinicId));
}

export function newSigningKey(): KeyObject {
  return generateKeyPairSync('ed25519').privateKey;
}
/** Raw public half in base64url, as the record carries it. */
export function publicHalf(signingKey: KeyObject): string {
  return createPublicKey(signingKey).export({ format: 'jwk' }).x ?? '';
}
