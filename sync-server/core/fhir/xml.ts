/** A resource as FHIR's XML (R4 § 2.6.1): elements in the order of their definition, values as attributes, narrative as it is. */
import type { Resource } from '@medplum/fhirtypes';
import { elementsOf, type ElementType } from './definitions.ts';

type Json = Readonly<Record<string, unknown>>;

export function toXml(resource: Resource): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${resourceXml(resource as unknown as Json, ' xmlns="http://hl7.org/fhir"')}`;
}

function resourceXml(resource: Json, attributes = ''): string {
  const type = String(resource['resourceType']);
  return `<${type}${attributes}>${childrenXml(type, resource, true)}</${type}>`;
}

function childrenXml(type: string, value: Json, isResource: boolean): string {
  let out = '';
  for (const element of elementsOf(type) ?? [])
    for (const [name, of] of namesOf(element, value)) {
      // Attributes of what they belong to.
      if ((name === 'id' && !isResource) || (name === 'url' && type === 'Extension')) continue;
      const values = list(value[name]);
      const besides = list(value[`_${name}`]);
      for (let i = 0; i < Math.max(values.length, besides.length); i += 1) out += elementXml(name, of, values[i], besides[i]);
    }
  return out;
}

/** Under which name, and as what, an element stands in this value. */
function namesOf({ name, types }: ElementType, value: Json): [name: string, type: string][] {
  if (!name.endsWith('[x]')) return [[name, types[0] ?? 'string']];
  const stem = name.slice(0, -3);
  return types
    .map((type): [string, string] => [stem + type.charAt(0).toUpperCase() + type.slice(1), type])
    .filter(([one]) => value[one] !== undefined || value[`_${one}`] !== undefined);
}

const list = (value: unknown): readonly unknown[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);
const isPrimitive = (type: string): boolean => /^[a-z]|^http:/.test(type);

function elementXml(name: string, type: string, value: unknown, beside: unknown): string {
  if (name === 'div' && type === 'xhtml') return String(value);
  if (isPrimitive(type)) {
    const inner = typeof beside === 'object' && beside !== null ? (beside as Json) : {};
    const said = value === undefined || value === null ? '' : ` value="${escaped(String(value))}"`;
    return tag(name, attributesOf(inner) + said, childrenXml('Element', inner, false));
  }
  if (typeof value !== 'object' || value === null) return '';
  const inner = value as Json;
  if (typeof inner['resourceType'] === 'string') return tag(name, '', resourceXml(inner));
  return tag(
    name,
    attributesOf(inner) + (type === 'Extension' ? ` url="${escaped(String(inner['url']))}"` : ''),
    childrenXml(type, inner, false),
  );
}

const attributesOf = ({ id }: Json): string => (typeof id === 'string' ? ` id="${escaped(id)}"` : '');
const tag = (name: string, attributes: string, inner: string): string =>
  inner === '' ? `<${name}${attributes}/>` : `<${name}${attributes}>${inner}</${name}>`;

const MARKS: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};
/** What XML cannot hold at all becomes U+FFFD. */
export const escaped = (text: string): string =>
  text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD').replace(/[&<>"\n\r\t]/g, (one) => MARKS[one] ?? one);
