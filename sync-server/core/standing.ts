/** With which roles a person asks now, and what they see. */
import type { Role } from '#db/model/clinic.ts';
import type { Audience } from '#db/model/entity.ts';
import type { PersonRow } from '#db/postgres/queries/people.ts';
import { isGranted } from '#db/rules/grants.ts';
import { rolesIn } from './decide-change.ts';
import { audienceFor } from './devices.ts';

export interface Standing {
  roles: Role[];
  audience: Audience;
  /** Charts are for level 4 here, and it was not shown. */
  levelMissing: boolean;
}

/** @param hasLevel without the level that charts ask for a person sees what a desk sees, wherever they ask */
export function standingOf(person: Pick<PersonRow, 'roles' | 'grants'>, now: Date, hasLevel: boolean): Standing {
  const roles = rolesIn(person.roles);
  const audience = audienceFor(roles, isGranted(person.grants, now.toISOString()));
  const levelMissing = !hasLevel && audience === 'clinical';
  return { roles, audience: levelMissing ? 'desk' : audience, levelMissing };
}
