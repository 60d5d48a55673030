import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TEXT_LIMIT } from '../model/entity.ts';
import { cleanText, expandPhrase, storable } from './text.ts';

const cleaned = (raw: string): string => {
  const result = cleanText(raw);
  if (!result.ok) throw new Error(result.code);
  return result.text;
};
/** Any UTF-16, halves of pairs included. */
const wild = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 }).map((units) => String.fromCharCode(...units));

describe('the text of a section', () => {
  it('keeps emoji, right-to-left text with its marks, tabs and lines', () => {
    const text = 'Vondt 🤕👩‍⚕️ i nakken\n\tألم في الرقبة \u202bשלום\u202c';
    expect(cleaned(text)).toBe(text);
  });

  it('joins what was typed as letter and mark, and makes every line end one', () => {
    expect(cleaned('A\u030asen\r\nto\rtre')).toBe('\u00c5sen\nto\ntre');
  });

  it('drops what no keyboard types', () => {
    expect(cleaned('a\u0000b\u0007c\u001bd\u007fe')).toBe('abcde');
  });

  it('can be stored, and cleaning it again changes nothing', () => {
    fc.assert(
      fc.property(wild, (raw) => {
        const text = cleaned(raw);
        expect(text.isWellFormed()).toBe(true);
        expect(cleaned(text)).toBe(text);
        expect(storable(text)).toBe(text);
      }),
    );
  });

  it('takes 200 kB of pasted text whole', () => {
    const pasted = 'Å nakke 🙂\n'.repeat(20_000);
    expect(new TextEncoder().encode(pasted).length).toBeGreaterThan(200_000);
    expect(cleaned(pasted)).toBe(pasted);
  });

  it('refuses, and never cuts, what is longer than the column, also when only NFC makes it so', () => {
    expect(cleanText('x'.repeat(TEXT_LIMIT)).ok).toBe(true);
    expect(cleanText('x'.repeat(TEXT_LIMIT + 1))).toEqual({ ok: false, code: 'text/too-long' });
    expect(cleanText('\ufb2c'.repeat(TEXT_LIMIT))).toEqual({ ok: false, code: 'text/too-long' });
  });
});

it('makes anything storable at any depth, and leaves the rest as it is', () => {
  expect(storable({ name: 'a\u0000b', list: ['\ud800', 1, null], on: true })).toEqual({ name: 'ab', list: ['\ufffd', 1, null], on: true });
});

describe('a phrase', () => {
  const phrases = [
    { abbreviation: '.bs', text: 'Bløtvevsbehandling', userId: null },
    { abbreviation: '.bs', text: 'Min bløtvevstekst', userId: 'u1' },
    { abbreviation: '.nl', text: 'Første linje\n', userId: null },
  ];

  it("expands at a space or a new line, a person's own before the clinic's", () => {
    expect(expandPhrase('Utført .bs ', phrases)).toEqual({ from: 7, text: 'Min bløtvevstekst ' });
    expect(expandPhrase('.bs\n', phrases.slice(0, 1))).toEqual({ from: 0, text: 'Bløtvevsbehandling\n' });
    expect(expandPhrase('.nl ', phrases)).toEqual({ from: 0, text: 'Første linje\n' });
  });

  it('stays what it is inside a word, before its separator, or when nobody wrote it', () => {
    for (const text of ['.bs', 'x.bs ', '.bsx ', '.BS ', '.xx ', '', ' ', '.bs\t']) expect(expandPhrase(text, phrases)).toBeNull();
  });
});
