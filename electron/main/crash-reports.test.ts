/** Sentry's own SDK against a server on this machine: ten thousand made-up patients are thrown about, and none may be in what arrives. */
import { EventEmitter } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import type * as SentryMain from '@sentry/electron/main';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { crashReport, crashReportSchema, type CrashReport } from '#electron/contract/crash-report.ts';
import { createRandom } from '#tests/tools/random.ts';
import { isKnownReceiver, sieve, startCrashReports } from './crash-reports.ts';

const require = createRequire(import.meta.url);
type Sentry = Pick<typeof SentryMain, 'init' | 'captureEvent' | 'captureException' | 'createTransport' | 'flush' | 'close'>;

let server: Server;
let dsn: string;
let sentry: Sentry;
const envelopes: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts);
      envelopes.push(
        `${request.url} ${JSON.stringify(request.headers)} ${(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString('utf8')}`,
      );
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  dsn = `http://${'0123456789abcdef'.repeat(2)}@127.0.0.1:${(server.address() as AddressInfo).port}/42`;
  // The library asks for Electron by name; what it would find here is a path to a program.
  const place = require.resolve('electron');
  const app = Object.assign(new EventEmitter(), {
    name: 'ryggrad',
    isPackaged: true,
    isReady: () => true,
    getName: () => 'ryggrad',
    getVersion: () => '0.1.0',
    getAppPath: () => '/opt/ryggrad',
    getPath: () => '/home/kari',
  });
  require.cache[place] = {
    id: place,
    filename: place,
    loaded: true,
    exports: { app, utilityProcess: { fork: () => {} }, ipcMain: new EventEmitter(), protocol: {}, session: {}, crashReporter: {} },
  } as never;
  Object.defineProperty(process.versions, 'electron', { value: '45.4.1', configurable: true });
  sentry = require('@sentry/electron/main') as Sentry;
});
afterAll(async () => {
  await sentry.close(2_000);
  await new Promise((resolve) => server.close(resolve));
});

/** A patient that never was: what must not be found is in `canaries`. */
function patient(n: number, random: () => number) {
  const pick = (from: string[]): string => from[Math.floor(random() * from.length)] as string;
  const name = `${pick(['Kari', 'Ola', 'Åse', 'Mohammed'])} Kanari${n}sen`;
  const day = String(1 + Math.floor(random() * 28)).padStart(2, '0');
  // Month +80: synthetic.
  const number = `${day}8${1 + Math.floor(random() * 9)}${String(n % 100).padStart(2, '0')}${String(10_000 + n).slice(-5)}`;
  return {
    name,
    number,
    phone: `9${String(1_000_000 + n)}`,
    email: `kanari.${n}@pasient.example`,
    text: `Vondt i ryggen siden kanari-${n}-uke.`,
    sql: `INSERT INTO patient VALUES ('${name}','${number}')`,
  };
}
type Patient = ReturnType<typeof patient>;
const spaced = (number: string): string => `${number.slice(0, 6)} ${number.slice(6)}`;

/** The ways a value gets into an error, in our code and in libraries'. */
const faults: ((p: Patient) => unknown)[] = [
  (p) => new Error(`no patient ${p.name} (${spaced(p.number)})`),
  (p) => Object.assign(new TypeError(p.text), { patient: p, sql: p.sql, parameters: [p.number] }),
  (p) => new Error('kept', { cause: new Error(p.sql, { cause: p }) }),
  (p) => new AggregateError([new Error(p.email), p.phone], p.name),
  (p) => Object.assign(new Error(p.sql), { name: p.name, code: p.number }),
  // A message that looks like a place in our code.
  (p) => new Error(`x\n    at ${p.name} (/opt/ryggrad/dist/electron/core.mjs:${p.phone.slice(0, 7)}:1)\n    at window:${p.number}`),
  (p) => {
    const named = { [p.name]: () => null as unknown as { x: { y: number } } }[p.name] as () => { x: { y: number } };
    try {
      return named().x.y;
    } catch (error) {
      return error;
    }
  },
  (p) => p.text,
  (p) => ({ ...p, toString: () => p.name }),
  (p) => {
    const error = new Error('path');
    error.stack = `Error: path\n    at read (/home/${p.name}/${p.number}/core.mjs:1:1)\n    at app://ryggrad/assets/${p.phone}.js:1:1\n    at o (/opt/x/dist/electron/core.mjs:12:34)`;
    return error;
  },
  (p) => {
    class Kanari extends Error {}
    Object.defineProperty(Kanari, 'name', { value: p.name.replaceAll(' ', '') });
    return new Kanari(p.text);
  },
];

