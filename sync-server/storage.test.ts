/**
 * Bytes of attachments in a bucket (a real store that proves signatures), in a folder, and in Postgres; looked over by a real clamd; let go of
 * when their time has come and never before.
 */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { v7 } from 'uuid';
import { z } from 'zod';
import { CHUNK_BYTES, directContentSchema } from '#db/sync/content.ts';
import { withClinic } from '#db/postgres/open.ts';
import { makeKey } from '#db/postgres/sealing/clinic-keys.ts';
import { keepClinicSealed } from './jobs/key-rotation.ts';
import { contentStore } from './core/content-store.ts';
import { scanContent, sweepScans, type ScanDeps } from './core/content-scan.ts';
import { keepClinicContent, type Upkept } from './core/content-upkeep.ts';
import type { Storage } from './integrations/kit.ts';
import { storage as integration } from './integrations/storage/index.ts';
import { openIntegrations, type Integrations } from './open-integrations.ts';
import { openTestClamd, EICAR, type TestClamd } from './testing/test-clamd.ts';
import { addColleague, foundClinic, newAttachment, newPatient, request, write, type Laptop } from './testing/test-clinic.ts';
import { openTestDatabase, type TestDatabase } from './testing/test-database.ts';
import { openTestS3, type TestS3 } from './testing/test-s3.ts';
import { openTestServer, type TestServer } from './testing/test-server.ts';
import { openedFields } from './testing/opened.ts';

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');
const image = (length: number, within = '') => Buffer.concat([PNG, Buffer.from(within), randomBytes(length - PNG.length - within.length)]);
const DAY_MS = 86_400_000;

let database: TestDatabase;
let s3: TestS3;
let folder: string;
const opened: { close(): Promise<void> }[] = [];
beforeAll(async () => {
  database = await openTestDatabase();
  s3 = await openTestS3();
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ryggrad-disk-'));
});
afterAll(async () => {
  await s3?.close();
  await database?.close();
  fs.rmSync(folder, { recursive: true, force: true });
});
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

interface Copy extends TestServer {
  storage: Storage | undefined;
  integrations: Integrations;
  scan: ScanDeps | undefined;
  /** Scans asked for, and not worked on. */
  asked: string[];
  upkeep(of: Laptop, days?: number): Promise<Upkept>;
}

/** A copy of the server on the one database. @param environment the operator's variables of the integration */
async function copy(environment: Record<string, string>): Promise<Copy> {
  const config = integration.configure(z.object(integration.environment).parse(environment));
  const note = () => {};
  const ports = { now: () => new Date(), publicUrl: undefined, log: { info: note, warn: note } };
  const integrations = await openIntegrations([{ integration, config, on: true }], ports);
  const { storage } = integrations;
  const asked: string[] = [];
  const server = await openTestServer(database, { integrations });
  const content = contentStore(server.pool, storage?.stores);
  const scanner = storage?.scanner;
  const enqueue: ScanDeps['enqueue'] = async (_, jobs) => void asked.push(...jobs.map(({ data }) => String(data['sha256'])));
  const scan = scanner === undefined ? undefined : { pool: server.pool, content, scanner, enqueue, log: { warn: note } };
  Object.assign(server.deps, { content, ...(scan === undefined ? {} : { scans: scan }) });
  const one: Copy = {
    ...server,
    storage,
    integrations,
    scan,
    asked,
    upkeep: ({ clinicId }, days = 0) => {
      const now = () => new Date(Date.now() + days * DAY_MS);
      const kept = storage ?? { stores: [], orphanDays: 30, deletedDays: 35 };
      const deps = { pool: server.pool, content, storage: kept, now, log: { info: note, warn: note } };
      return keepClinicContent(deps, clinicId, performance.now() + 60_000);
    },
    async close() {
      await server.close();
      await integrations.close();
    },
  };
  opened.push(one);
  return one;
}

