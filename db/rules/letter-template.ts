/**
 * What a kind of letter holds, as data: its fields in printed order, which of them must be there and when, and what cannot be right.
 * A template has a version; a draft keeps the one it was begun with, and a signed letter is read by it for good. To change what a
 * letter asks for, add the next version beside the old one.
 */
import { z } from 'zod';
import {
  diagnosesPresent,
  diagnosesSchema,
  filled,
  FRAME_KEYS,
  framePresent,
  frameShape,
  requiredFrame,
  words,
  type LetterFrame,
} from './letter-frame.ts';
import type { LetterKind } from '../model/letter-kinds.ts';

export type LetterContent = LetterFrame & { [field: string]: unknown };

/** `must` refuses the signature; `advised` is shown and left to the clinician; `hidden`: does not apply, and is neither asked nor printed. */
export type FieldRule = 'must' | 'advised' | 'free' | 'hidden';
/** Why something that was written cannot be signed. */
export type LetterFault = 'date' | 'order' | 'past' | 'future' | 'percent' | 'at-least' | 'tariff';
export interface LetterOption {
  value: string;
  label: string;
}

export interface LetterField {
  key: string;
  /** Bokmål: heading of the printed letter. */
  name: string;
  as: 'prose' | 'line' | 'date' | 'percent' | 'choice';
  options?: readonly LetterOption[];
  rule: FieldRule | ((content: LetterContent) => FieldRule);
  fault?: (content: LetterContent) => LetterFault | null;
  /** Printed strong: what a reader in a hurry must not miss. */
  strong?: (content: LetterContent) => boolean;
}

export interface LetterTemplate {
  kind: LetterKind;
  version: number;
  /** As it is headed and named in lists. */
  title: string;
  fields: readonly LetterField[];
  diagnoses: { rule: FieldRule; after: string };
  /** Printed under the last field: what the letter is not. */
  notice: string | null;
  schema: z.ZodType<LetterContent>;
}

export interface MissingContent {
  /** Refuses the signature. */
  must: string[];
  advised: string[];
  /** Written, and cannot be right: refuses the signature too. */
  faults: { key: string; fault: LetterFault }[];
}

type Options = Partial<Pick<LetterField, 'fault' | 'strong'>>;
const field =
  (as: LetterField['as']) =>
  (key: string, name: string, rule: LetterField['rule'], options: Options = {}): LetterField => ({ key, name, as, rule, ...options });
export const prose = field('prose');
export const line = field('line');
/** A day; something that is none cannot be signed. */
export const day = (key: string, name: string, rule: LetterField['rule'], fault?: LetterField['fault']): LetterField => ({
  ...field('date')(key, name, rule),
  fault: (content) => (isDay(wordsIn(content, key)) ? (fault?.(content) ?? null) : 'date'),
});
export const percent = (key: string, name: string, rule: LetterField['rule']): LetterField => ({
  ...field('percent')(key, name, rule),
  fault: (content) => (/^(?:[1-9]\d?|100)$/.test(wordsIn(content, key)) ? null : 'percent'),
});
export const choice = (
  key: string,
  name: string,
  labels: Readonly<Record<string, string>>,
  rule: LetterField['rule'],
  options: Options = {},
): LetterField => ({
  ...field('choice')(key, name, rule, options),
  options: Object.entries(labels).map(([value, label]) => ({ value, label })),
});

/** `must` while another field has one of these answers; not asked otherwise. */
export const mustWhen =
  (key: string, ...answers: string[]) =>
  (content: LetterContent): FieldRule =>
    answers.includes(wordsIn(content, key)) ? 'must' : 'hidden';

type Draft = Omit<LetterTemplate, 'schema'>;

/** A template with the schema of its content: the frame, which template it is, and each field as text; empty is not answered. */
export function template(draft: Draft): LetterTemplate {
  const fields = Object.fromEntries(
    draft.fields.map(({ key, options }) => [
      key,
      options === undefined ? words : z.enum(['', ...options.map(({ value }) => value)]).default(''),
    ]),
  );
  const schema = z.object({
    ...frameShape,
    template: z.literal(draft.version).default(draft.version),
    diagnoses: diagnosesSchema,
    ...fields,
  });
  return { ...draft, schema: schema as unknown as z.ZodType<LetterContent> };
}

/** What stands in a field, without blanks around it. */
export function wordsIn(content: LetterContent, key: string): string {
  const value = Object.hasOwn(content, key) ? content[key] : '';
  return typeof value === 'string' ? value.trim() : '';
}

export const ruleOf = ({ rule }: LetterField, content: LetterContent): FieldRule => (typeof rule === 'string' ? rule : rule(content));

/** The fields that apply, with the diagnoses in their place. */
export function inPrintedOrder(of: LetterTemplate, content: LetterContent): (LetterField | 'diagnoses')[] {
  return of.fields.flatMap((one) => {
    const shown: (LetterField | 'diagnoses')[] = ruleOf(one, content) === 'hidden' ? [] : [one];
    return one.key === of.diagnoses.after && of.diagnoses.rule !== 'hidden' ? [...shown, 'diagnoses'] : shown;
  });
}

/** What is not there and what cannot be right, in printed order. */
export function missingIn(of: LetterTemplate, content: LetterContent): MissingContent {
  const found: MissingContent = { must: [], advised: [], faults: [] };
  const lacks = (key: string, rule: FieldRule): void => {
    if (rule === 'must' || rule === 'advised') found[rule].push(key);
  };
  for (const key of FRAME_KEYS) if (!framePresent(content, key)) lacks(key, requiredFrame[key]);
  for (const one of inPrintedOrder(of, content)) {
    if (one === 'diagnoses') {
      if (!diagnosesPresent(content)) lacks('diagnoses', of.diagnoses.rule);
    } else if (!filled(wordsIn(content, one.key))) lacks(one.key, ruleOf(one, content));
    else {
      const fault = one.fault?.(content) ?? null;
      if (fault !== null) found.faults.push({ key: one.key, fault });
    }
  }
  return found;
}

/** A choice by its label, everything else as it was written. */
export function shownWords(one: LetterField, content: LetterContent): string {
  const said = wordsIn(content, one.key);
  if (one.as === 'percent' && said !== '') return `${said} %`;
  return one.options?.find(({ value }) => value === said)?.label ?? said;
}

/** `YYYY-MM-DD` that is a day of the calendar. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}
