import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { identifiersIn, plainText } from './ai-identifiers.ts';
import { pseudonyms, type Known } from './ai-pseudonyms.ts';
import { syntheticNationalId } from './fodselsnummer.ts';

const KNOWN: Known[] = [
  { kind: 'PASIENT', text: 'Kari Anne Nordmann-Lie' },
  { kind: 'PERSON', text: 'Per Ås' },
  { kind: 'PERSON', text: 'Kim Rygg' },
  { kind: 'LEGE', text: 'Lege Bjørn Sæther' },
  { kind: 'LEGE', text: 'Sentrum legekontor' },
  { kind: 'KLINIKK', text: 'Bakken kiropraktikk' },
  { kind: 'ADRESSE', text: 'Bakkeveien 14 B' },
  { kind: 'STED', text: 'Trondheim' },
  { kind: 'STED', text: '7013' },
];
const ID = syntheticNationalId({ birthDate: '1979-01-05', n: 3 });
const open = (offsetDays = -123) => pseudonyms(KNOWN, { offsetDays, birthDates: ['1979-01-05'] });

describe('what leaves', () => {
  it('names of everybody the record knows, in any case and in the genitive, addresses, numbers and birth dates become placeholders', () => {
    const { hide } = open();
    const text = hide(
      `KARI ringte. Nordmann-Lies mann Per Ås og dr. Sæther ved Sentrum legekontor. Bor i Bakkeveien 14 B, 7013 Trondheim. Født 05.01.1979 (${ID}), 050179. ` +
        'Tlf 412 34 567, +47 41 23 45 67 eller kari@example.test. Henvist fra Bakken kiropraktikk av Kim.',
    );
    expect(text).not.toMatch(/kari|nordmann|lie\b|ås\b|sæther|sentrum|bakke|trondheim|7013|1979|0501|\d{6}|412|41 23|@|kim/i);
    expect(identifiersIn(text)).toEqual([]);
    expect(text).toContain('[PASIENT-');
  });

  it('a name that stands in no register is hidden where a capital gives it away; names of tests stay', () => {
    const { hide, restore } = open();
    const text = hide('Gift med Torbjørn Fossli. Torbjørn kjørte henne. Positiv Spurling og Dix-Hallpike, negativ Lasègue.');
    expect(text).not.toMatch(/torbjørn|fossli/i);
    expect(text).toMatch(/Spurling og Dix-Hallpike, negativ Lasègue/);
    expect(restore(text)).toContain('Gift med Torbjørn Fossli. Torbjørn kjørte');
  });

  it('whole dates are moved by one offset, so that their order and distance stay; parts of dates are hidden', () => {
    const { hide, restore } = pseudonyms([], { offsetDays: 40, birthDates: [] });
    expect(hide('Falt 01.03.2026, MR 2026-03-11, kontroll 3. april 2026.')).toBe('Falt 10.04.2026, MR 2026-04-20, kontroll 13. mai 2026.');
    expect(hide('Operert 2019, verre i mars 2026 og 12.11.')).not.toMatch(/2019|mars|12\.11/);
    // A date that the model writes otherwise comes back too.
    expect(restore('Falt 10. april 2026 og 20.4.2026.')).toBe('Falt 1. mars 2026 og 11.3.2026.');
  });

  it('measures, grades and levels stay what they were', () => {
    const text = 'SLR 45 grader høyre, NRS 7/10, L4/L5, C5-C6, 3 x 10 repetisjoner, 120/80, 1,5 cm, 2000 mg.';
    expect(open().hide(text)).toBe(text);
  });
});

const word = fc.oneof(
  fc.constantFrom(
    'Kari',
    'kari',
    'NORDMANN-LIE',
    'Per',
    'Ås',
    'Rygg',
    'Sæther',
    'Trondheim',
    'Bakkeveien 14 B',
    '7013',
    'Bakken',
    'Sentrum',
  ),
  fc.constantFrom('vondt', 'i', 'høyre', 'kne', 'Spurling', 'L5', '45', 'grader', '[PASIENT-1]', '[DATO-1]', '[X-9]', 'Fossli', 'Torbjørn'),
  fc.constantFrom(
    '05.01.1979',
    '5.1.79',
    '1979-01-05',
    '050179',
    ID,
    `${ID.slice(0, 6)} ${ID.slice(6)}`,
    '41234567',
    '412 34 567',
    '+46 70 123 45 67',
    'kari@example.test',
  ),
  fc.date({ min: new Date('1950-01-01'), max: new Date('2060-01-01'), noInvalidDate: true }).chain((date) => {
    const iso = date.toISOString().slice(0, 10);
    const [y = '', m = '', d = ''] = iso.split('-');
    return fc.constantFrom(
      iso,
      `${d}.${m}.${y}`,
      `${Number(d)}.${Number(m)}.${y}`,
      `${d}/${m}/${y.slice(2)}`,
      `${Number(d)}. mai ${y}`,
      `mai ${y}`,
      y,
      `${d}.${m}.`,
    );
  }),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
);
const text = fc
  .array(fc.tuple(word, fc.constantFrom(' ', ', ', '. ', '\n', 's ', '-', '(', ') ')), { maxLength: 14 })
  .map((parts) => parts.flat().join(''));
const offset = fc.integer({ min: 30, max: 400 }).chain((days) => fc.constantFrom(days, -days));
const whole = (sign: string) => (name: string) => new RegExp(`(?<![\\p{L}\\p{N}])${name}${sign}(?![\\p{L}\\p{N}])`, 'iu');

describe('for any text', () => {
  it('what was hidden comes back to the letter (seed 1)', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), offset, (texts, days) => {
        const { hide, restore } = open(days);
        const hidden = texts.map(hide);
        expect(hidden.map(restore)).toEqual(texts.map(plainText));
      }),
      { seed: 1, numRuns: 1500 },
    );
  });

  it('nothing that names or reaches anybody the record knows is left (seed 2)', () => {
    const names = [
      'Kari',
      'Anne',
      'Nordmann',
      'Nordmann-Lie',
      'Ås',
      'Rygg',
      'Sæther',
      'Trondheim',
      'Bakkeveien 14 B',
      '7013',
      'Bakken',
      'Sentrum',
    ].map(whole("(?:['’]?s)?"));
    fc.assert(
      fc.property(text, offset, (one, days) => {
        const hidden = open(days).hide(one);
        const bare = hidden.replaceAll(/\[[A-ZÆØÅ]+-\d+\]/g, ' ');
        for (const name of names) expect(bare).not.toMatch(name);
        expect(bare).not.toMatch(/0?5\.0?1\.(19)?79|050179|1979-01-05/);
        expect(identifiersIn(hidden)).toEqual([]);
      }),
      { seed: 2, numRuns: 1500 },
    );
  });
});
