/**
 * HL7's definitions of R4 (build/fhir-definitions.mjs), and what is judged by them: what comes in here, what goes out in tests. The only importer of
 * `@medplum/core`. Read when they are first needed: 0.8 MB, some ten milliseconds.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { indexStructureDefinitionBundle, tryGetDataType, validateResource, OperationOutcomeError } from '@medplum/core';
import type { Bundle, OperationOutcomeIssue, Resource } from '@medplum/fhirtypes';

let ready = false;
/** Once. */
function load(): void {
  if (ready) return;
  const bundle = JSON.parse(readFileSync(join(import.meta.dirname, 'definitions.json'), 'utf8')) as Bundle;
  for (const { resource } of bundle.entry ?? [])
    if (resource?.resourceType === 'StructureDefinition')
      for (const { path = '' } of resource.snapshot?.element ?? []) for (const name of path.split('.')) names.add(name.replace('[x]', ''));
  indexStructureDefinitionBundle(bundle);
  ready = true;
}
/** Of every type and element: what may stand in a refusal. */
const names = new Set<string>();

export interface ElementType {
  /** Name; of one that is of several types its beginning: `value[x]`. */
  name: string;
  types: readonly string[];
  isArray: boolean;
}

const known = new Map<string, readonly ElementType[] | undefined>();

/** Elements of a type in the order of its definition; undefined for a type that is not known. */
export function elementsOf(type: string): readonly ElementType[] | undefined {
  load();
  if (!known.has(type)) {
    const found = tryGetDataType(type);
    known.set(
      type,
      found &&
        Object.entries(found.elements).map(([name, element]) => ({
          name,
          types: element.type.map(({ code }) => code),
          isArray: element.max > 1,
        })),
    );
  }
  return known.get(type);
}

const MOST = 20;

/** Errors of a resource against base R4, without what was sent; none when it is valid. */
export function faultsIn(resource: unknown): OperationOutcomeIssue[] {
  load();
  try {
    validateResource(resource as Resource);
    return [];
  } catch (error) {
    // What no resource looks like (an object where a code stands) the validator trips over: that is a fault of what was sent, too.
    const issues =
      error instanceof OperationOutcomeError ? (error.outcome.issue ?? []) : [{ severity: 'error' as const, code: 'structure' as const }];
    return issues
      .filter(({ severity }) => severity === 'error' || severity === 'fatal')
      .slice(0, MOST)
      .map(({ code, details, expression }: OperationOutcomeIssue) => ({
        severity: 'error' as const,
        code,
        details: { coding: [{ system: 'urn:ryggrad:problem', code: 'fhir/invalid' }], text: sentence(details?.text) },
        ...(expression === undefined ? {} : pathsIn(expression)),
      }));
  }
}

function pathsIn(expression: readonly string[]): Pick<OperationOutcomeIssue, 'expression'> {
  const paths = expression.map(knownPath).filter((path) => path !== '');
  return paths.length === 0 ? {} : { expression: paths };
}

/** As far as it is FHIR's own names: what somebody called an element may be anything. */
function knownPath(path: string): string {
  const parts = path.split('.');
  const unknown = parts.findIndex((part) => !names.has(part.replace(/\[\d+\]$/, '')));
  return parts.slice(0, unknown < 0 ? undefined : unknown).join('.');
}

/** The validator's own sentences that say nothing of what was sent; HL7's about a constraint among them. */
const SENTENCES = [
  /^Missing required property/,
  /^Invalid additional property/,
  /^Invalid \w{1,20} format/,
  /^Constraint [\w-]{1,20} not met: [^"]{1,300}$/,
  /^Expected /,
];

function sentence(text: string | undefined): string {
  return SENTENCES.some((known) => known.test(text ?? '')) ? (text ?? '').replaceAll(/"[^"]*"/g, '"…"').slice(0, 300) : 'Not valid.';
}
