/** What one laptop alone is measured on: search, codes, chart, unlock, memory, cipher. Real verbs through the real core. */
import { execFile } from 'node:child_process';
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createCore } from '#electron/core/create-core.ts';
import type { Core } from '#electron/core/create-core.ts';
import { slotKey } from '#electron/core/keys/derive-key.ts';
import { openSlot, readSlots } from '#electron/core/keys/slots.ts';
import { clinicFolder } from '#electron/core/session/app-state.ts';
import { openDatabase } from '#db/sqlite/open.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { searchPatients } from '#db/sqlite/queries/patient-search.ts';
import { createRandom } from '#tests/tools/random.ts';
import type { BigClinic } from './big-clinic.ts';
import { must } from './must.ts';
import { figure, percentile, spread } from './figures.ts';
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

/** Passphrase to day list, without the key derivation, which is slow on purpose and measured beside it. */
export async function unlock(big: BigClinic): Promise<Figure[]> {
  const { ports, demo } = big;
  const times: number[] = [];
  const derivations: number[] = [];
  for (let round = 0; round < 8; round += 1) {
    const core = createCore(ports);
    const [derivation] = await timed(async () => await slotKey(demo.passphrase, Buffer.alloc(16, round), Buffer.alloc(32), 'bench'));
    const [whole] = await timed(async () => {
      await must(core, 'session.unlock', { clinicId: demo.clinicId, userId: demo.userId, passphrase: demo.passphrase });
      await must(core, 'day.list', { day: ports.clock.now().toISOString().slice(0, 10) });
    });
    derivations.push(derivation);
    times.push(whole);
    await core.close();
  }
  // The fastest derivation is taken off, so that what is left is never too little, however busy the machine.
  const derivation = Math.min(...derivations);
  return spread(
    'unlock',
    times.map((time) => time - derivation),
    1000,
  );
}

/** The core as a process of its own, as the app runs it, after an hour's work compressed. */
export async function memory({ ports, demo }: BigClinic): Promise<Figure[]> {
  const entry = fileURLToPath(new URL('./core-hour.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [entry, ports.home, demo.clinicId, demo.userId, demo.passphrase]);
  return [figure('memory', 'rss', Number(stdout) / 1_048_576, 'MB', 300)];
}

/** The same reads on the same rows, encrypted and not; the ratio is what encryption costs. */
export async function cipher({ ports, demo }: BigClinic): Promise<Figure[]> {
  const folder = clinicFolder(ports, demo.clinicId);
  const slots = readSlots(folder);
  const secrets = slots === null ? null : await openSlot(slots, demo.userId, demo.passphrase, await ports.keyStore.deviceSecret());
  if (secrets === null) throw new Error('the slot does not open');
  const copy = join(folder, 'bench-copy.db');
  copyFileSync(join(folder, 'ryggrad.db'), copy);
  const encrypted = openDatabase(copy, secrets.databaseKey);
  if (!encrypted.ok) throw new Error(encrypted.code);
  const measure = (db: SqliteDatabase): { reads: number; search: number } => {
    const ids = (db.prepare('select id from encounter order by id limit 20000').all() as { id: string }[]).map((row) => row.id);
    const read = db.prepare('select * from encounter where id = ?');
    const run = (): number => {
      const began = performance.now();
      for (let index = 0; index < ids.length; index += 7) read.get(ids[index]);
      return performance.now() - began;
    };
    run();
    const search = (): number => {
      const began = performance.now();
      for (const query of ['han', 'ola n', '4122', '0101']) searchPatients(db, query, 8);
      return performance.now() - began;
    };
    search();
    return { reads: percentile([run(), run(), run()], 0.5), search: percentile([search(), search(), search()], 0.5) };
  };
  const cold = measure(encrypted.db);
  encrypted.db.pragma('wal_checkpoint(TRUNCATE)');
  encrypted.db.pragma('journal_mode=DELETE');
  encrypted.db.rekey(Buffer.alloc(0));
  encrypted.db.pragma('journal_mode=WAL');
  const plain = measure(encrypted.db);
  encrypted.db.close();
  rmSync(copy, { force: true });
  return [figure('cipher', 'p50', cold.reads, 'ms', plain.reads), { ...figure('cipher', 'p95', cold.search, 'ms', plain.search) }];
}
