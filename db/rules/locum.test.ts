import { expect, test } from 'vitest';
import { locumProblem, worksOn } from './locum.ts';

test('the last day is a working day, the next is not', () => {
  const locum = { active: true, validUntil: '2026-11-30' };
  expect(['2026-11-29', '2026-11-30', '2026-12-01'].map((day) => worksOn(locum, day))).toEqual([true, true, false]);
  expect(worksOn({ ...locum, active: false }, '2026-11-29')).toBe(false);
  expect(worksOn({ active: true, validUntil: null }, '2099-01-01')).toBe(true);
});

test('a locum has days left, a number to sign with, and does not answer for the clinic', () => {
  const locum = { roles: ['PRACTITIONER' as const], hprNumber: '1234567', validUntil: '2026-11-30' };
  expect(locumProblem(locum, '2026-11-30')).toBeNull();
  expect(locumProblem(locum, '2026-12-01')).toBe('user/locum-over');
  expect(locumProblem({ ...locum, hprNumber: null }, '2026-11-30')).toBe('user/locum-hpr');
  expect(locumProblem({ ...locum, roles: ['ASSISTANT'], hprNumber: null }, '2026-11-30')).toBeNull();
  expect(locumProblem({ ...locum, roles: ['ADMIN'] }, '2026-11-30')).toBe('user/locum-admin');
  expect(locumProblem({ ...locum, roles: ['ADMIN'], validUntil: null }, '2026-12-01')).toBeNull();
});
