/** Whom an access token stands for: the person, now, with their roles of now; and the app that asks in their name. */
import { readClinic, type Pool } from '#db/postgres/open.ts';
import { personById } from '#db/postgres/queries/people.ts';
import { tokenOf } from '#db/postgres/queries/smart.ts';
import type { UserPrincipal } from '../principal.ts';
import { err, ok, type Result } from '../result.ts';
import { standingOf } from '../standing.ts';
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
  const { userId, appId, appName, id, scope, patientId } = token;
  return ok({
    kind: 'user',
    clinicId,
    userId,
    ...standingOf(person, now, !person.levelAsked || token.level4),
    fhirOff: person.fhirOff,
    app: { id: appId, name: appName, grantId: id, scopes: scopesIn(scope).flatMap((one) => resourceScope(one) ?? []), patientId },
  });
}
