import { expect, test } from 'vitest';
import { findCode } from './code-systems.ts';
import { favouriteCodes } from './favourites.ts';
import { icd10For, suggestedFor } from './icd10-suggestions.ts';

test('both codes of every row are in the release, none twice, and no process code is told as a diagnosis', () => {
  const wrong = suggestedFor.flatMap((icpc2) => {
    const codes = icd10For(icpc2).map(({ code }) => code);
    const known = findCode('icpc-2', icpc2);
    const problems = codes.filter((code) => findCode('icd-10', code) === undefined);
    if (known === undefined || known.kind === 'process' || new Set(codes).size < codes.length) problems.push(icpc2);
    return problems;
  });
  expect(wrong).toEqual([]);
});

test('what chiropractors write most has suggestions; one who writes L84 may mean several things, and one thing has several names', () => {
  expect(favouriteCodes.filter((code) => icd10For(code).length === 0)).toEqual(['L29']);
  expect(icd10For('L84').length).toBeGreaterThan(1);
  expect(suggestedFor.filter((icpc2) => icd10For(icpc2).some(({ code }) => code === 'M545'))).toEqual(['L03', 'L84']);
  expect(icd10For('X99')).toEqual([]);
});
