/** A door before a vendor's stand-in, for tests: keeps all that comes to it, passes it on, or answers as a vendor in a bad mood does. */
import http from 'node:http';

const MOODS = { refused: 400, locked: 401, forbidden: 403, gone: 404, throttled: 429, broken: 500, garbage: 200 } as const;
export type DoorMood = 'well' | 'closed' | keyof typeof MOODS;
export const DOOR_MOODS: readonly DoorMood[] = [
  'well',
  'refused',
  'locked',
  'forbidden',
  'gone',
  'throttled',
  'broken',
  'garbage',
  'closed',
];

export interface MoodyDoor {
  url: string;
  mood: DoorMood;
  /** Method, address, headers and body of every request. */
  asked: string[];
  close(): Promise<void>;
}

export async function openMoodyDoor(target: string): Promise<MoodyDoor> {
  const { hostname, port } = new URL(target);
  const asked: string[] = [];
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts);
      asked.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)} ${body.toString('latin1')}`);
      if (door.mood === 'closed') return void response.destroy();
      // What is refused is quoted, as vendors do.
      if (door.mood !== 'well')
        return void response
          .writeHead(MOODS[door.mood], { 'content-type': 'application/xml' })
          .end(`<Error>${body.toString('latin1')}</Error>`);
      const forwarded = http.request({ hostname, port, method: request.method, path: request.url, headers: request.headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        answer.pipe(response);
      });
      forwarded.on('error', () => response.destroy());
      forwarded.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const door: MoodyDoor = {
    url: `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`,
    mood: 'well',
    asked,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return door;
}
