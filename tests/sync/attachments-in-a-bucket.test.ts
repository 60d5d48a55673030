/** Attachments on two laptops, a server with a bucket and a virus scanner: real files, Postgres, HTTP, S3 and clamd, and the server's own jobs. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openClinic, PASSPHRASE, testLaptop, type TestLaptop } from '#electron/core/testing.ts';
import type { AttachmentView } from '#electron/contract/attachments.ts';
import type { Fetch } from '#electron/sync/ports.ts';
import { EICAR, openTestClamd, type TestClamd } from '#sync-server/testing/test-clamd.ts';
import { openTestS3, type TestS3 } from '#sync-server/testing/test-s3.ts';
import { CHUNK_BYTES } from '#db/sync/content.ts';
import { inSync, joinColleague } from './colleague.ts';
import { until } from './laptop.ts';
import { startTestServer, type TestServer } from './server.ts';

let s3: TestS3;
let clamd: TestClamd;
let server: TestServer;
let kim: TestLaptop;
let bo: TestLaptop;
let patientId: string;
/** What Bo's laptop asked whom for: `bucket` or `server`, each piece. */
const asked: string[] = [];
let bucketReachable = true;

beforeAll(async () => {
  [s3, clamd] = await Promise.all([openTestS3(), openTestClamd()]);
  server = await startTestServer({ ...s3.environment, CLAMAV_SOCKET: clamd.socket });
  const bucket = s3.environment['S3_ENDPOINT'] ?? '';
  kim = testLaptop({ fetch });
  bo = testLaptop({
    fetch: (async (input, init) => {
      const url = String(input instanceof Request ? input.url : input);
      if (url.startsWith(bucket)) {
        asked.push('bucket');
        if (new Headers(init?.headers).has('authorization')) asked.push('with our credential');
        if (!bucketReachable) throw new TypeError('no way there');
      } else if (/\/content\/\d+$/.test(url)) asked.push('server');
      return fetch(input, init);
    }) as Fetch,
  });
  await openClinic(kim);
  await kim.must('server.connect', { url: server.url, registrationCode: null, passphrase: PASSPHRASE });
  patientId = (await kim.must('patient.create', { givenName: 'Ryggve', familyName: 'Bilde', missingNationalIdReason: 'not_stated' })).id;
  await inSync(kim);
  await joinColleague(kim, bo, server.url, { name: 'Bo Lund', email: 'bo@bakken.example', roles: ['PRACTITIONER'] });
  await until(
    () => bo.call('patient.get', { id: patientId }),
    ({ ok }) => ok,
    'Bo has the patient',
  );
}, 120_000);
afterAll(async () => {
  await kim?.close();
  await bo?.close();
  await server?.close();
  await clamd?.close();
  await s3?.close();
});

const image = (length: number) => Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), randomBytes(length - 8)]);

async function add(bytes: Buffer, title: string): Promise<string> {
  const { addingId, chunkBytes } = await kim.must('attachment.begin', { patientId, title, byteLength: bytes.length });
  for (let n = 0; n * chunkBytes < bytes.length; n += 1)
    await kim.must('attachment.put', { addingId, n, data: bytes.subarray(n * chunkBytes, (n + 1) * chunkBytes).toString('base64') });
  return (await kim.must('attachment.finish', { addingId })).id;
}
const says = (laptop: TestLaptop, id: string, what: Partial<AttachmentView>) =>
  until(
    async () => (await laptop.must('attachment.list', { patientId })).attachments.find((one) => one.id === id),
    (found) => found !== undefined && Object.entries(what).every(([key, value]) => found[key as keyof AttachmentView] === value),
    JSON.stringify(what),
    60_000,
  );
async function fetched(id: string): Promise<Buffer> {
  await bo.must('attachment.open', { id });
  await says(bo, id, { place: 'here' });
  const { chunks } = await bo.must('attachment.open', { id });
  const parts: Buffer[] = [];
  for (let n = 0; n < chunks; n += 1) parts.push(Buffer.from((await bo.must('attachment.read', { id, n })).data, 'base64'));
  return Buffer.concat(parts);
}

test('a large one is looked over, and comes to a colleague straight from the bucket, sealed on the way, byte for byte', async () => {
  const bytes = image(9 * CHUNK_BYTES + 11);
  const id = await add(bytes, 'Røntgen LWS');
  await inSync(kim);
  await says(bo, id, { virusScan: 'clean' });
  asked.length = 0;
  expect((await fetched(id)).equals(bytes)).toBe(true);
  expect(asked).toEqual(Array.from({ length: 10 }, () => 'bucket'));
}, 120_000);

test('where the bucket cannot be reached the server gives the pieces, and the bucket is not tried again for each', async () => {
  bucketReachable = false;
  const bytes = image(9 * CHUNK_BYTES);
  const id = await add(bytes, 'Røntgen CWS');
  await says(bo, id, { virusScan: 'clean' });
  asked.length = 0;
  expect((await fetched(id)).equals(bytes)).toBe(true);
  expect(asked).toEqual(['bucket', ...Array.from({ length: 9 }, () => 'server')]);
}, 120_000);

test('an infected one is opened by nobody, not where it was added either; a scanner that is away holds up only the others', async () => {
  await clamd.stop();
  const id = await add(Buffer.concat([image(5000), Buffer.from(EICAR)]), 'Skannet brev');
  await says(bo, id, { virusScan: 'waiting', place: 'elsewhere' });
  await bo.must('attachment.open', { id });
  await says(bo, id, { problem: 'attachment/not-scanned' });
  expect((await kim.must('attachment.open', { id })).here).toBe(true);
  expect(await kim.call('attachment.read', { id, n: 0 })).toMatchObject({ ok: true });
  await clamd.start();
  // As the schedule does every five minutes.
  const { sweepScans } = await import('#sync-server/core/content-scan.ts');
  const { deps } = server.open;
  await sweepScans({ pool: deps.pool, enqueue: async (tx, jobs) => deps.jobs?.enqueue(tx, jobs) });
  for (const laptop of [kim, bo]) {
    await says(laptop, id, { virusScan: 'infected' });
    expect(await laptop.call('attachment.open', { id })).toMatchObject({ ok: false, code: 'attachment/infected' });
    expect(await laptop.call('attachment.read', { id, n: 0 })).toMatchObject({ ok: false, code: 'attachment/infected' });
    expect(await laptop.call('attachment.export', { id, warned: true })).toMatchObject({ ok: false, code: 'attachment/infected' });
  }
}, 120_000);
