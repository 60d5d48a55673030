/**
 * A large attachment between real processes: laptop and server are killed while it goes up, and neither may hold it whole in
 * memory. A proxy between them counts the pieces and says when to kill.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AttachmentView } from '#electron/contract/attachments.ts';
import { CHUNK_BYTES } from '#db/sync/content.ts';
import { ensureRenderer, freshHome, removeHome, startLaptop, startServer, type Running } from '#tests/journeys/app.ts';
import { until } from '#tests/sync/laptop.ts';

const PASSPHRASE = 'furu lyng tind skog';
const LARGE = 60 * CHUNK_BYTES + 4321;
const LARGEST = 180 * CHUNK_BYTES;
/** Beyond what a process held before: what waits to be swept up, and never the file. */
const MEMORY_BYTES = 140 * 1024 * 1024;

/** A window of a laptop without a browser. */
interface Window {
  running: Running;
  must<T>(verb: string, input: unknown): Promise<T>;
}

async function openWindow(home: string): Promise<Window> {
  const running = await startLaptop(home, { RYGGRAD_SYNTHETIC: '1' });
  const secret = /name="ryggrad-secret" content="([^"]+)"/.exec(await (await fetch(running.url)).text())?.[1] ?? '';
  return {
    running,
    async must<T>(verb: string, input: unknown) {
      const response = await fetch(`${running.url}/call/${verb}`, {
        method: 'POST',
        headers: { 'x-ryggrad-secret': secret, 'content-type': 'application/json' },
        body: JSON.stringify(input),
      });
      const result = (await response.json()) as { ok: boolean; value: T; code?: string };
      if (!result.ok) throw new Error(`${verb}: ${result.code}\n${running.stderr()}`);
      return result.value;
    },
  };
}

