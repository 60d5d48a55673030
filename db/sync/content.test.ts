import { expect, test } from 'vitest';
import { chunkCount, chunkLength, CHUNK_BYTES } from './content.ts';

test('the pieces of a file are whole but the last, and are the file together', () => {
  for (const length of [1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 7 * CHUNK_BYTES + 5]) {
    const pieces = Array.from({ length: chunkCount(length) }, (_, n) => chunkLength(length, n));
    expect(pieces.reduce((sum, piece) => sum + piece, 0)).toBe(length);
    expect(pieces.slice(0, -1).every((piece) => piece === CHUNK_BYTES)).toBe(true);
    expect(chunkLength(length, pieces.length)).toBe(0);
  }
});
