/** `npm run power-cuts -- [--images N --seed S --commits N --workers W --plant NAME]`: power cuts in the middle of writing; last line says what was lost. */
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { cutPower, PLANTS, recordWriter } from './power-cuts.ts';

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    commits: { type: 'string', default: '300' },
    workers: { type: 'string', default: '2' },
    plant: { type: 'string' },
  },
});
const plant = PLANTS.find((name) => name === values.plant);
if (values.plant !== undefined && plant === undefined) throw new Error(`--plant: one of ${PLANTS.join(', ')}`);
const recording = recordWriter(Number(values.commits), plant);
const [images, seed] = [Number(values.images), Number(values.seed)];
const report = await cutPower({ recording, images, seed, ...(plant === undefined ? {} : { plant }) }, Number(values.workers));
rmSync(recording.folder, { recursive: true, force: true });
for (const problem of report.problems) process.stdout.write(`${problem}\n`);
process.stdout.write(
  `images=${report.images} lost=${report.lost} damaged=${report.damaged} steps=${report.steps} commits=${report.commits} seed=${seed}\n`,
);
process.exit(report.lost + report.damaged === 0 ? 0 : 1);
