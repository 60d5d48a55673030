/**
 * Erasing a revoked device's copy. A server's word is not enough for that (it may be wrong, or not ours): the order carries
 * the signature of the person who gave it, and counts only when this laptop knows them, as an administrator or as whose
 * device it is.
 */
import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { proofText } from '#db/sync/proof.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { readRow, rowsWhere } from '#db/sqlite/store.ts';
import { eraseSlots } from '../keys/slots.ts';
import type { Ports } from '../ports.ts';
import type { OpenClinic } from '../services.ts';

/** @param order `{userId}.{base64url signature}` over this device's revocation */
export function isOrderToErase(db: SqliteDatabase, deviceId: string, order: string): boolean {
  const [userId = '', signature = '', ...more] = order.split('.');
  const person = more.length > 0 ? undefined : readRow(db, 'user', userId);
  if (person === undefined || person.deleted || !person.active) return false;
  if (!person.roles.includes('ADMIN') && readRow(db, 'device', deviceId)?.userId !== userId) return false;
  const bytes = Buffer.from(proofText({ method: 'POST', path: `/v1/devices/${deviceId}/revoke` }), 'utf8');
  return rowsWhere(db, 'signing_key', 'user_id = ?', [userId]).some(({ publicKey }) => {
    const key = keyFrom(publicKey);
    return key !== undefined && verify(null, bytes, key, Buffer.from(signature, 'base64url'));
  });
}

function keyFrom(raw: string): KeyObject | undefined {
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw }, format: 'jwk' });
  } catch {
    return undefined;
  }
}

/** The keys first: what is left of the files afterwards, on whatever disk, nobody can read. The clinic must be closed. */
export function eraseClinic(ports: Ports, { folder, clinicName }: Pick<OpenClinic, 'folder' | 'clinicName'>): void {
  const clinic = { clinicName, at: ports.clock.now().toISOString() };
  eraseSlots(folder);
  writeFileSync(noticeIn(ports), JSON.stringify([...erasedClinics(ports), clinic]), { mode: 0o600 });
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

const noticeSchema = z.array(z.object({ clinicName: z.string(), at: z.string() }));
const noticeIn = (ports: Ports): string => join(ports.home, 'erased.json');

/** What was erased here and nobody has read yet. */
export function erasedClinics(ports: Ports): { clinicName: string; at: string }[] {
  if (!existsSync(noticeIn(ports))) return [];
  try {
    return noticeSchema.parse(JSON.parse(readFileSync(noticeIn(ports), 'utf8')));
  } catch {
    // Half written when the power went: the notice is a courtesy, the erasure is done.
    return [];
  }
}

export function forgetErased(ports: Ports): void {
  rmSync(noticeIn(ports), { force: true });
}