async function clinicOf(server: TestServer) {
  const owner = await foundClinic(server.app);
  const patient = newPatient();
  await write(server.app, owner, patient);
  return { owner, patientId: patient.rowId };
}
async function attached(server: TestServer, owner: Laptop, patientId: string, bytes: Buffer): Promise<{ id: string; sha256: string }> {
  const draft = newAttachment(owner, patientId, bytes);
  expect(await write(server.app, owner, draft)).toMatchObject({ outcome: 'applied' });
  return { id: draft.rowId, sha256: draft.set.sha256 };
}
const pieces = (bytes: Buffer) =>
  Array.from({ length: Math.ceil(bytes.length / CHUNK_BYTES) }, (_, n) => bytes.subarray(n * CHUNK_BYTES, (n + 1) * CHUNK_BYTES));
const put = (server: TestServer, as: Laptop, id: string, n: number, bytes: Buffer) =>
  request(server.app, as, 'PUT', `/v1/attachments/${id}/content/${n}`, bytes);
const complete = async (server: TestServer, as: Laptop, id: string) =>
  (await request(server.app, as, 'POST', `/v1/attachments/${id}/content/complete`)).statusCode;
async function uploaded(server: TestServer, as: Laptop, patientId: string, bytes: Buffer) {
  const made = await attached(server, as, patientId, bytes);
  for (const [n, piece] of pieces(bytes).entries()) expect((await put(server, as, made.id, n, piece)).statusCode).toBe(204);
  expect(await complete(server, as, made.id)).toBe(204);
  return made;
}
const get = (server: TestServer, as: Laptop, id: string, n = 0) => request(server.app, as, 'GET', `/v1/attachments/${id}/content/${n}`);
async function whole(server: TestServer, as: Laptop, id: string, count: number): Promise<Buffer> {
  const all: Buffer[] = [];
  for (let n = 0; n < count; n += 1) all.push((await get(server, as, id, n)).rawPayload);
  return Buffer.concat(all);
}
const codeOf = (answer: { json<T>(): T }) => answer.json<{ code: string }>().code;
const placesOf = async ({ pool }: TestServer, { clinicId }: Laptop) =>
  (await withClinic(pool, clinicId, (tx) => tx.query<{ store: string | null }>('select distinct store from content_chunk'))).rows.map(
    ({ store }) => store,
  );
const filesOf = (clinicId: string) => {
  const within = path.join(folder, clinicId);
  return fs.existsSync(within) ? fs.readdirSync(within) : [];
};

