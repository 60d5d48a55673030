/**
 * A store that speaks S3 (s3rver, in a folder of its own), behind a door that proves every signature by itself: the store knows V4 by name
 * only. By Amazon's words: docs.aws.amazon.com, "Create a signed AWS API request", and "Authenticating Requests: Using Query Parameters".
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import http, { type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import S3rver from 's3rver';

export interface TestS3 {
  /** For the storage integration. */
  environment: Record<string, string>;
  /** What lies there: names and bytes. */
  objects(): Map<string, Buffer>;
  /** `METHOD status encryption` of each request, as it was asked and answered. */
  asked: string[];
  /** Connections are refused, for as long as it is away. */
  down(): Promise<void>;
  up(): Promise<void>;
  close(): Promise<void>;
}

const BUCKET = 'ryggrad-vedlegg';
const REGION = 'eu-north-1';
/** The store's own fixed account. */
const ACCESS_KEY = 'S3RVER';
const SECRET_KEY = 'S3RVER';

export async function openTestS3(): Promise<TestS3> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ryggrad-s3-'));
  const store = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory: folder,
    configureBuckets: [{ name: BUCKET, configs: [] }],
  });
  const { port: within } = await store.run();
  const asked: string[] = [];
  let door: http.Server;
  let port = 0;
  const up = async (): Promise<void> => {
    door = http.createServer((request, response) => {
      void (async () => {
        const body = await bytesOf(request);
        const note = (status: number) =>
          asked.push(`${request.method} ${status} ${String(request.headers['x-amz-server-side-encryption'] ?? '-')}`);
        if (!isSigned(request, body)) {
          note(403);
          response.writeHead(403, { 'content-type': 'application/xml' });
          return response.end(
            request.method === 'HEAD' ? '' : '<?xml version="1.0"?><Error><Code>SignatureDoesNotMatch</Code><Message>no</Message></Error>',
          );
        }
        const answer = await forwarded(within, request, body);
        note(answer.status);
        response.writeHead(answer.status, answer.headers);
        response.end(answer.body);
      })().catch(() => response.destroy());
    });
    door.listen(port, '127.0.0.1');
    await once(door, 'listening');
    ({ port } = door.address() as AddressInfo);
  };
  const down = async (): Promise<void> => {
    door.closeAllConnections();
    await new Promise((resolve) => door.close(resolve));
  };
  await up();
  return {
    environment: {
      S3_BUCKET: BUCKET,
      S3_REGION: REGION,
      S3_ACCESS_KEY: ACCESS_KEY,
      S3_SECRET_KEY: SECRET_KEY,
      S3_ENDPOINT: `http://127.0.0.1:${port}`,
      S3_FORCE_PATH_STYLE: 'true',
      S3_PREFIX: 'klinikker/',
      S3_TIMEOUT_MS: '2000',
    },
    asked,
    objects() {
      const inside = path.join(folder, BUCKET);
      const files = fs.readdirSync(inside, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('._S3rver_object'));
      return new Map(files.map((name) => [name.replace('._S3rver_object', ''), fs.readFileSync(path.join(inside, name))]));
    },
    down,
    up,
    async close() {
      await down().catch(() => {});
      await store.close();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** The signature is gone: the store would judge it by another host. */
async function forwarded(port: number, request: IncomingMessage, body: Buffer) {
  const url = new URL(request.url ?? '/', `http://127.0.0.1:${port}`);
  for (const name of [...url.searchParams.keys()]) if (/^x-amz-/i.test(name)) url.searchParams.delete(name);
  const { authorization: _, host: __, ...headers } = request.headers;
  const out = http.request(url, { method: request.method ?? 'GET', headers, agent: false });
  out.end(body);
  const [answer] = (await once(out, 'response')) as [IncomingMessage];
  return {
    status: answer.statusCode ?? 500,
    headers: answer.headers,
    body: await bytesOf(answer),
  };
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');
const encoded = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/** By header, or by query (presigned, within its time). */
function isSigned(request: IncomingMessage, body: Buffer): boolean {
  const url = new URL(request.url ?? '/', 'http://door');
  const header = /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]+)$/.exec(
    request.headers.authorization ?? '',
  );
  const query = url.searchParams;
  const [credential, signedHeaders, signature] = header?.slice(1) ?? [
    query.get('X-Amz-Credential'),
    query.get('X-Amz-SignedHeaders'),
    query.get('X-Amz-Signature'),
  ];
  const at = header === null ? query.get('X-Amz-Date') : request.headers['x-amz-date'];
  if (typeof credential !== 'string' || typeof signedHeaders !== 'string' || typeof signature !== 'string' || typeof at !== 'string')
    return false;
  const stated = header === null ? 'UNSIGNED-PAYLOAD' : String(request.headers['x-amz-content-sha256']);
  if (stated !== 'UNSIGNED-PAYLOAD' && stated !== sha256(body)) return false;
  const [accessKey, day = '', region = '', service = '', end = ''] = credential.split('/');
  if (accessKey !== ACCESS_KEY || region !== REGION || service !== 's3' || end !== 'aws4_request') return false;
  const signedAt = Date.parse(at.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  const lasts = header === null ? Number(query.get('X-Amz-Expires')) : 900;
  if (!(Date.now() < signedAt + lasts * 1000)) return false;
  const canonicalQuery = [...query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .toSorted()
    .join('&');
  const headers = signedHeaders.split(';').map(
    (name) =>
      `${name}:${String(request.headers[name] ?? '')
        .trim()
        .replaceAll(/ +/g, ' ')}\n`,
  );
  const canonical = [request.method, url.pathname, canonicalQuery, headers.join(''), signedHeaders, stated].join('\n');
  const scope = `${day}/${region}/${service}/${end}`;
  const key = hmac(hmac(hmac(hmac(`AWS4${SECRET_KEY}`, day), region), service), end);
  const wanted = hmac(key, ['AWS4-HMAC-SHA256', at, scope, sha256(canonical)].join('\n'));
  const given = Buffer.from(signature, 'hex');
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
