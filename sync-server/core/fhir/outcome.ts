/** Every failure of the FHIR API as an OperationOutcome: FHIR's own code for machines, ours beside it, a sentence for people; never what was sent. */
import type { OperationOutcome, OperationOutcomeIssue } from '@medplum/fhirtypes';
import type { Failure } from '../result.ts';

export interface FhirFailure {
  status: number;
  outcome: OperationOutcome;
  headers?: Readonly<Record<string, string>>;
  /** Whose journal it was, for the log alone. */
  patientId?: string | undefined;
}

type IssueCode = NonNullable<OperationOutcomeIssue['code']>;

/** Status, FHIR's code and what is said, by our code. */
const FAILURES = {
  'fhir/unknown-type': [404, 'not-supported', 'This server has no such type of resource.'],
  'fhir/not-found': [404, 'not-found', 'There is no such resource.'],
  'fhir/gone': [410, 'deleted', 'The resource has been deleted.'],
  'fhir/version-not-kept': [
    404,
    'not-found',
    'Only the current version is kept; earlier ones are known by time and author alone (_history).',
  ],
  'fhir/forbidden': [403, 'forbidden', 'Your role does not see this.'],
  'fhir/two-persons': [403, 'business-rule', 'The operator wants two persons for whatever leaves the house: it is done in the app.'],
  'fhir/blocked': [403, 'suppressed', 'The patient has shut the journal for you. In an emergency it is opened in the app, with a reason.'],
  'fhir/unknown-parameter': [400, 'not-supported', 'A search parameter is not known here.'],
  'fhir/invalid-parameter': [400, 'invalid', 'A search parameter cannot be read.'],
  'fhir/unsupported-modifier': [400, 'not-supported', 'A modifier is not known here.'],
  'fhir/too-costly': [400, 'too-costly', 'Too much to sort or count: narrow it down by patient or date.'],
  'fhir/unknown-page': [400, 'expired', 'The page is not known: begin the search again.'],
  'fhir/invalid': [422, 'invalid', 'The resource is not valid.'],
  'fhir/malformed': [400, 'structure', 'The body cannot be read as a resource.'],
  'fhir/wrong-type': [400, 'invalid', 'The resource is of another type than the address says.'],
  'fhir/wrong-id': [400, 'invalid', 'The resource has another id than the address says.'],
  'fhir/not-kept': [422, 'not-supported', 'An element cannot be kept here, so nothing was stored.'],
  'fhir/unknown-profile': [422, 'not-supported', 'A profile is claimed that this server does not know.'],
  'fhir/business-rule': [422, 'business-rule', 'A rule of the record speaks against it.'],
  'fhir/unknown-reference': [422, 'not-found', 'A reference leads to nothing in this clinic.'],
  'fhir/not-created-here': [405, 'not-supported', 'Resources of this type are not created by this API.'],
  'fhir/not-updated-here': [405, 'not-supported', 'Resources of this type are not changed by this API.'],
  'fhir/time-taken': [409, 'conflict', 'The practitioner is booked at that time.'],
  'fhir/version-conflict': [412, 'conflict', 'The resource has another version than If-Match says.'],
  'fhir/several-match': [412, 'multiple-matches', 'More than one resource matches If-None-Exist.'],
  'fhir/not-acceptable': [406, 'not-supported', 'Only JSON and XML of FHIR are given.'],
  'fhir/not-understood': [400, 'invalid', 'An entry of the Bundle cannot be carried out.'],
  'fhir/too-large-bundle': [413, 'too-long', 'The Bundle has too many entries.'],
  'fhir/unknown-export': [404, 'not-found', 'There is no such export.'],
} as const satisfies Record<string, readonly [number, IssueCode, string]>;
export type FhirCode = keyof typeof FAILURES;

/** @param where FHIRPath expressions, or names of parameters @param words more than the code's own sentence; never what was sent */
export function fhirFailure(
  code: FhirCode,
  {
    where,
    words,
    headers,
    patientId,
  }: { where?: readonly string[]; words?: string; headers?: Readonly<Record<string, string>>; patientId?: string | undefined } = {},
): FhirFailure {
  const [status, issue, sentence] = FAILURES[code];
  const outcome = outcomeWith([issueOf('error', issue, code, words ?? sentence, where)]);
  return { status, outcome, ...(headers === undefined ? {} : { headers }), ...(patientId === undefined ? {} : { patientId }) };
}

export const isFailure = (value: object): value is FhirFailure => 'outcome' in value && 'status' in value;

export const outcomeWith = (issue: OperationOutcomeIssue[]): OperationOutcome => ({ resourceType: 'OperationOutcome', issue });

export function issueOf(
  severity: OperationOutcomeIssue['severity'],
  code: IssueCode,
  ours: string,
  text: string,
  where?: readonly string[],
): OperationOutcomeIssue {
  return {
    severity,
    code,
    details: { coding: [{ system: 'urn:ryggrad:problem', code: ours }], text },
    ...(where === undefined || where.length === 0 ? {} : { expression: [...where].slice(0, 20) }),
  };
}

/** What the rest of the server refuses with, by its HTTP status. */
const BY_STATUS: Readonly<Record<number, IssueCode>> = {
  400: 'invalid',
  401: 'login',
  403: 'forbidden',
  404: 'not-found',
  405: 'not-supported',
  406: 'not-supported',
  408: 'timeout',
  413: 'too-long',
  415: 'not-supported',
  429: 'throttled',
  500: 'exception',
  503: 'transient',
};
const SENTENCES: Readonly<Record<number, string>> = {
  400: 'The request cannot be read.',
  401: 'Sign in first.',
  403: 'You may not do this.',
  404: 'There is nothing at this address.',
  405: 'This is not done with this method.',
  413: 'The body is too large.',
  415: 'Only JSON and XML of FHIR in UTF-8 are taken.',
  429: 'Too many requests: wait as long as Retry-After says.',
  500: 'Something went wrong on the server.',
  503: 'The server is busy: try again.',
};

/** @param failure of the server's own kind @param status as plugins/errors.ts knows it */
export function outcomeOfFailure({ code, details }: Failure, status: number): OperationOutcome {
  const fields = details?.['fields'];
  const where = Array.isArray(fields)
    ? fields.filter((field): field is string => typeof field === 'string' && /^[\w.[\]]{1,80}$/.test(field))
    : [];
  return outcomeWith([
    issueOf(status >= 500 ? 'fatal' : 'error', BY_STATUS[status] ?? 'processing', code, SENTENCES[status] ?? 'Refused.', where),
  ]);
}
