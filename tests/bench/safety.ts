/** What safety costs: encryption against the same work unencrypted, an entry of the log, and knowing who asks the server. */
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { v7 } from 'uuid';
import { appendAudit } from '#electron/core/audit/append-audit.ts';
import { openSlot, readSlots } from '#electron/core/keys/slots.ts';
import { clinicFolder } from '#electron/core/session/app-state.ts';
import { openDatabase, type SqliteDatabase } from '#db/sqlite/open.ts';
import { searchPatients } from '#db/sqlite/queries/patient-search.ts';
import { buildApp } from '#sync-server/app.ts';
import type { Route } from '#sync-server/routes/route.ts';
import { foundClinic } from '#sync-server/testing/test-clinic.ts';
import { openTestDatabase } from '#sync-server/testing/test-database.ts';
import { openTestServer } from '#sync-server/testing/test-server.ts';
import type { BigClinic } from './big-clinic.ts';
import { figure, percentile, spread, type Figure } from './figures.ts';

/** A copy of the record that may be written to, encrypted; and its key. */
async function copyOf(
  { ports, demo }: BigClinic,
  name: string,
): Promise<{ file: string; key: Uint8Array; deviceId: string; clinicId: string }> {
  const folder = clinicFolder(ports, demo.clinicId);
  const slots = readSlots(folder);
  const secrets = slots === null ? null : await openSlot(slots, demo.userId, demo.passphrase, await ports.keyStore.deviceSecret());
  if (slots === null || secrets === null) throw new Error('the slot does not open');
  const file = join(folder, name);
  copyFileSync(join(folder, 'ryggrad.db'), file);
  return { file, key: secrets.databaseKey, deviceId: slots.deviceId, clinicId: demo.clinicId };
}

function open(file: string, key: Uint8Array): SqliteDatabase {
  const opened = openDatabase(file, key);
  if (!opened.ok) throw new Error(opened.code);
  return opened.db;
}

const ROUNDS = 31;

/**
 * Warm reads (p50; limit 1.1) and searches (p95; limit 1.6): `baseline` is the same on the same rows unencrypted, `ratio` is what encryption
 * costs. The two take turns, and the best of each counts: on a busy machine all else is noise.
 */
export async function cipher(big: BigClinic): Promise<Figure[]> {
  const [one, other] = [await copyOf(big, 'bench-cipher.db'), await copyOf(big, 'bench-plain.db')];
  const [encrypted, plain] = [open(one.file, one.key), open(other.file, other.key)];
  plain.pragma('wal_checkpoint(TRUNCATE)');
  plain.pragma('journal_mode=DELETE');
  plain.rekey(Buffer.alloc(0));
  plain.pragma('journal_mode=WAL');
  const works = [encrypted, plain].map((db) => {
    const ids = (db.prepare('select id from encounter order by id limit 20000').all() as { id: string }[]).map((row) => row.id);
    const read = db.prepare('select * from encounter where id = ?');
    return {
      reads: () => {
        for (let index = 0; index < ids.length; index += 7) read.get(ids[index]);
      },
      search: () => {
        for (const query of ['han', 'ola n', '4122', '0101']) searchPatients(db, query, 8);
      },
    };
  });
  const best = (name: 'reads' | 'search'): [number, number] => {
    const least: [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let round = 0; round < ROUNDS; round += 1)
      for (const [which, work] of works.entries()) {
        const began = performance.now();
        work[name]();
        // The first fills the cache.
        if (round > 0) least[which as 0 | 1] = Math.min(least[which as 0 | 1], performance.now() - began);
      }
    return least;
  };
  const [reads, search] = [best('reads'), best('search')];
  for (const db of [encrypted, plain]) db.close();
  for (const { file } of [one, other]) rmSync(file, { force: true });
  return [figure('cipher', 'p50', reads[0], 'ms', reads[1]), figure('cipher', 'p95', search[0], 'ms', search[1])];
}

/** One entry of the log: its place, its hash over the one before, and its row; in the transaction of what it is about. Limit 0.2 ms. */
export async function audit(big: BigClinic): Promise<Figure[]> {
  const { file, key, deviceId, clinicId } = await copyOf(big, 'bench-audit.db');
  const db = open(file, key);
  const actor = { userId: big.demo.userId, name: 'Kari Kiropraktor', roles: ['ADMIN', 'PRACTITIONER'] as const };
  const times: number[] = [];
  for (let call = 0; call < 400; call += 1)
    db.transaction(() => {
      const began = performance.now();
      const [id, patientId] = [v7(), v7()];
      appendAudit(db, {
        ...{ clinicId, deviceId, actor, id, patientId },
        now: new Date().toISOString(),
        verb: 'patient.open',
        action: 'read',
        subjectEntity: 'patient',
        subjectId: patientId,
        details: { sections: ['subjective', 'objective'] },
      });
      times.push(performance.now() - began);
    })();
  db.close();
  rmSync(file, { force: true });
  // The first few compile what the rest run.
  return spread('audit', times.slice(50), 0.2);
}

/** What knowing the caller adds to a request: the same empty answer with a device's token and without, in turn. Limit 1 ms. */
export async function authorise(requests: number): Promise<Figure[]> {
  const database = await openTestDatabase();
  const server = await openTestServer(database);
  try {
    const { credential } = await foundClinic(server.app);
    const route = (path: string, auth: Route['auth']): Route => ({
      method: 'GET',
      path,
      summary: '',
      auth,
      responses: {},
      run: () => Promise.resolve({ status: 204 }),
    });
    const app = buildApp(server.deps, [route('/open', 'open'), route('/known', 'signed-in')]);
    const times = { '/open': [] as number[], '/known': [] as number[] };
    for (let n = 0; n < requests + 50; n += 1)
      for (const url of ['/open', '/known'] as const) {
        const began = performance.now();
        const { statusCode } = await app.inject({ url, headers: { authorization: `Bearer ${credential}` } });
        if (statusCode !== 204) throw new Error(`${url}: ${statusCode}`);
        if (n >= 50) times[url].push(performance.now() - began);
      }
    await app.close();
    const added = (share: number): number => percentile(times['/known'], share) - percentile(times['/open'], share);
    return [figure('authorise', 'p50', added(0.5), 'ms', 1), figure('authorise', 'p95', added(0.95), 'ms', 1)];
  } finally {
    await server.close();
    await database.close();
  }
}