/** Between the laptops and the server. */
const between = {
  target: '',
  /** Path of a piece → how often the server has answered that it keeps it. */
  kept: new Map<string, number>(),
  /** Called when so many pieces have been kept. */
  at: undefined as { pieces: number; reached: () => void } | undefined,
};
const proxy = http.createServer((incoming, outgoing) => {
  const { hostname, port } = new URL(between.target);
  const path = incoming.url ?? '/';
  const up = http.request({ hostname, port, path, method: incoming.method, headers: incoming.headers }, (answer) => {
    if (incoming.method === 'PUT' && path.includes('/content/') && answer.statusCode === 204) {
      between.kept.set(path, (between.kept.get(path) ?? 0) + 1);
      if (between.kept.size === between.at?.pieces) between.at.reached();
    }
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  up.on('error', () => outgoing.destroy());
  incoming.pipe(up);
});
/** Resolves when the server keeps this many different pieces. */
const keptPieces = (pieces: number) => new Promise<void>((resolve) => (between.at = { pieces, reached: resolve }));

let homes: string[];
let server: Running;
let serverHome: string;
let kim: Window;
let kimHome: string;
let bo: Window;
let who: { clinicId: string; userId: string };
let patientId: string;
const startProxied = async () => {
  server = await startServer(serverHome, { RATE_LIMIT_MAX: '100000' });
  between.target = server.url;
};

beforeAll(async () => {
  // The secret of a laptop stands in its page.
  ensureRenderer();
  homes = await Promise.all(['server', 'kim', 'bo'].map((name) => freshHome(`attach-${name}`)));
  serverHome = homes[0] ?? '';
  kimHome = homes[1] ?? '';
  await startProxied();
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  kim = await openWindow(kimHome);
  who = await kim.must('clinic.create', {
    clinic: { name: 'Bakken', orgNumber: null, addressLine: null, postalCode: null, city: null, phone: null, email: null },
    user: { name: 'Kim Rygg', email: 'kim@bakken.example', profession: 'KI', hprNumber: '1234567' },
    passphrase: PASSPHRASE,
  });
  await kim.must('session.unlock', { ...who, passphrase: PASSPHRASE });
  patientId = (
    await kim.must<{ id: string }>('patient.create', { givenName: 'Stor', familyName: 'Film', missingNationalIdReason: 'not_stated' })
  ).id;
  await kim.must('server.connect', { url, registrationCode: null, passphrase: PASSPHRASE });
  await drained(kim);
  const { id } = await kim.must<{ id: string }>('user.add', {
    name: 'Bo Lund',
    email: 'bo@bakken.example',
    roles: ['PRACTITIONER'],
    profession: 'KI',
    hprNumber: null,
    validUntil: null,
    passphrase: null,
  });
  await drained(kim);
  const { code } = await kim.must<{ code: string }>('device.invite', { userId: id });
  bo = await openWindow(homes[2] ?? '');
  const joined = await bo.must<{ clinicId: string; userId: string }>('clinic.join', {
    code: code.includes('#') ? code : `${url}#${code}`,
    deviceName: 'Loftet',
    passphrase: PASSPHRASE,
  });
  await bo.must('session.unlock', { ...joined, passphrase: PASSPHRASE });
});
afterAll(async () => {
  await kim?.running.stop();
  await bo?.running.stop();
  await server?.stop();
  proxy.closeAllConnections();
  proxy.close();
  for (const home of homes ?? []) await removeHome(home);
});

const drained = (window: Window) =>
  until(
    () => window.must<{ pending: number; state: string }>('sync.now', {}),
    ({ pending, state }) => pending === 0 && state === 'in_sync',
    'in sync',
    60_000,
  );

/** Bytes that can be made again from their number: PNG's mark, then noise. */
function piece(of: string, n: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  const seed = createHash('sha256').update(`${of}/${n}`).digest();
  for (let at = 0; at < length; at += seed.length) seed.copy(bytes, at);
  if (n === 0) Buffer.from('89504e470d0a1a0a', 'hex').copy(bytes);
  return bytes;
}

async function add(window: Window, name: string, byteLength: number): Promise<string> {
  const { addingId, chunkBytes } = await window.must<{ addingId: string; chunkBytes: number }>('attachment.begin', {
    patientId,
    title: name,
    byteLength,
  });
  for (let n = 0; n * chunkBytes < byteLength; n += 1) {
    const data = piece(name, n, Math.min(chunkBytes, byteLength - n * chunkBytes)).toString('base64');
    await window.must('attachment.put', { addingId, n, data });
  }
  return (await window.must<{ id: string }>('attachment.finish', { addingId })).id;
}

const view = async (window: Window, id: string) =>
  (await window.must<{ attachments: AttachmentView[] }>('attachment.list', { patientId })).attachments.find((one) => one.id === id);
const becomes = (window: Window, id: string, place: AttachmentView['place']) =>
  until(
    () => view(window, id),
    (found) => found?.place === place,
    `it is ${place}`,
    120_000,
  );

const memory = (what: 'VmHWM' | 'VmRSS', { process: { pid } }: Running) =>
  1024 * Number(new RegExp(`${what}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN);
/** Most that was held since; the kernel forgets the peak before. */
function watchMemory(running: Running): () => number {
  writeFileSync(`/proc/${running.process.pid}/clear_refs`, '5');
  const before = memory('VmRSS', running);
  return () => memory('VmHWM', running) - before;
}

test('60 MB go up while laptop and server are killed, and no finished piece goes twice', async () => {
  const tenth = keptPieces(10);
  const id = await add(kim, 'film', LARGE);
  await tenth;
  await kim.running.kill();
  kim = await openWindow(kimHome);
  const thirtieth = keptPieces(30);
  await kim.must('session.unlock', { ...who, passphrase: PASSPHRASE });
  await thirtieth;
  await server.kill();
  await startProxied();
  await drained(kim);
  await becomes(kim, id, 'here');
  expect(between.kept.size).toBe(61);
  // A piece whose answer died with the process that waited for it may come once more: one at each kill.
  const twice = [...between.kept.values()].filter((times) => times > 1);
  expect(twice.length).toBeLessThanOrEqual(2);
});

test('180 MB go up and down, and nobody holds the whole in memory', async () => {
  const held: Record<string, number> = {};
  const during = async <T>(processes: Record<string, Running>, work: () => Promise<T>): Promise<T> => {
    const watched = Object.entries(processes).map(([name, running]) => [name, watchMemory(running)] as const);
    const result = await work();
    for (const [name, peak] of watched) held[name] = peak();
    return result;
  };
  const id = await during({ adding: kim.running }, () => add(kim, 'large', LARGEST));
  await during({ sending: kim.running, taking: server }, () => becomes(kim, id, 'here'));
  await until(
    () => view(bo, id),
    (found) => found !== undefined,
    'Bo has the row',
    60_000,
  );
  await during({ fetching: bo.running, giving: server }, async () => {
    await bo.must('attachment.open', { id });
    await becomes(bo, id, 'here');
  });
  const last = LARGEST / CHUNK_BYTES - 1;
  for (const n of [0, 17, last]) {
    const { data } = await bo.must<{ data: string }>('attachment.read', { id, n });
    expect(Buffer.from(data, 'base64').equals(piece('large', n, CHUNK_BYTES))).toBe(true);
  }
  const inMb = Object.fromEntries(Object.entries(held).map(([name, bytes]) => [name, Math.round(bytes / 1e6)]));
  process.stdout.write(`memory beyond before, MB: ${JSON.stringify(inMb)}\n`);
  for (const [name, bytes] of Object.entries(held)) expect([name, bytes < MEMORY_BYTES]).toEqual([name, true]);
});
