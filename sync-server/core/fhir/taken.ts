/** A resource as it was handed in: read, found valid by base R4, and of no profile that we do not know. */
import type { Resource } from '@medplum/fhirtypes';
import { isStorable, MAX_DEPTH } from '../../plugins/json.ts';
import { faultsIn } from './definitions.ts';
import { profileFaults } from './no-basis.ts';
import { fhirFailure, outcomeWith, type FhirFailure } from './outcome.ts';
import { fromXml } from './xml-reader.ts';

/** @param body JSON as it was parsed, or `{ xml }` (plugins/fhir.ts) */
export function resourceIn(body: unknown): Record<string, unknown> | FhirFailure {
  const read = typeof body === 'object' && body !== null && 'xml' in body && typeof body.xml === 'string' ? fromXml(body.xml) : body;
  if (typeof read !== 'object' || read === null || Array.isArray(read) || !isStorable(read) || !isFinite(read) || isDeep(read))
    return fhirFailure('fhir/malformed');
  return typeof (read as Record<string, unknown>)['resourceType'] === 'string'
    ? (read as Record<string, unknown>)
    : fhirFailure('fhir/malformed');
}

/** JSON's grammar has numbers that are none: 1e999. */
function isFinite(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value !== 'object' || value === null || Object.values(value).every(isFinite);
}

/** As deep as JSON may be, whichever form it came in: what is kept is read again as JSON, by every laptop. */
const isDeep = (value: object, left = MAX_DEPTH): boolean =>
  left === 0 || Object.values(value).some((inner) => typeof inner === 'object' && inner !== null && isDeep(inner as object, left - 1));

/** Codes: fhir/invalid with every fault and where it is, fhir/unknown-profile. */
export function judged(resource: Record<string, unknown>): FhirFailure | undefined {
  const faults = faultsIn(resource);
  if (faults.length > 0) return { status: 422, outcome: outcomeWith(faults) };
  const profiles = (resource as unknown as Resource).meta?.profile ?? [];
  const unknown = profiles.some((profile) => profileFaults(profile, resource) === undefined);
  if (unknown) return fhirFailure('fhir/unknown-profile', { where: [`${String(resource['resourceType'])}.meta.profile`] });
  const broken = profiles.flatMap((profile) => profileFaults(profile, resource) ?? []);
  return broken.length === 0
    ? undefined
    : fhirFailure('fhir/invalid', { where: broken, words: 'The resource is not what its profile asks.' });
}
