/** A colleague's saves while another laptop of the same clinic delivers a large import. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { TestClinic } from '#tests/sync/clinic.ts';
import { figure, percentile } from './figures.ts';
import type { Figure } from './figures.ts';

/** How often somebody saves. */
const PAUSE_MS = 200;
const QUIET_SAVES = 40;

/** Saves alone first, then during the import: ms until a save is answered by the server. Baseline is the same without the import, `max` against 1 s. */
export async function saveDuringImport(url: string, clinic: TestClinic, rows: number): Promise<Figure[]> {
  const { first } = clinic;
  const save = async (n: number): Promise<number> => {
    first.write('patient.create', (ctx) => ctx.insert('patient', { givenName: 'Nå', familyName: `Kollega ${n}` }));
    const began = performance.now();
    await first.engine().syncNow();
    const ms = performance.now() - began;
    if (first.engine().status().pending > 0) throw new Error('the save was not taken');
    return ms;
  };
  const quiet: number[] = [];
  for (let n = 0; n < QUIET_SAVES; n += 1) quiet.push(await save(n));

  const entry = fileURLToPath(new URL('./import-laptop.ts', import.meta.url));
  const invited = JSON.stringify(await clinic.invite(url, ['PRACTITIONER']));
  const importer = spawn(process.execPath, [entry, url, invited, String(rows)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(importer, 'exit');
  let lines: string[] = [];
  importer.stdout.setEncoding('utf8').on('data', (text: string) => (lines = [...lines, ...text.trim().split('\n')]));
  const during: number[] = [];
  while (lines.length < 2 && importer.exitCode === null) {
    if (lines.length === 1) during.push(await save(during.length));
    await new Promise((resolve) => setTimeout(resolve, lines.length === 1 ? PAUSE_MS : 20));
  }
  await ended;
  return [
    figure('import', 'p50', percentile(during, 0.5), 'ms', percentile(quiet, 0.5)),
    figure('import', 'p95', percentile(during, 0.95), 'ms', percentile(quiet, 0.95)),
    figure('import', 'max', Math.max(...during), 'ms', 1000),
    figure('import', 'rate', rows / Number(lines[1]), 'changes/s', 1000),
  ];
}
