/**
 * Answers to somebody else's questions (FHIR R4 QuestionnaireResponse), as lines to be read: every question in its order, with what was answered.
 * Nothing is left out: what has no form of its own here stands as it came.
 */

export type Answer =
  | { yes: boolean }
  | { number: number }
  /** A day, or a month or a year where no more is known: `2026-11-28`, `2026-11`, `2026`. */
  | { day: string }
  | { instant: string }
  | { text: string }
  /** A file within the answers: its name. It is not opened from here. */
  | { file: string }
  /** Said to have no answer. */
  | { missing: true };

export interface AnswerLine {
  /** 0 outermost: a question may stand under another, or under its answer. */
  depth: number;
  /** What tells it apart in its questionnaire. */
  linkId: string;
  /** Null where the words did not come with the answers. */
  question: string | null;
  answers: Answer[];
  /** A heading over others: it has nothing to answer. */
  isGroup: boolean;
}

type Json = Readonly<Record<string, unknown>>;

/** @param item as it stands in the resource, judged by base R4 when it came in */
export function answerLines(item: unknown, depth = 0): AnswerLine[] {
  return objects(item).flatMap((one) => {
    const given = objects(one['answer']);
    const beneath = [...answerLines(one['item'], depth + 1), ...given.flatMap((answer) => answerLines(answer['item'], depth + 1))];
    const line: AnswerLine = {
      depth,
      linkId: String(one['linkId'] ?? ''),
      question: said(one['text']) ?? null,
      answers: given.map(answerOf),
      isGroup: given.length === 0 && beneath.length > 0,
    };
    return [line, ...beneath];
  });
}

function answerOf(answer: Json): Answer {
  const [name, value] = Object.entries(answer).find(([key]) => key.startsWith('value')) ?? ['', undefined];
  if (value === undefined || value === null || value === '') return { missing: true };
  switch (name) {
    case 'valueBoolean':
      return { yes: value === true };
    case 'valueInteger':
    case 'valueDecimal':
      return typeof value === 'number' ? { number: value } : { text: wordsOf(value) };
    case 'valueDate':
      return { day: wordsOf(value) };
    case 'valueDateTime':
      // Without a clock it is a day.
      return wordsOf(value).includes('T') ? { instant: wordsOf(value) } : { day: wordsOf(value) };
    case 'valueTime':
      return { text: wordsOf(value).slice(0, 5) };
    case 'valueCoding':
      return { text: codingWords(value as Json) };
    case 'valueQuantity':
      return { text: quantityWords(value as Json) };
    case 'valueAttachment': {
      const { title, contentType } = value as Json;
      return { file: said(title) ?? said(contentType) ?? '' };
    }
    case 'valueReference':
      return { text: said((value as Json)['display']) ?? wordsOf(value) };
    default:
      return { text: wordsOf(value) };
  }
}

/** The words, and the code where there is one: words alone may stand for several. */
function codingWords(coding: Json): string {
  const { display, code } = coding;
  const [words, sign] = [said(display), said(code)];
  if (words === undefined) return sign ?? wordsOf(coding);
  return sign === undefined || sign === words ? words : `${words} (${sign})`;
}

function quantityWords(quantity: Json): string {
  const { comparator, value, unit, code } = quantity;
  if (typeof value !== 'number') return wordsOf(quantity);
  const amount = `${said(comparator) ?? ''}${String(value).replace('.', ',')}`;
  return [amount, said(unit) ?? said(code)].filter((part) => part !== undefined).join(' ');
}

/** A line as running text, for a page on paper. */
export function answerWords({ depth, linkId, question, answers, isGroup }: AnswerLine): string {
  const asked = `${'– '.repeat(Math.min(depth, 6))}${question ?? `Spørsmål ${linkId}`}`;
  if (isGroup) return asked;
  return `${asked}: ${answers.length === 0 ? 'ikke besvart' : answers.map(plain).join('; ')}`;
}

function plain(answer: Answer): string {
  if ('yes' in answer) return answer.yes ? 'ja' : 'nei';
  if ('number' in answer) return String(answer.number).replace('.', ',');
  if ('day' in answer) return answer.day;
  if ('instant' in answer) return answer.instant;
  if ('file' in answer) return `fil: ${answer.file}`;
  return 'missing' in answer ? 'ikke besvart' : answer.text;
}

const objects = (value: unknown): readonly Json[] =>
  Array.isArray(value) ? value.filter((one): one is Json => typeof one === 'object' && one !== null) : [];
const said = (value: unknown): string | undefined => (typeof value === 'string' && value.trim() !== '' ? value : undefined);
const wordsOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
