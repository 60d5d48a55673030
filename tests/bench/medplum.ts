/**
 * The peer of the FHIR bench: Medplum's router and memory repository from npm (decision 0114), with the very resources that our server has given out and the
 * same addresses. It keeps everything in memory, knows nobody and logs nothing: what it is faster in is what that costs us.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installedPackages } from './peer-packages.ts';
import { startProcess } from './server-process.ts';

/** Times in ms, of each list of paths beneath `/fhir/R4`. @param resources one a line */
export async function measureMedplum(resources: string, lists: readonly (readonly string[])[]): Promise<number[][]> {
  const home = mkdtempSync(join(tmpdir(), 'ryggrad-bench-medplum-'));
  const file = join(home, 'resources.ndjson');
  writeFileSync(file, resources);
  const server = await startProcess(
    fileURLToPath(new URL('./medplum/server.ts', import.meta.url)),
    [installedPackages('medplum'), file],
    {},
  );
  try {
    const times: number[][] = [];
    for (const paths of lists) {
      const mine: number[] = [];
      for (const path of paths) {
        const began = performance.now();
        const answer = await fetch(`${server.url}/fhir/R4${path}`);
        const text = await answer.text();
        mine.push(performance.now() - began);
        if (answer.status !== 200) throw new Error(`the peer: ${path}: ${answer.status} ${text.slice(0, 200)}`);
      }
      times.push(mine);
    }
    return times;
  } finally {
    await server.stop();
    rmSync(home, { recursive: true, force: true });
  }
}
