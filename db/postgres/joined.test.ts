import { expect, it } from 'vitest';
import { joined } from './joined.ts';

/** Reads that end when the test says so. */
function reader() {
  const reads: { group: string; keys: readonly number[]; end: (fail?: Error) => void }[] = [];
  const ask = joined<number, string>(
    (group, keys) =>
      new Promise((resolve, reject) => {
        const n = reads.length;
        reads.push({
          group,
          keys,
          end: (fail) => (fail === undefined ? resolve(new Map(keys.map((key) => [key, `${key} of read ${n}`]))) : reject(fail)),
        });
      }),
  );
  return { reads, ask };
}
const turn = () => new Promise(setImmediate);

it('all that is asked in one turn is one read, each key once', async () => {
  const { reads, ask } = reader();
  const answers = Promise.all([ask('a', 1), ask('a', 1), ask('a', 2)]);
  await turn();
  await turn();
  expect(reads.map(({ keys }) => keys)).toEqual([[1, 2]]);
  reads[0]?.end();
  expect(await answers).toEqual(['1 of read 0', '1 of read 0', '2 of read 0']);
});

it('who asks while a read is under way is not answered by it', async () => {
  const { reads, ask } = reader();
  const early = ask('a', 1);
  await turn();
  await turn();
  const late = [ask('a', 1), ask('a', 1)];
  await turn();
  await turn();
  expect(reads).toHaveLength(1);
  reads[0]?.end();
  expect(await early).toBe('1 of read 0');
  await turn();
  reads[1]?.end();
  expect(await Promise.all(late)).toEqual(['1 of read 1', '1 of read 1']);
  expect(reads).toHaveLength(2);
});

it('groups do not wait for each other, and a read that failed fails its own askers alone', async () => {
  const { reads, ask } = reader();
  const [a, b] = [ask('a', 1), ask('b', 1)];
  await turn();
  await turn();
  expect(reads.map(({ group }) => group)).toEqual(['a', 'b']);
  const next = ask('a', 3);
  reads[0]?.end(new Error('gone'));
  reads[1]?.end();
  await expect(a).rejects.toThrow('gone');
  expect(await b).toBe('1 of read 1');
  await turn();
  await turn();
  reads[2]?.end();
  expect(await next).toBe('3 of read 2');
});
