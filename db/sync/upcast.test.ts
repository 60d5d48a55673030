import { afterEach, expect, test } from 'vitest';
import { SCHEMA_VERSION } from '../model/entities.ts';
import { renamed, upcast, UPCASTS } from './upcast.ts';

const planted = new Map(UPCASTS);
afterEach(() => {
  UPCASTS.clear();
  for (const [from, step] of planted) UPCASTS.set(from, step);
});

test('there is a step from every version before this one', () => {
  expect([...UPCASTS.keys()].toSorted((a, b) => a - b)).toEqual(Array.from({ length: SCHEMA_VERSION - 1 }, (_, n) => n + 1));
});

test('an older change is told step by step: value and what had been read go together', () => {
  UPCASTS.set(1, renamed('patient', 'job', 'occupation'));
  const old = { entity: 'patient', schema: 1, set: { job: 'Snekker', city: 'Oslo' }, base: { job: 7 }, at: 'then' };
  expect(upcast(old)).toEqual({ ...old, set: { occupation: 'Snekker', city: 'Oslo' }, base: { occupation: 7 } });
  const other = { ...old, entity: 'letter' };
  expect(upcast(other)).toEqual(other);
});

test('a change of this version, or of a newer one, is not touched', () => {
  UPCASTS.set(SCHEMA_VERSION, () => {
    throw new Error('not to be asked');
  });
  for (const schema of [SCHEMA_VERSION, SCHEMA_VERSION + 3]) {
    const change = { entity: 'patient', schema, set: { phone: '1' }, base: {} };
    expect(upcast(change)).toBe(change);
  }
});
