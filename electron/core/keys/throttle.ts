/**
 * Slows guessing: five tries are free, then the wait doubles up to 15 minutes. The count survives a restart and is
 * authenticated with the device secret; a count that was tampered with costs the longest wait, once.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FREE = 5;
const FIRST_WAIT_MS = 15_000;
const LONGEST_WAIT_MS = 15 * 60_000;

interface Tries {
  failures: number;
  lastAt: number;
}

/** Milliseconds to wait before the next try; 0 when it may be made now. A clock set back waits no longer than the longest wait. */
export function waitBeforeTry(folder: string, userId: string, deviceSecret: Buffer, now: number): number {
  const known = read(folder, userId, deviceSecret);
  const { failures, lastAt } = known ?? { failures: FREE + 10, lastAt: now };
  if (known === null) write(folder, userId, deviceSecret, { failures, lastAt });
  if (failures < FREE) return 0;
  const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(10, failures - FREE));
  return Math.max(0, Math.min(wait, lastAt + wait - now));
}

export function countFailure(folder: string, userId: string, deviceSecret: Buffer, now: number): void {
  write(folder, userId, deviceSecret, { failures: (read(folder, userId, deviceSecret)?.failures ?? FREE) + 1, lastAt: now });
}

export function forgetFailures(folder: string, userId: string, deviceSecret: Buffer): void {
  if (existsSync(file(folder, userId))) write(folder, userId, deviceSecret, { failures: 0, lastAt: 0 });
}

const file = (folder: string, userId: string): string => join(folder, `tries-${userId}.json`);
const mac = (deviceSecret: Buffer, userId: string, tries: Tries): Buffer =>
  createHmac('sha256', deviceSecret).update(`${userId}|${tries.failures}|${tries.lastAt}`).digest();

/** Null when it is not ours: changed, cut short, or of another device. */
function read(folder: string, userId: string, deviceSecret: Buffer): Tries | null {
  if (!existsSync(file(folder, userId))) return { failures: 0, lastAt: 0 };
  try {
    const stored = JSON.parse(readFileSync(file(folder, userId), 'utf8')) as Tries & { mac: string };
    const tries = { failures: Number(stored.failures), lastAt: Number(stored.lastAt) };
    const given = Buffer.from(stored.mac, 'base64');
    const wanted = mac(deviceSecret, userId, tries);
    if (given.length === wanted.length && timingSafeEqual(given, wanted)) return tries;
  } catch {
    // Unreadable counts as tampered with.
  }
  return null;
}

function write(folder: string, userId: string, deviceSecret: Buffer, tries: Tries): void {
  const fresh = `${file(folder, userId)}.new`;
  writeFileSync(fresh, JSON.stringify({ ...tries, mac: mac(deviceSecret, userId, tries).toString('base64') }), {
    mode: 0o600,
    flush: true,
  });
  renameSync(fresh, file(folder, userId));
}
