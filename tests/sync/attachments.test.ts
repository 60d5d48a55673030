/** Attachments on two laptops and a server: offline, resumed, refused, damaged, evicted, restored. Real files, Postgres and HTTP. */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openClinic, PASSPHRASE, testLaptop, type TestLaptop } from '#electron/core/testing.ts';
import type { AttachmentView } from '#electron/contract/attachments.ts';
import type { Fetch } from '#electron/sync/ports.ts';
import { CHUNK_BYTES } from '#db/sync/content.ts';
import { inSync, joinColleague } from './colleague.ts';
import { until } from './laptop.ts';
import { startTestServer, type TestServer } from './server.ts';

/** A cable of one laptop that can be pulled, and counts what went through it. */
function cable() {
  const self = {
    online: true,
    /** `PUT 3` → how often the server answered that it has the chunk. */
    answered: new Map<string, number>(),
    /** Pulled after so many chunks. */
    chunksLeft: Infinity,
    fetch: (async (input, init) => {
      if (!self.online) throw new TypeError('no network');
      const piece = /\/content\/(\d+)$/.exec(String(input instanceof Request ? input.url : input))?.[1];
      if (piece !== undefined && (self.chunksLeft -= 1) < 0) {
        self.online = false;
        throw new TypeError('no network');
      }
      const response = await fetch(input, init);
      const key = `${init?.method ?? 'GET'} ${piece}`;
      if (piece !== undefined && response.ok) self.answered.set(key, (self.answered.get(key) ?? 0) + 1);
      return response;
    }) as Fetch,
  };
  return self;
}

let server: TestServer;
const kimCable = cable();
const boCable = cable();
let kim: TestLaptop;
let bo: TestLaptop;
let kimsHome: { clinicId: string; userId: string };
let patientId: string;

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');
const image = (length: number) => Buffer.concat([PNG, randomBytes(length - PNG.length)]);

beforeAll(async () => {
  server = await startTestServer();
  kim = testLaptop({ fetch: kimCable.fetch });
  bo = testLaptop({ fetch: boCable.fetch });
  kimsHome = await openClinic(kim);
  await kim.must('server.connect', { url: server.url, registrationCode: null, passphrase: PASSPHRASE });
  patientId = (await kim.must('patient.create', { givenName: 'Ryggve', familyName: 'Bilde', missingNationalIdReason: 'not_stated' })).id;
  await inSync(kim);
  await joinColleague(kim, bo, server.url, { name: 'Bo Lund', email: 'bo@bakken.example', roles: ['PRACTITIONER'] });
  await until(
    () => bo.call('patient.get', { id: patientId }),
    ({ ok }) => ok,
    'Bo has the patient',
  );
});
afterAll(async () => {
  await kim?.close();
  await bo?.close();
  await server?.close();
});

async function add(laptop: TestLaptop, bytes: Buffer, title: string): Promise<string> {
  const { addingId, chunkBytes } = await laptop.must('attachment.begin', { patientId, title, byteLength: bytes.length });
  for (let n = 0; n * chunkBytes < bytes.length; n += 1) {
    const data = bytes.subarray(n * chunkBytes, (n + 1) * chunkBytes).toString('base64');
    await laptop.must('attachment.put', { addingId, n, data });
  }
  return (await laptop.must('attachment.finish', { addingId })).id;
}

async function view(laptop: TestLaptop, id: string): Promise<AttachmentView | undefined> {
  return (await laptop.must('attachment.list', { patientId })).attachments.find((one) => one.id === id);
}

const becomes = (laptop: TestLaptop, id: string, place: AttachmentView['place'], limitMs = 30_000) =>
  until(
    () => view(laptop, id),
    (found) => found?.place === place,
    `it is ${place}`,
    limitMs,
  );

async function bytesOf(laptop: TestLaptop, id: string): Promise<Buffer> {
  await becomes(laptop, id, 'here');
  const { here, chunks } = await laptop.must('attachment.open', { id });
  expect(here).toBe(true);
  const parts: Buffer[] = [];
  for (let n = 0; n < chunks; n += 1) parts.push(Buffer.from((await laptop.must('attachment.read', { id, n })).data, 'base64'));
  return Buffer.concat(parts);
}

const folderOf = (laptop: TestLaptop) => {
  const clinics = join(laptop.home, 'clinics');
  return join(clinics, readdirSync(clinics)[0] ?? '', 'attachments');
};

