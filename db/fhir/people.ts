/** Who the journal is about, who speaks for them, who wrote it, and where. */
import type {
  Address,
  ContactPoint,
  Identifier,
  Organization,
  Patient,
  Practitioner,
  PractitionerRole,
  RelatedPerson,
} from '@medplum/fhirtypes';
import { parseNationalId } from '../rules/fodselsnummer.ts';
import { urn, type Journal, type OwnRow } from './journal.ts';
import { D_NUMBER, ENH, FELLES_HJELPENUMMER, FNR, hl7, HPR, PROFESSION } from './systems.ts';
import { coded, list, narrative, said } from './text.ts';

export function patientOf(journal: Journal, row: OwnRow<'patient'>): Patient {
  const replaced = journal.of('patient_link').filter(({ patientId }) => patientId === row.id);
  const fastlege = fastlegeOf(row);
  return {
    resourceType: 'Patient',
    id: row.id,
    text: said(row.occupation) === undefined ? undefined : narrative(`Yrke: ${row.occupation}`),
    contained: list(fastlege),
    identifier: list(nationalId(row), formerId(row)),
    active: row.status === 'active' && replaced.length === 0,
    name: [{ family: said(row.familyName), given: list(said(row.givenName)) }],
    telecom: telecom(row.phone, row.email),
    gender: row.sex,
    birthDate: row.birthDate ?? undefined,
    deceasedBoolean: row.status === 'deceased' ? true : undefined,
    address: address(row),
    communication: said(row.language) === undefined ? undefined : [{ language: { text: row.language ?? undefined } }],
    generalPractitioner: fastlege && [{ reference: `#${fastlege.id}` }],
    managingOrganization: journal.organization,
    link: list(...replaced.map((link) => ({ id: link.id, other: journal.subject<Patient>(link.intoId), type: 'replaced-by' as const }))),
  };
}

/** Which system it is of follows from the digits; a local hjelpenummer has no system of its own. */
function nationalId(row: OwnRow<'patient'>): Identifier | undefined {
  const value = said(row.nationalId);
  if (value === undefined) return undefined;
  const parsed = parseNationalId(value, { synthetic: true });
  const kind = parsed.ok ? parsed.kind : row.nationalIdKind;
  const system = { fnr: FNR, dnr: D_NUMBER, fhn: FELLES_HJELPENUMMER, hnr: undefined }[kind ?? 'hnr'];
  return system === undefined ? { type: { text: 'Hjelpenummer' }, value } : { use: 'official', system, value };
}

/** What the system the clinic used before calls the patient. */
function formerId({ formerSystem, formerId: value }: OwnRow<'patient'>): Identifier | undefined {
  if (said(value) === undefined) return undefined;
  return { use: 'old', type: { text: `Pasientnummer i ${said(formerSystem) ?? 'et annet system'}` }, value: value ?? undefined };
}

function fastlegeOf(row: OwnRow<'patient'>): (Practitioner & { id: string }) | undefined {
  const line = list(said(row.fastlegePractice), said(row.fastlegeAddressLine));
  const where = { line, postalCode: said(row.fastlegePostalCode), city: said(row.fastlegeCity) };
  const name = said(row.fastlegeName);
  const addressed = Object.values(where).some((part) => part !== undefined);
  if (name === undefined && !addressed) return undefined;
  return {
    resourceType: 'Practitioner',
    id: 'fastlege',
    name: name === undefined ? undefined : [{ text: name }],
    address: addressed ? [where] : undefined,
  };
}

const RELATIONS = {
  mother: hl7('v3-RoleCode', 'MTH', 'Mor'),
  father: hl7('v3-RoleCode', 'FTH', 'Far'),
  guardian: hl7('v3-RoleCode', 'GUARD', 'Verge'),
  foster: hl7('v3-RoleCode', 'PRNFOST', 'Fosterforelder'),
  other: { text: 'Annen' },
};

export const guardianOf = (journal: Journal, row: OwnRow<'guardian'>): RelatedPerson => ({
  resourceType: 'RelatedPerson',
  id: row.id,
  patient: journal.subject(row.patientId),
  relationship: [RELATIONS[row.relation]],
  name: [{ text: said(row.name) }],
  telecom: telecom(row.phone, row.email),
});

/** Everybody the rows name: call when all else is mapped. What is nobody's but theirs (e-mail, roles) is left out. */
export function practitionersOf(journal: Journal): Practitioner[] {
  const users = new Map(journal.users.map((user) => [user.id, user]));
  return [...journal.named]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([id, name]) => practitionerOf(id, users.get(id), name));
}

/** @param name as a signature has it, for somebody who is not here any more */
export function practitionerOf(
  id: string,
  user: Pick<OwnRow<'user'>, 'name' | 'hprNumber' | 'profession'> | undefined,
  name: string | null = null,
): Practitioner {
  const known = said(user?.name ?? name);
  const hprNumber = said(user?.hprNumber);
  const profession = coded(user?.profession);
  return {
    resourceType: 'Practitioner',
    id,
    identifier: hprNumber === undefined ? undefined : [{ system: HPR, value: hprNumber }],
    name: known === undefined ? undefined : [{ text: known }],
    qualification: profession === undefined ? undefined : [{ code: { coding: [{ system: PROFESSION, code: profession }] } }],
  };
}

/** What somebody works as in the clinic; what the app lets them do is nobody's business outside it. */
export function practitionerRoleOf(journal: Journal, user: OwnRow<'user'>): PractitionerRole {
  const profession = coded(user.profession);
  return {
    resourceType: 'PractitionerRole',
    id: user.id,
    active: user.active,
    period: user.validUntil === null ? undefined : { end: user.validUntil },
    practitioner: journal.person(user.id),
    organization: journal.organization,
    code: profession === undefined ? undefined : [{ coding: [{ system: PROFESSION, code: profession }] }],
  };
}

export const organizationOf = ({ clinic }: Journal): Organization => ({
  resourceType: 'Organization',
  id: clinic.id,
  identifier: said(clinic.orgNumber) === undefined ? undefined : [{ system: ENH, value: clinic.orgNumber ?? undefined }],
  name: clinic.name,
  telecom: telecom(clinic.phone, clinic.email),
  address: address(clinic),
});

/** The one who stays says so too: links of the other registrations point to them. */
export function withReplaced(journal: Journal, patient: Patient): Patient {
  const links = journal.of('patient_link').filter(({ intoId }) => intoId === patient.id);
  if (links.length === 0) return patient;
  const replaces = links.map(({ patientId }) => ({ other: { reference: urn(patientId) }, type: 'replaces' as const }));
  return { ...patient, link: [...(patient.link ?? []), ...replaces] };
}

function telecom(phone: string | null, email: string | null): ContactPoint[] | undefined {
  return list<ContactPoint>(
    said(phone) === undefined ? undefined : { system: 'phone', value: phone ?? undefined },
    said(email) === undefined ? undefined : { system: 'email', value: email ?? undefined },
  );
}

function address(row: { addressLine: string | null; postalCode: string | null; city: string | null }): Address[] | undefined {
  const where = { line: list(said(row.addressLine)), postalCode: said(row.postalCode), city: said(row.city) };
  return Object.values(where).some((part) => part !== undefined) ? [where] : undefined;
}
