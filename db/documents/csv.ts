/**
 * A table as CSV that a spreadsheet opens as it is meant: semicolons, as Norwegian spreadsheets expect, UTF-8 with its mark, and no cell that
 * runs as a formula. A name that somebody registered as `=HYPERLINK(…)` would else act on the machine of whoever opens the file (CWE-1236;
 * OWASP, "CSV Injection": cells beginning with = + - @, tab or carriage return get an apostrophe before them).
 */
const FORMULA = /^[=+\-@\t\r]/;

export function csv(rows: readonly (readonly (string | number)[])[]): string {
  return `\uFEFF${rows.map((row) => `${row.map(cell).join(';')}\r\n`).join('')}`;
}

function cell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const harmless = FORMULA.test(value) ? `'${value}` : value;
  return /[";\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
