import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csv } from './csv.ts';

const lines = (text: string): string[] => text.slice(1).split('\r\n').slice(0, -1);

test('a cell that begins as a formula is text in the spreadsheet', () => {
  for (const evil of ['=1+1', '+47 900', '-2', '@SUM(A1)', '\tx', '\rx']) {
    const [line = ''] = lines(csv([[evil, 'etter']]));
    expect(line.replace(/^"/, '').startsWith(`'${evil}`), JSON.stringify(evil)).toBe(true);
  }
  expect(lines(csv([['=HYPERLINK("http://x";"y")', 3, -4]]))).toEqual([`"'=HYPERLINK(""http://x"";""y"")";3;-4`]);
  expect(csv([['Åse', 'Ødegård-Moe']])).toBe('\uFEFFÅse;Ødegård-Moe\r\n');
});

test('whatever stands in them, cells stay cells, and none begins a formula', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 5 }), (row) => {
      const back = parsed(csv([row]).slice(1));
      expect(back).toHaveLength(row.length);
      for (const [index, value] of back.entries()) {
        expect(value).not.toMatch(/^[=+\-@\t\r]/);
        expect([row[index], `'${row[index]}`]).toContain(value);
      }
    }),
  );
});

/** One line, by RFC 4180 with semicolons. */
function parsed(line: string): string[] {
  const cells: string[] = [];
  let rest = line;
  for (;;) {
    const quoted = /^"((?:[^"]|"")*)"/.exec(rest);
    const plain = quoted ?? /^([^;\r\n"]*(?:[^;\r\n]*))/.exec(rest);
    const text = quoted ? (quoted[1] ?? '').replaceAll('""', '"') : (plain?.[1] ?? '');
    cells.push(text);
    rest = rest.slice(plain?.[0].length ?? 0);
    if (!rest.startsWith(';')) return cells;
    rest = rest.slice(1);
  }
}
