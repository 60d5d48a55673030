/** Who asks: a signed-in person, or the person whose signature stands under a device's request (db/sync/proof.ts). */
import { verify } from 'node:crypto';
import { withClinic, type Pool } from '#db/postgres/open.ts';
import { personById } from '#db/postgres/queries/people.ts';
import { signingKeys } from '#db/postgres/queries/push.ts';
import { proofText } from '#db/sync/proof.ts';
import type { Principal, UserPrincipal } from './principal.ts';
import { UUID } from './record-batch.ts';
import { err, ok, type Result } from './result.ts';
import { bytesOfSignature, MOST_KEYS, publicKeyFrom } from './signatures.ts';
import { standingOf } from './standing.ts';

/** Errors: actor/proof (403), when nobody this device knows has signed this very request. */
export async function personBehind(
  pool: Pool,
  principal: Principal,
  header: string | undefined,
  request: { method: string; path: string; body?: unknown },
  now: Date,
): Promise<Result<UserPrincipal>> {
  if (principal.kind === 'user') return ok(principal);
  const [userId = '', signature = '', ...more] = (header ?? '').split('.');
  if (!UUID.test(userId) || more.length > 0) return err('actor/proof');
  const { clinicId, deviceId } = principal;
  return withClinic(pool, clinicId, async (tx) => {
    const bytes = Buffer.from(proofText(request), 'utf8');
    const keys = await signingKeys(tx, clinicId, deviceId, [userId]);
    const proven = keys.slice(0, MOST_KEYS).some(({ publicKey }) => {
      const key = publicKeyFrom(publicKey);
      return key !== undefined && verify(null, bytes, key, bytesOfSignature(signature));
    });
    const person = proven ? await personById(tx, clinicId, userId) : undefined;
    if (person === undefined || !person.active) return err('actor/proof');
    const standing = standingOf(person, now, !principal.levelMissing);
    return ok({ kind: 'user' as const, clinicId, userId, ...standing, fhirOff: person.fhirOff, deviceId });
  });
}