describe('a bucket', () => {
  it('takes what one copy of the server got, and another copy gives it out; nothing in it is in the clear', async () => {
    const [one, other] = [await copy(s3.environment), await copy(s3.environment)];
    const { owner, patientId } = await clinicOf(one);
    const bytes = image(2 * CHUNK_BYTES + 77, 'KANARIFUGL');
    const { id } = await attached(one, owner, patientId, bytes);
    const [first, second, third] = pieces(bytes) as [Buffer, Buffer, Buffer];
    // Resumed at the other copy, which knows what the first one has; the same piece again makes no second object.
    expect((await put(one, owner, id, 0, first)).statusCode).toBe(204);
    const before = s3.objects().size;
    expect((await put(other, owner, id, 0, first)).statusCode).toBe(204);
    expect(s3.objects().size).toBe(before);
    await Promise.all([put(other, owner, id, 1, second), put(one, owner, id, 1, second), put(one, owner, id, 2, third)]);
    expect([await complete(other, owner, id), await complete(one, owner, id)]).toEqual([204, 204]);
    expect((await whole(other, owner, id, 3)).equals(bytes)).toBe(true);
    const mine = [...s3.objects()].filter(([name]) => name.startsWith(`klinikker/${owner.clinicId}/`));
    expect(mine).toHaveLength(3);
    for (const [, lies] of mine) expect(lies.includes('KANARIFUGL') || lies.includes(PNG)).toBe(false);
    // The store is asked to encrypt besides.
    expect(new Set(s3.asked.filter((line) => line.startsWith('PUT')))).toEqual(new Set(['PUT 200 AES256']));
    expect(one.integrations.states()).toMatchObject([{ name: 'storage', state: 'ready', facts: { place: 's3', virusScan: 'off' } }]);
    expect(await one.integrations.check('storage')).toBeUndefined();
  });

  it('gives out large attachments itself: a signed address for minutes, and a key that opens that piece alone', async () => {
    const server = await copy(s3.environment);
    const { owner, patientId } = await clinicOf(server);
    const bytes = image(8 * CHUNK_BYTES + 5);
    const { id } = await uploaded(server, owner, patientId, bytes);
    const small = await uploaded(server, owner, patientId, image(100));
    const direct = async (of: string, as = owner) => request(server.app, as, 'GET', `/v1/attachments/${of}/direct?from=7`);
    const { pieces: places } = directContentSchema.parse((await direct(id)).json());
    expect(places.map(({ n }) => n)).toEqual([7, 8]);
    const [last] = places.slice(-1);
    const answer = await fetch(last?.url ?? '');
    expect(answer.status).toBe(200);
    expect(Buffer.from(await answer.arrayBuffer()).length).toBe(5 + 28);
    expect((await fetch((last?.url ?? '').replace(/X-Amz-Signature=../, 'X-Amz-Signature=zz'))).status).toBe(403);
    expect((await fetch((last?.url ?? '').replace(/X-Amz-Expires=300/, 'X-Amz-Expires=9000'))).status).toBe(403);
    expect(directContentSchema.parse((await direct(small.id)).json()).pieces).toEqual([]);
    const desk = await addColleague(server.app, owner, ['ASSISTANT']);
    expect(codeOf(await direct(id, desk))).toBe('attachment/forbidden');
    expect(codeOf(await direct(id, await foundClinic(server.app)))).toBe('attachment/unknown');
    const without = await copy({ ...s3.environment, S3_PRESIGNED: 'false' });
    expect((await request(without.app, owner, 'GET', `/v1/attachments/${id}/direct?from=0`)).json()).toMatchObject({ pieces: [] });
  });

  it('that is away is said to be, and nothing is lost: the piece is sent again when it is back', async () => {
    const server = await copy(s3.environment);
    const { owner, patientId } = await clinicOf(server);
    const bytes = image(1000);
    const { id } = await uploaded(server, owner, patientId, bytes);
    const later = await attached(server, owner, patientId, image(900));
    await s3.down();
    const refused = await put(server, owner, later.id, 0, image(900));
    const unread = await get(server, owner, id);
    await s3.up();
    expect([unread.statusCode, codeOf(unread), unread.headers['retry-after']]).toEqual([503, 'storage/unreachable', '5']);
    // Another hash: refused before the store is asked.
    expect(codeOf(refused)).toBe('storage/unreachable');
    expect((await get(server, owner, id)).rawPayload.equals(bytes)).toBe(true);
    expect(await server.integrations.check('storage')).toBeUndefined();
  }, 30_000);

  it('whose keys are wrong refuses us, and the test button says so', async () => {
    const wrong = await copy({ ...s3.environment, S3_SECRET_KEY: 'noe annet' });
    const gone = await copy({ ...s3.environment, S3_BUCKET: 'finnes-ikke' });
    expect([await wrong.integrations.check('storage'), await gone.integrations.check('storage')]).toEqual([
      'storage/refused',
      'storage/no-bucket',
    ]);
  });

  it('keeps what it has when the clinic gets a new key: only the key beside each object is sealed anew', async () => {
    const server = await copy(s3.environment);
    const { owner, patientId } = await clinicOf(server);
    const bytes = image(CHUNK_BYTES + 9);
    const { id } = await uploaded(server, owner, patientId, bytes);
    const before = new Map(s3.objects());
    await withClinic(server.pool, owner.clinicId, async (tx) => {
      await tx.query('select from clinic_clock where clinic_id = $1 for update', [owner.clinicId]);
      await makeKey(tx, 2);
    });
    const left = await keepClinicSealed(
      { pool: server.pool, now: () => new Date(), rotationDays: undefined, newestMaster: '1' },
      owner.clinicId,
    );
    expect(left).toEqual({ waiting: 0, legacy: 0 });
    const keys = await withClinic(server.pool, owner.clinicId, (tx) => tx.query('select distinct key_id from content_chunk'));
    expect(keys.rows).toEqual([{ key_id: 2 }]);
    expect(s3.objects()).toEqual(before);
    expect((await whole(server, owner, id, 2)).equals(bytes)).toBe(true);
  });
});

