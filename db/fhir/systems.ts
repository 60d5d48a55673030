/** Names of the Norwegian number and code systems in FHIR (HL7 Norway's no-basis 2.2.2 and Volven; norway.md §6). */
import type { CodeableConcept } from '@medplum/fhirtypes';

const VOLVEN = 'urn:oid:2.16.578.1.12.4.1';

export const FNR = `${VOLVEN}.4.1`;
export const D_NUMBER = `${VOLVEN}.4.2`;
export const FELLES_HJELPENUMMER = `${VOLVEN}.4.3`;
export const HPR = `${VOLVEN}.4.4`;
export const ENH = `${VOLVEN}.4.101`;
export const PROFESSION = `${VOLVEN}.1.9060`;
/** What NAV asks for; `http://hl7.org/fhir/sid/icpc-2` is the preferred name elsewhere. */
export const ICPC_2 = `${VOLVEN}.1.7170`;
export const ICD_10 = `${VOLVEN}.1.7110`;
/** Kinds of documents; HL7 Norway's value set no-basis-documentreference-type lists its codes. */
export const DOCUMENT_TYPE = `${VOLVEN}.1.9602`;
/** Our own kinds of visits (db/model/encounter.ts): no public system has them. */
export const VISIT_TYPE = 'urn:ryggrad:visit-type';
export const LOINC = 'http://loinc.org';

/** A code of HL7's own terminology, with its Norwegian words. */
export function hl7(codeSystem: string, code: string, text?: string): CodeableConcept {
  return { coding: [{ system: `http://terminology.hl7.org/CodeSystem/${codeSystem}`, code }], text };
}

export const loinc = (code: string, display: string, text: string): CodeableConcept => ({
  coding: [{ system: LOINC, code, display }],
  text,
});

/** A SHA-256 as a name (RFC 6920 § 7): FHIR R4 has a place for SHA-1 only. */
export const sha256Name = (hex: string): { system: string; value: string } => ({
  system: 'urn:ietf:rfc:3986',
  value: `nih:sha-256;${hex}`,
});
