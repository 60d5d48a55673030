/**
 * `npm run kills -- [--rounds N --seed S --lanes L]`: kills a writer N times. `--typing` kills the core while somebody types in it, `--rotation`
 * while its key is changed. The last line says what was lost.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { killWriters } from '#tests/durable/kill-rounds.ts';
import { rotationRounds } from './rotation.ts';
import { killRounds } from './rounds.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '300' },
    lanes: { type: 'string', default: '2' },
    typing: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    rotation: { type: 'boolean', default: false },
  },
});
const home = await mkdtemp(join(tmpdir(), 'ryggrad-kills-'));
const [rounds, seed] = [Number(values.rounds), Number(values.seed)];
const tell = (round: number): void => {
  if (round % 20 === 19) process.stdout.write(`${round + 1} kills\n`);
};
const { line, problems, failed } = values.rotation ? await whileRotating() : values.typing ? await whileTyping() : await whileWriting();
await rm(home, { recursive: true, force: true });
for (const problem of problems) process.stdout.write(`${problem}\n`);
process.stdout.write(`${line} seed=${seed}\n`);
process.exit(failed ? 1 : 0);

async function whileWriting() {
  const began = performance.now();
  const { kills, problems, answered, early } = await killWriters(home, rounds, seed, Number(values.lanes), (kill) => {
    if (kill % 500 === 0) process.stdout.write(`${kill} kills\n`);
  });
  const perMinute = Math.round((kills / (performance.now() - began)) * 60_000);
  const line = `kills=${kills} problems=${problems.length} answered=${answered} before_an_answer=${early} per_minute=${perMinute}`;
  return { line, problems, failed: problems.length > 0 };
}

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
