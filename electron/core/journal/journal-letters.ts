/** The letters of a journal as they read, and what is attached to it, for the copy that is handed over. */
import { clinicDay } from '#db/rules/appointments.ts';
import { LETTER_WORDS } from '#db/rules/journal-words.ts';
import { readLetter } from '#db/rules/letter-kinds.ts';
import { inPrintedOrder, shownWords, type LetterContent, type LetterTemplate } from '#db/rules/letter-template.ts';
import { longDate } from '#db/documents/norwegian.ts';
import type { JournalNote, JournalPart } from '#db/documents/render-journal.ts';
import { OF_PERSON } from '#db/sqlite/queries/same-person.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { Context } from '../context.ts';
import { recipientIn } from '../letters/recipient.ts';

/** Those that were signed, oldest first, word for word; a draft is no letter. @param ids of all the registrations of the patient, as JSON */
export function lettersOf(ctx: Context, ids: string): JournalNote[] {
  return ctx
    .rows('letter', `${OF_PERSON('patient_id')} and status <> 'draft' order by signed_at, id`, [ids])
    .flatMap((letter) => (letter.signedAt === null ? [] : [noteOf(ctx, letter, letter.signedAt)]));
}

function noteOf(ctx: Context, letter: RowOf<'letter'>, signedAt: string): JournalNote {
  const read = readLetter(letter.kind, letter.content);
  const by = ctx.get('user', letter.signedById ?? letter.authorId);
  const hpr = by?.hprNumber === null || by === undefined ? null : `HPR-nummer ${by.hprNumber}`;
  const to = recipientIn(letter.content);
  const delivered = letter.deliveredAt === null ? 'Ikke levert herfra' : `Levert ${longDate(clinicDay(letter.deliveredAt))}`;
  return {
    visitAt: signedAt,
    recordedAt: signedAt,
    title: `Brev: ${LETTER_WORDS[letter.kind]}`,
    signed: `Signert ${longDate(clinicDay(signedAt))} av ${[by?.name ?? '', hpr].filter(Boolean).join(', ')}`,
    mark: letter.status === 'withdrawn' ? 'Trukket tilbake' : null,
    parts: [
      { heading: 'Mottaker', text: [to ?? '', delivered].filter(Boolean).join('\n') },
      ...(read === null ? [{ heading: 'Brev', text: 'Brevet er skrevet med en nyere utgave av journalsystemet.' }] : partsOf(read)),
    ].filter(({ text }) => text.trim() !== ''),
  };
}

function partsOf({ template, content }: { template: LetterTemplate; content: LetterContent }): JournalPart[] {
  return inPrintedOrder(template, content).map((one) => {
    if (one === 'diagnoses') return { heading: 'Diagnose', text: content.diagnoses.map(({ code, text }) => `${code} ${text}`).join('\n') };
    const said = shownWords(one, content);
    return { heading: one.name, text: one.as === 'date' ? longDate(said) : said };
  });
}

const TYPES: Readonly<Record<string, string>> = {
  'image/png': 'bilde (PNG)',
  'image/jpeg': 'bilde (JPEG)',
  'image/tiff': 'bilde (TIFF)',
  'application/pdf': 'dokument (PDF)',
  'application/dicom': 'medisinsk bilde (DICOM)',
};

/** One line each: what it is, how large, who put it there and when. */
export function attachmentsOf(ctx: Context, ids: string): JournalPart {
  const rows = ctx.rows('attachment', `${OF_PERSON('patient_id')} order by added_at, id`, [ids]);
  const lines = rows.map(({ title, mediaType, byteLength, addedAt, addedById, status, closedReason }) => {
    const who = ctx.get('user', addedById)?.name;
    const added = `lagt ved ${longDate(clinicDay(addedAt))}${who === undefined ? '' : ` av ${who}`}`;
    const wrong = status === 'final' ? '' : ` (feilført: ${closedReason ?? ''})`;
    return `${title}: ${TYPES[mediaType] ?? mediaType}, ${sizeOf(byteLength)}, ${added}${wrong}`;
  });
  return {
    heading: 'Vedlegg',
    text: lines.length === 0 ? '' : [...lines, 'Vedleggene er filer for seg og utleveres ved siden av.'].join('\n'),
  };
}

const sizeOf = (bytes: number): string =>
  bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1_000_000).toFixed(1).replace('.', ',')} MB`;
