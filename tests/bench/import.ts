/** A colleague's saves while another laptop of the same clinic delivers a large import. */
import { drained, type TestClinic } from '#tests/sync/clinic.ts';
import { writeDocuments } from './documents.ts';
import { figure, percentile } from './figures.ts';
import type { Figure } from './figures.ts';

/** How often somebody saves. */
const PAUSE_MS = 200;
const QUIET_SAVES = 40;

/** Saves alone first, then during the import: ms until a save is answered by the server. Baseline is the same without the import, `max` against 1 s. */
export async function saveDuringImport(url: string, clinic: TestClinic, rows: number): Promise<Figure[]> {
  const colleague = await clinic.join(url, ['PRACTITIONER']);
  try {
    await drained(colleague);
    const save = async (n: number): Promise<number> => {
      colleague.write('patient.create', (ctx) => ctx.insert('patient', { givenName: 'Nå', familyName: `Kollega ${n}` }));
      const began = performance.now();
      await colleague.engine().syncNow();
      const ms = performance.now() - began;
      if (colleague.engine().status().pending > 0) throw new Error('the save was not taken');
      return ms;
    };
    const quiet: number[] = [];
    for (let n = 0; n < QUIET_SAVES; n += 1) quiet.push(await save(n));

    await clinic.first.engine().stop();
    writeDocuments(clinic.first, 0, rows);
    clinic.first.engine().start();
    const began = performance.now();
    const delivered = clinic.first.engine().syncNow();
    let seconds = 0;
    const done = delivered.then(() => (seconds = (performance.now() - began) / 1000));
    const during: number[] = [];
    while (seconds === 0) {
      during.push(await save(during.length));
      await Promise.race([done, new Promise((resolve) => setTimeout(resolve, PAUSE_MS))]);
    }
    return [
      figure('import', 'p50', percentile(during, 0.5), 'ms', percentile(quiet, 0.5)),
      figure('import', 'p95', percentile(during, 0.95), 'ms', percentile(quiet, 0.95)),
      figure('import', 'max', Math.max(...during), 'ms', 1000),
      figure('import', 'rate', rows / seconds, 'changes/s', 1000),
    ];
  } finally {
    await colleague.close();
  }
}
