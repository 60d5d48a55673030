/** What a backup file begins with: one line of JSON, then the encrypted database. */
import { closeSync, openSync, readSync } from 'node:fs';
import { z } from 'zod';

const headerSchema = z.object({
  format: z.literal('ryggrad-backup-1'),
  clinicId: z.uuid(),
  clinicName: z.string(),
  demo: z.boolean(),
  madeAt: z.string(),
  /** X25519 public key of the recovery key. */
  recoveryPublic: z.string(),
  /** The key of the database inside, sealed to it. */
  sealedKey: z.string(),
});
export type BackupHeader = z.infer<typeof headerSchema>;

const HEADER_LIMIT = 16_384;

export function headerLine(header: BackupHeader): string {
  return `${JSON.stringify(header)}\n`;
}

/** The header and where the database begins; null when this is no backup of ours. */
export function readHeader(file: string): { header: BackupHeader; length: number } | null {
  const bytes = firstBytes(file);
  const end = bytes?.indexOf(0x0a) ?? -1;
  if (bytes === null || end <= 0) return null;
  try {
    const parsed = headerSchema.safeParse(JSON.parse(bytes.subarray(0, end).toString('utf8')));
    return parsed.success ? { header: parsed.data, length: end + 1 } : null;
  } catch {
    return null;
  }
}

function firstBytes(file: string): Buffer | null {
  try {
    const descriptor = openSync(file, 'r');
    try {
      const buffer = Buffer.alloc(HEADER_LIMIT);
      return buffer.subarray(0, readSync(descriptor, buffer, 0, HEADER_LIMIT, 0));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return null;
  }
}
