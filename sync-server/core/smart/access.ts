/** Whom an access token stands for: the person, now, with their roles of now; and the app that asks in their name. */
import { readClinic, type Pool } from '#db/postgres/open.ts';
import { personById } from '#db/postgres/queries/people.ts';
import { tokenOf } from '#db/postgres/queries/smart.ts';
import { isGranted } from '#db/rules/grants.ts';
import { rolesIn } from '../decide-change.ts';
import { audienceFor } from '../devices.ts';
import type { UserPrincipal } from '../principal.ts';
import { err, ok, type Result } from '../result.ts';
import { resourceScope, scopesIn } from './scopes.ts';
import { hashOf } from './secrets.ts';

/** Errors: auth/expired, auth/invalid (also when the app, the person or the laptop it was launched from may no more). */
export async function principalOfApp(pool: Pool, clinicId: string, bearer: string, now: Date): Promise<Result<UserPrincipal>> {
  const { token, person } = await readClinic(pool, clinicId, async (tx) => {
    const found = await tokenOf(tx, clinicId, hashOf('access', bearer));
    return { token: found, person: found === undefined ? undefined : await personById(tx, clinicId, found.userId) };
  });
  if (token?.kind !== 'access' || token.used || token.ended || !token.live || person?.active !== true) return err('auth/invalid');
  if (token.expiresAt <= now) return err('auth/expired');
  const roles = rolesIn(person.roles);
  const audience = audienceFor(roles, isGranted(person.grants, now.toISOString()));
  const levelMissing = person.levelAsked && !token.level4 && audience === 'clinical';
  const { userId, appId, appName, id, scope, patientId } = token;
  return ok({
    kind: 'user',
    clinicId,
    userId,
    roles,
    audience: levelMissing ? 'desk' : audience,
    levelMissing,
    fhirOff: person.fhirOff,
    app: { id: appId, name: appName, grantId: id, scopes: scopesIn(scope).flatMap((one) => resourceScope(one) ?? []), patientId },
  });
}
