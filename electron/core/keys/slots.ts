/**
 * `slots.json` beside a clinic's database: per person the database key and their signing key, wrapped so that it
 * takes their passphrase and this device's secret; and the database key sealed to the clinic's recovery key.
 * Holds names and addresses of staff for the unlock screen, nothing about patients.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { closeSync, existsSync, fstatSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { slotKey } from './derive-key.ts';
import { seal, sealTo, unseal, unsealWith } from './seal.ts';

const slotSchema = z.object({ userId: z.uuid(), name: z.string(), email: z.string(), salt: z.string(), sealed: z.string() });
const slotsSchema = z.object({
  version: z.literal(1),
  clinicId: z.uuid(),
  clinicName: z.string(),
  demo: z.boolean(),
  deviceId: z.uuid(),
  /** X25519 public key of the clinic's recovery key. */
  recoveryPublic: z.string(),
  /** The database key, sealed to it. */
  recoverySealed: z.string(),
  slots: z.array(slotSchema),
});
export type Slots = z.infer<typeof slotsSchema>;

export interface SlotSecrets {
  databaseKey: Buffer;
  signingKey: KeyObject;
}

const context = (clinicId: string, userId: string, deviceId: string): string => `ryggrad-slot-v1|${clinicId}|${userId}|${deviceId}`;
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
): Promise<Slots['slots'][number]> {
  const salt = randomBytes(16);
  const about = context(where.clinicId, person.userId, where.deviceId);
  const key = await slotKey(passphrase, salt, where.deviceSecret, about);
  const signing = secrets.signingKey.export({ format: 'der', type: 'pkcs8' });
  const sealed = seal(key, Buffer.concat([secrets.databaseKey, signing]), about);
  key.fill(0);
  return { ...person, salt: salt.toString('base64'), sealed: sealed.toString('base64') };
}

/** Null: the passphrase is wrong, or this is not the device. */
export async function openSlot(slots: Slots, userId: string, passphrase: string, deviceSecret: Buffer): Promise<SlotSecrets | null> {
  const slot = slots.slots.find((candidate) => candidate.userId === userId);
  if (slot === undefined) return null;
  const about = context(slots.clinicId, userId, slots.deviceId);
  const key = await slotKey(passphrase, Buffer.from(slot.salt, 'base64'), deviceSecret, about);
  const plain = unseal(key, Buffer.from(slot.sealed, 'base64'), about);
  key.fill(0);
  if (plain === null) return null;
  const signingKey = createPrivateKey({ key: plain.subarray(32), format: 'der', type: 'pkcs8' });
  return { databaseKey: Buffer.from(plain.subarray(0, 32)), signingKey };
}

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
