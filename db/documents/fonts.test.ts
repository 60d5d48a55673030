import { describe, expect, it } from 'vitest';
import { faceFor, openFonts } from './fonts.ts';

describe('the typefaces', () => {
  it('draw signs as they were typed: no arrow for ->, no times sign for x', () => {
    const { regular } = openFonts();
    for (const text of ['->', '<=', '!=', '3x5', '10:30', '(A)']) {
      const apart = Array.from(text, (char) => regular.layout(char).glyphs[0]?.id);
      expect(
        regular.layout(text).glyphs.map((glyph) => glyph.id),
        text,
      ).toEqual(apart);
    }
  });

  it('a text asked for twice is not scaled twice', () => {
    const { regular } = openFonts();
    const first = regular.layout('vondt').positions;
    const before = first.map((position) => position.xAdvance);
    for (const position of first) position.xAdvance *= 7;
    expect(regular.layout('vondt').positions.map((position) => position.xAdvance)).toEqual(before);
  });

  it('find a face for a character, or say that there is none', () => {
    const fonts = openFonts();
    const face = (cluster: string) => faceFor(fonts, cluster, 'strong')?.face ?? null;
    expect(['å', 'Ж', 'ŋ', '⚠', '⚠\ufe0f', '😀', 'ש', 'ع', '背', 'हि'].map(face)).toEqual([
      'strong',
      'strong',
      'strong',
      'strong',
      'emoji',
      'emoji',
      'hebrew',
      'arabic',
      null,
      null,
    ]);
    expect(faceFor(fonts, '\u00ad', 'regular')).toEqual({ face: 'regular', text: '' });
  });
});
