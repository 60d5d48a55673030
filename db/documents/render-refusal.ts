/**
 * The answer to a patient whose request was refused (helsepersonelloven §§ 42–44): what was asked, that it was refused and why, that the request
 * and the reason stand in the journal, and the appeal to Statsforvalteren.
 */
import type { journalRequest } from '#db/model/erasure.ts';
import type { Row } from '#db/model/entity.ts';
import { createFlow, proseBlocks } from './flow.ts';
import type { ClinicHead } from './letterhead.ts';
import { decorate, drawHead } from './letterhead.ts';
import { inNorway, instantOf, joined, longDate, orgNumber } from './norwegian.ts';
import { mm, page, styles } from './page-style.ts';
import { openPaper } from './paper.ts';

export interface RefusalContent {
  clinic: ClinicHead;
  recipient: readonly string[];
  kind: Row<typeof journalRequest>['kind'];
  /** ISO instants, UTC. */
  receivedAt: string;
  decidedAt: string;
  asked: string;
  reason: string;
  decidedBy: { name: string; profession: string | null; hprNumber: string | null };
}

const WORDS: Record<RefusalContent['kind'], { title: string; paragraph: string; what: string }> = {
  correction: { title: 'Avslag på krav om retting', paragraph: '§ 42', what: 'rettet' },
  deletion: { title: 'Avslag på krav om sletting', paragraph: '§ 43', what: 'slettet' },
  wrong_person: { title: 'Avslag på krav om sletting', paragraph: '§ 44', what: 'slettet' },
};

/**
 * @returns the bytes of the PDF; the same for the same input, on any machine
 * @throws RangeError when an instant is none
 */
export async function renderRefusal(content: RefusalContent): Promise<Uint8Array> {
  const { clinic, decidedBy } = content;
  const { title, paragraph, what } = WORDS[content.kind];
  const paper = openPaper({ title, createdAt: instantOf(content.decidedAt), watermark: null });
  const decided = longDate(inNorway(content.decidedAt).date);
  const received = longDate(inNorway(content.receivedAt).date);
  const start = drawHead(paper, clinic, content.recipient, null, [{ label: 'Dato', lines: [decided] }]);
  paper.write(paper.root, 'H1', [paper.line(title, styles.title)], styles.title, {
    x: page.left,
    baseline: start,
    width: page.right - page.left,
  });
  const flow = createFlow(paper);
  flow.moveTo(start + mm(11));
  const say = (heading: string, text: string): void => flow.section({ heading, blocks: proseBlocks(paper, text), before: mm(2.9) });
  say('Kravet', `Den ${received} ba du om å få opplysninger i journalen din ${what}:\n\n«${content.asked}»`);
  say('Avgjørelsen', `Kravet er vurdert etter helsepersonelloven ${paragraph} og er ikke tatt til følge.`);
  say('Begrunnelsen', content.reason);
  say(
    'I journalen',
    'Kravet ditt og begrunnelsen for avslaget er ført inn i journalen. Du har rett til innsyn i dem, som i resten av journalen.',
  );
  say(
    'Klage',
    `Du kan klage på avslaget til Statsforvalteren (helsepersonelloven ${paragraph}). Skriv hva du klager på og hvorfor. Klagen kan sendes direkte til Statsforvalteren i fylket der klinikken ligger; adressen står på statsforvalteren.no. Vi hjelper deg gjerne med å sende den.`,
  );
  const signed = joined(
    [
      decidedBy.name,
      decidedBy.profession === 'KI' ? 'kiropraktor' : null,
      decidedBy.hprNumber === null ? null : `HPR ${decidedBy.hprNumber}`,
    ],
    ', ',
  );
  say('Med hilsen', signed);
  return paper.finish(
    decorate(paper, {
      running: title,
      runningRight: decided,
      foot: joined([clinic.clinicName, clinic.orgNumber === null ? null : `org.nr. ${orgNumber(clinic.orgNumber)}`], ' · '),
    }),
  );
}
