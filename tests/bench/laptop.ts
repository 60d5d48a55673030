/** What one laptop alone is measured on: search, codes, chart, unlock, memory. Real verbs through the real core. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createCore } from '#electron/core/create-core.ts';
import type { Core } from '#electron/core/create-core.ts';
import { createRandom } from '#tests/tools/random.ts';
import type { BigClinic } from './big-clinic.ts';
import { must } from './must.ts';
import { figure, spread } from './figures.ts';
import type { Figure } from './figures.ts';

async function timed<T>(run: () => Promise<T>): Promise<[number, T]> {
  const began = performance.now();
  const value = await run();
  return [performance.now() - began, value];
}

/** An open core on the big clinic. */
export async function openBig({ ports, demo }: BigClinic): Promise<Core> {
  const core = createCore(ports);
  await must(core, 'session.unlock', { clinicId: demo.clinicId, userId: demo.userId, passphrase: demo.passphrase });
  return core;
}

/** What people type, letter by letter, from patients that are there. */
function typedQueries(
  people: readonly { givenName: string; familyName: string; birthDate: string | null; phone: string | null }[],
): string[] {
  return people.flatMap(({ givenName, familyName, birthDate, phone }) => {
    const wholes = [
      familyName.slice(0, 7),
      `${givenName.slice(0, 3)} ${familyName.slice(0, 4)}`,
      phone ?? '',
      (birthDate ?? '').split('-').toReversed().join('.'),
    ];
    return wholes.flatMap((whole) => Array.from({ length: whole.length }, (_, length) => whole.slice(0, length + 1)));
  });
}

export async function patientSearch(core: Core): Promise<Figure[]> {
  const random = createRandom(7);
  const { hits } = await must<{ hits: { givenName: string; familyName: string; birthDate: string | null; phone: string | null }[] }>(
    core,
    'patient.search',
    { query: 'a', limit: 100 },
  );
  const people = Array.from({ length: 12 }, () => random.pick(hits));
  const times: number[] = [];
  for (const query of typedQueries(people)) times.push((await timed(() => must(core, 'patient.search', { query, limit: 8 })))[0]);
  return spread('patient-search', times, 50);
}

export async function icpcSearch(core: Core): Promise<Figure[]> {
  const times: number[] = [];
  for (const word of ['isjias', 'nakkesleng', 'l84', 'hodepine', 'skuldre', 'korsrygg', 'svimmel', 'kne symptom', 'prolaps']) {
    for (let length = 1; length <= word.length; length += 1)
      times.push((await timed(() => must(core, 'code.search', { query: word.slice(0, length), system: 'icpc-2' })))[0]);
  }
  return spread('icpc-search', times, 30);
}

export async function chartOpen(core: Core): Promise<Figure[]> {
  const times: number[] = [];
  for (const letter of 'bdefghklmnorstv') {
    const { hits } = await must<{ hits: { id: string }[] }>(core, 'patient.search', { query: letter, limit: 8 });
    for (const { id } of hits) {
      const visit = await must<{ id: string }>(core, 'encounter.start', { patientId: id, visitType: 'follow_up' });
      times.push(
        (
          await timed(async () => {
            await must(core, 'encounter.get', { id: visit.id });
            await must(core, 'encounter.signCheck', { id: visit.id });
          })
        )[0],
      );
    }
  }
  return spread('chart-open', times, 150);
}

/** Passphrase to day list, with the key derivation (Argon2id, 64 MiB, three passes), which is slow on purpose. */
export async function unlock({ ports, demo }: BigClinic): Promise<Figure[]> {
  const times: number[] = [];
  for (let round = 0; round < 8; round += 1) {
    const core = createCore(ports);
    const [whole] = await timed(async () => {
      await must(core, 'session.unlock', { clinicId: demo.clinicId, userId: demo.userId, passphrase: demo.passphrase });
      await must(core, 'day.list', { day: ports.clock.now().toISOString().slice(0, 10) });
    });
    times.push(whole);
    await core.close();
  }
  return spread('unlock', times, 600);
}

/** The core as a process of its own, as the app runs it, after an hour's work compressed. */
export async function memory({ ports, demo }: BigClinic): Promise<Figure[]> {
  const entry = fileURLToPath(new URL('./core-hour.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [entry, ports.home, demo.clinicId, demo.userId, demo.passphrase]);
  return [figure('memory', 'rss', Number(stdout) / 1_048_576, 'MB', 300)];
}
