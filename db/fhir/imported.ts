/** What was brought in from another system, as it stood: nobody here wrote or signed it, and it says so. */
import type { Composition } from '@medplum/fhirtypes';
import { IMPORTED_WORDS } from '../rules/journal-words.ts';
import type { Journal, OwnRow } from './journal.ts';
import { loinc } from './systems.ts';
import { coded, list, narrative, said } from './text.ts';

/** Whether it counts: its import was not undone, and nobody took it back. */
export function standsImported(journal: Journal, row: OwnRow<'imported_entry'>): boolean {
  return row.status === 'final' && journal.rows.import_batch?.find(({ id }) => id === row.importId)?.undone !== true;
}

export function importedOf(journal: Journal, row: OwnRow<'imported_entry'>): Composition {
  const title = said(row.title) ?? IMPORTED_WORDS[row.kind];
  const codes = row.codes.map(({ system, code, text }) => [system, code, text].filter((part) => said(part) !== undefined).join(' '));
  const parts: [string, string | null][] = [
    [title, row.text],
    ['Koder', codes.join('\n')],
    ['Tidspunkt som det sto', row.writtenWhen],
    ['Andre felt', row.rest.map(([head, value]) => `${head}: ${value}`).join('\n')],
    ['Feilført', row.closedReason],
  ];
  return {
    resourceType: 'Composition',
    id: row.id,
    identifier: said(row.sourceId) === undefined ? undefined : { system: `urn:ryggrad:imported`, value: row.sourceId ?? undefined },
    // Whatever it was there, here it is a copy that nobody has signed.
    status: standsImported(journal, row) ? 'preliminary' : 'entered-in-error',
    type: loinc('34133-9', 'Summarization of Episode Note', `${IMPORTED_WORDS[row.kind]}, overført fra ${row.sourceSystem}`),
    subject: journal.subject(row.patientId),
    // Where nobody knows when it happened: when it came here, which is the same in every copy.
    date: row.happenedAt ?? row.happenedOn ?? row.addedAt,
    author: [{ display: said(row.writtenBy) ?? row.sourceSystem }],
    title,
    custodian: journal.organization,
    event: row.codes.some(({ code }) => coded(code) !== undefined)
      ? [
          {
            code: row.codes.map(({ code, text }) => ({
              coding: list(coded(code) === undefined ? undefined : { code: coded(code) }),
              text: said(text) ?? said(code),
            })),
          },
        ]
      : undefined,
    relatesTo:
      row.replacesId !== null && journal.to(row.replacesId) !== undefined
        ? [{ code: 'replaces', targetReference: journal.to(row.replacesId) }]
        : undefined,
    section: list(
      ...parts.map(([heading, words]) => (said(words) === undefined ? undefined : { title: heading, text: narrative(words ?? '') })),
    ),
  };
}
