/**
 * The typefaces of every printed page, as files from npm (all SIL Open Font License 1.1): Inter, which covers Latin,
 * Vietnamese, Greek and Cyrillic, and Noto for Hebrew, Arabic and (one colour) emoji. What none of them draws becomes a
 * box with its text kept beneath (text-lines.ts).
 *
 * Fonts are parsed anew for every document: fontkit remembers on the shared font which character first asked for a
 * glyph, so a font used twice would make the second PDF depend on the first.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { create } from 'fontkit';
import type { Font, GlyphRun } from 'fontkit';

export type Face = 'regular' | 'strong' | 'hebrew' | 'arabic' | 'emoji';
export type Fonts = Readonly<Record<Face, Font>>;

const require = createRequire(import.meta.url);
const files: Readonly<Record<Face, () => string>> = {
  regular: () => require.resolve('@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf'),
  strong: () => require.resolve('@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf'),
  hebrew: () => require.resolve('@expo-google-fonts/noto-sans-hebrew/400Regular/NotoSansHebrew_400Regular.ttf'),
  arabic: () => require.resolve('@expo-google-fonts/noto-sans-arabic/400Regular/NotoSansArabic_400Regular.ttf'),
  emoji: () => require.resolve('@expo-google-fonts/noto-emoji/400Regular/NotoEmoji_400Regular.ttf'),
};
export const FACES: readonly Face[] = ['regular', 'strong', 'hebrew', 'arabic', 'emoji'];
const fallbacks: readonly Face[] = ['hebrew', 'arabic', 'emoji'];

const bytes = new Map<Face, Uint8Array>();

/** Fonts for one document. Throws when a font file is not installed: that is a broken installation. */
export function openFonts(): Fonts {
  return { regular: open('regular'), strong: open('strong'), hebrew: open('hebrew'), arabic: open('arabic'), emoji: open('emoji') };
}

function open(face: Face): Font {
  const data = bytes.get(face) ?? readFileSync(files[face]());
  bytes.set(face, data);
  const font = create(Buffer.from(data));
  if (!('layout' in font)) throw new Error(`${files[face]()} is a font collection`);
  const layout = font.layout.bind(font);
  // Inter's contextual alternates turn `->` into an arrow and `3x5` into `3×5`: a journal prints what was typed.
  const shape = (text: string, features: unknown): GlyphRun => layout(text, { ...asSwitches(features), calt: false });
  // To draw a text pdfkit asks for it three times in a row, and scales the positions it gets: one shaping, fresh copies.
  let last: { key: string; run: GlyphRun } | null = null;
  font.layout = (text, features) => {
    const key = `${String(features)} ${text}`;
    if (last?.key !== key) last = { key, run: shape(text, features) };
    const { run } = last;
    return Object.assign(Object.create(run), { positions: run.positions.map((position) => ({ ...position })) });
  };
  return font;
}

function asSwitches(features: unknown): Record<string, boolean> {
  return Array.isArray(features) ? Object.fromEntries(features.map((name) => [String(name), true])) : {};
}

const invisible = /^[\p{Default_Ignorable_Code_Point}\p{Cc}]$/u;
const emojiLike = /\p{Emoji_Presentation}|\ufe0f/u;

/**
 * How one character (grapheme cluster) is drawn: in which face and with which code points, those the face has no
 * picture for and that show nothing anyway left out. Null when no face has it all.
 */
export function faceFor(fonts: Fonts, cluster: string, face: 'regular' | 'strong'): { face: Face; text: string } | null {
  const codePoints = Array.from(cluster);
  const order: readonly Face[] = emojiLike.test(cluster) ? ['emoji', face, 'hebrew', 'arabic'] : [face, ...fallbacks];
  for (const candidate of order) {
    const font = fonts[candidate];
    const covered = (char: string): boolean => font.hasGlyphForCodePoint(char.codePointAt(0) ?? 0);
    if (codePoints.every((char) => covered(char) || invisible.test(char))) {
      const shaped = candidate === 'arabic' || candidate === 'emoji';
      return { face: candidate, text: codePoints.filter((char) => !invisible.test(char) || (shaped && covered(char))).join('') };
    }
  }
  return null;
}
