/** The listener for the browser's answer: one use, this machine, and nothing but what it asked for. */
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { expect, test } from 'vitest';
import { listenOnLoopback } from './loopback.ts';

const CODE = 'ABCD-EFGH-JKMN-PQRS-TVWX-YZ01-2345-6789';

function get(port: string, path: string, host = `127.0.0.1:${port}`, method = 'GET'): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers: { host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.on('error', reject);
    asked.end();
  });
}

test('takes one answer with its state, and is gone', async () => {
  const listening = await listenOnLoopback();
  const asked = new URLSearchParams(listening.query);
  const [port = '', state = ''] = [asked.get('port') ?? '', asked.get('state') ?? ''];
  expect(asked.get('challenge')).toBe(createHash('sha256').update(listening.verifier).digest('base64url'));
  expect(listening.query).not.toContain(listening.verifier);
  const good = `/?state=${state}&code=${CODE}`;
  // None of these ends the waiting.
  expect(await get(port, `/?state=${'a'.repeat(43)}&code=${CODE}`)).toBe(404);
  expect(await get(port, `/?code=${CODE}`)).toBe(404);
  expect(await get(port, `/?state=${state}&code=%3Cscript%3E`)).toBe(404);
  expect(await get(port, `/andre?state=${state}&code=${CODE}`)).toBe(404);
  expect(await get(port, good, 'evil.example')).toBe(404);
  expect(await get(port, good, `localhost:${port}`)).toBe(404);
  expect(await get(port, good, `127.0.0.1:${port}`, 'POST')).toBe(404);
  // Any page the browser shows may ask a port of this machine: what cannot be read, or compared, must not end the process.
  expect(await get(port, '//')).toBe(404);
  expect(await get(port, `/?state=${'%C3%A9'.repeat(43)}&code=${CODE}`)).toBe(404);
  expect(await get(port, good)).toBe(200);
  expect(await listening.done).toEqual({ ok: true, value: CODE });
  await expect(get(port, good)).rejects.toThrow('ECONNREFUSED');
});

test('hears why not, in one of the server’s own words, and nothing else', async () => {
  const listening = await listenOnLoopback();
  const asked = new URLSearchParams(listening.query);
  const [port = '', state = ''] = [asked.get('port') ?? '', asked.get('state') ?? ''];
  expect(await get(port, `/?state=${'a'.repeat(43)}&error=helseid/refused`)).toBe(404);
  expect(await get(port, `/?state=${state}&error=core/bug`)).toBe(404);
  expect(await get(port, `/?state=${state}&error=%3Cscript%3E`)).toBe(404);
  expect(await get(port, `/?state=${state}&error=helseid%2Fcancelled`)).toBe(200);
  expect(await listening.done).toEqual({ ok: false, code: 'helseid/cancelled' });
});

test('each has its own state and verifier; one that nobody answers is over in time', async () => {
  const [one, two] = [await listenOnLoopback(20), await listenOnLoopback()];
  expect(one.verifier).not.toBe(two.verifier);
  expect(await one.done).toEqual({ ok: false, code: 'sign-in/timed-out' });
  two.stop();
  expect(await two.done).toEqual({ ok: false, code: 'sign-in/stopped' });
  await expect(get(new URLSearchParams(one.query).get('port') ?? '', '/')).rejects.toThrow('ECONNREFUSED');
});
