import type { Font } from 'fontkit';
export type Face = 'regular' | 'strong' | 'hebrew' | 'arabic' | 'emoji';
export type Fonts = Readonly<Record<Face, Font>>;
export declare const FACES: readonly Face[];
/** Fonts for one document. Throws when a font file is not installed: that is a broken installation. */
export declare function openFonts(): Fonts;
/**
 * How one character (grapheme cluster) is drawn: in which face and with which code points, those the face has no
 * picture for and that show nothing anyway left out. Null when no face has it all.
 */
export declare function faceFor(
  fonts: Fonts,
  cluster: string,
  face: 'regular' | 'strong',
): {
  face: Face;
  text: string;
} | null;
