/** A share of `npm run kills` and `npm run power-cuts` in every run, and the proof that the second would notice. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRandom } from '#tests/tools/random.ts';
import { openDisk, type Step } from './disk.ts';
import { killWriters } from './kill-rounds.ts';
import { cutPower, recordWriter, type Plant } from './power-cuts.ts';

const SEED = 20261128;

it('300 kills with kill -9 of a writer: the database opens each time, and all that was answered is there', async () => {
  const home = mkdtempSync(join(tmpdir(), 'ryggrad-kills-'));
  const report = await killWriters(home, 300, SEED);
  rmSync(home, { recursive: true, force: true });
  process.stdout.write(`kills=${report.kills} answered=${report.answered} before_an_answer=${report.early} seed=${SEED}\n`);
  expect(report.problems).toEqual([]);
  expect(report.kills).toBe(300);
  expect(report.early).toBeGreaterThan(10);
});

describe.runIf(process.platform === 'linux')('power cuts', () => {
  async function run(images: number, plant?: Plant) {
    const recording = recordWriter(300, plant);
    try {
      return await cutPower({ recording, images, seed: SEED, ...(plant === undefined ? {} : { plant }) });
    } finally {
      rmSync(recording.folder, { recursive: true, force: true });
    }
  }

  it('2,000 disks after a cut, with torn, lost and reordered writes: each opens, is sound, and has all that was answered', async () => {
    const report = await run(2000);
    process.stdout.write(`images=${report.images} lost=${report.lost} damaged=${report.damaged} steps=${report.steps} seed=${SEED}\n`);
    expect(report.problems).toEqual([]);
    expect([report.images, report.lost, report.damaged]).toEqual([2000, 0, 0]);
    expect(report.commits).toBe(300);
  });

  it('a planted fault is found: a writer that does not wait for the disk', async () => {
    expect((await run(60, 'normal')).lost).toBeGreaterThan(20);
  });

  it('a planted fault is found: a disk that says it has synced and has not', async () => {
    const { lost, damaged } = await run(40, 'lying-disk');
    expect(lost + damaged).toBeGreaterThan(30);
  });
});

describe('the disk that is made again', () => {
  const step = (kind: Step['kind'], at = 0, text = '', name = 'a', inode = 1n): Step => ({
    kind,
    inode,
    name,
    at,
    bytes: Buffer.from(text),
  });
  const cuts = (steps: readonly Step[], name = 'a', before: Parameters<typeof openDisk>[0] = []) => {
    const disk = openDisk(before);
    for (const one of steps) disk.take(one);
    return new Set(Array.from({ length: 200 }, (_, seed) => disk.cut(createRandom(seed)).get(name)?.toString().replaceAll('\0', '.')));
  };

  it('what was synced is there, and what came after it may be there, be gone or be torn', () => {
    expect(cuts([step('write', 0, 'gammel'), step('sync')])).toEqual(new Set(['gammel']));
    const later = 'x'.repeat(512) + 'y'.repeat(512);
    const seen = cuts([step('write', 0, 'o'.repeat(1024)), step('sync'), step('write', 0, later)]);
    expect(seen).toEqual(new Set(['o'.repeat(1024), later, 'x'.repeat(512) + 'o'.repeat(512), 'o'.repeat(512) + 'y'.repeat(512)]));
  });

  it('two writes may arrive in the other order; a truncation may be lost', () => {
    expect(cuts([step('write', 0, 'ab'), step('write', 2, 'cd')])).toContain('..cd');
    expect(cuts([step('write', 0, 'abcd'), step('sync'), step('truncate', 2)])).toEqual(new Set(['ab', 'abcd']));
  });

  it('a file never synced may not be there; one unlinked may be back until its successor is synced', () => {
    expect(cuts([step('write', 0, 'ny')])).toContain(undefined);
    const before = [{ inode: 1n, name: 'a', bytes: Buffer.from('gammel') }];
    expect(cuts([step('unlink')], 'a', before)).toEqual(new Set([undefined, 'gammel']));
    expect(cuts([step('unlink'), step('write', 0, 'ny'), step('sync')], 'a', before)).toEqual(new Set(['ny']));
  });
});
