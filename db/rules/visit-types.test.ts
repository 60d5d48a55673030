import { expect, it } from 'vitest';
import { isSectionKey, measurements, visitTypeOf, visitTypes } from './visit-types.ts';

it('knows the five kinds of visit, each with sections once and something that must be written', () => {
  expect(visitTypes.map((rule) => rule.type).toSorted()).toEqual(['acute', 'follow_up', 'initial', 'maintenance', 're_examination']);
  for (const rule of visitTypes) {
    const keys = rule.sections.map((section) => section.key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(rule.sections.some((section) => section.required)).toBe(true);
    expect(rule.durationMinutes).toBeGreaterThan(0);
    expect(visitTypeOf(rule.type)).toBe(rule);
  }
});

it('lets SALT carry findings, assessment, treatment and plan, and nothing a patient says', () => {
  const carried = new Set(visitTypes.flatMap((rule) => rule.sections.filter((section) => section.carry).map((section) => section.key)));
  expect([...carried].toSorted()).toEqual(['assessment', 'objective', 'plan', 'treatment']);
});

it('carries nothing into a first or an acute visit, and no findings into a re-examination', () => {
  for (const type of ['initial', 'acute'] as const) expect(visitTypeOf(type).sections.filter((section) => section.carry)).toEqual([]);
  expect(visitTypeOf('re_examination').sections.find((section) => section.key === 'objective')?.carry).toBe(false);
});

it('keeps a follow-up short, and asks red flags and consent where something is new', () => {
  expect(visitTypeOf('follow_up').sections.map((section) => section.key)).toEqual([
    'subjective',
    'objective',
    'assessment',
    'treatment',
    'plan',
  ]);
  for (const type of ['initial', 'acute'] as const) expect(visitTypeOf(type)).toMatchObject({ redFlags: true, consent: true });
});

it('knows its sections, and no others', () => {
  expect(['contactReason', 'subjective', 'plan'].map(isSectionKey)).toEqual([true, true, true]);
  expect(['', 'toString', 'Plan'].map(isSectionKey)).toEqual([false, false, false]);
});

it('measures pain from 0 to 10, without a value of its own', () => {
  expect(measurements['nrs-now']).toEqual({ min: 0, max: 10 });
});
