/**
 * What HL7 Norway's no-basis profiles (hl7.fhir.no.basis 2.2.2) ask beyond base R4, of the elements we have: written out, since the package is not to be
 * had from npm and its profiles come without snapshots (norway.md §6). Used of what claims such a profile, and of all we hand out, in tests.
 */
import { parseNationalId } from '#db/rules/fodselsnummer.ts';
import { D_NUMBER, ENH, FELLES_HJELPENUMMER, FNR, HPR, PROFESSION } from '#db/fhir/systems.ts';

type Json = Readonly<Record<string, unknown>>;
const BASE = 'http://hl7.no/fhir/StructureDefinition/no-basis-';

/** Places that are not as the profile asks; undefined: the profile is not known here. A version may follow after a bar. */
export function profileFaults(profile: string, resource: Json): string[] | undefined {
  const [address = ''] = profile.split('|');
  if (address === `http://hl7.org/fhir/StructureDefinition/${String(resource['resourceType'])}`) return [];
  if (address !== `${BASE}${String(resource['resourceType'])}`) return undefined;
  return noBasisFaults(resource);
}

/** Of a type without rules of ours: none. */
export function noBasisFaults(resource: Json): string[] {
  const rules = RULES[String(resource['resourceType'])] ?? [];
  return rules.filter(([, holds]) => !holds(resource)).map(([where]) => where);
}

const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as Json[]) : []);
const identifiers = (resource: Json, system: string): readonly Json[] =>
  list(resource['identifier']).filter((one) => one['system'] === system);
const each = (resource: Json, system: string, good: (value: string) => boolean): boolean =>
  identifiers(resource, system).every(({ value }) => typeof value === 'string' && good(value));
const isNumber = (kind: string) => (value: string) => {
  const parsed = parseNationalId(value, { synthetic: true });
  return parsed.ok && parsed.kind === kind;
};

const RULES: Readonly<Record<string, readonly (readonly [where: string, holds: (resource: Json) => boolean])[]>> = {
  Patient: [
    ['Patient.identifier:FNR.value', (patient) => each(patient, FNR, isNumber('fnr'))],
    ['Patient.identifier:DNR.value', (patient) => each(patient, D_NUMBER, isNumber('dnr'))],
    ['Patient.identifier:FHN.value', (patient) => each(patient, FELLES_HJELPENUMMER, (value) => /^[89]\d{10}$/.test(value))],
    ['Patient.identifier', (patient) => [FNR, D_NUMBER, FELLES_HJELPENUMMER].every((system) => identifiers(patient, system).length <= 1)],
    ['Patient.gender', ({ gender }) => gender === undefined || ['male', 'female', 'other', 'unknown'].includes(String(gender))],
  ],
  Practitioner: [
    ['Practitioner.identifier:HPR.value', (practitioner) => each(practitioner, HPR, (value) => /^\d{7,9}$/.test(value))],
    [
      'Practitioner.qualification.code',
      ({ qualification }) =>
        list(qualification).every(({ code }) =>
          list((code as Json)['coding']).every(({ system, code: value }) => system !== PROFESSION || /^[A-Z]{2}$/.test(String(value))),
        ),
    ],
  ],
  Organization: [['Organization.identifier:ENH.value', (organization) => each(organization, ENH, (value) => /^\d{9}$/.test(value))]],
  Appointment: [['Appointment.participant.actor', ({ participant }) => list(participant).every(({ actor }) => actor !== undefined)]],
  DocumentReference: [['DocumentReference.subject', ({ subject }) => subject !== undefined]],
};