test('added without network it is there at once; it goes up when the network is back, and is opened on the other laptop, byte for byte', async () => {
  const bytes = image(3 * CHUNK_BYTES + 123);
  kimCable.online = false;
  const id = await add(kim, bytes, 'Røntgen LWS');
  expect(await view(kim, id)).toMatchObject({ place: 'only_here', title: 'Røntgen LWS', viewable: true, addedByName: 'Kim Rygg' });
  expect((await kim.must('attachment.open', { id })).here).toBe(true);
  // The record of the others knows nothing of it yet, and the change queue of others is not held up by it later.
  kimCable.online = true;
  await inSync(kim);
  await becomes(kim, id, 'here');
  await until(
    () => view(bo, id),
    (found) => found !== undefined,
    'the row has come',
  );
  expect(await view(bo, id)).toMatchObject({ place: 'elsewhere', progress: null });
  expect(await bo.call('attachment.read', { id, n: 0 })).toMatchObject({ ok: false, code: 'attachment/not-here' });
  expect((await bo.must('attachment.open', { id })).here).toBe(false);
  expect((await bytesOf(bo, id)).equals(bytes)).toBe(true);
  for (const file of readdirSync(folderOf(bo))) expect(readFileSync(join(folderOf(bo), file)).includes(PNG)).toBe(false);
});

test('cut in the middle, again and again, and after a restart of the app: no finished piece goes up twice', async () => {
  const bytes = image(6 * CHUNK_BYTES + 5);
  kimCable.answered.clear();
  kimCable.chunksLeft = 2;
  const id = await add(kim, bytes, 'Film');
  await until(
    () => kimCable.online,
    (online) => !online,
    'two pieces have gone up',
  );
  expect([...kimCable.answered.values()].reduce((sum, n) => sum + n, 0)).toBe(2);
  await kim.restart();
  kimCable.chunksLeft = 3;
  kimCable.online = true;
  await kim.must('session.unlock', { ...kimsHome, passphrase: PASSPHRASE });
  await until(
    () => kimCable.online,
    (online) => !online,
    'three more have gone up',
  );
  // The server too ends and comes back.
  await server.stop();
  await server.start();
  kimCable.chunksLeft = Infinity;
  kimCable.online = true;
  await inSync(kim);
  await becomes(kim, id, 'here', 90_000);
  expect([...kimCable.answered.keys()].filter((key) => key.startsWith('PUT')).toSorted()).toEqual(
    [0, 1, 2, 3, 4, 5, 6].map((n) => `PUT ${n}`),
  );
  expect([...kimCable.answered.values()]).toEqual([1, 1, 1, 1, 1, 1, 1]);

  // Down in the same way.
  boCable.answered.clear();
  boCable.chunksLeft = 4;
  await until(
    () => view(bo, id),
    (found) => found !== undefined,
    'the row has come',
    60_000,
  );
  await bo.must('attachment.open', { id });
  await until(
    () => boCable.online,
    (online) => !online,
    'four pieces have come',
  );
  boCable.chunksLeft = Infinity;
  boCable.online = true;
  await inSync(bo);
  expect((await bytesOf(bo, id)).equals(bytes)).toBe(true);
  expect([...boCable.answered.values()]).toEqual([1, 1, 1, 1, 1, 1, 1]);
});

test('what is not an image, PDF or DICOM by its content, is empty, too large, or there already is refused', async () => {
  const begin = (byteLength: number) => kim.call('attachment.begin', { patientId, title: 'x', byteLength });
  expect(await begin(0)).toMatchObject({ code: 'attachment/empty' });
  expect(await begin(200 * 1024 * 1024 + 1)).toMatchObject({ code: 'attachment/too-large' });
  const page = Buffer.from('<html>ikke et bilde</html>');
  const { addingId } = await kim.must('attachment.begin', { patientId, title: 'bilde.png', byteLength: page.length });
  expect(await kim.call('attachment.put', { addingId, n: 0, data: page.toString('base64') })).toMatchObject({ code: 'attachment/type' });
  expect(await kim.call('attachment.finish', { addingId })).toMatchObject({ code: 'attachment/not-adding' });
  const bytes = image(100);
  const before = readdirSync(folderOf(kim)).length;
  await add(kim, bytes, 'En gang');
  await expect(add(kim, bytes, 'To ganger')).rejects.toThrow('attachment/already-here');
  const half = await kim.must('attachment.begin', { patientId, title: 'Halv', byteLength: 2 * CHUNK_BYTES });
  await kim.must('attachment.put', { addingId: half.addingId, n: 0, data: image(CHUNK_BYTES).toString('base64') });
  expect(await kim.call('attachment.put', { addingId: half.addingId, n: 0, data: 'AAAA' })).toMatchObject({
    code: 'attachment/chunk-size',
  });
  expect(await kim.call('attachment.finish', { addingId: half.addingId })).toMatchObject({ code: 'attachment/incomplete' });
  await kim.must('attachment.cancel', { addingId: half.addingId });
  expect(readdirSync(folderOf(kim))).toHaveLength(before + 1);
});

