/**
 * What may stand in an SMS or an e-mail (norway.md §8). S1: clinic, day, time, place, how to answer. S2: no diagnosis, treatment,
 * fødselsnummer, takst or journal text. S3: "kiropraktor" reveals that somebody is treated: the sender may be neutral. The words below
 * are a net, not a proof: what they let through is still what the clinic wrote.
 */
export type TextProblem = 'text/empty' | 'text/unknown-field' | 'text/health' | 'text/number' | 'text/code' | 'text/link' | 'text/too-long';
export type Rendered = { ok: true; text: string } | { ok: false; code: TextProblem; found?: string };

/** What a template may name; nothing of the journal is among it. */
export const FIELDS = ['clinic', 'day', 'time', 'place', 'phone', 'first'] as const;
export type FieldName = (typeof FIELDS)[number];
export type Values = Readonly<Record<FieldName, string>>;

/** Longest SMS we send: four parts of GSM-7. */
export const MAX_SMS = 612;

/** Beginnings of words. Bokmål, nynorsk and English; a word may go on. */
const HEALTH = [
  'diagnos', 'behandl', 'handsam', 'treatment', 'smerte', 'vondt', 'pain', 'rygg', 'nakke', 'skulder', 'hofte', 'kne', 'isjias', 'prolaps',
  'skade', 'injur', 'undersøk', 'examin', 'røntgen', 'x-ray', 'mr-', 'sykemeld', 'sykmeld', 'sjukmeld', 'henvis', 'tilvis', 'referral', 'epikrise',
  'journal', 'pasient', 'patient', 'medisin', 'medicin', 'allerg', 'gravid', 'pregnan', 'kreft', 'cancer', 'blodfort', 'svangerskap', 'kiropraktisk',
  'symptom', 'svimmel', 'hodepine', 'headache', 'migrene', 'lumbago', 'hekseskudd', 'manipulasjon', 'nålebehandl', 'takst', 'trygd',
]; // prettier-ignore
const HEALTH_WORD = new RegExp(`(?<![\\p{L}\\p{N}])(${HEALTH.join('|')})`, 'iu');
/** Eleven digits, however they are grouped. */
const ELEVEN = /(?<!\d)\d(?:[\s.-]?\d){10}(?!\d)/;
/** ICPC-2 and ICD-10. */
const CODE = /(?<![\p{L}\p{N}])(?:[ABDFHKLNPRSTUWXYZ]\d{2}|[A-Z]\d{2}\.\d)(?![\p{L}\p{N}])/u;
const LINK = /https?:\/\/|www\./i;

/** What is wrong with a text that shall go out; names of clinic and place are taken out before (`allowed`). */
export function textProblem(text: string, { allowed = [], max = MAX_SMS }: { allowed?: readonly string[]; max?: number } = {}): Rendered {
  if (text.trim() === '') return { ok: false, code: 'text/empty' };
  if (text.length > max) return { ok: false, code: 'text/too-long' };
  let bare = text.normalize('NFC');
  for (const name of allowed) if (name.trim() !== '') bare = bare.replaceAll(name.normalize('NFC'), ' ');
  if (ELEVEN.test(bare)) return { ok: false, code: 'text/number' };
  const health = HEALTH_WORD.exec(bare);
  if (health !== null) return { ok: false, code: 'text/health', found: health[1] ?? '' };
  const code = CODE.exec(bare);
  if (code !== null) return { ok: false, code: 'text/code', found: code[0] };
  if (LINK.test(bare)) return { ok: false, code: 'text/link' };
  return { ok: true, text };
}

/** Puts the values in. Only `FIELDS` may be named, and what comes out is judged as it will be read. */
export function renderText(template: string, values: Values, max = MAX_SMS): Rendered {
  let unknown: string | undefined;
  const text = template
    .replace(/\{([^{}]*)\}/g, (_, name: string) => {
      const known = FIELDS.find((field) => field === name.trim());
      if (known === undefined) unknown ??= name;
      return known === undefined ? '' : values[known];
    })
    .replace(/[ \t]+/g, ' ')
    .replace(/ ([.,])/g, '$1')
    .trim();
  if (unknown !== undefined) return { ok: false, code: 'text/unknown-field', found: unknown };
  // A template that names nothing but fields that are empty says nothing.
  if (template.trim() === '' || !/\p{L}/u.test(text)) return { ok: false, code: 'text/empty' };
  // The clinic's own name and address may hold any word: the clinic chose to show them.
  return textProblem(text, { allowed: [values.clinic, values.place, values.phone], max });
}
