import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isAccountNumber, kidOf, mod10Digit, mod11Digit, shownAccount } from './kid.ts';

const digits = fc.stringMatching(/^\d{3,24}$/);

it('checks as the banks do', () => {
  // By hand: 8·2→16→7, 7, 6·2→3, 5, 4·2, 3, 2·2, 1 = 38 → 2; and 8·2 + 7·3 + 6·4 + 5·5 + 4·6 + 3·7 + 2·2 + 1·3 = 138 → 5.
  expect([mod10Digit('12345678'), mod11Digit('12345678')]).toEqual(['2', '5']);
  expect(mod10Digit('0')).toBe('0');
});

it('in modulus 11 a rest of ten has no digit', () => {
  expect(mod11Digit('0006')).toBe('-');
});

it('modulus 10 finds every single wrong digit', () => {
  fc.assert(
    fc.property(digits, fc.nat(), fc.integer({ min: 1, max: 9 }), (text, where, by) => {
      const at = where % text.length;
      const wrong = text.slice(0, at) + String((Number(text[at]) + by) % 10) + text.slice(at + 1);
      expect(mod10Digit(wrong)).not.toBe(mod10Digit(text));
    }),
  );
});

it('modulus 11 finds every single wrong digit and every swap of two neighbours', () => {
  fc.assert(
    fc.property(digits, fc.nat(), fc.integer({ min: 1, max: 9 }), (text, where, by) => {
      const at = where % text.length;
      const wrong = text.slice(0, at) + String((Number(text[at]) + by) % 10) + text.slice(at + 1);
      expect(mod11Digit(wrong)).not.toBe(mod11Digit(text));
      const next = (at + 1) % text.length;
      if (next === 0 || text[at] === text[next]) return;
      const swapped = text.slice(0, at) + text[next] + text[at] + text.slice(next + 1);
      expect(mod11Digit(swapped)).not.toBe(mod11Digit(text));
    }),
  );
});

it('a KID is fifteen characters whatever the series and the number, and no two invoices have one', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9A-F]{6}$/), fc.integer({ min: 1, max: 999_999 }), (series, running) => {
      for (const kind of ['mod10', 'mod11'] as const) expect(kidOf(kind, series, running)).toMatch(/^\d{14}[\d-]$/);
      expect(kidOf('mod10', series, running)).not.toBe(kidOf('mod10', series, running === 1 ? 2 : running - 1));
    }),
  );
  expect(kidOf('none', 'A1B2C3', 1)).toBeNull();
});

it('knows an account number from a typing error', () => {
  // 1·5+5·4+0·3+3·2+2·7+0·6+8·5+0·4+1·3+1·2 = 90, 90 mod 11 = 2 → 9.
  expect(isAccountNumber('15032080119')).toBe(true);
  for (const text of ['15032080118', '1503208011', '150320801190', 'abc', '']) expect(isAccountNumber(text)).toBe(false);
  expect(shownAccount('15032080119')).toBe('1503\u00a020\u00a080119');
});
