/** Who receives a row. Fixed at its birth: a row never moves from one audience to another (design.md §4). */
import type { Audience } from '../model/entity.ts';
import { entities, entityNames, type EntityName } from '../model/entities.ts';
import type { StoredRow } from './row.ts';

/** Audience of a row; a conflict carries that of its subject. */
export function audienceOf(entity: EntityName, row: Pick<StoredRow, 'id'> & Record<string, unknown>): Audience {
  const audience = entities[entity].audience;
  if (audience !== 'by-row') return audience;
  // Whatever is not plainly for the desk stays away from it.
  return row['audience'] === 'desk' ? 'desk' : 'clinical';
}

/** Audiences whose rows a device receives: a clinician's gets the desk's too. */
export function audiencesFor(device: Audience): readonly Audience[] {
  return device === 'clinical' ? ['desk', 'clinical'] : ['desk'];
}

export function mayReceive(device: Audience, row: Audience): boolean {
  return audiencesFor(device).includes(row);
}

/** Entities of which a device of this audience can hold rows. */
export function entitiesFor(device: Audience): readonly EntityName[] {
  return entityNames.filter((name) => {
    const audience = entities[name].audience;
    return audience === 'by-row' || mayReceive(device, audience);
  });
}
