/** An HTTP server that keeps what it is sent, unpacked: stands for Sentry and for a collector of OpenTelemetry. */
import http from 'node:http';
import { gunzipSync } from 'node:zlib';

export interface Received {
  path: string;
  headers: http.IncomingHttpHeaders;
  body: string;
}
export interface TestReceiver {
  url: string;
  /** A Sentry address of it. */
  dsn: string;
  received: Received[];
  /** All that came, as one text. */
  text(): string;
  close(): Promise<void>;
}

export async function openTestReceiver(): Promise<TestReceiver> {
  const received: Received[] = [];
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts);
      const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
      received.push({ path: request.url ?? '', headers: request.headers, body: plain.toString('utf8') });
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const host = `127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
  return {
    url: `http://${host}`,
    dsn: `http://${'0123456789abcdef'.repeat(2)}@${host}/42`,
    received,
    text: () => received.map(({ path, headers, body }) => `${path} ${JSON.stringify(headers)} ${body}`).join('\n'),
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
