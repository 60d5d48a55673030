/**
 * HL7's definitions of R4 (build/fhir-definitions.mjs), and what is judged by them: what comes in here, what goes out in tests. The only importer of
 * `@medplum/core`. Read when they are first needed: 0.8 MB, some ten milliseconds.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { indexStructureDefinitionBundle, tryGetDataType } from '@medplum/core';
import type { Bundle } from '@medplum/fhirtypes';

let ready = false;
/** Once. */
function load(): void {
  if (ready) return;
  indexStructureDefinitionBundle(JSON.parse(readFileSync(join(import.meta.dirname, 'definitions.json'), 'utf8')) as Bundle);
  ready = true;
}

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
