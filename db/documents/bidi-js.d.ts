/** bidi-js is CommonJS and exports the function itself; its own types describe an ES module. */
declare module 'bidi-js' {
  interface Bidi {
    /** One level per UTF-16 unit; odd reads from the right. */
    getEmbeddingLevels(
      text: string,
      baseDirection?: 'ltr' | 'rtl' | 'auto',
    ): { levels: Uint8Array; paragraphs: { start: number; end: number; level: number }[] };
    getMirroredCharacter(char: string): string | null;
  }
  function bidiFactory(): Bidi;
  export = bidiFactory;
}
