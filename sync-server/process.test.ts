/** The server as a process: started, killed, started again; its embedded Postgres; its configuration. */
import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { pushReplySchema, PROTOCOL_VERSION } from '#db/sync/change.ts';
import { readConfig } from './config.ts';
import { freePort, startEmbeddedPostgres } from './embedded-postgres.ts';
import { changeOf, foundClinic, newPatient, type Laptop } from './testing/test-clinic.ts';

const SERVER = path.join(import.meta.dirname, 'server.ts');
const homes: string[] = [];
const running: ChildProcess[] = [];
const newHome = () => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'ryggrad-process-'));
  homes.push(home);
  return home;
};
afterEach(async () => {
  for (const child of running.splice(0)) await ended(child, 'SIGTERM');
  for (const home of homes.splice(0)) fs.rmSync(home, { recursive: true, force: true });
});

async function ended(child: ChildProcess, signal?: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const done = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  if (signal !== undefined) child.kill(signal);
  return done;
}

interface Started {
  child: ChildProcess;
  url: string;
  lines: string[];
}
async function start(env: Record<string, string>): Promise<Started> {
  const child = spawn(process.execPath, [SERVER], {
    env: { PATH: process.env['PATH'], RYGGRAD_SYNC_PORT: '0', LOG_LEVEL: 'warn', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  running.push(child);
  const lines: string[] = [];
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const url = await new Promise<string>((resolve, reject) => {
    let out = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      lines.splice(0, lines.length, ...out.split('\n').filter(Boolean));
      const [first] = lines;
      if (out.includes('\n') && first !== undefined) resolve((JSON.parse(first) as { url: string }).url);
    });
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${errors}`)));
  });
  return { child, url, lines };
}

/** A clinic founded over HTTP, by what tests use on the app itself. */
function over(url: string) {
  return {
    async inject({
      method,
      url: where,
      headers,
      payload,
    }: {
      method: string;
      url: string;
      headers: Record<string, string>;
      payload?: string;
    }) {
      const answer = await fetch(`${url}${where}`, { method, headers, ...(payload === undefined ? {} : { body: payload }) });
      const body = await answer.text();
      return { statusCode: answer.status, body, json: () => JSON.parse(body) as unknown };
    },
  } as unknown as Parameters<typeof foundClinic>[0];
}
const pushOver = (url: string, laptop: Laptop, changes: unknown[], more: Record<string, string> = {}) =>
  fetch(`${url}/v1/changes`, {
    method: 'POST',
    headers: { authorization: `Bearer ${laptop.credential}`, 'content-type': 'application/json', ...more },
    body: JSON.stringify({ protocol: PROTOCOL_VERSION, deviceId: laptop.deviceId, changes, audit: [] }),
  });
const rowsOnServer = async (url: string, laptop: Laptop) => {
  const answer = await fetch(`${url}/v1/digest`, { headers: { authorization: `Bearer ${laptop.credential}` } });
  const { entities } = (await answer.json()) as { entities: { entity: string; rows: number }[] };
  return entities.find(({ entity }) => entity === 'patient')?.rows;
};

describe('the process', () => {
  it('says one line when ready, answers, and ends cleanly on SIGTERM with its Postgres', async () => {
    const home = newHome();
    const { child, url, lines } = await start({ RYGGRAD_HOME: home });
    expect((await (await fetch(`${url}/ready`)).json()) as unknown).toEqual({
      status: 'ready',
      postgres: 'ok',
      listening: 'ok',
      clerk: 'off',
      helseId: 'off',
      virusScan: 'off',
      integrations: {
        sms: 'not-configured',
        email: 'not-configured',
        storage: 'not-configured',
        ai: 'not-configured',
        webhooks: 'ready',
        helfo: 'not-configured',
      },
    });
    const laptop = await foundClinic(over(url));
    await pushOver(url, laptop, [], { 'ryggrad-waited-ms': '90000' });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('ryggrad_long_polls');
    // A push that had waited a minute and a half; nothing of whom.
    expect(metrics).toMatch(/ryggrad_queue_age_seconds_bucket\{le="60"\} 0\n/);
    expect(metrics).toMatch(/ryggrad_queue_age_seconds_bucket\{le="600"\} 1\n/);
    expect(metrics).not.toContain(laptop.clinicId);
    expect(await ended(child, 'SIGTERM')).toBe(0);
    expect(lines).toEqual([JSON.stringify({ ready: true, url })]);
    expect(fs.existsSync(path.join(home, 'postgres', 'postmaster.pid'))).toBe(false);
    for (const file of ['session-key', 'postgres-passwords.json']) expect(fs.statSync(path.join(home, file)).mode & 0o077).toBe(0);
  });

  it('a second server on the same home is refused, the first one goes on', async () => {
    const home = newHome();
    const { url } = await start({ RYGGRAD_HOME: home });
    await expect(start({ RYGGRAD_HOME: home })).rejects.toThrow('Another Ryggrad server');
    expect((await fetch(`${url}/ready`)).status).toBe(200);
  });

  it('ends when the process that started it is gone', async () => {
    const { child } = await start({ RYGGRAD_HOME: newHome(), RYGGRAD_PARENT: '1' });
    child.stdin?.end();
    expect(await ended(child)).toBe(0);
  });

  it('killed in the middle of pushes, then the same pushes again: each change exactly once', { timeout: 120_000 }, async () => {
    const home = newHome();
    let server = await start({ RYGGRAD_HOME: home });
    const laptop = await foundClinic(over(server.url));
    const batches = [0, 1, 2, 3, 4].map((batch) => Array.from({ length: 500 }, (_, i) => changeOf(laptop, newPatient(`P${batch}-${i}`))));
    const [warmUp = [], ...others] = batches;
    const began = performance.now();
    await pushOver(server.url, laptop, warmUp);
    const usual = performance.now() - began;
    let answered = 0;
    // From hardly begun to hardly over, by how long a push takes on this machine.
    for (const part of [0.1, 0.35, 0.6, 0.9]) {
      const sent = pushOver(server.url, laptop, others[answered] ?? []).then(
        async (answer) => pushReplySchema.parse(await answer.json()).outcomes.length === 500,
        () => false,
      );
      await new Promise((resolve) => setTimeout(resolve, usual * part));
      await ended(server.child, 'SIGKILL');
      if (await sent) answered += 1;
      server = await start({ RYGGRAD_HOME: home });
    }
    expect(answered).toBeLessThan(4);
    for (const batch of batches) {
      const reply = pushReplySchema.parse(await (await pushOver(server.url, laptop, batch)).json());
      expect(reply.outcomes.map(({ outcome }) => outcome).filter((outcome) => outcome !== 'applied')).toEqual([]);
    }
    expect(await rowsOnServer(server.url, laptop)).toBe(2500);
  });

  it.each([
    [{ RYGGRAD_SYNC_PORT: 'mange' }, /^RYGGRAD_SYNC_PORT: /],
    [{ DATABASE_URL: 'mysql://x' }, /^DATABASE_URL: /],
    [{ LOG_LEVEL: 'høyt' }, /^LOG_LEVEL: /],
    [{ TRUSTED_PROXIES: 'true' }, /^TRUSTED_PROXIES: must be addresses/],
    [{ TRUSTED_PROXIES: '10.0.0.1,0.0.0.0/0' }, /^TRUSTED_PROXIES: must be addresses/],
    [{ TRUSTED_PROXIES: '::/0' }, /^TRUSTED_PROXIES: must be addresses/],
    [{ CORS_ORIGIN: '*' }, /^CORS_ORIGIN: must be origins/],
    [{ CORS_ORIGIN: 'https://app.example.no/' }, /^CORS_ORIGIN: must be origins/],
    [{ CORS_ORIGIN: 'https://app.example.no,null' }, /^CORS_ORIGIN: must be origins/],
    [{ SESSION_KEY: 'kort' }, /^SESSION_KEY: must be 32 bytes/],
    [{ NODE_ENV: 'production', REGISTRATION_CODE: 'change-me' }, /^REGISTRATION_CODE: is an example value/],
    [{ NODE_ENV: 'production', SESSION_KEY: Buffer.alloc(32).toString('base64') }, /^SESSION_KEY: is an example value/],
    [{ NODE_ENV: 'production', SECOND_FACTOR_KEY: Buffer.alloc(32).toString('base64') }, /^SECOND_FACTOR_KEY: is an example value/],
    [{ NODE_ENV: 'production', DATABASE_URL: 'postgres://app:hemmelig1234@db/x' }, /^SESSION_KEY: must be set in production/],
    [{ ENCRYPTION_MASTER_KEYS: 'hemmelig' }, /^ENCRYPTION_MASTER_KEYS: must be a list of id:key, newest first/],
    [{ ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64') }, /^ENCRYPTION_KEY and ENCRYPTION_IV: one is of no use/],
    [{ ENCRYPTION_IV: 'kort' }, /^ENCRYPTION_IV: must be 16 bytes/],
    [
      {
        NODE_ENV: 'production',
        ENCRYPTION_MASTER_KEYS: `1:${Buffer.alloc(32, 'change-me').toString('base64').slice(0, 4)}${'A'.repeat(39)}=`,
      },
      /^ENCRYPTION_MASTER_KEYS: is an example value/,
    ],
    [
      {
        NODE_ENV: 'production',
        SESSION_KEY: 'qK0J2b1rPz7dCkY3mVx8sW5uTn4hLg6fEa9iRoXjB0c=',
        DATABASE_URL: 'postgres://app:hemmelig1234@db/x',
      },
      /^ENCRYPTION_MASTER_KEYS: must be set in production/,
    ],
    [
      { NODE_ENV: 'production', SESSION_KEY: 'qK0J2b1rPz7dCkY3mVx8sW5uTn4hLg6fEa9iRoXjB0c=', DATABASE_URL: 'postgres://app:password@db/x' },
      /^DATABASE_URL: its password is an example/,
    ],
  ])('a wrong value is one clear sentence: %j', (env, message) => {
    expect(() => readConfig({ RYGGRAD_HOME: newHome(), ...env })).toThrow(message);
  });

  it('several proxies and origins stand with commas between; none is the default', () => {
    const env = {
      RYGGRAD_HOME: newHome(),
      TRUSTED_PROXIES: 'loopback, 10.0.0.5,10.1.0.0/16,fd00::/8',
      CORS_ORIGIN: 'https://a.no, http://localhost:5173',
    };
    expect(readConfig(env).answers).toEqual({
      trustedProxies: ['loopback', '10.0.0.5', '10.1.0.0/16', 'fd00::/8'],
      origins: ['https://a.no', 'http://localhost:5173'],
    });
    expect(readConfig({ RYGGRAD_HOME: newHome() }).answers).toEqual({ trustedProxies: [], origins: [] });
  });

  it('a foreign database without registration code lets nobody found a clinic; a code opens it', () => {
    const env = { RYGGRAD_HOME: newHome(), DATABASE_URL: 'postgres://a:b@db/x' };
    expect(readConfig(env).registration).toBe('closed');
    expect(readConfig({ ...env, REGISTRATION_CODE: 'en lang kode' }).registration).toEqual({ code: 'en lang kode' });
    expect(readConfig({ RYGGRAD_HOME: newHome() }).registration).toBe('open');
    expect(readConfig({ RYGGRAD_HOME: newHome(), RYGGRAD_SYNC_HOST: '0.0.0.0' }).registration).toBe('closed');
  });

  it('a taken port and a wrong database address are clear sentences', async () => {
    const { url } = await start({ RYGGRAD_HOME: newHome() });
    await expect(start({ RYGGRAD_HOME: newHome(), RYGGRAD_SYNC_PORT: new URL(url).port })).rejects.toThrow('the port is in use');
    const port = await freePort();
    await expect(start({ RYGGRAD_HOME: newHome(), DATABASE_URL: `postgres://app:x@127.0.0.1:${port}/ryggrad` })).rejects.toThrow(
      /ended with 1: .*(refused|reached)/i,
    );
  });
});

