import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';

const home = mkdtempSync(join(tmpdir(), 'ryggrad-host-'));
const built = join(home, 'window');
let child: ChildProcess;
let ended: Promise<number | null>;
let url: URL;
let ready: { demo?: { email: string; passphrase: string } };

function start(env: Record<string, string> = {}): Promise<{ url: string; demo?: { email: string; passphrase: string } }> {
  child = spawn(process.execPath, [join(import.meta.dirname, 'server.ts')], {
    env: {
      ...process.env,
      RYGGRAD_HOME: home,
      RYGGRAD_PORT: '0',
      RYGGRAD_DEMO: '1',
      RYGGRAD_PARENT: '1',
      RYGGRAD_SYNC_URL: 'http://127.0.0.1:9',
      RYGGRAD_WINDOW: built,
      ...env,
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  ended = new Promise((resolve) => child.once('exit', resolve));
  return new Promise((resolve, reject) => {
    if (child.stdout !== null) createInterface({ input: child.stdout }).on('line', (line) => resolve(JSON.parse(line)));
    void ended.then((code) => reject(new Error(`ended with ${code}`)));
  });
}

beforeAll(async () => {
  mkdirSync(built);
  writeFileSync(join(built, 'index.html'), '<!doctype html><html><head></head><body></body></html>');
  writeFileSync(join(home, 'beside.json'), '"not for the window"');
  ready = await start().then((line) => {
    url = new URL(line.url);
    return line;
  });
});
afterAll(async () => {
  child.kill('SIGTERM');
  await ended;
  rmSync(home, { recursive: true, force: true });
});

interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: string;
}
/** Node's own client: `fetch` does not let a test choose Host. */
function ask(path: string, options: { method?: string; headers?: Record<string, string>; body?: string } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port: url.port,
        path,
        method: options.method ?? 'GET',
        headers: { host: url.host, ...options.headers },
        agent: false,
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('end', () =>
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks).toString() }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(options.body);
  });
}

test('calls and events need the secret, which no request can read without the page', async () => {
  const wrong: Record<string, string>[] = [{}, { 'x-ryggrad-secret': 'wrong' }, { 'x-ryggrad-secret': '' }];
  for (const headers of wrong) {
    expect((await ask('/call/app.state', { method: 'POST', body: '{}', headers })).status).toBe(403);
    expect((await ask('/events', { headers })).status).toBe(403);
  }
});

test('another name for this machine, and pages of another origin, are refused', async () => {
  expect((await ask('/', { headers: { host: 'evil.example' } })).status).toBe(421);
  expect((await ask('/call/app.state', { method: 'POST', body: '{}', headers: { host: `evil.example:${url.port}` } })).status).toBe(421);
  expect((await ask('/', { headers: { origin: 'http://evil.example' } })).status).toBe(403);
  expect((await ask('/', { headers: { origin: 'null' } })).status).toBe(403);
});

test('nothing outside the built window is served', async () => {
  for (const path of [
    '/../beside.json',
    '/..%2fbeside.json',
    '/%2e%2e/beside.json',
    '/assets/../../beside.json',
    '/..%5cbeside.json',
    '/%',
    '/%00',
    '/index.html%00.js',
  ]) {
    const answer = await ask(path);
    expect([path, answer.status]).not.toEqual([path, 200]);
    expect(answer.body).not.toContain('not for the window');
  }
  expect((await ask('/', { method: 'PUT', body: 'x' })).status).toBe(405);
});

test('the page carries the strict policy and the secret, and with it the core answers', async () => {
  const page = await ask('/');
  const policy = String(page.headers['content-security-policy']);
  expect(policy).toMatch(/default-src 'none'.*script-src 'self'/);
  expect(policy).not.toMatch(/script-src[^;]*unsafe/);
  expect(policy).toContain("frame-ancestors 'none'");
  const secret = /name="ryggrad-secret" content="([^"]+)"/.exec(page.body)?.[1] ?? '';
  const state = await ask('/call/app.state', { method: 'POST', body: '{}', headers: { 'x-ryggrad-secret': secret } });
  expect(JSON.parse(state.body)).toMatchObject({ ok: true, value: { phase: 'launch', clinics: [{ name: 'Demo-klinikken', demo: true }] } });
  expect((await ask('/call/app.state', { method: 'POST', body: '{', headers: { 'x-ryggrad-secret': secret } })).status).toBe(400);
  const large = await ask('/call/app.state', {
    method: 'POST',
    body: JSON.stringify('x'.repeat(34_000_000)),
    headers: { 'x-ryggrad-secret': secret },
  }).catch(() => ({ status: 413 }));
  expect(large.status).toBe(413);
});

test('the demo is the same at the next start, and the program ends when its parent is gone', async () => {
  expect(ready.demo?.email).toBe('demo@ryggrad.example');
  child.stdin?.end();
  expect(await ended).toBe(0);
  const again = await start();
  url = new URL(again.url);
  expect(again.demo).toEqual(ready.demo);
});
