/**
 * `kill -9` at random moments of a writer that does nothing but write: while it opens and recovers, between and in the middle of transactions.
 * After each the database is opened as the app opens it, and judged. Several writers side by side, each with a home of its own.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { createRandom } from '#tests/tools/random.ts';
import { judge } from './judge.ts';

export interface KillReport {
  kills: number;
  /** Numbers the writers had answered. */
  answered: number;
  /** Kills before the writer's first answer: while it opened, recovered, or began. */
  early: number;
  problems: string[];
}

/** A clinic of so many numbers is left for a fresh one: judging it would take longer than the writing. */
const FULL = 3000;
/** Longest stretch of writing before a kill, and longest start that is killed. */
const WRITING_MS = 90;
const STARTING_MS = 220;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export async function killWriters(
  home: string,
  kills: number,
  seed: number,
  lanes = 2,
  onKill: (kill: number) => void = () => {},
): Promise<KillReport> {
  const writer = await bundled();
  const report: KillReport = { kills: 0, answered: 0, early: 0, problems: [] };
  let begun = 0;
  const lane = async (which: number): Promise<void> => {
    const random = createRandom(seed * 1000 + which);
    for (let clinic = 0; begun < kills; clinic += 1) {
      const here = join(home, `${which}-${clinic}`);
      mkdirSync(here, { recursive: true });
      for (let answered = 0; begun < kills && answered < FULL;) {
        begun += 1;
        const inTheStart = answered > 0 && random.chance(0.2);
        const last = await writeAndKill(writer, here, inTheStart ? random.int(1, STARTING_MS) : undefined, random.int(0, WRITING_MS));
        report.kills += 1;
        if (last === undefined) report.early += 1;
        else report.answered += last - answered;
        answered = last ?? answered;
        const { problems, kept } = judge(here, answered, false);
        report.problems.push(...problems.map((problem) => `kill ${report.kills} (seed ${seed}): ${problem}`));
        answered = Math.max(answered, kept);
        onKill(report.kills);
        if (problems.length > 0) break;
      }
      report.problems.push(...judge(here, 0).problems);
      rmSync(here, { recursive: true, force: true });
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, which) => lane(which)));
  return report;
}

/** @returns the last number that was answered, if any was */
async function writeAndKill(
  writer: string,
  home: string,
  afterStart: number | undefined,
  afterAnswer: number,
): Promise<number | undefined> {
  const child = spawn(process.execPath, [writer, '--home', home], { stdio: ['ignore', 'pipe', 'inherit'] });
  const kill = (): boolean => child.kill('SIGKILL');
  if (afterStart !== undefined) setTimeout(kill, afterStart);
  let said = '';
  child.stdout.on('data', (bytes: Buffer) => {
    if (said === '' && afterStart === undefined) setTimeout(kill, afterAnswer);
    said += bytes.toString();
  });
  const [, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.once('close', (code, by) => resolve([code, by])),
  );
  if (signal !== 'SIGKILL') throw new Error('the writer ended by itself');
  // A number without its line's end was being said when it died.
  const numbers = said.split('\n').slice(0, -1);
  return numbers.length === 0 ? undefined : Number(numbers.at(-1));
}

/** The writer in one file, so that a round costs a process and not the reading of a hundred modules. */
async function bundled(): Promise<string> {
  const folder = join(ROOT, 'node_modules', '.cache', `ryggrad-writer-${process.pid}`);
  mkdirSync(join(folder, 'sqlite'), { recursive: true });
  // db/sqlite/migrate.ts finds the migrations beside its own folder.
  rmSync(join(folder, 'migrations'), { force: true });
  symlinkSync(join(ROOT, 'db/migrations'), join(folder, 'migrations'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await build({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: join(ROOT, 'tests/durable/writer.ts'),
      outDir: join(folder, 'sqlite'),
      target: 'node24',
      rolldownOptions: { output: { entryFileNames: 'writer.mjs' } },
    },
    ssr: { noExternal: ['drizzle-orm', 'zod', 'uuid', 'canonicalize', '@navikt/fnrvalidator'] },
  });
  return join(folder, 'sqlite', 'writer.mjs');
}
