/** Letters as they were signed, byte by byte; letters that are not, as the words that stand in them; what was attached, by its name and hash. */
import type { CodeableConcept, Coding, Composition, DocumentReference } from '@medplum/fhirtypes';
import type { LetterKind } from '../model/letter-kinds.ts';
import { readLetter } from '../rules/letter-kinds.ts';
import { inPrintedOrder, shownWords } from '../rules/letter-template.ts';
import { LETTER_WORDS } from '../rules/journal-words.ts';
import type { Journal, OwnRow } from './journal.ts';
import { DOCUMENT_TYPE, LOINC, sha256Name } from './systems.ts';
import { list, narrative, said } from './text.ts';

type Letter = OwnRow<'letter'>;

const volven = (code: string, display: string): Coding => ({ system: DOCUMENT_TYPE, code, display });
const loinc = (code: string, display: string): Coding => ({ system: LOINC, code, display });
/** Volven 9602 as HL7 Norway's value set lists it. It has no plan of one profession alone: that one is of its class, the running journal. */
const TYPES: Readonly<Record<LetterKind, Coding[]>> = {
  epikrise: [loinc('11488-4', 'Consult note'), volven('A03-2', 'Epikrise')],
  referral: [loinc('57133-1', 'Referral note'), volven('I01-2', 'Henvisninger')],
  imaging_referral: [loinc('57133-1', 'Referral note'), volven('I01-2', 'Henvisninger')],
  physio_referral: [loinc('57133-1', 'Referral note'), volven('I01-2', 'Henvisninger')],
  sick_leave_summary: [volven('J01-2', 'Sykmeldinger og trygdesaker')],
  treatment_plan: [loinc('18776-5', 'Plan of care note'), volven('B00-1', 'Kontinuerlig/løpende journal')],
  certificate: [volven('J00-1', 'Attester, melding og erklæringer')],
};
const typeOf = ({ kind }: Letter): CodeableConcept => ({ coding: TYPES[kind], text: LETTER_WORDS[kind] });

/** A letter with its document; one whose bytes are not here yet, or that is not signed, is words. */
export function letterOf(journal: Journal, row: Letter): DocumentReference | Composition {
  const document = journal.of('document').find(({ id }) => id === row.documentId);
  return document === undefined || row.status === 'draft' ? unsigned(journal, row) : signed(journal, row, document);
}

function signed(journal: Journal, row: Letter, document: OwnRow<'document'>): DocumentReference {
  const withdrawn = row.status === 'withdrawn';
  return {
    ...reference(journal, row, [journal.person(row.authorId)]),
    identifier: [sha256Name(document.sha256)],
    status: withdrawn ? 'entered-in-error' : 'current',
    docStatus: withdrawn ? 'entered-in-error' : 'final',
    type: typeOf(row),
    date: row.signedAt ?? undefined,
    authenticator: row.signedById === null ? undefined : journal.person(row.signedById),
    description: said(remarks(row).join('\n')),
    content: [{ id: document.id, ...contentOf(document) }],
  };
}

/** A document without its letter: that of a decision, or one whose letter is not here. */
export const documentOf = (journal: Journal, row: OwnRow<'document'>): DocumentReference => ({
  ...reference(journal, row, undefined),
  identifier: [sha256Name(row.sha256)],
  status: 'current',
  docStatus: 'final',
  content: [contentOf(row)],
});

/** Documents that no signed letter carries. */
export function looseDocuments(journal: Journal): readonly OwnRow<'document'>[] {
  const carried = new Set(journal.of('letter').flatMap(({ status, documentId }) => (status === 'draft' ? [] : [documentId])));
  return journal.of('document').filter(({ id }) => !carried.has(id));
}

const contentOf = ({ mediaType, title, byteLength, data }: OwnRow<'document'>) => ({
  attachment: { contentType: mediaType, language: 'nb', data, size: byteLength, title },
});

function unsigned(journal: Journal, row: Letter): Composition {
  const title = LETTER_WORDS[row.kind];
  return {
    resourceType: 'Composition',
    id: row.id,
    status: row.status === 'draft' ? 'preliminary' : row.status === 'withdrawn' ? 'entered-in-error' : 'final',
    type: typeOf(row),
    subject: journal.subject(row.patientId),
    encounter: journal.to(row.encounterId),
    date: row.signedAt ?? journal.madeAt,
    author: [journal.person(row.authorId)],
    title,
    custodian: journal.organization,
    section: list(
      ...[...partsOf(row), { title: 'Merknad', words: remarks(row).join('\n') }].map(({ title: heading, words }) =>
        said(words) === undefined ? undefined : { title: heading, text: narrative(words) },
      ),
    ),
  };
}

/** What stands in it by its template; nothing of a letter whose template is not known here. */
function partsOf({ kind, content: raw }: Letter): { title: string; words: string }[] {
  const read = readLetter(kind, raw);
  if (read === null) return [];
  const { template, content } = read;
  return inPrintedOrder(template, content).map((one) =>
    one === 'diagnoses'
      ? { title: 'Diagnose', words: content.diagnoses.map(({ code, text }) => `${code} ${text}`).join('\n') }
      : { title: one.name, words: shownWords(one, content) },
  );
}

function remarks(row: Letter): string[] {
  return [
    ...(row.objection ? ['Pasienten ønsker ikke at brevet sendes.'] : []),
    ...(row.objectionNote === null ? [] : [row.objectionNote]),
    ...(row.status === 'withdrawn' ? ['Trukket tilbake.'] : []),
    ...(row.affectedByAmendmentId === null ? [] : ['Notatet ble rettet etter at brevet var signert.']),
  ];
}

/** What another system said of it stands as it was said. Without its bytes: they are files of their own, known again by the hash. */
export function attachmentOf(journal: Journal, row: OwnRow<'attachment'>): DocumentReference {
  const wrong = row.status === 'entered_in_error';
  const { identifier = [], author = [], date, description, ...described } = (row.described ?? {}) as Partial<DocumentReference>;
  return {
    ...described,
    ...reference(journal, row, [journal.person(row.addedById), ...author]),
    identifier: [sha256Name(row.sha256), ...identifier],
    status: wrong ? 'entered-in-error' : 'current',
    docStatus: wrong ? 'entered-in-error' : 'final',
    date: date ?? row.addedAt,
    description: said([description, row.closedReason].filter((part) => said(part) !== undefined).join('\n')),
    content: [{ attachment: { contentType: row.mediaType, size: row.byteLength, title: row.title, creation: row.addedAt } }],
  };
}

function reference(
  journal: Journal,
  row: { id: string; patientId: string; encounterId?: string | null },
  author: DocumentReference['author'],
): Pick<DocumentReference, 'resourceType' | 'id' | 'subject' | 'author' | 'custodian' | 'context'> {
  const encounter = journal.to<never>(row.encounterId);
  return {
    resourceType: 'DocumentReference',
    id: row.id,
    subject: journal.subject(row.patientId),
    author,
    custodian: journal.organization,
    context: encounter === undefined ? undefined : { encounter: [encounter] },
  };
}