it('what lies in Postgres moves to a folder, and from there to a bucket, while it is read', async () => {
  const plain = await copy({});
  const { owner, patientId } = await clinicOf(plain);
  const bytes = image(CHUNK_BYTES + 100, 'KANARIFUGL');
  const { id } = await uploaded(plain, owner, patientId, bytes);
  expect(await placesOf(plain, owner)).toEqual([null]);
  expect(plain.integrations.states()).toMatchObject([{ state: 'not-configured' }]);

  const disk = await copy({ STORAGE_PATH: folder });
  expect((await whole(disk, owner, id, 2)).equals(bytes)).toBe(true);
  expect(await disk.upkeep(owner)).toMatchObject({ moved: 2 });
  expect(await placesOf(disk, owner)).toEqual(['disk']);
  const files = filesOf(owner.clinicId).map((name) => path.join(folder, owner.clinicId, name));
  expect(files).toHaveLength(2);
  for (const file of files) {
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
    expect(fs.readFileSync(file).includes('KANARIFUGL')).toBe(false);
  }
  expect((await whole(disk, owner, id, 2)).equals(bytes)).toBe(true);
  // A copy that does not know the folder says that it cannot, and not that there is nothing.
  expect(codeOf(await get(await copy(s3.environment), owner, id))).toBe('storage/unreachable');

  const both = await copy({ ...s3.environment, STORAGE_PATH: folder });
  expect(await both.upkeep(owner)).toMatchObject({ moved: 2 });
  expect(await placesOf(both, owner)).toEqual(['s3']);
  expect((await whole(both, owner, id, 2)).equals(bytes)).toBe(true);
  // A backup of the database may still name the files: they stay as long as it lives.
  expect([await both.upkeep(owner, 34), filesOf(owner.clinicId).length]).toMatchObject([{ removed: 0 }, 2]);
  expect([await both.upkeep(owner, 36), filesOf(owner.clinicId).length]).toMatchObject([{ removed: 2 }, 0]);
  expect((await whole(both, owner, id, 2)).equals(bytes)).toBe(true);
});

describe('what is let go of', () => {
  it('an upload that nobody finished, after its days and not before; the laptop can begin again', async () => {
    const server = await copy({ STORAGE_PATH: folder, STORAGE_ORPHAN_DAYS: '30' });
    const { owner, patientId } = await clinicOf(server);
    const bytes = image(CHUNK_BYTES + 10);
    const { id } = await attached(server, owner, patientId, bytes);
    await put(server, owner, id, 0, pieces(bytes)[0] ?? bytes);
    expect(await server.upkeep(owner, 29)).toMatchObject({ dropped: 0 });
    expect(await server.upkeep(owner, 31)).toMatchObject({ dropped: 1 });
    expect((await request(server.app, owner, 'GET', `/v1/attachments/${id}/content`)).json()).toMatchObject({ have: [], complete: false });
    for (const [n, piece] of pieces(bytes).entries()) await put(server, owner, id, n, piece);
    expect(await complete(server, owner, id)).toBe(204);
    // Whole and named: for good, entered in error or not.
    await write(server.app, owner, {
      entity: 'attachment',
      rowId: id,
      set: { status: 'entered_in_error', closedReason: 'Feil', closedById: owner.userId, closedAt: '2026-11-23T09:00:00.000Z' },
    });
    expect(await server.upkeep(owner, 4000)).toMatchObject({ dropped: 0 });
    expect((await whole(server, owner, id, 2)).equals(bytes)).toBe(true);
  });

  it('what a killed copy put there without a row, and nothing else', async () => {
    const server = await copy({ STORAGE_PATH: folder });
    const { owner, patientId } = await clinicOf(server);
    const { id } = await uploaded(server, owner, patientId, image(500));
    const kept = filesOf(owner.clinicId);
    await server.storage?.stores[0]?.put(`${owner.clinicId}/${'ab'.repeat(16)}`, Buffer.from('x'));
    fs.writeFileSync(path.join(folder, owner.clinicId, '.partial-0011223344556677'), 'half');
    expect(await server.upkeep(owner, 29)).toMatchObject({ orphans: 0 });
    expect(await server.upkeep(owner, 31)).toMatchObject({ orphans: 2 });
    expect(filesOf(owner.clinicId)).toEqual(kept);
    expect((await get(server, owner, id)).statusCode).toBe(200);
  });

  it('what no row names any more, after the days of a backup; what was erased by law at the next turn', async () => {
    const server = await copy({ STORAGE_PATH: folder });
    const { owner, patientId } = await clinicOf(server);
    const made = await uploaded(server, owner, patientId, image(700));
    const gone = await uploaded(server, owner, patientId, image(701));
    const admin = await withClinic(server.pool, owner.clinicId, (tx) =>
      tx.query('select object from content_chunk where sha256 = $1', [gone.sha256]),
    );
    expect(admin.rows).toHaveLength(1);
    const erased = await write(server.app, owner, {
      entity: 'erasure',
      rowId: v7(),
      set: erasureOf(owner, patientId, gone.id),
    });
    expect(erased).toMatchObject({ outcome: 'applied' });
    expect(codeOf(await get(server, owner, gone.id))).toBe('attachment/unknown');
    expect(filesOf(owner.clinicId)).toHaveLength(2);
    expect(await server.upkeep(owner)).toMatchObject({ removed: 1 });
    expect(filesOf(owner.clinicId)).toHaveLength(1);
    expect((await get(server, owner, made.id)).statusCode).toBe(200);
  });
});

