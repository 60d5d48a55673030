import net, { type AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { whenAccepting } from '#db/postgres/when-accepting.ts';

/** An error as Postgres' wire says it (protocol 3.0, ErrorResponse). */
function refusal(code: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0Mthe database system is in recovery mode\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

let server: net.Server | undefined;
afterEach(() => void server?.close());

/** Answers each connection with the next of these codes, then with the last of them. */
async function refusing(...codes: string[]): Promise<{ url: string; asked(): number }> {
  let asked = 0;
  server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.end(refusal(codes[Math.min(asked, codes.length - 1)] ?? ''));
      asked += 1;
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return { url: `postgres://app@127.0.0.1:${(server.address() as AddressInfo).port}/ryggrad`, asked: () => asked };
}

test('a Postgres in recovery is asked until it takes connections, or says something else', async () => {
  const postgres = await refusing('57P03', '57P03', '28P01');
  await whenAccepting(postgres.url);
  expect(postgres.asked()).toBe(3);
});

test('one that never does is given up, with its own words; nobody there is not waited for', async () => {
  const postgres = await refusing('57P03');
  await expect(whenAccepting(postgres.url, 300)).rejects.toThrow('in recovery mode');
  server?.close();
  await whenAccepting('postgres://app@127.0.0.1:1/ryggrad');
});
