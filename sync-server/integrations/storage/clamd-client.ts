/**
 * A client of clamd's INSTREAM (clamd(8), "COMMANDS"): `zINSTREAM\0`, then pieces with their length in four bytes before them, then four
 * zero bytes; one line comes back. clamd refuses what is longer than its StreamMaxLength.
 */
import net from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Scanner, ScanResult } from '../kit.ts';
import type { ScannerConfig } from './config.ts';

/** Longest answer that is read. */
const MOST = 4096;

export function openClamd({ at, timeoutMs }: ScannerConfig): Scanner {
  return {
    scan: (pieces) => scanned(at, timeoutMs, pieces),
    async check() {
      const answer = await conversation(at, Math.min(timeoutMs, 5000), async (socket) => void socket.end('zPING\0'));
      return answer === 'PONG' ? undefined : 'scanner/unreachable';
    },
  };
}

async function scanned(at: ScannerConfig['at'], timeoutMs: number, pieces: AsyncIterable<Buffer>): Promise<ScanResult> {
  const answer = await conversation(at, timeoutMs, async (socket, over) => {
    let next = Buffer.from('zINSTREAM\0');
    for await (const piece of pieces) {
      if (!(await sent(socket, over, next))) return;
      const length = Buffer.alloc(4);
      length.writeUInt32BE(piece.length);
      next = Buffer.concat([length, piece]);
    }
    await sent(socket, over, Buffer.concat([next, Buffer.alloc(4)]));
  });
  if (answer === undefined) return { kind: 'unknown', code: 'scanner/unreachable' };
  if (answer === 'stream: OK') return { kind: 'clean' };
  const found = /^stream: (.{1,200}) FOUND$/.exec(answer)?.[1];
  // A name is clamd's own word; nothing of the file is in it.
  if (found !== undefined) return { kind: 'infected', name: found.replaceAll(/[^\w.:/+-]/g, '_') };
  return { kind: 'unknown', code: /size limit exceeded/i.test(answer) ? 'scanner/too-large' : 'scanner/unreadable' };
}

/** @returns what clamd said, without its end mark; undefined when it did not answer in time. What `say` throws is thrown. */
async function conversation(
  at: ScannerConfig['at'],
  timeoutMs: number,
  say: (socket: net.Socket, over: () => boolean) => Promise<void>,
): Promise<string | undefined> {
  const socket = net.connect(at);
  let text = '';
  let over = false;
  try {
    const answered = new Promise<string | undefined>((resolve) => {
      const end = (value: string | undefined): void => {
        over = true;
        socket.destroy();
        resolve(value);
      };
      socket.setTimeout(timeoutMs, () => end(undefined));
      socket.on('error', () => end(undefined));
      socket.on('close', () => end(undefined));
      socket.on('data', (bytes: Buffer) => {
        text += bytes.toString('utf8');
        const stop = text.indexOf('\0');
        if (stop >= 0) end(text.slice(0, stop).trim());
        else if (text.length > MOST) end(undefined);
      });
    });
    await say(socket, () => over);
    return await answered;
  } finally {
    over = true;
    socket.destroy();
  }
}

/**
 * Writes `bytes` once what clamd may have said meanwhile is read: it answers and closes where it has seen enough, and a write into what is
 * closed throws its answer away.
 * @returns false when the conversation is over
 */
async function sent(socket: net.Socket, over: () => boolean, bytes: Buffer): Promise<boolean> {
  await nextTurn();
  if (over()) return false;
  if (!socket.write(bytes)) await drained(socket);
  return !over();
}

/** Room again, or the end of the conversation: clamd closes where it has seen enough. */
function drained(socket: net.Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) return resolve();
    const done = (): void => {
      socket.off('drain', done).off('close', done);
      resolve();
    };
    socket.once('drain', done).once('close', done);
  });
}
