/** A real Redis for tests, on a free port of loopback, holding nothing on disk. */
import { createClient } from '@redis/client';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';

export interface TestRedis {
  url: string;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Stops answering without closing anything, and goes on. */
  pause(): void;
  resume(): void;
  /** On the same port, empty. */
  start(): Promise<void>;
  /** Everything it holds, each as one text: key, kind, seconds it has left (-1: for good), value. */
  content(): Promise<string[]>;
}

export async function openTestRedis(): Promise<TestRedis> {
  const port = await freePort();
  let child = await startRedis(port);
  return {
    url: `redis://127.0.0.1:${port}`,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    async start() {
      child = await startRedis(port);
    },
    async content() {
      const client = createClient({ url: `redis://127.0.0.1:${port}` });
      await client.connect();
      const all: string[] = [];
      for (const key of await client.keys('*')) {
        const kind = await client.type(key);
        all.push(`${key} ${kind} ttl=${await client.ttl(key)} ${kind === 'string' ? String(await client.get(key)) : ''}`);
      }
      client.destroy();
      return all;
    },
  };
}

async function startRedis(port: number) {
  const child = spawn('redis-server', [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    tmpdir(),
  ]);
  child.stdout.setEncoding('utf8');
  for await (const text of child.stdout) if (String(text).includes('Ready to accept connections')) break;
  child.stdout.resume();
  return child;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
