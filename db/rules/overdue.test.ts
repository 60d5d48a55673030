import { expect, it } from 'vitest';
import { daysWaited, escalated, ESCALATED_DAYS } from './overdue.ts';

const NOW = '2026-11-28T12:00:00.000Z';
const daysAgo = (days: number) => new Date(Date.parse(NOW) - days * 86_400_000).toISOString();
const note = (practitionerName: string, days: number) => ({ practitionerId: practitionerName, practitionerName, visitAt: daysAgo(days) });

it('counts whole days, and none into the future', () => {
  expect([daysWaited(daysAgo(6.99), NOW), daysWaited(daysAgo(7), NOW), daysWaited(daysAgo(-3), NOW)]).toEqual([6, 7, 0]);
});

it('tells administrators whose notes have waited a fortnight, how many and since when, and nothing of younger ones', () => {
  const notes = [note('Berg', 13.9), note('Lie', 15), note('Berg', ESCALATED_DAYS), note('Berg', 30)];
  expect(escalated(notes, NOW)).toEqual([
    { practitionerId: 'Berg', practitionerName: 'Berg', count: 2, oldest: daysAgo(30) },
    { practitionerId: 'Lie', practitionerName: 'Lie', count: 1, oldest: daysAgo(15) },
  ]);
  expect(escalated([], NOW)).toEqual([]);
});
