import { expect, test } from 'vitest';
import { affectedBy } from './affected.ts';

const event = (action: string, more: Partial<Parameters<typeof affectedBy>[0][number]> = {}) => ({
  at: '2026-11-23T09:00:00.000Z',
  verb: 'some.verb',
  patientId: null,
  details: {},
  action,
  ...more,
});
const nobody = () => undefined;

test('a refused opening showed nothing, and what names nobody touches nobody', () => {
  const events = [event('refused', { patientId: 'a' }), event('unlock'), event('other', { patientId: 'a' }), event('read')];
  expect(affectedBy(events, nobody)).toEqual({ patients: [], lists: 0, unknown: 0 });
});

test('who is opened is not counted as shown by the same event; each event counts once for each patient', () => {
  const details = { letters: ['l1', 'l2'], patients: ['a', 'b'] };
  const { patients } = affectedBy([event('read', { patientId: 'a', details })], () => 'a');
  expect(patients.map(({ patientId, opened, shown }) => [patientId, opened, shown])).toEqual([
    ['a', 1, 0],
    ['b', 0, 1],
  ]);
});

test('lists that were logged by their rows alone are looked up; a row that is not here is said', () => {
  const owners: Record<string, string> = { 'encounter/e1': 'a', 'letter/l1': 'b', 'appointment/x1': 'c' };
  const events = [
    event('read', { details: { unsigned: ['e1', 'gone'] } }),
    event('read', { details: { letters: ['l1'] } }),
    event('read', { details: { outbox: ['x1', 'gone'] } }),
  ];
  const { patients, unknown } = affectedBy(events, (entity, id) => owners[`${entity}/${id}`]);
  expect(patients.map(({ patientId, shown }) => [patientId, shown])).toEqual([
    ['a', 1],
    ['b', 1],
    ['c', 1],
  ]);
  expect(unknown).toBe(1);
});

test('a look at the log or at such a list is counted beside, first and last are by time and not by order', () => {
  const late = '2026-11-23T12:00:00.000Z';
  const events = [
    event('read', { verb: 'audit.list' }),
    event('export', { verb: 'audit.affectedFile' }),
    event('read', { patientId: 'a', at: late }),
    event('print', { patientId: 'a' }),
    event('sign', { patientId: 'a' }),
  ];
  const { patients, lists } = affectedBy(events, nobody);
  expect(lists).toBe(2);
  expect(patients).toEqual([{ patientId: 'a', opened: 1, shown: 0, taken: 1, changed: 1, first: '2026-11-23T09:00:00.000Z', last: late }]);
});
