/** SHA-256 (hex) over the RFC 8785 form: the same content has the same hash on every machine. */
import { createHash } from 'node:crypto';
import { canonical } from '#db/sync/change.ts';

export function contentHashOf(content: unknown): string {
  return createHash('sha256').update(canonical(content)).digest('hex');
}