const erasureOf = (owner: Laptop, patientId: string, attachmentId: string) => ({
  patientId,
  requestId: null,
  basis: 'hpl-43',
  targets: [{ entity: 'attachment', id: attachmentId }],
  decidedById: owner.userId,
  decidedAt: '2026-11-23T10:00:00.000Z',
});

describe('the virus scanner', () => {
  let clamd: TestClamd;
  beforeAll(async () => {
    clamd = await openTestClamd();
  });
  afterAll(async () => clamd?.close());
  const scanOf = (server: TestServer, clinicId: string, id: string) =>
    openedFields(server.pool, clinicId, 'attachment', ['virusScan'], 'id = $1', [id]);
  const look = async (server: Copy, { clinicId }: Laptop) => {
    for (const sha256 of server.asked.splice(0)) if (server.scan !== undefined) await scanContent(server.scan, clinicId, sha256);
  };

  it('lets through what is clean; until it has looked only whoever added it may have it', async () => {
    const server = await copy({ ...s3.environment, CLAMAV_SOCKET: clamd.socket });
    const { owner, patientId } = await clinicOf(server);
    const colleague = await addColleague(server.app, owner, ['PRACTITIONER']);
    const bytes = image(2 * CHUNK_BYTES);
    const { id } = await uploaded(server, owner, patientId, bytes);
    expect(await scanOf(server, owner.clinicId, id)).toEqual([{ virusScan: 'waiting' }]);
    expect([(await get(server, owner, id)).statusCode, codeOf(await get(server, colleague, id))]).toEqual([200, 'attachment/not-scanned']);
    await look(server, owner);
    expect(await scanOf(server, owner.clinicId, id)).toEqual([{ virusScan: 'clean' }]);
    expect((await whole(server, colleague, id, 2)).equals(bytes)).toBe(true);
    // The same picture for another attachment is told too, and not looked over again.
    const again = await attached(server, owner, patientId, bytes);
    server.asked.push(again.sha256);
    await clamd.stop();
    await look(server, owner);
    await clamd.start();
    expect(await scanOf(server, owner.clinicId, again.id)).toEqual([{ virusScan: 'clean' }]);
  }, 30_000);

  it('keeps what is infected from everybody, says so on the row, and loses nothing', async () => {
    const server = await copy({ ...s3.environment, CLAMAV_SOCKET: clamd.socket });
    const { owner, patientId } = await clinicOf(server);
    // Across the border of two pieces: what is looked over is the whole.
    const bytes = Buffer.concat([image(CHUNK_BYTES - 20), Buffer.from(EICAR), randomBytes(300)]);
    const { id, sha256 } = await uploaded(server, owner, patientId, bytes);
    await look(server, owner);
    expect(await scanOf(server, owner.clinicId, id)).toEqual([{ virusScan: 'infected' }]);
    for (const path of [`content/0`, 'direct?from=0']) {
      const answer = await request(server.app, owner, 'GET', `/v1/attachments/${id}/${path}`);
      expect([answer.statusCode, codeOf(answer)]).toEqual([403, 'attachment/infected']);
    }
    const kept = await withClinic(server.pool, owner.clinicId, (tx) =>
      tx.query('select scan, scan_detail, complete from content where sha256 = $1', [sha256]),
    );
    expect(kept.rows).toEqual([{ scan: 'infected', scan_detail: 'Ryggrad.Eicar-Test.UNOFFICIAL', complete: true }]);
    expect(await server.upkeep(owner, 4000)).toMatchObject({ dropped: 0, removed: 0 });
    expect((await server.deps.content.read(owner.clinicId, sha256, 0))?.length).toBe(CHUNK_BYTES);
  });

  it('that is away lets everything wait, and it is found again when it is back; nobody else is held up', async () => {
    const server = await copy({ CLAMAV_SOCKET: clamd.socket });
    const { owner, patientId } = await clinicOf(server);
    const colleague = await addColleague(server.app, owner, ['PRACTITIONER']);
    await clamd.stop();
    const { id } = await uploaded(server, owner, patientId, image(400));
    await look(server, owner);
    expect([await scanOf(server, owner.clinicId, id), await server.integrations.check('storage')]).toEqual([
      [{ virusScan: 'waiting' }],
      'scanner/unreachable',
    ]);
    expect([(await get(server, owner, id)).statusCode, codeOf(await get(server, colleague, id))]).toEqual([200, 'attachment/not-scanned']);
    await clamd.start();
    if (server.scan !== undefined) await sweepScans(server.scan);
    await look(server, owner);
    expect(await scanOf(server, owner.clinicId, id)).toEqual([{ virusScan: 'clean' }]);
    expect((await get(server, colleague, id)).statusCode).toBe(200);
  }, 30_000);

  it('that takes less than was sent has not looked: the attachment waits, and the operator is told why', async () => {
    const small = await openTestClamd('1K');
    opened.push(small);
    const server = await copy({ CLAMAV_SOCKET: small.socket });
    const { owner, patientId } = await clinicOf(server);
    const { id, sha256 } = await uploaded(server, owner, patientId, image(100_000));
    await look(server, owner);
    const kept = await withClinic(server.pool, owner.clinicId, (tx) =>
      tx.query('select scan, scan_detail from content where sha256 = $1', [sha256]),
    );
    expect([kept.rows, await scanOf(server, owner.clinicId, id)]).toEqual([
      [{ scan: 'waiting', scan_detail: 'scanner/too-large' }],
      [{ virusScan: 'waiting' }],
    ]);
  });

  it('is the only one who says so: a laptop that calls its own attachment clean is refused', async () => {
    const server = await copy({ CLAMAV_SOCKET: clamd.socket });
    const { owner, patientId } = await clinicOf(server);
    const draft = newAttachment(owner, patientId, image(100));
    const forged = { ...draft, set: { ...draft.set, virusScan: 'clean' } };
    expect(await write(server.app, owner, forged)).toMatchObject({ outcome: 'rejected', code: 'actor/forbidden' });
    const { id } = await uploaded(server, owner, patientId, image(100));
    for (const virusScan of ['clean', null])
      expect(await write(server.app, owner, { entity: 'attachment', rowId: id, set: { virusScan } })).toMatchObject({
        code: 'actor/forbidden',
      });
  });
});

it('half a configuration stops the start with a sentence', () => {
  const configure = (environment: Record<string, string>) => () =>
    integration.configure(z.object(integration.environment).parse(environment));
  expect(configure({ S3_REGION: 'eu-north-1' })).toThrow('S3_BUCKET: must be set beside S3_REGION.');
  expect(configure({ S3_BUCKET: 'vedlegg', S3_REGION: 'eu-north-1', S3_ACCESS_KEY: 'a' })).toThrow('S3_SECRET_KEY: must be set');
  expect(configure({ CLAMAV_HOST: 'a', CLAMAV_SOCKET: '/b' })).toThrow('set one of them');
});
