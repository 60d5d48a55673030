/** `npm run kills [-- --rounds N --seed S --rotation]`: kills the core while typing, or while its key is changed; last line says what was lost. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { rotationRounds } from './rotation.ts';
import { killRounds } from './rounds.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    rotation: { type: 'boolean', default: false },
  },
});
const home = await mkdtemp(join(tmpdir(), 'ryggrad-kills-'));
const [rounds, seed] = [Number(values.rounds), Number(values.seed)];
const tell = (round: number): void => {
  if (round % 20 === 19) process.stdout.write(`${round + 1} kills\n`);
};
const { line, problems, failed } = values.rotation ? await whileRotating() : await whileTyping();
await rm(home, { recursive: true, force: true });
for (const problem of problems) process.stdout.write(`${problem}\n`);
process.stdout.write(`${line} seed=${seed}\n`);
process.exit(failed ? 1 : 0);

async function whileTyping() {
  const { rounds: kills, problems, worstMissingMs, words } = await killRounds(home, rounds, seed, tell);
  const line = `kills=${kills} problems=${problems.length} worst_missing_ms=${worstMissingMs} words=${words}`;
  return { line, problems, failed: problems.length > 0 || worstMissingMs > 1000 };
}

async function whileRotating() {
  const { kills, problems, rotations, finished, forgotten } = await rotationRounds(home, rounds, seed, tell);
  const line = `kills=${kills} problems=${problems.length} rotations=${rotations} finished=${finished} forgotten=${forgotten}`;
  return { line, problems, failed: problems.length > 0 };
}
