/** A clinic that was born on a laptop joins this server, with the ids it already has. */
import type { RowWrite } from '#db/sync/row.ts';
import { withClinic, type Pool } from '#db/postgres/open.ts';
import { addCredential, addToDirectory, clinicsBehind, openClock, saveAccount } from '#db/postgres/queries/people.ts';
import { rolesIn } from './decide-change.ts';
import { audienceFor } from './devices.ts';
import { err, ok, type Result } from './result.ts';
import { deviceCredentialText, deviceKeyHash, newDeviceSecret, secretHash } from './secrets.ts';
import { serverWrite } from './server-write.ts';
import { isAcceptableVerifier } from './sessions.ts';
import { publicKeyFrom } from './signatures.ts';

type Born = { id: string } & Record<string, unknown>;
export interface ClinicBirth {
  clinic: Born;
  user: Born;
  device: Born;
  signingKey: Born;
  accountVerifier: string;
}

/** Errors: clinic/exists, device/exists, clinic/inconsistent, account/weak-verifier. The rows are valid by schema already. */
export async function registerClinic(pool: Pool, input: ClinicBirth): Promise<Result<{ deviceCredential: string }>> {
  const { clinic, user, device, signingKey } = input;
  const consistent =
    device['userId'] === user.id &&
    signingKey['userId'] === user.id &&
    signingKey['deviceId'] === device.id &&
    rolesIn(user['roles']).includes('ADMIN');
  if (!consistent || publicKeyFrom(String(signingKey['publicKey'])) === undefined) return err('clinic/inconsistent');
  if (!isAcceptableVerifier(input.accountVerifier)) return err('account/weak-verifier');
  if ((await clinicsBehind(pool, 'device', deviceKeyHash(device.id))).length > 0) return err('device/exists');
  const secret = newDeviceSecret();
  return withClinic(pool, clinic.id, async (tx) => {
    if (!(await openClock(tx, clinic.id))) return err('clinic/exists');
    const born = (entity: RowWrite['entity'], { id, ...set }: Born): RowWrite => ({ entity, id, birth: true, set, extra: {} });
    await serverWrite(tx, clinic.id, device.id, [
      born('clinic', clinic),
      born('user', user),
      born('device', device),
      born('signing_key', signingKey),
    ]);
    await addCredential(tx, clinic.id, {
      deviceId: device.id,
      userId: user.id,
      audience: audienceFor(rolesIn(user['roles']), false),
      secretHash: secretHash(secret),
      level4At: null,
    });
    await addToDirectory(tx, 'device', deviceKeyHash(device.id), clinic.id);
    await saveAccount(tx, clinic.id, user.id, input.accountVerifier);
    return ok({ deviceCredential: deviceCredentialText(device.id, secret) });
  });
}
