/** `2026-11-23` → `23. november 2026`; anything else is printed as it stands. */
export declare function longDate(date: string): string;
/** An instant on the clocks of Norway: date `YYYY-MM-DD` and time `HH:MM`. Throws when it is not an instant. */
export declare function inNorway(instant: string): {
  date: string;
  time: string;
};
/** Throws when the text is not an ISO instant: a signature without a time is a bug, not a gap. */
export declare function instantOf(iso: string): Date;
/** `999888777` → `999 888 777`; other lengths as they are. */
export declare function orgNumber(value: string): string;
/** `Fødselsnummer 010190 12345`, by the number's own kind. */
export declare function nationalId(value: string): string;
/** Øre as kroner with two decimals, as a receipt writes them: `70000` → `700,00`. */
export declare function kroner(ore: number): string;
/** The filled ones of these, joined. */
export declare function joined(parts: readonly (string | null | undefined)[], separator: string): string;
export declare function capitalised(text: string): string;
