/**
 * Finds a record that somebody put an older copy of in place: no cipher does (security.md §0.5). The head of this device's log is
 * remembered outside the clinic's folder, under a key of this device; a record that does not reach it, or has another event
 * there, is not the one that was closed last. Whoever puts back the whole home puts back the memory too: then the server, which
 * holds more changes of this device than the device knows of, refuses what clashes and keeps its words.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { prepared } from '#db/sqlite/store.ts';

const seenSchema = z.object({ deviceId: z.string(), n: z.int(), hash: z.string(), mac: z.string() });
type Head = Omit<z.infer<typeof seenSchema>, 'mac'>;

export interface RollbackGuard {
  /** Whether the record is older than the one this laptop remembers. */
  isOlder(db: SqliteDatabase, deviceId: string): boolean;
  /** After what was remembered is in the record for good. A full disk is no reason to stop. */
  remember(db: SqliteDatabase, deviceId: string): void;
}

export function rollbackGuard(home: string, clinicId: string, deviceSecret: Buffer): RollbackGuard {
  const file = guardFile(home, clinicId);
  const key = Buffer.from(hkdfSync('sha256', deviceSecret, clinicId, 'ryggrad-guard-v1', 32));
  const mac = ({ deviceId, n, hash }: Head): Buffer => createHmac('sha256', key).update(`${deviceId}|${n}|${hash}`).digest();

  function remembered(): Head | null {
    if (!existsSync(file)) return null;
    try {
      const seen = seenSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
      const [given, wanted] = [Buffer.from(seen.mac, 'base64'), mac(seen)];
      return given.length === wanted.length && timingSafeEqual(given, wanted) ? seen : null;
    } catch {
      // Half written when the power went.
      return null;
    }
  }

  return {
    isOlder(db, deviceId) {
      const seen = remembered();
      // A restored laptop is another device: it has a memory of its own.
      if (seen === null || seen.deviceId !== deviceId) return false;
      const there = prepared(db, 'select hash from audit_event where device_id = ? and n = ?').get(deviceId, seen.n);
      return (there as { hash: string } | undefined)?.hash !== seen.hash;
    },
    remember(db, deviceId) {
      const head = prepared(db, 'select n, hash from audit_event where device_id = ? order by n desc limit 1').get(deviceId) as
        | { n: number; hash: string }
        | undefined;
      if (head === undefined || remembered()?.hash === head.hash) return;
      const seen: Head = { deviceId, n: head.n, hash: head.hash };
      try {
        mkdirSync(join(home, 'guards'), { recursive: true, mode: 0o700 });
        writeFileSync(`${file}.new`, JSON.stringify({ ...seen, mac: mac(seen).toString('base64') }), { mode: 0o600, flush: true });
        renameSync(`${file}.new`, file);
      } catch {
        // Remembered at the next turn.
      }
    },
  };
}

/** The clinic's folder was set aside or erased: what comes next begins with a memory of its own. */
export function forgetHead(home: string, clinicId: string): void {
  rmSync(guardFile(home, clinicId), { force: true });
}

const guardFile = (home: string, clinicId: string): string => join(home, 'guards', `${clinicId}.json`);
