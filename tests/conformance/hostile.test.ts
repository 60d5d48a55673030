/** Bad input by name, over real connections where it is the connection that is bad. */
import { createHmac } from 'node:crypto';
import http from 'node:http';
import net from 'node:net';
import { gzipSync } from 'node:zlib';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withClinic } from '#db/postgres/open.ts';
import { MAX_CHANGES, MAX_REQUEST_BYTES, PROTOCOL_VERSION } from '#db/sync/change.ts';
import { PROOF_HEADER } from '#db/sync/proof.ts';
import {
  changeOf,
  foundClinic,
  newPatient,
  PASSPHRASE,
  push,
  pushRaw,
  verifierOf,
  write,
  type Laptop,
} from '#sync-server/testing/test-clinic.ts';
import { quarantined } from '#sync-server/testing/opened.ts';
import { openTestDatabase, type TestDatabase } from '#sync-server/testing/test-database.ts';
import { openTestServer, TEST_LIMITS, type TestServer } from '#sync-server/testing/test-server.ts';

const REQUEST_MS = 400;

describe('hostile', () => {
  let database: TestDatabase;
  let server: TestServer;
  let url: string;
  let laptop: Laptop;
  let stranger: Laptop;
  beforeAll(async () => {
    database = await openTestDatabase();
    server = await openTestServer(database, {
      limits: { ...TEST_LIMITS, requestMs: REQUEST_MS },
    });
    url = await server.url();
    laptop = await foundClinic(server.app);
    stranger = await foundClinic(server.app);
  });
  afterAll(async () => {
    await server?.close();
    await database?.close();
  });
  const rows = <T extends object>(clinicId: string, sql: string, values: unknown[] = []) =>
    withClinic(server.pool, clinicId, async (tx) => (await tx.query<T>(sql, values)).rows);
  const patientsOf = async (who: Laptop) => (await rows(who.clinicId, 'select 1 from patient')).length;
  /** What the server says to these bytes, until it closes the connection. */
  const say = (...parts: (string | Buffer)[]) =>
    new Promise<string>((resolve) => {
      let heard = '';
      const socket = net.connect(Number(new URL(url).port), '127.0.0.1');
      socket.on('data', (data) => (heard += data.toString('latin1')));
      socket.on('error', () => {});
      socket.on('close', () => resolve(heard));
      for (const part of parts) socket.write(part);
    });
  const postHead = (more: string) =>
    `POST /v1/changes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${laptop.credential}\r\nContent-Type: application/json\r\n${more}\r\n`;

  describe('another clinic', () => {
    it('a forged clinic_id in any place of a change writes nothing there, and its text is kept here', async () => {
      const before = [await patientsOf(laptop), await patientsOf(stranger)];
      const inSet = changeOf(stranger, {
        ...newPatient('Smuglet'),
        set: { givenName: 'a', familyName: 'Smuglet', clinicId: laptop.clinicId },
      });
      const snake = changeOf(stranger, {
        ...newPatient('Smuglet'),
        set: { givenName: 'a', familyName: 'Smuglet', clinic_id: laptop.clinicId },
      });
      const beside = { ...changeOf(stranger, newPatient('Smuglet')), clinicId: laptop.clinicId };
      const clinicRow = changeOf(stranger, { entity: 'clinic', rowId: laptop.clinicId, set: { name: 'Kapret' } });
      const { outcomes } = await push(server.app, stranger, [inSet, snake, beside, clinicRow]);
      expect(outcomes.map(({ code }) => code)).toEqual([
        'change/unknown-field',
        'change/unknown-field',
        'change/malformed',
        'clinic/foreign',
      ]);
      expect([await patientsOf(laptop), await patientsOf(stranger)]).toEqual(before);
      const kept = await quarantined(server.pool, stranger.clinicId);
      expect(kept.map(({ change }) => JSON.parse(change) as unknown)).toEqual([inSet, snake, beside, clinicRow]);
    });

    it("another clinic's row, parent and device cannot be reached by their ids", async () => {
      const theirs = newPatient('Deres');
      await write(server.app, laptop, theirs);
      const [before] = await rows<{ seq: string }>(laptop.clinicId, 'select seq::text from clinic_clock');
      const touch = await write(server.app, stranger, {
        entity: 'patient',
        rowId: theirs.rowId,
        set: { familyName: 'Kapret' },
        base: { familyName: 9 },
      });
      const child = await write(server.app, stranger, {
        entity: 'safety_fact',
        rowId: v7(),
        set: { patientId: theirs.rowId, kind: 'allergy', text: 'x' },
      });
      expect([touch.outcome, child.outcome]).toEqual(['rejected', 'rejected']);
      const as = await pushRaw(server.app, { ...stranger, deviceId: laptop.deviceId }, [changeOf(stranger, newPatient())]);
      stranger.next -= 1;
      expect(as.json()).toMatchObject({ status: 403, code: 'device/mismatch' });
      expect(await rows(laptop.clinicId, 'select seq::text from clinic_clock')).toEqual([before]);
    });

    it("tokens: another clinic's, expired, without a signature, signed with another key or for something else", async () => {
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const seconds = Math.floor(Date.now() / 1000);
      const opened = await server.app.inject({
        method: 'POST',
        url: '/v1/sessions',
        payload: { email: laptop.email, passphrase: PASSPHRASE },
      });
      const { by } = JSON.parse(
        Buffer.from(opened.json<{ accessToken: string }>().accessToken.split('.')[1] ?? '', 'base64url').toString(),
      ) as { by: string };
      const claims = {
        by,
        clinic: laptop.clinicId,
        sub: laptop.userId,
        iss: 'ryggrad',
        aud: 'ryggrad-sync',
        iat: seconds,
        exp: seconds + 900,
      };
      const signed = (head: object, body: object, key: Uint8Array, hash = 'sha256') => {
        const text = `${part(head)}.${part(body)}`;
        return `${text}.${createHmac(hash, key).update(text).digest('base64url')}`;
      };
      const key = server.deps.sessionKey;
      const HS256 = { alg: 'HS256', typ: 'JWT' };
      const ask = async (token: string) =>
        (await server.app.inject({ url: '/v1/devices', headers: { authorization: `Bearer ${token}` } })).json<{ code?: string }>().code;
      expect(await ask(signed(HS256, claims, key))).toBeUndefined();
      const wrong = {
        'alg none': `${part({ alg: 'none' })}.${part(claims)}.`,
        'alg None': `${part({ alg: 'None', typ: 'JWT' })}.${part(claims)}.`,
        'alg none, signed': signed({ alg: 'none' }, claims, key),
        'no algorithm': signed({ typ: 'JWT' }, claims, key),
        'a key in the head': signed({ ...HS256, jwk: { kty: 'oct', k: Buffer.alloc(32).toString('base64url') } }, claims, Buffer.alloc(32)),
        'another algorithm': signed({ alg: 'HS512' }, claims, key, 'sha512'),
        'another key': signed(HS256, claims, Buffer.alloc(32, 1)),
        'no key': signed(HS256, claims, Buffer.alloc(0)),
        'another issuer': signed(HS256, { ...claims, iss: 'x' }, key),
        'another audience': signed(HS256, { ...claims, aud: 'x' }, key),
        'no end': signed(HS256, { ...claims, exp: undefined }, key),
        'an end that is text': signed(HS256, { ...claims, exp: '9999999999' }, key),
        'not yet': signed(HS256, { ...claims, nbf: seconds + 600 }, key),
        critical: signed({ ...HS256, crit: ['b64'], b64: false }, claims, key),
        'another clinic for this person': signed(HS256, { ...claims, clinic: stranger.clinicId }, key),
        'of another passphrase': signed(HS256, { ...claims, by: by.replace(/^./, 'x') }, key),
        'of no passphrase': signed(HS256, { ...claims, by: undefined }, key),
        'a clinic that is none': signed(HS256, { ...claims, clinic: "' or true --" }, key),
        'a person that is none': signed(HS256, { ...claims, sub: 'x' }, key),
        'claims that are a list': signed(HS256, [claims], key),
        'changed after': signed(HS256, claims, key).replace(/\.[^.]+\./, `.${part({ ...claims, sub: stranger.userId })}.`),
        'half of it': signed(HS256, claims, key).slice(0, 60),
        'a device of another secret': `${laptop.credential.slice(0, -3)}abc`,
        'a device without secret': laptop.credential.slice(0, laptop.credential.lastIndexOf('_') + 1),
      };
      for (const [name, token] of Object.entries(wrong)) expect([name, await ask(token)]).toEqual([name, 'auth/invalid']);
      expect(await ask(signed(HS256, { ...claims, iat: 1, exp: 900 }, key))).toBe('auth/expired');
    });
  });

  describe('pushes', () => {
    it('reordered, or with one twice: a gap with what is expected, and no effect', async () => {
      const before = await patientsOf(laptop);
      const [a, b, c] = [1, 2, 3].map(() => changeOf(laptop, newPatient()));
      const expected = a?.n ?? 0;
      expect((await pushRaw(server.app, laptop, [b, a])).json()).toMatchObject({ status: 409, code: 'changes/gap' });
      expect((await pushRaw(server.app, laptop, [a, c])).json()).toMatchObject({
        status: 409,
        code: 'changes/gap',
        expected: expected + 1,
      });
      expect((await pushRaw(server.app, laptop, [a, a])).json()).toMatchObject({ status: 409, code: 'changes/gap' });
      expect(await patientsOf(laptop)).toBe(before);
      expect((await push(server.app, laptop, [a, b, c])).outcomes.map(({ outcome }) => outcome)).toEqual(['applied', 'applied', 'applied']);
    });

    it('what the rules refuse is kept whole, what stands beside it is applied', async () => {
      const before = await patientsOf(laptop);
      const batch = [
        changeOf(laptop, newPatient()),
        // Every way of being refused: a shape, a field, a person, a signature, a parent, a text without a canonical form, an n used before.
        { ...changeOf(laptop, newPatient('Form')), extra: true },
        changeOf(laptop, { entity: 'patient', rowId: v7(), set: { givenName: 'Felt' } }),
        { ...changeOf(laptop, newPatient('Person')), actor: v7() },
        { ...changeOf(laptop, newPatient('Signatur')), actorSignature: 'x' },
        changeOf(laptop, { entity: 'guardian', rowId: v7(), set: { patientId: v7(), name: 'Forelder' } }),
        { ...changeOf(laptop, newPatient()), set: { givenName: 'Halv \ud800', familyName: 'Par \udfff' } },
        changeOf(laptop, newPatient('Null \0')),
        { ...changeOf(laptop, newPatient()), entity: 'noe_nytt' },
        changeOf(laptop, newPatient()),
      ];
      const { outcomes } = await push(server.app, laptop, batch);
      expect(outcomes.map(({ outcome }) => outcome)).toEqual(['applied', ...Array.from({ length: 8 }, () => 'rejected'), 'applied']);
      expect(await patientsOf(laptop)).toBe(before + 2);
      const [from = 0, to = 0] = [batch[0]?.n, batch.at(-1)?.n];
      const kept = (await quarantined(server.pool, laptop.clinicId)).filter(({ n }) => n >= from && n <= to);
      expect(kept.map(({ change }) => JSON.parse(change) as unknown)).toEqual(batch.slice(1, -1));
    });

    it('too many in one request', async () => {
      const changes = Array.from({ length: MAX_CHANGES + 1 }, () => ({}));
      expect((await pushRaw(server.app, laptop, changes)).json()).toMatchObject({
        status: 400,
        code: 'request/malformed',
        fields: ['changes'],
      });
    });

    it("a person's proof under half a surrogate pair is no proof, and no fault of ours", async () => {
      const answer = await server.app.inject({
        method: 'PUT',
        url: `/v1/accounts/${laptop.userId}`,
        headers: {
          authorization: `Bearer ${laptop.credential}`,
          'content-type': 'application/json',
          [PROOF_HEADER]: `${laptop.userId}.${'A'.repeat(86)}`,
        },
        payload: `{"verifier":"\\ud800"}`,
      });
      expect(answer.json()).toMatchObject({ status: 400, code: 'request/malformed' });
    });
  });

  describe('too much', () => {
    it('50 MB, announced or not: 413 before it is read, memory stays bounded, the server goes on', async () => {
      const before = process.memoryUsage();
      let peak = 0;
      const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().arrayBuffers)), 5);
      const announced = await say(postHead('Content-Length: 50000000\r\n'), '{"text":"');
      expect(announced).toMatch(/^HTTP\/1\.1 413 .*"code":"request\/too-large"/s);
      expect(announced).toContain('cache-control: private, no-store');
      const piece = Buffer.alloc(1_000_000, 'x');
      const unannounced = await new Promise<{ status: number | undefined; sent: number }>((resolve) => {
        let sent = 0;
        const request = http.request(`${url}/v1/changes`, {
          method: 'POST',
          headers: { authorization: `Bearer ${laptop.credential}`, 'content-type': 'application/json' },
        });
        let status: number | undefined;
        request.on('response', (response) => {
          status = response.statusCode;
          response.resume();
        });
        request.on('error', () => {});
        request.on('close', () => resolve({ status, sent }));
        const more = () => {
          if (sent >= 50 || request.destroyed) return void request.end();
          sent += 1;
          request.write(piece, () => setImmediate(more));
        };
        more();
      });
      clearInterval(watch);
      // 408 where the machine is so busy that 50 MB do not come within this server's short patience.
      expect([408, 413, undefined]).toContain(unannounced.status);
      // Of its 16 MB at most, a few copies; never the 50.
      expect(peak - before.arrayBuffers).toBeLessThan(4 * MAX_REQUEST_BYTES);
      expect((await fetch(`${url}/health`)).status).toBe(200);
    });

    it('1,000 and 100,000 levels of JSON, open or closed', async () => {
      for (const [open, close] of [
        ['[', ']'],
        ['{"a":', '}'],
      ] as const) {
        for (const levels of [1000, 100_000]) {
          for (const text of [open.repeat(levels), `${open.repeat(levels)}1${close.repeat(levels)}`]) {
            const payload = `{"protocol":${PROTOCOL_VERSION},"deviceId":"${laptop.deviceId}","changes":[${text}]}`;
            const answer = await server.app.inject({
              method: 'POST',
              url: '/v1/changes',
              headers: { authorization: `Bearer ${laptop.credential}`, 'content-type': 'application/json' },
              payload,
            });
            expect(answer.json()).toMatchObject({ status: 400, code: 'request/malformed' });
          }
        }
      }
    });

    it('a bomb of gzip is not unpacked', async () => {
      const bomb = gzipSync(Buffer.alloc(50_000_000, ' '));
      for (const encoding of ['gzip', 'deflate', 'br', 'x-gzip', 'gzip, gzip']) {
        const answer = await fetch(`${url}/v1/sessions`, {
          method: 'POST',
          body: bomb,
          headers: { 'content-type': 'application/json', 'content-encoding': encoding },
        });
        expect([encoding, answer.status, await answer.json()]).toMatchObject([encoding, 415, { code: 'request/media-type' }]);
      }
    });

    it('a verifier that would exhaust the server', async () => {
      const mild = await verifierOf('x');
      for (const verifier of [
        mild.replace('m=19456', 'm=9999999'),
        mild.replace('t=2', 't=99'),
        mild.replace('argon2id', 'argon2i'),
        'x',
      ]) {
        const clinic = await foundClinic(server.app);
        const token = (await (
          await fetch(`${url}/v1/sessions`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ email: clinic.email, passphrase: 'riktig hest batteri stift' }),
          })
        ).json()) as { accessToken: string };
        const answer = await fetch(`${url}/v1/accounts/${clinic.userId}`, {
          method: 'PUT',
          headers: { authorization: `Bearer ${token.accessToken}`, 'content-type': 'application/json' },
          body: JSON.stringify({ verifier }),
        });
        expect(await answer.json()).toMatchObject({ status: 400, code: 'account/weak-verifier' });
      }
    });
  });

  describe('too slow, and no HTTP', () => {
    it('a body, or headers, that come drop by drop are cut off, and nothing of them has an effect', async () => {
      const before = await patientsOf(laptop);
      for (const text of [`${postHead('Content-Length: 100000\r\n')}{"pro`, 'GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: ']) {
        const started = Date.now();
        const drip = new Promise<string>((resolve) => {
          let heard = '';
          const socket = net.connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text));
          const drop = setInterval(() => socket.write('x'), 50);
          socket.on('data', (data) => (heard += data.toString('latin1')));
          socket.on('error', () => {});
          socket.on('close', () => {
            clearInterval(drop);
            resolve(heard);
          });
        });
        const heard = await drip;
        expect(heard).toMatch(/^HTTP\/1\.1 408 .*"code":"request\/timeout"/s);
        expect(heard).toContain('cache-control: private, no-store');
        expect(Date.now() - started).toBeGreaterThanOrEqual(REQUEST_MS);
      }
      expect(await patientsOf(laptop)).toBe(before);
    });

    it.each([
      ['no HTTP', 'hallo\r\n\r\n', 400, 'request/malformed'],
      [
        'two lengths',
        'POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}',
        400,
        'request/malformed',
      ],
      [
        'a length and chunks',
        'POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
        400,
        'request/malformed',
      ],
      ['an unknown transfer', 'POST /v1/sessions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n', 400, 'request/malformed'],
      ['a bare newline in a header', 'GET /health HTTP/1.1\r\nHost: x\r\nX: a\nb\r\n\r\n', 400, 'request/malformed'],
      ['headers of 20 kB', `GET /health HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, 431, 'request/headers-too-large'],
      ['an address of 20 kB', `GET /v1/shape?x=${'a'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431, 'request/headers-too-large'],
      [
        'an address that cannot be read',
        'GET /v1/devices/%zz/revoke HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
        400,
        'request/malformed',
      ],
      [
        'a parameter without end',
        `POST /v1/devices/${'a'.repeat(300)}/revoke HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
        400,
        'request/malformed',
      ],
      ['a path upwards', 'GET /v1/../health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 404, 'route/unknown'],
      ['no host', 'GET /health HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'request/malformed'],
      ['an expectation', 'GET /health HTTP/1.1\r\nHost: x\r\nExpect: 200-ok\r\nConnection: close\r\n\r\n', 417, 'request/expectation'],
      ['another method', 'PROPFIND /v1/shape HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 405, 'route/method'],
    ])('%s: a problem with a code, unstored, that repeats nothing', async (_, text, status, code) => {
      const heard = await say(text);
      const [head = '', body = ''] = heard.split('\r\n\r\n');
      expect(head.split('\r\n')[0]).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(head.toLowerCase()).toContain('cache-control: private, no-store');
      expect(head.toLowerCase()).toContain('content-type: application/problem+json');
      expect(JSON.parse(body)).toMatchObject({ status, code });
      expect(body).not.toMatch(/%zz|a{12}/);
    });

    it('a hundred connections that say nothing hold up nobody', async () => {
      const idle = Array.from({ length: 100 }, () => net.connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {}));
      expect((await fetch(`${url}/health`)).status).toBe(200);
      expect((await write(server.app, laptop, newPatient())).outcome).toBe('applied');
      for (const socket of idle) socket.destroy();
    });
  });
});
