/** The note of a visit as a Composition: what was signed, word by word, under its headings; later additions are Compositions of their own that append to it. */
import type { Composition, CompositionAttester, CompositionSection, Provenance, Reference, Resource } from '@medplum/fhirtypes';
import type { SignedContent } from '../model/encounter.ts';
import { derivedId } from '../model/ids.ts';
import { AMENDMENT_WORDS, SECTION_WORDS, VISIT_WORDS } from '../rules/journal-words.ts';
import { urn, type Journal, type OwnRow } from './journal.ts';
import { hl7, loinc, sha256Name } from './systems.ts';
import { list, narrative, said } from './text.ts';
import { standing } from './visit.ts';

type Visit = OwnRow<'encounter'>;

export const noteId = (encounterId: string): string => derivedId(encounterId, 'fhir:composition');

/** @param parts what hangs under the visit and is in the bundle */
export function noteOf(journal: Journal, visit: Visit, parts: readonly Resource[]): Composition {
  const { signedContent } = visit;
  const author = signedContent === null ? journal.person(visit.practitionerId) : signer(journal, signedContent);
  return {
    resourceType: 'Composition',
    id: noteId(visit.id),
    status: standing(visit),
    type: loinc('11506-3', 'Progress note', VISIT_WORDS[visit.visitType]),
    subject: journal.subject(visit.patientId),
    encounter: { reference: urn(visit.id) },
    date: visit.signedAt ?? visit.recordedAt,
    author: [author],
    title: VISIT_WORDS[visit.visitType],
    attester: signedContent === null ? undefined : [attested(author, signedContent.signedAt)],
    custodian: journal.organization,
    section: list(...sectionsOf(journal, visit), ...entriesOf(visit, parts), closing(visit)),
  };
}

const signer = (journal: Journal, { signedBy }: SignedContent) => journal.person(signedBy.userId, signedBy);
const attested = (party: CompositionAttester['party'], time: string): CompositionAttester => ({ mode: 'professional', time, party });

/** Signed words stand first and in their order; a version that was left beside them follows, marked. */
function sectionsOf(journal: Journal, visit: Visit): CompositionSection[] {
  const rows = journal.of('note_section').filter(({ encounterId }) => encounterId === visit.id);
  const signed = (visit.signedContent?.sections ?? []).map(({ key, text }) => {
    const row = rows.find((one) => one.key === key && one.siblingOfId === null && one.text === text);
    return { row, section: { id: row?.id, title: titleOf(key), text: narrative(text) } };
  });
  const taken = new Set(signed.map(({ row }) => row));
  const beside = rows
    .filter((row) => !taken.has(row) && said(row.text) !== undefined)
    .map(({ id, key, text, siblingOfId }) => ({
      id,
      title: siblingOfId === null && visit.signedContent === null ? titleOf(key) : `${titleOf(key)} (en annen versjon)`,
      text: narrative(text),
    }));
  return [...signed.map(({ section }) => section), ...beside];
}

const titleOf = (key: string): string => SECTION_WORDS[key] ?? key;

/** What stands as resources of its own, pointed to; a signed diagnosis also in the words that were signed. */
function entriesOf({ signedContent }: Visit, parts: readonly Resource[]): CompositionSection[] {
  const words = signedContent?.diagnoses.map(({ system, code, text }) => `${code} ${text}${system === 'icd-10' ? ' (ICD-10)' : ''}`);
  return [
    entries('Funn og svar', parts, 'Observation'),
    entries('Samtykke', parts, 'Consent'),
    entries('Diagnose', parts, 'Condition', words?.join('\n')),
    entries('Takster og ytelser', parts, 'ChargeItem'),
  ].flatMap((section) => section ?? []);
}

function entries(
  title: string,
  parts: readonly Resource[],
  type: Resource['resourceType'],
  words?: string,
): CompositionSection | undefined {
  const entry: Reference<never>[] | undefined = list(
    ...parts.filter(({ resourceType }) => resourceType === type).map(({ id = '' }) => ({ reference: urn(id) })),
  );
  const text = said(words);
  return entry === undefined && text === undefined ? undefined : { title, text: text === undefined ? undefined : narrative(text), entry };
}

function closing({ status, closedReason }: Visit): CompositionSection | undefined {
  const reason = said(closedReason);
  if (reason === undefined) return undefined;
  return { title: status === 'entered_in_error' ? 'Feilført' : 'Forkastet', text: narrative(reason) };
}

const AMENDMENT = { draft: 'preliminary', signed: 'final', discarded: 'entered-in-error' } as const;

/** The original stays as it is: it is appended to, never replaced (helsepersonelloven § 42). */
export function amendmentOf(journal: Journal, row: OwnRow<'amendment'>, visit: Visit): Composition {
  const author = journal.person(row.authorId, { name: row.authorName, hprNumber: row.authorHprNumber });
  const title = AMENDMENT_WORDS[row.kind] ?? row.kind;
  const reason = said(row.reason);
  const text = said(row.text);
  return {
    resourceType: 'Composition',
    id: row.id,
    status: standing(visit) === 'entered-in-error' ? 'entered-in-error' : AMENDMENT[row.status],
    type: loinc('11506-3', 'Progress note', title),
    subject: journal.subject(visit.patientId),
    encounter: { reference: urn(visit.id) },
    // Of a draft nobody wrote down when it was begun: it read so when the copy was made.
    date: row.signedAt ?? journal.madeAt,
    author: [author],
    title,
    attester: row.signedAt === null ? undefined : [attested(author, row.signedAt)],
    custodian: journal.organization,
    relatesTo: [{ code: 'appends', targetReference: { reference: urn(noteId(visit.id)) } }],
    section: list<CompositionSection>(
      text === undefined ? undefined : { title, text: narrative(text) },
      reason === undefined ? undefined : { title: 'Grunn', text: narrative(reason) },
    ),
  };
}

/** Who signed what, when, and the hash of the words that were signed; undefined where nothing was. */
export function signatureOf(journal: Journal, visit: Visit): Provenance | undefined {
  if (visit.signedContent === null) return undefined;
  const who = signer(journal, visit.signedContent);
  return provenance(
    journal,
    derivedId(visit.id, 'fhir:provenance'),
    noteId(visit.id),
    visit.signedContent.signedAt,
    who,
    visit.contentHash,
  );
}

export function amendmentSignatureOf(journal: Journal, row: OwnRow<'amendment'>): Provenance | undefined {
  if (row.signedAt === null) return undefined;
  const who = journal.person(row.authorId, { name: row.authorName, hprNumber: row.authorHprNumber });
  return provenance(journal, derivedId(row.id, 'fhir:provenance'), row.id, row.signedAt, who, row.contentHash);
}

function provenance(
  journal: Journal,
  id: string,
  target: string,
  at: string,
  who: ReturnType<Journal['person']>,
  hash: string | null,
): Provenance {
  return {
    resourceType: 'Provenance',
    id,
    target: [{ reference: urn(target) }],
    recorded: at,
    agent: [{ type: hl7('provenance-participant-type', 'author'), who, onBehalfOf: journal.organization }],
    entity: hash === null ? undefined : [{ role: 'source', what: { identifier: sha256Name(hash) } }],
    signature: [
      { type: [{ system: 'urn:iso-astm:E1762-95:2013', code: '1.2.840.10065.1.12.1.1', display: "Author's Signature" }], when: at, who },
    ],
  };
}
