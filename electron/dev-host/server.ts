/**
 * The clinic app for a browser on this machine: the same core, over loopback. For development, tests and machines
 * without Electron; never packaged. A per-start secret stands in the page it serves, and every call must carry it.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, sep } from 'node:path';
import { createCore } from '#electron/core/create-core.ts';
import { hostPorts } from '#electron/core/host-ports.ts';
import { connectDemo, ensureDemo } from '#electron/core/clinic/demo.ts';
import { fillDemo } from '#electron/core/clinic/demo-patients.ts';
import { CONTENT_POLICY, serveFile } from './static-files.ts';

const home = process.env['RYGGRAD_HOME'];
if (home === undefined || home === '') throw new Error('RYGGRAD_HOME is not set');
const port = Number(process.env['RYGGRAD_PORT'] ?? 4310);
const syncUrl = process.env['RYGGRAD_SYNC_URL'] ?? null;
const windowFolder = process.env['RYGGRAD_WINDOW'] === undefined ? undefined : join(process.env['RYGGRAD_WINDOW'], sep);
// A register to import comes as one message (electron/contract/import.ts).
const BODY_LIMIT = 32 * 1024 * 1024;

const secret = randomBytes(32).toString('base64url');
const ports = hostPorts({ home, defaultServerUrl: syncUrl });
const core = createCore(ports);
const listeners = new Set<ServerResponse>();
core.on((event) => {
  const line = `${JSON.stringify(event)}\n`;
  for (const listener of listeners) listener.write(line);
});

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    ports.log('dev-host/bug', { kind: error instanceof Error ? error.name : 'unknown' });
    if (!response.headersSent) response.writeHead(500);
    response.end();
  });
});
server.requestTimeout = 60_000;

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const address = server.address() as AddressInfo;
  const hosts = [`127.0.0.1:${address.port}`, `localhost:${address.port}`];
  // A page elsewhere that has its own name point at this machine is told apart by the name.
  if (!hosts.includes(request.headers.host ?? '')) return refuse(response, 421);
  const origin = request.headers.origin;
  if (origin !== undefined && !hosts.some((host) => origin === `http://${host}`)) return refuse(response, 403);
  const path = new URL(request.url ?? '/', 'http://127.0.0.1').pathname;
  if (request.method === 'GET' && path === '/events') return authorised(request) ? stream(request, response) : refuse(response, 403);
  if (request.method === 'POST' && path.startsWith('/call/')) {
    if (!authorised(request)) return refuse(response, 403);
    return await callCore(path.slice('/call/'.length), request, response);
  }
  if (request.method !== 'GET') return refuse(response, 405);
  return await serveFile(path, secret, response, windowFolder);
}

function authorised(request: IncomingMessage): boolean {
  const given = Buffer.from(String(request.headers['x-ryggrad-secret'] ?? ''));
  const wanted = Buffer.from(secret);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

async function callCore(verb: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > BODY_LIMIT) return refuse(response, 413);
    chunks.push(chunk as Buffer);
  }
  let input: unknown;
  try {
    input = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}');
  } catch {
    return refuse(response, 400);
  }
  const result = await core.call(verb, input);
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store', 'content-security-policy': CONTENT_POLICY });
  response.end(JSON.stringify(result));
}

function stream(request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
  response.write('\n');
  listeners.add(response);
  request.on('close', () => listeners.delete(response));
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'cache-control': 'no-store', connection: 'close' });
  response.end();
}

async function stop(): Promise<void> {
  for (const listener of listeners) listener.end();
  server.close();
  server.closeAllConnections();
  await core.close();
  process.exit(0);
}
process.on('SIGTERM', () => void stop());
process.on('SIGINT', () => void stop());
if (process.env['RYGGRAD_PARENT'] === '1') {
  process.stdin.resume();
  process.stdin.on('end', () => void stop());
  process.stdin.on('error', () => void stop());
}

const demo = process.env['RYGGRAD_DEMO'] === '1' ? await ensureDemo(ports, fillDemo(ports)) : null;
if (demo !== null && syncUrl !== null) await connectDemo(ports, demo, syncUrl);
server.listen(port, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.stdout.write(
    `${JSON.stringify({ ready: true, url, ...(demo === null ? {} : { demo: { email: demo.email, passphrase: demo.passphrase } }) })}\n`,
  );
});