test('ten thousand patients in every kind of fault: what leaves names none of them, and still says where', async () => {
  const random = createRandom(4).next;
  // All that the library hands to the network; one in twenty goes all the way to the server.
  const bodies: string[] = [];
  const overTheWire: typeof fetch = async (url, init) => {
    bodies.push(`${String(url)} ${typeof init?.body === 'string' ? init.body : Buffer.from(init?.body as Uint8Array).toString('utf8')}`);
    return bodies.length % 20 === 0 ? await fetch(url, init) : new Response('{}');
  };
  const received = await startCrashReports(dsn, { release: '0.1.0', packaged: false, fetch: overTheWire, sentry, most: 20_000 });
  let found = 0;
  const places = new Set<string>();
  for (let n = 0; n < 10_000; n += 1) {
    const p = patient(n, random);
    const fault = (faults[n % faults.length] as (p: Patient) => unknown)(p);
    const report = crashReport((['main', 'core', 'window'] as const)[n % 3] as 'core', fault);
    if (!crashReportSchema.safeParse(report).success) found += 1;
    // Past the sieve of its own process by mistake, each of the fields at once.
    const dirty = { ...report, message: p.text, verb: p.name } as CrashReport;
    for (const one of [report, dirty]) received(one);
    // What the library would send if somebody called it, or it gathered by itself: built as it builds it.
    const event = sieve({
      message: p.text,
      user: { id: p.number, email: p.email },
      extra: { p },
      contexts: { os: { name: p.name } },
      breadcrumbs: [{ message: p.sql }],
      request: { url: `https://x/${p.number}`, data: p },
      server_name: p.name,
      tags: { process: 'core', patient: p.name },
      exception: {
        values: [
          {
            type: report.kind,
            value: p.text,
            stacktrace: { frames: [{ filename: 'core.mjs', lineno: 1, colno: 2, function: p.name, vars: { p }, context_line: p.text }] },
          },
        ],
      },
    } as never) as unknown;
    const said = JSON.stringify([report, event]);
    for (const canary of Object.values(p)) if (said.includes(canary)) found += 1;
    for (const { file, line } of report.frames) places.add(`${file}:${line}`);
    // The library holds so many at a time.
    if (n % 50 === 49) await sentry.flush(10_000);
  }
  for (const [n, make] of faults.entries()) sentry.captureException(make(patient(n, random)));
  await sentry.flush(5_000);
  expect(found).toBe(0);
  expect(places).toContain('core.mjs:12');
  // All of them; the dirty ones and those that the library made of its own did not leave.
  expect(bodies).toHaveLength(10_000);
  expect(envelopes).toHaveLength(500);
  // Without the library's own random numbers and times, which may look like anything.
  const all = [...bodies, ...envelopes].join('\n').replaceAll(/[0-9a-f]{32}|"timestamp":[\d.]+|"sent_at":"[^"]*"/g, '');
  expect(all.match(/kanari|pasient|Kari|Mohammed|Vondt|INSERT|\d{6} ?\d{2}/i)).toBeNull();
  expect(all.match(/breadcrumb|server_name|"user"|"contexts"|"message"|"value"|minidump|attachment|home\//)).toBeNull();
  expect(all).toMatch(/"type":"TypeError"/);
}, 120_000);

test('reports go to Sentry’s European region or nowhere, and nowhere without an address', async () => {
  const key = '0123456789abcdef';
  for (const good of [`https://${key}@o42.ingest.de.sentry.io/1`]) expect(isKnownReceiver(good, true), good).toBe(true);
  for (const bad of [
    `https://${key}@o42.ingest.sentry.io/1`,
    `https://${key}@o42.ingest.us.sentry.io/1`,
    `https://${key}@evil.example/1`,
    `https://${key}@o42.ingest.de.sentry.io.evil.example/1`,
    `https://o42.ingest.de.sentry.io@evil.example/1`,
    `http://${key}@o42.ingest.de.sentry.io/1`,
    `http://${key}@127.0.0.1:9/1`,
    'javascript:alert(1)',
    'x',
  ])
    expect(isKnownReceiver(bad, true), bad).toBe(false);
  const before = envelopes.length;
  const never = (): never => expect.unreachable('the library is not even loaded');
  for (const nowhere of ['', `https://${key}@evil.example/1`]) {
    const capture = await startCrashReports(nowhere, {
      release: '1',
      packaged: true,
      fetch: never,
      sentry: { init: never, captureEvent: never, createTransport: never } as never,
    });
    capture({ process: 'core', kind: 'Error', frames: [] });
  }
  expect(envelopes).toHaveLength(before);
});
