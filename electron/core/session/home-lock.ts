/** One process per clinic folder: a second copy of the app would write under the first one's feet. */
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const lockFile = (folder: string): string => join(folder, 'running.lock');

/** False when another living process holds it. A lock left by a killed process is taken over. */
export function takeHome(folder: string): boolean {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      const file = openSync(lockFile(folder), 'wx', 0o600);
      writeSync(file, String(process.pid));
      closeSync(file);
      return true;
    } catch {
      const holder = Number(readHolder(folder));
      if (holder !== process.pid && isAlive(holder)) return false;
      rmSync(lockFile(folder), { force: true });
    }
  }
  return false;
}

export function releaseHome(folder: string): void {
  if (Number(readHolder(folder)) === process.pid) rmSync(lockFile(folder), { force: true });
}

function readHolder(folder: string): string {
  try {
    return readFileSync(lockFile(folder), 'utf8');
  } catch {
    return '';
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}
