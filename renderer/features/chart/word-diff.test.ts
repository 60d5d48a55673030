import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wordDiff } from './word-diff.ts';

test('marks the one word that changed', () => {
  expect(wordDiff('L4–L5 nedsatt ekstensjon, øm', 'L4–L5 fri ekstensjon, øm')).toEqual([
    { kind: 'same', text: 'L4–L5 ' },
    { kind: 'removed', text: 'nedsatt ' },
    { kind: 'added', text: 'fri ' },
    { kind: 'same', text: 'ekstensjon, øm' },
  ]);
});

test('what stands and what was added is the new text, letter for letter', () => {
  const note = fc
    .array(fc.constantFrom('øm', 'over', 'L4', 'bedre', '\n', '🙂', 'שלום', ' ', 'stiv,'), { maxLength: 30 })
    .map((parts) => parts.join(' '));
  fc.assert(
    fc.property(note, note, (before, after) => {
      const parts = wordDiff(before, after);
      expect(
        parts
          .filter((part) => part.kind !== 'removed')
          .map((part) => part.text)
          .join(''),
      ).toBe(after);
    }),
    { seed: 4, numRuns: 500 },
  );
});
