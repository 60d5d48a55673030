/** A real clamd on a socket of its own, with one signature that we wrote: the EICAR test string, at any place (clamav.net, "Body-based signatures"). */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Harmless, and found by every scanner (eicar.org). In two parts, so that none finds it here. */
export const EICAR = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-', 'STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('');

export interface TestClamd {
  socket: string;
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** @param streamMax bytes that it takes at most, as clamd writes them */
export async function openTestClamd(streamMax = '210M'): Promise<TestClamd> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ryggrad-clamd-'));
  const socket = path.join(folder, 'socket');
  const config = path.join(folder, 'clamd.conf');
  fs.mkdirSync(path.join(folder, 'db'));
  fs.writeFileSync(path.join(folder, 'db', 'own.ndb'), `Ryggrad.Eicar-Test:0:*:${Buffer.from(EICAR).toString('hex')}\n`);
  fs.writeFileSync(
    config,
    [
      `DatabaseDirectory ${folder}/db`,
      `LocalSocket ${socket}`,
      `TemporaryDirectory ${folder}`,
      'Foreground yes',
      `StreamMaxLength ${streamMax}`,
      'MaxFileSize 210M',
      'MaxScanSize 210M',
    ].join('\n'),
  );
  let child: ReturnType<typeof spawn> | undefined;
  const clamd: TestClamd = {
    socket,
    async start() {
      child = spawn('clamd', ['-c', config, '--foreground'], { stdio: 'ignore' });
      for (let tries = 0; !fs.existsSync(socket); tries += 1) {
        if (tries > 400 || child.exitCode !== null) throw new Error('clamd does not start');
        await sleep(50);
      }
    },
    async stop() {
      const ended = new Promise((resolve) => child?.once('exit', resolve));
      child?.kill('SIGKILL');
      await ended;
      fs.rmSync(socket, { force: true });
    },
    async close() {
      if (child?.exitCode === null && child.signalCode === null) await clamd.stop();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
  await clamd.start();
  return clamd;
}
