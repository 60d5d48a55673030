import { expect, it } from 'vitest';
import { codeKind, mainDiagnosisProblem, normaliseCode } from './codes.ts';

it('reads a code in any of the usual ways of writing', () => {
  expect(['l84', ' L 84 ', 'L84.', 'm54.5', '-31', 'a191'].map(normaliseCode)).toEqual(['L84', 'L84', 'L84', 'M545', '-31', 'A191']);
});

it('tells symptoms, process and diagnoses by the number, in all hundred', () => {
  for (let number = 0; number < 100; number += 1) {
    const digits = String(number).padStart(2, '0');
    const kind = number < 30 ? 'symptom' : number < 70 ? 'process' : 'diagnosis';
    expect([digits, codeKind('icpc-2', `L${digits}`)]).toEqual([digits, kind]);
    expect(mainDiagnosisProblem('icpc-2', `-${digits}`)).toBe(kind === 'process' ? 'diagnosis/process-code-as-main' : null);
  }
  // Norwegian extensions have a third digit that says nothing of the kind.
  expect(['A191', 'R991', 'W781'].map((code) => codeKind('icpc-2', code))).toEqual(['symptom', 'diagnosis', 'diagnosis']);
});

it('takes any ICD-10 code as a main diagnosis, whatever its number', () => {
  expect(mainDiagnosisProblem('icd-10', 'M545')).toBeNull();
  expect(mainDiagnosisProblem('icd-10', 'S335')).toBeNull();
});
