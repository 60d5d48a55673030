/** The CapabilityStatement: made from the same tables that answer, so that it says what there is. */
import type { CapabilityStatement, CapabilityStatementRestResource, CapabilityStatementRestResourceInteraction } from '@medplum/fhirtypes';
import { KINDS } from '#db/fhir/kinds.ts';
import { parametersOf, SEARCHED_TYPES } from './parameters.ts';

/** What is written through this API, and how (write.ts). */
export const WRITTEN: Readonly<Record<string, readonly ('create' | 'update')[]>> = {
  Appointment: ['create', 'update'],
  DocumentReference: ['create'],
  QuestionnaireResponse: ['create'],
};

/** Types that are read, in order of name. */
export const TYPES: readonly string[] = [...new Set([...KINDS.map(({ type }) => type), 'Questionnaire'])].toSorted();

/** @param date since when this version says so */
export function capabilityStatement(base: string, version: string, date: string): CapabilityStatement {
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date,
    publisher: 'Ryggrad',
    kind: 'instance',
    software: { name: 'Ryggrad sync server', version },
    implementation: { description: 'The journals of the clinic of whoever is signed in', url: base },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'json', 'application/fhir+xml', 'xml'],
    rest: [
      {
        mode: 'server',
        security: {
          cors: true,
          service: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/restful-security-service', code: 'SMART-on-FHIR' }] }],
          extension: [
            {
              url: 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris',
              extension: ['authorize', 'token', 'introspect', 'revoke'].map((url) => ({
                url,
                valueUri: `${base.replace(/\/fhir\/R4$/, '')}/auth/smart/${url}`,
              })),
            },
          ],
          description:
            'Bearer: the token of POST /v1/sessions, or of an app that was launched by SMART App Launch. Whoever asks sees what their role sees in the app; journals that a patient has shut are left out, and every read, search and write is in the clinic’s log.',
        },
        resource: [...TYPES.map(resourceOf), { type: 'Binary', interaction: [{ code: 'read' }], versioning: 'no-version' }],
        interaction: [{ code: 'transaction' }, { code: 'batch' }],
        operation: [{ name: 'export', definition: 'http://hl7.org/fhir/uv/bulkdata/OperationDefinition/export' }],
      },
    ],
  };
}

function resourceOf(type: string): CapabilityStatementRestResource {
  const codes: CapabilityStatementRestResourceInteraction['code'][] = [
    'read',
    'vread',
    'history-instance',
    'search-type',
    ...(WRITTEN[type] ?? []),
  ];
  const parameters = Object.entries(parametersOf(type) ?? {});
  return {
    type: type as CapabilityStatementRestResource['type'],
    interaction: codes.map((code) => ({ code })),
    versioning: WRITTEN[type]?.includes('update') === true ? 'versioned-update' : 'versioned',
    // The record keeps what stands; of earlier versions when they were made.
    readHistory: false,
    updateCreate: false,
    conditionalRead: 'full-support',
    conditionalCreate: WRITTEN[type]?.includes('create') === true,
    searchInclude: parameters.filter(([, { type: kind }]) => kind === 'reference').map(([name]) => `${type}:${name}`),
    searchRevInclude: SEARCHED_TYPES.flatMap((other) =>
      Object.entries(parametersOf(other) ?? {})
        .filter(([, { targets }]) => targets?.includes(type) === true)
        .map(([name]) => `${other}:${name}`),
    ),
    searchParam: parameters.map(([name, { type: kind }]) => ({ name, type: kind })),
    ...(type === 'Patient'
      ? {
          operation: [
            { name: 'everything', definition: 'http://hl7.org/fhir/OperationDefinition/Patient-everything' },
            { name: 'export', definition: 'http://hl7.org/fhir/uv/bulkdata/OperationDefinition/patient-export' },
          ],
        }
      : {}),
  };
}
