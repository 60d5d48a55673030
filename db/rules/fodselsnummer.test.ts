import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agreesWithBirthDate, maskNationalId, parseNationalId, syntheticNationalId } from './fodselsnummer.ts';

const real = (value: string) => parseNationalId(value, { synthetic: false });
const synthetic = (value: string) => parseNationalId(value, { synthetic: true });
const birthDates = fc
  .date({ min: new Date('1900-01-01'), max: new Date('2039-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));

/** Both control digits by hand from the published weights; `offset` is the remainder that the rule of 2032 adds. */
function numberOf(nine: string, offset: 0 | 1 | 2 | 3): string | null {
  const sum = (digits: string, weights: readonly number[]) =>
    weights.reduce((total, weight, index) => total + weight * Number(digits[index]), 0);
  const first = (11 + offset - (sum(nine, [3, 7, 6, 1, 8, 9, 4, 5, 2]) % 11)) % 11;
  const second = (11 - (sum(`${nine}${first}`, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
  return first === 10 || second === 10 ? null : `${nine}${first}${second}`;
}
const OFFSETS = [0, 1, 2, 3] as const;

describe('what is a number', () => {
  it("takes the tax administration's vectors for 2032", () => {
    for (const value of ['02013299997', '30108299920']) expect(real(value)).toMatchObject({ ok: true, kind: 'fnr', synthetic: false });
  });

  it('marks exactly the numbers that only the rule of 2032 allows', () => {
    const asked = Array.from({ length: 1000 }, (_, n) => `150275${String(n).padStart(3, '0')}`).flatMap((nine) =>
      OFFSETS.flatMap((offset) => {
        const value = numberOf(nine, offset);
        return value === null ? [] : [{ value, onlyNewRule: offset !== 0 }];
      }),
    );
    expect(asked.length).toBeGreaterThan(3000);
    const wrong = asked.filter(({ value, onlyNewRule }) => {
      const parsed = real(value);
      return !parsed.ok || parsed.value !== value || parsed.onlyNewRule !== onlyNewRule;
    });
    expect(wrong).toEqual([]);
  });

  it('refuses every wrong second control digit', () => {
    const value = numberOf('150275003', 0) ?? numberOf('150275004', 0) ?? '';
    const others = Array.from({ length: 9 }, (_, slip) => `${value.slice(0, 10)}${(Number(value[10]) + slip + 1) % 10}`);
    expect(real(value)).toMatchObject({ ok: true });
    expect(others.map((other) => real(other).ok)).toEqual(others.map(() => false));
  });

  it.each([
    ['', 'national-id/length'],
    ['0102751234', 'national-id/length'],
    ['010275123456', 'national-id/length'],
    ['01O27512345', 'national-id/length'],
    ['٠١٠٢٧٥١٢٣٤٥', 'national-id/length'],
    ['00000000000', 'national-id/date'],
    ['15137512345', 'national-id/date'],
    ['15027512346', 'national-id/checksum'],
  ])('says what is wrong with "%s"', (value, code) => {
    expect(real(value)).toEqual({ ok: false, code });
  });

  it('reads a number written in groups', () => {
    expect(real('020132 99997')).toMatchObject({ ok: true, value: '02013299997' });
    expect(real('020132-99997')).toMatchObject({ ok: true, value: '02013299997' });
  });

  it('knows D-numbers by day +40 and help numbers by month +40', () => {
    const someOf = (head: string) =>
      Array.from({ length: 50 }, (_, n) => numberOf(`${head}${String(n).padStart(3, '0')}`, 0)).find((value) => value !== null) ?? '';
    expect(real(someOf('550275'))).toMatchObject({ ok: true, kind: 'dnr' });
    expect(real(someOf('154275'))).toMatchObject({ ok: true, kind: 'hnr' });
  });
});

describe('synthetic numbers', () => {
  it('are valid by the old rule where they are allowed, and refused everywhere else', () => {
    fc.assert(
      fc.property(birthDates, fc.nat({ max: 100_000 }), fc.boolean(), (birthDate, n, dNumber) => {
        const value = syntheticNationalId({ birthDate, n, dNumber });
        expect(synthetic(value)).toEqual({ ok: true, kind: dNumber ? 'dnr' : 'fnr', value, synthetic: true, onlyNewRule: false });
        expect(real(value)).toEqual({ ok: false, code: 'national-id/synthetic-not-allowed' });
        expect(agreesWithBirthDate(value, birthDate)).toBe(true);
        expect(syntheticNationalId({ birthDate, n, dNumber })).toBe(value);
      }),
    );
  });
});

it('two synthetic people of one birth date have two numbers', () => {
  const numbers = Array.from({ length: 800 }, (_, n) => syntheticNationalId({ birthDate: '1990-01-01', n }));
  expect(new Set(numbers).size).toBe(800);
});

describe('what a number tells', () => {
  it('never the century, and nothing says the sex', () => {
    const value = syntheticNationalId({ birthDate: '1920-03-09', n: 1 });
    expect(agreesWithBirthDate(value, '2020-03-09')).toBe(true);
    expect(agreesWithBirthDate(value, '1920-03-10')).toBe(false);
    expect(Object.keys(synthetic(value)).toSorted()).toEqual(['kind', 'ok', 'onlyNewRule', 'synthetic', 'value']);
  });

  it('only the birth date when it is masked', () => {
    expect(maskNationalId('02013299997')).toBe('020132 •••••');
  });
});
