/** `npm run kills [-- --rounds N --seed S]`: kills the core while typing; last line says what was lost. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { killRounds } from './rounds.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } } });
const home = await mkdtemp(join(tmpdir(), 'ryggrad-kills-'));
const report = await killRounds(home, Number(values.rounds), Number(values.seed), (round) => {
  if (round % 20 === 19) process.stdout.write(`${round + 1} kills\n`);
});
await rm(home, { recursive: true, force: true });
for (const problem of report.problems) process.stdout.write(`${problem}\n`);
process.stdout.write(
  `kills=${report.rounds} problems=${report.problems.length} worst_missing_ms=${report.worstMissingMs} words=${report.words} seed=${values.seed}\n`,
);
process.exit(report.problems.length === 0 && report.worstMissingMs <= 1000 ? 0 : 1);
