/** Where a letter's parts are on the page: finding the next that wants something, and standing in it. */
import type { LetterKind } from '#db/model/letter-kinds.ts';
import type { LetterProposal, LetterView } from '#electron/contract/letters.ts';
import { readLetter } from '#db/rules/letter-kinds.ts';
import { wordsIn, type LetterContent, type LetterTemplate } from '#db/rules/letter-template.ts';

export interface Shown {
  template: LetterTemplate;
  content: LetterContent;
}

/** The core has refused what this cannot read. */
export function shownOf(view: LetterView): Shown | null {
  return readLetter(view.letter.kind as LetterKind, view.letter.content);
}

/** What the record offers a part that does not say so already: an empty one, or an answer that is another. */
export function offersOf(view: LetterView, { template, content }: Shown): ReadonlyMap<string, LetterProposal> {
  const open = view.proposals.filter(({ key, value }) => {
    if (key === 'recipient') return content.recipient.name.trim() === '' && content.recipient.practice.trim() === '';
    if (key === 'diagnoses') return content.diagnoses.length === 0;
    const said = wordsIn(content, key);
    const isChoice = template.fields.some((one) => one.key === key && one.as === 'choice');
    return isChoice ? said !== value : said === '';
  });
  return new Map(open.map((one) => [one.key, one]));
}

const isControl = 'textarea, input, select';
/** A part that wants something: what must be there and is not, what cannot be right, what is offered and not taken. */
const WANTS = ':is([data-missing], [data-fault], [data-offered])';

/** Empty, or holding what cannot be right: what was typed a moment ago counts before the core has said so. */
function stillWants(part: HTMLElement): boolean {
  if (part.dataset['fault'] !== undefined) return true;
  const controls = [...part.querySelectorAll<HTMLTextAreaElement | HTMLInputElement | HTMLSelectElement>(isControl)];
  return !controls.some((one) =>
    one instanceof HTMLInputElement && (one.type === 'radio' || one.type === 'checkbox') ? one.checked : one.value.trim() !== '',
  );
}

export const partAt = (element: Element | null): HTMLElement | null => element?.closest<HTMLElement>('.letter [data-part]') ?? null;

export function standIn(part: HTMLElement | null | undefined): void {
  const control = part?.querySelector<HTMLElement>('input:checked') ?? part?.querySelector<HTMLElement>(isControl);
  control?.focus();
  part?.scrollIntoView({ block: 'nearest' });
}

const NONE: ReadonlySet<string> = new Set();
/** To the next part that wants something after where one stands, around the end if need be. @param but parts that are being filled already */
export function goToNext(but: ReadonlySet<string> = NONE): void {
  const parts = [...document.querySelectorAll<HTMLElement>('.letter [data-part]')];
  const at = parts.findIndex((part) => part === partAt(document.activeElement));
  const ordered = [...parts.slice(at + 1), ...parts.slice(0, at + 1)].filter(
    (part) => part.matches(WANTS) && stillWants(part) && !but.has(part.dataset['part'] ?? ''),
  );
  standIn(ordered.find((part) => part !== parts[at]) ?? ordered[0]);
}

/** @param key of a field, or `recipient`, `diagnoses`; false when it is none of the letter's own parts */
export function goToPart(key: string): boolean {
  const name = key === 'recipientAddress' ? 'recipient.addressLine' : key === 'recipient' ? 'recipient.name' : key;
  const part = document.querySelector<HTMLElement>(`.letter [data-part="${CSS.escape(name)}"]`);
  standIn(part);
  return part !== null;
}
