/** The PIN opens a locked session that is still running, never a closed one; it lives in memory only. */
import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';

const TRIES = 5;

export interface Pin {
  readonly salt: Buffer;
  readonly hash: Buffer;
  left: number;
}

export function makePin(pin: string): Pin {
  const salt = randomBytes(16);
  return { salt, hash: derive(pin, salt), left: TRIES };
}

export function tryPin(pin: Pin, attempt: string): 'right' | 'wrong' | 'used-up' {
  if (pin.left <= 0) return 'used-up';
  pin.left -= 1;
  if (!timingSafeEqual(derive(attempt, pin.salt), pin.hash)) return pin.left === 0 ? 'used-up' : 'wrong';
  pin.left = TRIES;
  return 'right';
}

const derive = (pin: string, salt: Buffer): Buffer => scryptSync(pin, salt, 32, { N: 1 << 14, r: 8, p: 1 });