describe('the embedded Postgres', () => {
  it('survives a killed owner, a pid file that names somebody else, and half a first start', async () => {
    const home = newHome();
    fs.mkdirSync(path.join(home, 'postgres'), { recursive: true });
    fs.writeFileSync(path.join(home, 'postgres', 'halvveis'), 'rest');
    const first = await startEmbeddedPostgres(home);
    const client = new pg.Client({ connectionString: first.ownerUrl });
    await client.connect();
    await client.query('create table husk (x int)');
    expect((await client.query<{ fsync: string }>('show fsync')).rows[0]?.fsync).toBe('on');
    expect((await client.query<{ synchronous_commit: string }>('show synchronous_commit')).rows[0]?.synchronous_commit).toBe('on');
    client.on('error', () => {});
    process.kill(first.pid, 'SIGKILL');
    await first.ended;
    fs.writeFileSync(path.join(home, 'postgres', 'postmaster.pid'), `${process.pid}\n${path.join(home, 'postgres')}\n`);
    const second = await startEmbeddedPostgres(home);
    const again = new pg.Client({ connectionString: second.ownerUrl });
    await again.connect();
    expect((await again.query('select * from husk')).rowCount).toBe(0);
    await again.end();
    await second.stop();
  });

  it('a postmaster that was left behind is ended before the next one starts', async () => {
    const home = newHome();
    const first = await startEmbeddedPostgres(home);
    const second = await startEmbeddedPostgres(home);
    await first.ended;
    expect(second.pid).not.toBe(first.pid);
    await second.stop();
  });
});
