/**
 * Power cuts: a real writer on the real encrypted database is recorded write by write and sync by sync (record.c); then the disk is made again as
 * it might be found after a cut at any step (disk.ts), opened as the app opens it, and judged (judge.ts). `kill -9` cannot show this: what a killed
 * process had written lies in the system's cache and is not lost.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { createRandom } from '#tests/tools/random.ts';
import { openDisk, stepsIn, type Step } from './disk.ts';
import { judge } from './judge.ts';

/** `normal`: the writer waits for no sync, as WAL does when it is reopened without a word. `lying-disk`: the disk does not keep its word. */
export const PLANTS = ['normal', 'lying-disk'] as const;
export type Plant = (typeof PLANTS)[number];

export interface Recording {
  folder: string;
  before: { inode: bigint; name: string; file: string }[];
  log: string;
}
export interface CutReport {
  images: number;
  /** Images in which something answered was gone, and those that did not open or were not sound. */
  lost: number;
  damaged: number;
  steps: number;
  commits: number;
  /** The first few, in words. */
  problems: string[];
}

const HERE = fileURLToPath(new URL('.', import.meta.url));
const FIRST_COMMITS = 30;

/** Records `commits` of the writer, with one restart half way. Delete `folder` afterwards. */
export function recordWriter(commits: number, plant?: Plant): Recording {
  const folder = mkdtempSync(join(tmpdir(), 'ryggrad-power-'));
  const shim = join(folder, 'record.so');
  execFileSync('gcc', ['-shared', '-fPIC', '-O1', '-o', shim, join(HERE, 'record.c'), '-ldl', '-lpthread'], { stdio: 'inherit' });
  const home = join(folder, 'home');
  mkdirSync(home);
  write(home, FIRST_COMMITS, {}, plant);
  const before = readdirSync(home)
    .filter((name) => name === 'ryggrad.db' || name === 'ryggrad.db-wal')
    .map((name) => {
      const file = join(folder, `before-${name}`);
      execFileSync('cp', [join(home, name), file]);
      return { inode: statSync(join(home, name), { bigint: true }).ino, name, file };
    });
  const log = join(folder, 'log');
  write(home, commits, { LD_PRELOAD: shim, RECORD_FOLDER: home, RECORD_LOG: log }, plant);
  return { folder, before, log };
}

function write(home: string, commits: number, env: Record<string, string>, plant: Plant | undefined): void {
  const args = ['--home', home, '--commits', String(commits), '--acks', join(home, 'acks')];
  if (plant === 'normal') args.push('--plant', plant);
  const { signal, stderr } = spawnSync(process.execPath, [join(HERE, 'writer.ts'), ...args], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  if (signal !== 'SIGKILL') throw new Error(`the writer did not come to its end: ${stderr}`);
}

export interface Share {
  recording: Recording;
  /** Which images: every `of`-th from `from` on, up to `images`. Image n is the same whoever makes it. */
  images: number;
  from: number;
  of: number;
  seed: number;
  plant?: Plant;
}

/** Makes and judges images, in so many threads. */
export async function cutPower(share: Omit<Share, 'from' | 'of'>, workers = 2): Promise<CutReport> {
  const reports = await Promise.all(
    Array.from(
      { length: workers },
      (_, from) =>
        new Promise<CutReport>((resolve, reject) => {
          const worker = new Worker(new URL('./cut-worker.ts', import.meta.url), { workerData: { ...share, from, of: workers } });
          worker.once('message', resolve);
          worker.once('error', reject);
        }),
    ),
  );
  return reports.reduce((sum, one) => ({
    ...one,
    images: sum.images + one.images,
    lost: sum.lost + one.lost,
    damaged: sum.damaged + one.damaged,
    problems: [...sum.problems, ...one.problems].slice(0, 10),
  }));
}

/** One thread's share. Cuts are taken in order, so that the recording is played once. */
export function cutShare({ recording, images, from, of, seed, plant }: Share): CutReport {
  const steps = stepsIn(readFileSync(recording.log));
  const before = recording.before.map(({ inode, name, file }) => ({ inode, name, bytes: readFileSync(file) }));
  const disk = openDisk(before, plant === 'lying-disk');
  const cuts = Array.from({ length: images }, (_, image) => ({ image, random: createRandom(seed * 1_000_003 + image) }))
    .filter(({ image }) => image % of === from)
    .map(({ image, random }) => ({ image, random, at: random.int(0, steps.length) }))
    .toSorted((a, b) => a.at - b.at || a.image - b.image);
  const report: CutReport = { images: 0, lost: 0, damaged: 0, steps: steps.length, commits: steps.filter(isAck).length, problems: [] };
  const home = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'ryggrad-cut-'));
  let played = 0;
  let answered = FIRST_COMMITS;
  try {
    for (const { image, random, at } of cuts) {
      for (; played < at; played += 1) {
        const step = steps[played] as Step;
        if (isAck(step)) answered = Number(step.bytes.toString());
        else if (/^ryggrad\.db(-wal|-journal)?$/.test(step.name)) disk.take(step);
      }
      layDown(home, disk.cut(random));
      const { problems, missing } = judge(home, answered);
      report.images += 1;
      if (missing > 0) report.lost += 1;
      else if (problems.length > 0) report.damaged += 1;
      if (problems.length > 0 && report.problems.length < 10)
        report.problems.push(`image ${image}, cut at step ${at}: ${problems.join('; ')}`);
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
  return report;
}

const isAck = ({ name, kind }: Step): boolean => name === 'acks' && kind === 'write';

function layDown(home: string, files: ReadonlyMap<string, Buffer>): void {
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { mode: 0o700 });
  for (const [name, bytes] of files) writeFileSync(join(home, name), bytes);
}
