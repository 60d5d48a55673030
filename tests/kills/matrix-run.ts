/** `npm run kill-matrix [-- --kills N --point NAME --seed S]`: a line for each point, and one of sums; exit 1 when anything is wrong. */
import { parseArgs } from 'node:util';
import { POINT_NAMES, runPoint } from './matrix.ts';

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' }, point: { type: 'string', multiple: true } },
});
const points = values.point ?? POINT_NAMES;
for (const point of points) if (!POINT_NAMES.includes(point)) throw new Error(`--point: one of ${POINT_NAMES.join(', ')}`);
const sums = { points: 0, kills: 0, missed: 0, lost: 0, duplicated: 0, diverged: 0 };
for (const point of points) {
  const report = await runPoint(point, Number(values.kills), Number(values.seed));
  const { kills, missed, lost, duplicated, diverged, worstDrainMs, problems } = report;
  for (const problem of problems.slice(0, 5)) process.stdout.write(`  ${problem}\n`);
  process.stdout.write(
    `point=${point} kills=${kills} missed=${missed} lost=${lost} duplicated=${duplicated} diverged=${diverged} worst_drain_ms=${worstDrainMs}\n`,
  );
  sums.points += 1;
  for (const name of ['kills', 'missed', 'lost', 'duplicated', 'diverged'] as const) sums[name] += report[name];
}
process.stdout.write(
  `${Object.entries(sums)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')} seed=${values.seed}\n`,
);
process.exit(sums.lost + sums.duplicated + sums.diverged > 0 || sums.kills < points.length * Number(values.kills) ? 1 : 0);
