/**
 * A disk at the moment the power goes. What was synced is there. Of what was written since the last sync of its file, each piece is there, is not,
 * or is torn at a sector's edge, whatever came before it; a file never synced may not exist, one unlinked may be back. That is what POSIX leaves
 * open and what ext4, APFS and NTFS do (security.md §1.4). `lies`: the disk says "synced" and syncs nothing.
 */
import type { Random } from '#tests/tools/random.ts';

export interface Step {
  kind: 'write' | 'truncate' | 'sync' | 'unlink';
  inode: bigint;
  name: string;
  at: number;
  bytes: Buffer;
}

/** What record.c wrote. A last record that was cut off by the writer's end is left out. */
export function stepsIn(log: Buffer): Step[] {
  const steps: Step[] = [];
  for (let at = 0; at + 23 <= log.length;) {
    const length = log.readUInt32LE(at + 17);
    const name = at + 23;
    const bytes = name + log.readUInt16LE(at + 21);
    if (bytes + length > log.length) break;
    const kind = KINDS[String.fromCharCode(log.readUInt8(at))];
    if (kind === undefined) throw new Error('no such kind of record');
    steps.push({
      kind,
      inode: log.readBigUInt64LE(at + 1),
      at: Number(log.readBigUInt64LE(at + 9)),
      name: log.toString('utf8', name, bytes),
      bytes: log.subarray(bytes, bytes + length),
    });
    at = bytes + length;
  }
  return steps;
}
const KINDS: Readonly<Record<string, Step['kind']>> = { w: 'write', t: 'truncate', s: 'sync', u: 'unlink' };

interface File {
  inode: bigint;
  name: string;
  /** As it was at its last sync. */
  durable: Buffer;
  /** Writes and truncations since. */
  pending: Step[];
  /** Its entry in the folder has been synced with it. */
  linked: boolean;
  unlinked: boolean;
}

export interface Disk {
  take(step: Step): void;
  /** The files there are after a power cut now, by name. */
  cut(random: Random): Map<string, Buffer>;
}

const SECTOR = 512;

/** @param before files that were there, and synced, when the recording began */
export function openDisk(before: readonly { inode: bigint; name: string; bytes: Buffer }[], lies = false): Disk {
  let files: File[] = before.map(({ inode, name, bytes }) => ({ inode, name, durable: bytes, pending: [], linked: true, unlinked: false }));

  return {
    take(step) {
      if (step.kind === 'unlink') {
        for (const file of files) if (file.name === step.name) file.unlinked = true;
        return;
      }
      // An inode may be given out again once its file is unlinked.
      let file = files.find(({ inode, unlinked }) => inode === step.inode && !unlinked);
      if (file === undefined) {
        file = { inode: step.inode, name: step.name, durable: Buffer.alloc(0), pending: [], linked: false, unlinked: false };
        files.push(file);
      }
      if (step.kind !== 'sync') file.pending.push(step);
      else if (!lies) {
        file.durable = applied(file.durable, file.pending);
        file.pending = [];
        // SQLite syncs the folder with the first sync of a log it has made: what was unlinked before is gone for good.
        if (!file.linked) files = files.filter((other) => other === file || other.name !== file?.name);
        file.linked = true;
      }
    },
    cut(random) {
      const left = new Map<string, Buffer>();
      for (const file of files) {
        const there = file.unlinked ? random.chance(0.5) : file.linked || random.chance(0.5);
        if (!there) continue;
        left.set(
          file.name,
          applied(
            file.durable,
            file.pending.flatMap((step) => survivors(step, random)),
          ),
        );
      }
      return left;
    },
  };
}

function applied(content: Buffer, steps: readonly Pick<Step, 'kind' | 'at' | 'bytes'>[]): Buffer {
  const most = steps.reduce((size, { at, bytes }) => Math.max(size, at + bytes.length), content.length);
  const out = Buffer.alloc(most);
  content.copy(out);
  let size = content.length;
  for (const { kind, at, bytes } of steps) {
    if (kind === 'truncate') {
      out.fill(0, Math.min(at, size), size);
      size = at;
    } else {
      bytes.copy(out, at);
      size = Math.max(size, at + bytes.length);
    }
  }
  return out.subarray(0, size);
}

/** What of an unsynced step reached the disk. */
function survivors(step: Step, random: Random): Step[] {
  const fate = random.next();
  if (fate < 0.4) return [step];
  if (fate < 0.7 || step.kind === 'truncate') return [];
  const sectors = Array.from({ length: Math.ceil(step.bytes.length / SECTOR) }, (_, i) => i);
  const edge = random.int(0, sectors.length);
  const kept = fate < 0.8 ? sectors.slice(0, edge) : fate < 0.9 ? sectors.slice(edge) : sectors.filter(() => random.chance(0.5));
  return kept.map((i) => ({ ...step, at: step.at + i * SECTOR, bytes: step.bytes.subarray(i * SECTOR, (i + 1) * SECTOR) }));
}
