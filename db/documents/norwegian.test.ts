import { describe, expect, it } from 'vitest';
import { inNorway, instantOf, kroner, longDate, nationalId, orgNumber } from './norwegian.ts';
import { syntheticNationalId } from '#db/rules/fodselsnummer.ts';

describe('dates and numbers on paper', () => {
  it('an instant is shown on the clocks of Norway, summer and winter', () => {
    expect(inNorway('2026-11-23T23:30:00.000Z')).toEqual({ date: '2026-11-24', time: '00:30' });
    expect(inNorway('2026-07-01T22:05:00Z')).toEqual({ date: '2026-07-02', time: '00:05' });
  });
  it('a date without a time zone is not an instant', () => {
    expect(() => instantOf('2026-11-23')).toThrow(RangeError);
    expect(() => instantOf('2026-11-23T10:00:00')).toThrow(RangeError);
  });
  it('what is not a date is printed as it stands', () => {
    expect(longDate('2026-05-01')).toBe('1. mai 2026');
    expect(longDate('ukjent')).toBe('ukjent');
    expect(longDate('2026-13-01')).toBe('2026-13-01');
  });
  it('money has two decimals', () => {
    expect([0, 5, 70_000, 125_050, -4_600].map(kroner)).toEqual(['0,00', '0,05', '700,00', '1\u00a0250,50', '−46,00']);
  });
  it('a number is named by its kind', () => {
    expect(nationalId(syntheticNationalId({ birthDate: '1990-01-01', n: 2 }))).toMatch(/^Fødselsnummer 018190\u00a0\d{5}$/);
    expect(nationalId(syntheticNationalId({ birthDate: '1990-01-01', n: 2, dNumber: true }))).toMatch(/^D-nummer 418190\u00a0\d{5}$/);
    expect(orgNumber('999888777')).toBe('999\u00a0888\u00a0777');
    expect(orgNumber('99')).toBe('99');
  });
});
