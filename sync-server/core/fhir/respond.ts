/** From what was found to what is answered: the format that was asked for, versions as ETags, and preferences (R4 § 3.1.0). */
import type { Resource } from '@medplum/fhirtypes';
import type { Readable } from 'node:stream';
import { fhirFailure, type FhirFailure } from './outcome.ts';

export interface FhirAnswer {
  status: number;
  resource?: Resource;
  /** Bytes instead of a resource, with their own type in the headers. */
  raw?: Buffer | Readable | string;
  headers?: Readonly<Record<string, string>>;
}
export type Format = 'json' | 'xml';

/** What may be preferred: a representation, nothing, or an outcome; and that unknown parameters are refused. */
export interface Preferences {
  returns: 'representation' | 'minimal' | 'OperationOutcome';
  strict: boolean;
}

export interface Encoded {
  status: number;
  headers: Readonly<Record<string, string>>;
  body?: string | Buffer | Readable;
}

const JSON_TYPES = ['json', 'application/json', 'application/fhir+json', 'text/json'];
const XML_TYPES = ['xml', 'application/xml', 'application/fhir+xml', 'text/xml'];

/** `_format` before Accept; undefined: neither can be given. */
export function formatFor(accept: string | undefined, query: URLSearchParams): Format | undefined {
  // In an address a plus is a blank.
  const asked = query.get('_format')?.replace(' ', '+') ?? accept;
  if (asked === undefined || asked.trim() === '') return 'json';
  const wanted = asked
    .split(',')
    .map((one, place) => {
      const [type = '', ...parameters] = one.split(';').map((part) => part.trim().toLowerCase());
      const quality = Number(parameters.find((part) => part.startsWith('q='))?.slice(2) ?? 1);
      return { type, quality: Number.isNaN(quality) ? 0 : quality, place };
    })
    .filter(({ quality }) => quality > 0)
    .toSorted((a, b) => b.quality - a.quality || a.place - b.place);
  for (const { type } of wanted) {
    if (XML_TYPES.includes(type)) return 'xml';
    if (JSON_TYPES.includes(type) || type === '*/*' || type === 'application/*') return 'json';
  }
  return undefined;
}

export function preferencesIn(header: string | undefined): Preferences {
  const parts = new Map((header ?? '').split(/[,;]/).map((part) => part.trim().split('=') as [string, string | undefined]));
  const returns = parts.get('return');
  return {
    returns: returns === 'minimal' || returns === 'OperationOutcome' ? returns : 'representation',
    strict: parts.get('handling') === 'strict',
  };
}

/** @param xml absent where there is none to write it */
export function encode(answer: FhirAnswer | FhirFailure, format: Format, xml: (resource: Resource) => string): Encoded {
  if ('outcome' in answer) return encode({ status: answer.status, resource: answer.outcome, headers: answer.headers ?? {} }, format, xml);
  const { status, resource, raw, headers = {} } = answer;
  if (raw !== undefined) return { status, headers, body: raw };
  if (resource === undefined) return { status, headers };
  const type = format === 'xml' ? 'application/fhir+xml; charset=utf-8' : 'application/fhir+json; charset=utf-8';
  return { status, headers: { ...headers, 'content-type': type }, body: format === 'xml' ? xml(resource) : JSON.stringify(resource) };
}

/** ETag and Last-Modified of a resource. */
export function versionHeaders({ meta }: Pick<Resource, 'meta'>): Record<string, string> {
  return {
    ...(meta?.versionId === undefined ? {} : { etag: etagOf(meta.versionId) }),
    ...(meta?.lastUpdated === undefined ? {} : { 'last-modified': new Date(meta.lastUpdated).toUTCString() }),
  };
}

export const etagOf = (versionId: string): string => `W/"${versionId}"`;

/** Versions that a header names: `W/"3"`, `"3"`, and what clients send without quotes; `*` as it is. */
export function versionsIn(header: string | undefined): string[] | undefined {
  return header?.split(',').map((one) => one.trim().replace(/^(?:W\/)?"?([^"]*)"?$/, '$1'));
}

export const notAcceptable = (): FhirFailure => fhirFailure('fhir/not-acceptable');
