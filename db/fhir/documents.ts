/** Letters as they were signed, byte by byte; letters that are not, as the words that stand in them; what was attached, by its name and hash. */
import type { Composition, DocumentReference } from '@medplum/fhirtypes';
import { LETTER_SECTIONS, letterContentNames, parseEpikrise } from '../rules/letter-content.ts';
import { LETTER_WORDS } from '../rules/journal-words.ts';
import type { Journal, OwnRow } from './journal.ts';
import { loinc, sha256Name } from './systems.ts';
import { list, narrative, said } from './text.ts';

type Letter = OwnRow<'letter'>;

const typeOf = (letter: Letter) => loinc('11488-4', 'Consult note', LETTER_WORDS[letter.kind] ?? letter.kind);

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
  const content = parseEpikrise(row.content);
  const title = LETTER_WORDS[row.kind] ?? row.kind;
  const parts = LETTER_SECTIONS.map((key) => ({ title: letterContentNames[key], words: content?.[key] }));
  const diagnoses = content?.diagnoses.map(({ code, text }) => `${code} ${text}`).join('\n');
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
      ...[...parts, { title: letterContentNames.diagnoses, words: diagnoses }, { title: 'Merknad', words: remarks(row).join('\n') }].map(
        ({ title: heading, words }) => (said(words) === undefined ? undefined : { title: heading, text: narrative(words ?? '') }),
      ),
    ),
  };
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
