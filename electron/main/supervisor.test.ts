import { expect, test } from 'vitest';
import type { CoreProcess } from './core-process.ts';
import { superviseCore } from './supervisor.ts';

/** Cores that end when told to, and say what they were sent. */
function cores() {
  const begun: { posted: unknown[]; say(message: unknown): void; end(): void }[] = [];
  const start = (): CoreProcess => {
    let hear: (message: unknown) => void = () => {};
    let gone: (code: number) => void = () => {};
    const posted: unknown[] = [];
    begun.push({ posted, say: (message) => hear(message), end: () => gone(1) });
    return {
      post: (message) => void posted.push(message),
      onMessage: (listener) => void (hear = listener),
      onExit: (listener) => void (gone = listener),
      quit: () => Promise.resolve(gone(0)),
    };
  };
  return { begun, start };
}

test('a core that ends is started again, its questions are answered as lost, and the old one is not heard any more', () => {
  const { begun, start } = cores();
  const told: unknown[] = [];
  const core = superviseCore(start, {
    onMessage: (message) => told.push(message),
    onLost: () => told.push('lost'),
    onRestarted: () => told.push('again'),
  });
  core.post('one');
  begun[0]?.say('answer');
  begun[0]?.end();
  begun[0]?.say('late');
  core.post('two');
  begun[1]?.say('more');
  expect(told).toEqual(['answer', 'lost', 'again', 'more']);
  expect(begun.map(({ posted }) => posted)).toEqual([['one'], ['two']]);
});

test('one that keeps ending is left alone and every question is lost; after a quiet minute it is tried again', () => {
  const { begun, start } = cores();
  let clock = 0;
  const told: string[] = [];
  const events = { onMessage: () => {}, onLost: () => void told.push('lost'), onRestarted: () => void told.push('again') };
  const core = superviseCore(start, events, () => clock);
  begun[0]?.end();
  clock = 61_000;
  begun[1]?.end();
  begun[2]?.end();
  expect(begun).toHaveLength(4);
  begun[3]?.end();
  expect(begun).toHaveLength(4);
  core.post('nobody');
  expect(told).toEqual(['lost', 'again', 'lost', 'again', 'lost', 'again', 'lost', 'lost']);
});

test('leaving is no crash', async () => {
  const { begun, start } = cores();
  const core = superviseCore(start, { onMessage: () => {}, onLost: () => expect.unreachable(), onRestarted: () => expect.unreachable() });
  await core.quit();
  expect(begun).toHaveLength(1);
});
