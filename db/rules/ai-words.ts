/** A Norwegian sentence as tokens that can be compared: words without their endings, numbers, codes, and what kind of word each is. */

export interface Token {
  kind: 'word' | 'number' | 'code';
  /** Word without its ending, number with a point, code in capitals. */
  value: string;
  /** As it stood. */
  seen: string;
}

const TOKEN =
  /(?<code>(?<![\p{L}\p{N}])\p{Lu}-?\d{1,3}(?![\p{L}\p{N}]))|(?<number>\d+(?:[.,:/]\d+)*)|(?<word>\p{L}+(?:['’-]\p{L}+)*|[°%])/gu;
const NUMBER_WORDS: Readonly<Record<string, string>> = {
  null: '0',
  to: '2',
  tre: '3',
  fire: '4',
  fem: '5',
  seks: '6',
  sju: '7',
  syv: '7',
  åtte: '8',
  ni: '9',
  ti: '10',
  elleve: '11',
  tolv: '12',
};
/** Ways of writing one thing. */
const SAME: Readonly<Record<string, string>> = {
  h: 'høyre',
  hø: 'høyre',
  høyresidig: 'høyre',
  dx: 'høyre',
  v: 'venstre',
  ve: 'venstre',
  venstresidig: 'venstre',
  sin: 'venstre',
  bilateral: 'begge',
  bilateralt: 'begge',
  bilaterale: 'begge',
  '°': 'grad',
  grader: 'grad',
  '%': 'prosent',
  u: 'uten',
  pas: 'pasient',
  pasienten: 'pasient',
  pt: 'pasient',
};
const ENDINGS = ['elsene', 'enes', 'ene', 'ane', 'ens', 'ets', 'en', 'et', 'er', 'te', 'a', 'e', 'r', 't', 's'];

export const SIDES: ReadonlySet<string> = new Set(['høyre', 'venstre', 'begge'].map(stemOf));
export const UNITS: ReadonlySet<string> = new Set(
  [
    'grad',
    'cm',
    'mm',
    'm',
    'km',
    'kg',
    'mg',
    'g',
    'ml',
    'prosent',
    'uke',
    'dag',
    'måned',
    'år',
    'time',
    'minutt',
    'sekund',
    'gang',
    'døgn',
  ].map(stemOf),
);
/** They turn round what a clause says. */
export const NEGATIONS: ReadonlySet<string> = new Set(
  [
    'ikke',
    'ikkje',
    'ingen',
    'intet',
    'uten',
    'aldri',
    'verken',
    'hverken',
    'nei',
    'negativ',
    'fri',
    'fravær',
    'avkrefter',
    'avkreftet',
    'utelukker',
    'utelukket',
    'benekter',
    'benektet',
    'ingenting',
  ].map(stemOf),
);
/** What a clause must keep when it is told again: how sure it was, of whom, and when. */
export const KEPT: Readonly<Record<'certainty' | 'person' | 'time', ReadonlySet<string>>> = {
  certainty: new Set(
    [
      'mistanke',
      'mistenkes',
      'mulig',
      'trolig',
      'sannsynlig',
      'kanskje',
      'usikker',
      'obs',
      'eventuelt',
      'evt',
      'kan',
      'kunne',
      'antatt',
      'antas',
      'tentativ',
      'dersom',
      'hvis',
      'risiko',
      'frykter',
      'bekymret',
      'lurer',
    ].map(stemOf),
  ),
  person: new Set(
    [
      'mor',
      'moren',
      'far',
      'faren',
      'bror',
      'broren',
      'søster',
      'søsteren',
      'sønn',
      'sønnen',
      'datter',
      'datteren',
      'bestemor',
      'bestefar',
      'tante',
      'onkel',
      'familie',
      'familien',
      'slekt',
      'slekten',
      'mann',
      'mannen',
      'kone',
      'kona',
      'samboer',
      'samboeren',
    ].map(stemOf),
  ),
  time: new Set(['tidligere', 'før', 'barndommen', 'fjor', 'ung', 'planlagt', 'planlegges'].map(stemOf)),
};
/** Words that say nothing of the patient by themselves. */
const EMPTY: ReadonlySet<string> = new Set(
  `jeg du han hun hen det den de vi dere seg sin sitt sine hans hennes deres en ei et og eller men som at om i på til fra av for med ved under over mellom etter gjennom hos
  er var vært være har hadde hatt ha ble blir blitt bli skal skulle vil ville må måtte får fikk fått da så nå her der når mens samt både også videre dette denne disse slik
  pasient oppgir oppgav opplyser forteller fortalte beskriver beskrev angir anga rapporterer side sider siden hvor hvilket hvilken seg selv mot inn ut opp ned`
    .split(/\s+/)
    .map(stemOf),
);

export function stemOf(word: string): string {
  const known = SAME[word] ?? word;
  const end = ENDINGS.find((one) => known.endsWith(one) && known.length - one.length >= (one.length === 1 ? 4 : 3));
  return end === undefined ? known : known.slice(0, -end.length);
}

export function tokensIn(text: string): Token[] {
  const out: Token[] = [];
  for (const match of text.matchAll(TOKEN)) {
    const { code, number, word } = match.groups ?? {};
    if (code !== undefined) out.push({ kind: 'code', value: code.replace('-', ''), seen: code });
    else if (number !== undefined) out.push({ kind: 'number', value: numberOf(number), seen: number });
    else if (word !== undefined) {
      const small = word.toLowerCase();
      const counted = NUMBER_WORDS[small];
      // `to` and the like are numbers only; a word with a hyphen counts as its parts too.
      if (counted !== undefined) out.push({ kind: 'number', value: counted, seen: word });
      else for (const part of small.split('-')) out.push({ kind: 'word', value: stemOf(part), seen: part });
    }
  }
  return out;
}

/** Whether a word says something that must be found in a source. */
export const tells = ({ kind, value }: Token): boolean =>
  kind === 'word' && !EMPTY.has(value) && !SIDES.has(value) && !NEGATIONS.has(value) && !UNITS.has(value);

/** Clauses: what a negation or a hedge reaches. */
export const clausesIn = (text: string): string[] =>
  text
    .split(/[.;:!?\n]+(?:\s|$)|,\s|\s[–-]\s|\s(?:men|mens|unntatt|derimot)\s/iu)
    .map((one) => one.trim())
    .filter((one) => one !== '');

function numberOf(written: string): string {
  const plain = written.replaceAll(',', '.');
  return /^\d+(\.\d+)?$/.test(plain) ? String(Number(plain)) : plain;
}
