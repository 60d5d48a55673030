import { expect, test } from 'vitest';
import { isGrantable, isGranted } from './grants.ts';
import { allowed, readsNotes } from './permissions.ts';

const grant = (validFrom: string, validUntil: string, endedAt: string | null = null) => ({ validFrom, validUntil, endedAt });

test('a grant holds from its beginning to its end, unless it was ended', () => {
  const [from, until] = ['2026-11-23T00:00:00.000Z', '2026-11-25T00:00:00.000Z'];
  expect(isGranted([grant(from, until)], from)).toBe(true);
  expect(isGranted([grant(from, until)], '2026-11-24T23:59:59.999Z')).toBe(true);
  expect(isGranted([grant(from, until)], until)).toBe(false);
  expect(isGranted([grant(from, until)], '2026-11-22T23:59:59.999Z')).toBe(false);
  expect(isGranted([grant(from, until, from)], from)).toBe(false);
});

test('nobody is let in for good, nor for what is past', () => {
  const now = '2026-11-23T10:00:00.000Z';
  expect(isGrantable(now, '2026-11-23T00:00:00.000Z', '2026-11-24T00:00:00.000Z')).toBe(true);
  expect(isGrantable(now, '2026-11-20T00:00:00.000Z', '2026-11-23T00:00:00.000Z')).toBe(false);
  expect(isGrantable(now, '2026-11-25T00:00:00.000Z', '2026-11-24T00:00:00.000Z')).toBe(false);
  expect(isGrantable(now, '2026-11-23T00:00:00.000Z', '2027-12-01T00:00:00.000Z')).toBe(false);
});

test('whoever is let in reads and writes nothing; the role alone, or a grant to somebody who is no assistant, opens nothing', () => {
  expect(allowed('encounter.get', ['ASSISTANT'])).toBe(false);
  expect(allowed('encounter.get', ['ASSISTANT'], true)).toBe(true);
  expect(allowed('encounter.get', ['ADMIN'], true)).toBe(false);
  for (const verb of [
    'section.write',
    'encounter.start',
    'encounter.sign',
    'letter.create',
    'letter.export',
    'journal.copy',
    'amendment.write',
    'safety.set',
    'grant.give',
  ])
    expect(allowed(verb, ['ASSISTANT'], true), verb).toBe(false);
  expect([readsNotes(['ASSISTANT']), readsNotes(['ASSISTANT'], true), readsNotes(['ADMIN'], true)]).toEqual([false, true, false]);
});
