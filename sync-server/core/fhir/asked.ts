/** A search as it was asked, from its address or its form: what is not known is refused or left out, and then said. */
import { fhirFailure, type FhirFailure } from './outcome.ts';
import { parameterOf, parametersOf, type Parameter } from './parameters.ts';

export interface AskedParameter {
  name: string;
  modifier: string | undefined;
  values: readonly string[];
  parameter: Parameter;
  /** Of a patient: what is asked of them. */
  chain: { name: string; modifier: string | undefined; parameter: Parameter } | undefined;
  /** As it stands in the self link. */
  text: [name: string, value: string];
}
export interface Include {
  type: string;
  /** `*`: every reference. */
  name: string;
  target: string | undefined;
  iterate: boolean;
}
export interface Asked {
  type: string;
  parameters: readonly AskedParameter[];
  /** 0: only how many there are. */
  count: number;
  sort: readonly { name: string; descending: boolean; parameter: Parameter }[];
  accurateTotal: boolean;
  includes: readonly Include[];
  revincludes: readonly Include[];
  elements: readonly string[] | undefined;
  /** What of the query was understood, for the self link. */
  used: readonly (readonly [string, string])[];
  /** Names of what was not. */
  ignored: readonly string[];
}

export const DEFAULT_COUNT = 20;
const MOST_COUNT = 500;
const MOST_PARAMETERS = 50;
/** Say how to answer, not what is wanted. */
const FORMAT = new Set(['_format', '_pretty']);

/** @param strict what is not known is refused (Prefer: handling=strict) */
export function readAsked(type: string, query: URLSearchParams, strict: boolean): Asked | FhirFailure {
  if (parametersOf(type) === undefined) return fhirFailure('fhir/unknown-type');
  const entries = [...query].filter(([name]) => !FORMAT.has(name));
  if (entries.length > MOST_PARAMETERS) return fhirFailure('fhir/too-costly', { words: 'Too many parameters.' });
  const asked = { type, parameters: [] as AskedParameter[], used: [] as [string, string][], ignored: [] as string[] };
  const control = { count: DEFAULT_COUNT, accurateTotal: false, sort: [] as Asked['sort'], elements: undefined as string[] | undefined };
  const includes: Include[] = [];
  const revincludes: Include[] = [];
  for (const [name, value] of entries) {
    const read = readOne(type, name, value);
    if (read === 'unknown') {
      if (strict) return fhirFailure('fhir/unknown-parameter', { where: [sayable(name)] });
      asked.ignored.push(sayable(name));
      continue;
    }
    // Of what is known something is wrong: that is never left out in silence.
    if ('outcome' in read) return read;
    asked.used.push([name, value]);
    if ('parameter' in read) asked.parameters.push(read);
    else if ('include' in read) (name.startsWith('_rev') ? revincludes : includes).push(read.include);
    else Object.assign(control, read);
  }
  return { ...asked, ...control, includes, revincludes };
}

type Read = AskedParameter | { include: Include } | Partial<Pick<Asked, 'count' | 'accurateTotal' | 'sort' | 'elements'>>;
type Refused = FhirFailure | 'unknown';

function readOne(type: string, name: string, value: string): Read | Refused {
  switch (name) {
    case '_count': {
      const count = /^\d{1,6}$/.test(value) ? Number(value) : Number.NaN;
      return Number.isNaN(count) ? wrong('fhir/invalid-parameter', name) : { count: Math.min(count, MOST_COUNT) };
    }
    case '_total':
      return ['none', 'estimate', 'accurate'].includes(value)
        ? { accurateTotal: value === 'accurate' }
        : wrong('fhir/invalid-parameter', name);
    case '_summary':
      if (value === 'count') return { count: 0 };
      return value === 'false' ? {} : 'unknown';
    case '_elements':
      return /^[\w,]{1,500}$/.test(value) ? { elements: value.split(',') } : wrong('fhir/invalid-parameter', name);
    case '_sort':
      return readSort(type, value);
    case '_include':
    case '_include:iterate':
    case '_revinclude':
    case '_revinclude:iterate':
      return readInclude(type, name, value);
    default:
      return readParameter(type, name, value);
  }
}

const wrong = (code: 'fhir/invalid-parameter' | 'fhir/unsupported-modifier', name: string): FhirFailure =>
  fhirFailure(code, { where: [sayable(name)] });
/** What stands in a refusal is a name of a parameter, not whatever was sent. */
const sayable = (name: string): string => (/^[\w.:-]{1,60}$/.test(name) ? name : 'parameter');

function readSort(type: string, value: string): Read | Refused {
  const sort = value.split(',').map((one) => {
    const name = one.replace(/^-/, '');
    return { name, descending: one.startsWith('-'), parameter: parameterOf(type, name) };
  });
  if (sort.some(({ parameter }) => parameter === undefined || !['date', 'string', 'token'].includes(parameter.type))) return 'unknown';
  return { sort: sort as Asked['sort'] };
}

function readInclude(type: string, name: string, value: string): Read | Refused {
  const iterate = name.endsWith(':iterate');
  const back = name.startsWith('_rev');
  if (value === '*' && !back) return { include: { type, name: '*', target: undefined, iterate } };
  const [source = '', parameter = '', target] = value.split(':');
  const known = parameter === '*' && !back ? { type: 'reference', targets: [type] } : parameterOf(source, parameter);
  if (known === undefined || known.type !== 'reference') return 'unknown';
  if (!iterate && !back && source !== type) return 'unknown';
  if (back && !(known.targets ?? []).includes(type)) return 'unknown';
  return { include: { type: source, name: parameter, target, iterate } };
}

function readParameter(type: string, text: string, value: string): Read | Refused {
  const match = /^(_?[A-Za-z-]{1,40})(?::([A-Za-z]{1,30}))?(?:\.([A-Za-z-]{1,40})(?::([A-Za-z]{1,30}))?)?$/.exec(text);
  const [, name = '', modifier, chained, chainedModifier] = match ?? [];
  const parameter = parameterOf(type, name);
  if (parameter === undefined) return 'unknown';
  // Nothing asked for is nothing asked (R4 § 3.1.1.4): it is not "everything with this".
  if (value === '') return 'unknown';
  const values = splitValues(value);
  if (values.length > 200) return wrong('fhir/invalid-parameter', text);
  const plain = { name, values, parameter, text: [text, value] as [string, string] };
  if (chained === undefined) return { ...plain, modifier, chain: undefined };
  const other = parameterOf('Patient', chained);
  if (parameter.targets?.includes('Patient') !== true || other === undefined) return 'unknown';
  if (modifier !== undefined && modifier !== 'Patient') return 'unknown';
  return { ...plain, modifier: undefined, chain: { name: chained, modifier: chainedModifier, parameter: other } };
}

/** Commas part values; one that is meant stands after a backslash. */
export function splitValues(value: string): string[] {
  return value.split(/(?<!\\),/).map((one) => one.replaceAll(/\\([,|$\\])/g, '$1'));
}