test('chunks on the disk cannot be changed, swapped or cut without being found out; a kill while adding leaves nothing', async () => {
  const id = await add(kim, image(2 * CHUNK_BYTES), 'To deler');
  await becomes(kim, id, 'here');
  const folder = folderOf(kim);
  const sealed = CHUNK_BYTES + 28;
  const file = readdirSync(folder).find((name) => readFileSync(join(folder, name)).length === 2 * sealed) ?? '';
  const whole = readFileSync(join(folder, file));
  const read = (n: number) => kim.call('attachment.read', { id, n });
  const spoilt = {
    changed: Buffer.concat([whole.subarray(0, 500), Buffer.of((whole[500] ?? 0) ^ 1), whole.subarray(501)]),
    swapped: Buffer.concat([whole.subarray(sealed), whole.subarray(0, sealed)]),
    cut: whole.subarray(0, 100),
  };
  for (const bytes of Object.values(spoilt)) {
    writeFileSync(join(folder, file), bytes);
    expect(await read(0)).toMatchObject({ ok: false, code: 'attachment/damaged' });
  }
  writeFileSync(join(folder, file), whole);
  expect(await read(0)).toMatchObject({ ok: true });

  const half = await kim.must('attachment.begin', { patientId, title: 'Halv', byteLength: 2 * CHUNK_BYTES });
  await kim.must('attachment.put', { addingId: half.addingId, n: 0, data: image(CHUNK_BYTES).toString('base64') });
  const count = readdirSync(folder).length;
  await kim.restart();
  await kim.must('session.unlock', { ...kimsHome, passphrase: PASSPHRASE });
  expect(readdirSync(folder)).toHaveLength(count - 1);
});

test('closed is closed: no piece goes up while nobody is in', async () => {
  kimCable.online = false;
  const id = await add(kim, image(2 * CHUNK_BYTES), 'Senere');
  await kim.must('session.close', {});
  kimCable.answered.clear();
  kimCable.online = true;
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(kimCable.answered.size).toBe(0);
  await kim.must('session.unlock', { ...kimsHome, passphrase: PASSPHRASE });
  await becomes(kim, id, 'here');
});

test('a server put back to an earlier copy is asked again, and gets what it has lost', async () => {
  await inSync(kim);
  await server.stop();
  await server.backUp();
  await server.start();
  const bytes = image(CHUNK_BYTES + 9);
  const id = await add(kim, bytes, 'Etter kopien');
  await inSync(kim);
  await becomes(kim, id, 'here', 60_000);
  await server.stop();
  await server.restore();
  await server.start();
  kimCable.answered.clear();
  await inSync(kim);
  await until(
    () => kimCable.answered.get('PUT 1') ?? 0,
    (n) => n > 0,
    'its pieces go up again',
    60_000,
  );
  await becomes(kim, id, 'here', 60_000);
  await inSync(bo);
  await until(
    () => view(bo, id),
    (found) => found !== undefined,
    'the row has come',
    60_000,
  );
  await bo.must('attachment.open', { id });
  expect((await bytesOf(bo, id)).equals(bytes)).toBe(true);
});

test('entered in error it stays, marked; its export is named for nobody and logged', async () => {
  const id = await add(kim, image(64), 'Feil pasient');
  await kim.must('attachment.close', { id, reason: 'Hører til en annen' });
  expect(await view(kim, id)).toMatchObject({ status: 'entered_in_error', closedReason: 'Hører til en annen' });
  expect(await kim.call('attachment.close', { id, reason: 'igjen' })).toMatchObject({ code: 'attachment/closed' });
  expect(await kim.must('attachment.export', { id, warned: true })).toMatchObject({ fileName: 'vedlegg-2026-11-23.png', chunks: 1 });
  const { events } = await kim.must('audit.list', { where: 'device', limit: 20 });
  expect(events.some(({ action, verb }) => action === 'export' && verb === 'attachment.export')).toBe(true);
});
