/**
 * Bytes between a file of the person's and the core, a chunk at a time. Nothing is put into the browser's own stores: what is
 * shown lives in the page's memory, and goes with it.
 */
import type { AttachmentView } from '#electron/contract/attachments.ts';
import { call } from '../../app/client.ts';
import { saveBytes } from '../../ui/save-file.ts';

/** Takes a file in. @returns the code of what refused it, or null @param onProgress 0–1 */
export async function addFile(patientId: string, file: File, title: string, onProgress: (part: number) => void): Promise<string | null> {
  const begun = await call('attachment.begin', { patientId, title, byteLength: file.size });
  if (!begun.ok) return begun.code;
  const { addingId, chunkBytes } = begun.value;
  const give = async (): Promise<string | null> => {
    for (let n = 0; n * chunkBytes < file.size; n += 1) {
      const bytes = new Uint8Array(await file.slice(n * chunkBytes, (n + 1) * chunkBytes).arrayBuffer());
      const put = await call('attachment.put', { addingId, n, data: toBase64(bytes) });
      if (!put.ok) return put.code;
      onProgress(Math.min(1, ((n + 1) * chunkBytes) / file.size));
    }
    const done = await call('attachment.finish', { addingId });
    return done.ok ? null : done.code;
  };
  // The file may be gone, or changed, since it was chosen.
  const code = await give().catch(() => 'attachment/incomplete');
  if (code !== null) await call('attachment.cancel', { addingId });
  return code;
}

/** All bytes of an attachment that is here. @returns the code of what refused it */
export async function readBytes(
  id: string,
  chunks: number,
  byteLength: number,
): Promise<{ bytes: Uint8Array<ArrayBuffer> } | { code: string }> {
  const bytes = new Uint8Array(byteLength);
  let place = 0;
  for (let n = 0; n < chunks; n += 1) {
    const read = await call('attachment.read', { id, n });
    if (!read.ok) return { code: read.code };
    const part = atob(read.value.data);
    for (let i = 0; i < part.length; i += 1) bytes[place + i] = part.charCodeAt(i);
    place += part.length;
  }
  return { bytes };
}

/** Leaves the encrypted store: asked for, warned of and logged. @returns the code of what refused it, or null */
export async function saveAsFile({ id, byteLength }: Pick<AttachmentView, 'id' | 'byteLength'>): Promise<string | null> {
  const reply = await call('attachment.export', { id, warned: true });
  if (!reply.ok) return reply.code;
  const { fileName, chunks, mediaType } = reply.value;
  const read = await readBytes(id, chunks, byteLength);
  if ('code' in read) return read.code;
  saveBytes(read.bytes, { mediaType, fileName });
  return null;
}

/**
 * An image as an address that is the image itself. Not a blob: Chromium may move those to the profile's folder when memory is
 * short, and what lies there lies in the clear.
 */
export function dataUrl(bytes: Uint8Array, mediaType: string): string {
  return `data:${mediaType};base64,${toBase64(bytes)}`;
}

/** In pieces of whole triples: an argument list has an end. */
const PIECE = 3 * 8192;

function toBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += PIECE) parts.push(btoa(String.fromCharCode(...bytes.subarray(at, at + PIECE))));
  return parts.join('');
}
