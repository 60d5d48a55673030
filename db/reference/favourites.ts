/** What chiropractors meet most (norway.md §1): the list shown before a clinic has a habit of its own. */
export const favouriteCodes: readonly string[] =
  'L03 L84 L86 L02 L83 L01 L04 L08 L92 L13 L15 N01 N95 N17 L18 L14 L16 L17 L09 L93 L87 L89 L90 L07 L79 L85 L99 H82 N89 L20 L29'.split(' ');
