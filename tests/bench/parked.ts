/**
 * Long-polls as bare sockets: a request written by hand and the moment its answer is whole. 2,000 of the platform's own fetches would cost
 * the bench more than the server, and be measured as the server's.
 */
import { connect, type Socket } from 'node:net';

export interface Parked {
  /** `performance.now()` when the answer's last byte was there. */
  answered: Promise<number>;
  status: Promise<number>;
  end(): void;
}

/** Sends one GET on a connection of its own. Rejects when the connection is refused or cut. */
export function park(url: string, path: string, credential: string): Parked {
  const { hostname, port } = new URL(url);
  const socket: Socket = connect({ host: hostname, port: Number(port), noDelay: true });
  socket.write(`GET ${path} HTTP/1.1\r\nhost: ${hostname}:${port}\r\nauthorization: Bearer ${credential}\r\n\r\n`);
  let head = '';
  let left = -1;
  let code = 0;
  const whole = new Promise<number>((resolve, reject) => {
    socket.on('data', (bytes) => {
      if (left >= 0) left -= bytes.length;
      else {
        head += bytes.toString('latin1');
        const end = head.indexOf('\r\n\r\n');
        if (end < 0) return;
        code = Number(head.slice(9, 12));
        left = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0) - (head.length - end - 4);
      }
      if (left <= 0) resolve(performance.now());
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the connection was cut')));
  });
  whole.catch(() => {});
  return { answered: whole, status: whole.then(() => code), end: () => socket.destroy() };
}
