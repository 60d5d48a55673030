/**
 * FHIR's XML read into the JSON form of the same resource. No document type, so no entities but XML's five: nothing can be expanded, nothing
 * fetched. The only importer of `saxes`.
 */
import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { elementsOf } from './definitions.ts';
import { escaped } from './xml.ts';

interface Node {
  name: string;
  attributes: Readonly<Record<string, string>>;
  children: (Node | string)[];
}

const MOST_DEEP = 64;
const MOST_NODES = 200_000;
const FHIR = 'http://hl7.org/fhir';

/** Undefined for what is not a resource in XML. */
export function fromXml(text: string): Record<string, unknown> | undefined {
  try {
    const root = treeOf(text);
    return root.attributes['xmlns'] === FHIR ? resourceIn(root) : undefined;
  } catch (error) {
    if (error instanceof NotFhir) return undefined;
    throw error;
  }
}

class NotFhir extends Error {}
function refuse(): never {
  throw new NotFhir('not FHIR in XML');
}

function treeOf(text: string): Node {
  const parser = new SaxesParser();
  const open: Node[] = [];
  let root: Node | undefined;
  let nodes = 0;
  parser.on('error', refuse);
  parser.on('doctype', refuse);
  parser.on('processinginstruction', refuse);
  parser.on('opentag', ({ name, attributes }: SaxesTagPlain) => {
    nodes += 1;
    if (open.length >= MOST_DEEP || nodes > MOST_NODES) refuse();
    const node: Node = { name, attributes, children: [] };
    open.at(-1)?.children.push(node);
    root ??= node;
    open.push(node);
  });
  parser.on('closetag', () => void open.pop());
  parser.on('text', (said) => void open.at(-1)?.children.push(said));
  parser.on('cdata', (said) => void open.at(-1)?.children.push(said));
  parser.write(text).close();
  return root ?? refuse();
}

function resourceIn(node: Node): Record<string, unknown> {
  if (elementsOf(node.name) === undefined) refuse();
  return { resourceType: node.name, ...fieldsIn(node, node.name) };
}

function fieldsIn(node: Node, type: string): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const child of node.children) {
    if (typeof child === 'string') {
      if (child.trim() !== '') refuse();
      continue;
    }
    const found = elementNamed(type, child.name) ?? refuse();
    const [value, beside] = valueIn(child, found.type);
    if (!found.isArray) {
      if (Object.hasOwn(out, child.name) || Object.hasOwn(out, `_${child.name}`)) refuse();
      if (value !== undefined) out[child.name] = value;
      if (beside !== undefined) out[`_${child.name}`] = beside;
      continue;
    }
    const values = (out[child.name] ??= []) as unknown[];
    values.push(value ?? null);
    if (beside !== undefined) ((out[`_${child.name}`] ??= values.slice(1).map(() => null)) as unknown[])[values.length - 1] = beside;
  }
  return out;
}

function elementNamed(type: string, name: string): { type: string; isArray: boolean } | undefined {
  for (const element of elementsOf(type) ?? []) {
    if (element.name === name) return { type: element.types[0] ?? 'string', isArray: element.isArray };
    if (!element.name.endsWith('[x]')) continue;
    const stem = element.name.slice(0, -3);
    const found = element.types.find((one) => stem + one.charAt(0).toUpperCase() + one.slice(1) === name);
    if (found !== undefined) return { type: found, isArray: false };
  }
  return undefined;
}

/** The value, and of a primitive what stands beside it. */
function valueIn(node: Node, type: string): [value: unknown, beside: Record<string, unknown> | undefined] {
  if (type === 'xhtml') return [xhtmlOf(node, true), undefined];
  if (/^[a-z]|^http:/.test(type)) {
    const { value, id } = node.attributes;
    const inner = { ...(id === undefined ? {} : { id }), ...fieldsIn(node, 'Element') };
    return [value === undefined ? undefined : primitive(type, value), Object.keys(inner).length === 0 ? undefined : inner];
  }
  if (type === 'Resource') {
    const resources = node.children.filter((child) => typeof child !== 'string');
    const [only] = resources;
    return [resources.length === 1 && only !== undefined ? resourceIn(only) : refuse(), undefined];
  }
  const { id, url } = node.attributes;
  return [
    { ...(id === undefined ? {} : { id }), ...(type === 'Extension' && url !== undefined ? { url } : {}), ...fieldsIn(node, type) },
    undefined,
  ];
}

function primitive(type: string, value: string): unknown {
  if (type === 'boolean') return value === 'true' ? true : value === 'false' ? false : refuse();
  if (!['integer', 'positiveInt', 'unsignedInt', 'decimal'].includes(type)) return value;
  return /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(value) ? Number(value) : refuse();
}

function xhtmlOf({ name, attributes, children }: Node, isRoot: boolean): string {
  const own = Object.entries(isRoot ? { xmlns: 'http://www.w3.org/1999/xhtml', ...attributes } : attributes);
  const said = own.map(([key, value]) => ` ${key}="${escaped(value)}"`).join('');
  const inner = children.map((child) => (typeof child === 'string' ? escaped(child) : xhtmlOf(child, false))).join('');
  return inner === '' ? `<${name}${said}/>` : `<${name}${said}>${inner}</${name}>`;
}
