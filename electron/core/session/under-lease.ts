/** Opening a laptop whose lease has ended: its server is asked on the spot; where that does not answer, the printed code opens. */
import { err, ok } from '#electron/contract/verb.ts';
import type { Result } from '#electron/contract/verb.ts';
import { LEASE_DAYS } from '#db/rules/lease.ts';
import { parseRecoveryCode } from '../keys/recovery-code.ts';
import { unsealRecovery, type Slots } from '../keys/slots.ts';
import type { Ports } from '../ports.ts';
import type { OpenClinic } from '../services.ts';
import { releaseHome } from './home-lock.ts';
import { extendLease, leaseOf, renewLease } from './lease.ts';

/**
 * @returns whether the recovery code was needed. A refusal closes the record again.
 * Errors: lease/expired, backup/wrong-code.
 */
export async function underLease(
  ports: Ports,
  clinic: OpenClinic,
  slots: Slots,
  recoveryCode: string | undefined,
): Promise<Result<boolean>> {
  // Nobody's journal, and nobody has its code.
  if (slots.demo || !leaseOf(clinic.db, ports.clock.now()).expired) return ok(false);
  // A revoked device is let in too: what it holds is handed in, and then erased on a person's order.
  if ((await renewLease(ports, clinic.db, clinic)) !== 'no-answer') return ok(false);
  if (recoveryCode === undefined) return refused(clinic, 'lease/expired');
  const recoveryPrivate = parseRecoveryCode(recoveryCode);
  const key = recoveryPrivate === null ? null : unsealRecovery(clinic.clinicId, recoveryPrivate, slots.recoverySealed);
  recoveryPrivate?.fill(0);
  if (key === null) return refused(clinic, 'backup/wrong-code');
  key.fill(0);
  extendLease(clinic.db, new Date(ports.clock.now().getTime() + LEASE_DAYS * 86_400_000).toISOString());
  return ok(true);
}

function refused(clinic: OpenClinic, code: string): Result<never> {
  clinic.db.close();
  clinic.databaseKey.fill(0);
  releaseHome(clinic.folder);
  return err(code);
}
