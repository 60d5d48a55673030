import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAutosave } from './autosave.ts';

/** Timers that run when told, so that no test waits. */
function virtualTime() {
  let now = 0;
  let next = 1;
  const timers = new Map<number, { at: number; run: () => void }>();
  return {
    now: () => now,
    setTimer: (run: () => void, ms: number) => {
      timers.set(next, { at: now + ms, run });
      return next++;
    },
    clearTimer: (id: unknown) => void timers.delete(id as number),
    async pass(ms: number) {
      const end = now + ms;
      for (;;) {
        const due = [...timers].filter(([, timer]) => timer.at <= end).sort((a, b) => a[1].at - b[1].at)[0];
        if (due === undefined) break;
        now = Math.max(now, due[1].at);
        timers.delete(due[0]);
        due[1].run();
        for (let i = 0; i < 20; i += 1) await Promise.resolve();
      }
      now = end;
    },
  };
}

test('someone who types without pause is on disk within a second of every keystroke', async () => {
  const time = virtualTime();
  const disk: { at: number; text: string }[] = [];
  const save = createAutosave({ ...time, onState: () => {}, write: async (text) => (disk.push({ at: time.now(), text }), true) });
  let typed = '';
  for (let key = 0; key < 200; key += 1) {
    typed += 'x';
    save.changed(typed);
    await time.pass(50);
    const oldestUnwritten = typed.length - (disk.at(-1)?.text.length ?? 0);
    expect(oldestUnwritten * 50).toBeLessThanOrEqual(1000);
  }
  await time.pass(1000);
  expect(disk.at(-1)?.text).toBe(typed);
});

test('a write that fails is tried again, with the newest text, and says so meanwhile', async () => {
  const time = virtualTime();
  const states: string[] = [];
  let full = true;
  let disk = '';
  const save = createAutosave({
    ...time,
    onState: (state) => void states.push(state),
    write: async (text) => {
      if (full) return false;
      disk = text;
      return true;
    },
  });
  save.changed('øm over L4');
  await time.pass(400);
  expect(states.at(-1)).toBe('failed');
  save.changed('øm over L4–L5');
  full = false;
  await time.pass(6000);
  expect(disk).toBe('øm over L4–L5');
  expect(states.at(-1)).toBe('saved');
});

test('whatever the disk does, texts reach it in the order typed and the last one arrives', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ wait: fc.integer({ min: 0, max: 900 }), fails: fc.boolean(), slow: fc.boolean() }), {
        minLength: 1,
        maxLength: 40,
      }),
      async (steps) => {
        const time = virtualTime();
        const disk: number[] = [];
        let step = { fails: false, slow: false };
        const save = createAutosave({
          ...time,
          onState: () => {},
          write: async (text) => {
            if (step.slow) await new Promise<void>((resolve) => void time.setTimer(resolve, 250));
            if (step.fails) return false;
            disk.push(Number(text));
            return true;
          },
        });
        for (const [index, next] of steps.entries()) {
          step = next;
          save.changed(String(index));
          await time.pass(next.wait);
        }
        step = { fails: false, slow: false };
        await time.pass(20_000);
        expect(disk).toEqual([...disk].sort((a, b) => a - b));
        expect(disk.at(-1)).toBe(steps.length - 1);
        expect(save.dirty()).toBe(false);
      },
    ),
    { seed: 20261123, numRuns: 200 },
  );
});
