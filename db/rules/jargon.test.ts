import { expect, test } from 'vitest';
import { explained } from './jargon.ts';

const heads = (...texts: string[]): string[] => explained(texts).map(({ term }) => term);

test('explains each word of the profession that stands in the text, once, in the order of the alphabet', () => {
  const found = heads(
    'Nedsatt ekstensjon L4–L5. Lasègue positiv. Ekstensjonen er bedre.',
    'Palpasjonsøm. Mistanke om skiveprolaps med rotaffeksjon.',
  );
  expect(found).toEqual(['Affeksjon', 'C, T, L og S med tall', 'Ekstensjon', 'Lasègue', 'Palpasjon', 'Prolaps']);
  expect(found.toSorted((a, b) => a.localeCompare(b, 'nb'))).toEqual(found);
});

test('a word within another is no term, and an abbreviation is one by its capitals alone', () => {
  expect(heads('Lumbalgien, kronisk?', 'ct og mr', 'Hun ble lateralt plassert')).toEqual(['Kronisk', 'Lateral']);
  expect(heads('CT og MR', 'L84', 'C3')).toEqual(['C, T, L og S med tall', 'CT', 'MR']);
  expect(heads('Vondt i ryggen', '')).toEqual([]);
});

test('a reader finds a word where the alphabet has it', () => {
  expect(heads('Lordose og kyfose, hypomobil og hypermobil, isjias ved IS-ledd, lumbal hyperrefleksi')).toEqual(
    ['Hypermobil', 'Hyperrefleksi', 'Hypomobil', 'IS-ledd', 'Ischialgi', 'Kyfose', 'Lordose', 'Lumbal'].toSorted(
      new Intl.Collator('nb').compare,
    ),
  );
});
