/**
 * `npm run faults -- [--seed S] [--schedules N] [--workers W] [--plant NAME]`: seeded schedules of a whole clinic under faults.
 * Prints what failed with the seed that repeats it, and ends with one line of sums; exit 1 when anything was lost, done twice
 * or different at the end.
 */
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { NO_PLANT, PLANTED } from './planted.ts';
import { runSchedule, type Outcome } from './schedule.ts';

interface Sums {
  schedules: number;
  lost: number;
  duplicated: number;
  diverged: number;
  writes: number;
  faults: number;
  conflicts: number;
}

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    schedules: { type: 'string', default: '500' },
    workers: { type: 'string', default: String(Math.min(8, availableParallelism())) },
    plant: { type: 'string' },
    /** A part of the work, run by a worker: every `of`-th schedule from this one. */
    part: { type: 'string' },
  },
});

async function runPart(seed: number, schedules: number, part: number, of: number): Promise<Sums> {
  const planted = values.plant === undefined ? undefined : PLANTED[values.plant];
  if (values.plant !== undefined && planted === undefined) throw new Error(`--plant: one of ${Object.keys(PLANTED).join(', ')}`);
  const sums: Sums = { schedules: 0, lost: 0, duplicated: 0, diverged: 0, writes: 0, faults: 0, conflicts: 0 };
  for (let n = part; n < schedules; n += of) {
    const outcome = await runSchedule(seed + n, planted?.() ?? NO_PLANT);
    report(seed + n, outcome);
    sums.schedules += 1;
    sums.lost += outcome.lost.length;
    sums.duplicated += outcome.duplicated.length;
    sums.diverged += outcome.diverged.length;
    sums.writes += outcome.writes;
    sums.faults += outcome.faults;
    sums.conflicts += outcome.conflicts;
  }
  return sums;
}

function report(seed: number, { lost, duplicated, diverged }: Outcome): void {
  for (const [what, all] of Object.entries({ lost, duplicated, diverged })) {
    if (all.length > 0) process.stderr.write(`seed ${seed}: ${what}: ${all.slice(0, 3).join(' | ')}\n`);
  }
}

async function main(): Promise<void> {
  const seed = Number(values.seed);
  const schedules = Number(values.schedules);
  const workers = Number(values.workers);
  if (![seed, schedules, workers].every((value) => Number.isSafeInteger(value) && value >= 1))
    throw new Error('--seed, --schedules and --workers are whole numbers from 1.');
  if (values.part !== undefined) {
    const sums = await runPart(seed, schedules, Number(values.part), workers);
    process.send?.(sums, () => process.exit(0));
    return;
  }
  const parts = await Promise.all(
    Array.from({ length: workers }, async (_, part) => {
      const child = fork(fileURLToPath(import.meta.url), [...process.argv.slice(2), '--part', String(part), '--workers', String(workers)]);
      return await new Promise<Sums>((resolve, reject) => {
        child.once('message', (sums) => resolve(sums as Sums));
        child.once('exit', (code) => reject(new Error(`a worker ended with ${code}`)));
      });
    }),
  );
  const sum = (name: keyof Sums): number => parts.reduce((total, part) => total + part[name], 0);
  const names = ['schedules', 'lost', 'duplicated', 'diverged', 'writes', 'faults', 'conflicts'] as const;
  process.stdout.write(`${names.map((name) => `${name}=${sum(name)}`).join(' ')} seed=${seed}\n`);
  process.exitCode = sum('lost') + sum('duplicated') + sum('diverged') > 0 ? 1 : 0;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
