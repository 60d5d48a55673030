/**
 * Taking a file in. Each chunk is sealed and written as it comes; the whole is on the disk, synced, before the one transaction
 * that puts the attachment into the record. What was begun and not finished leaves sealed bytes without a key, which the next
 * opening of the clinic removes.
 */
import { createHash, type Hash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { MAX_ATTACHMENT_BYTES, type AttachmentType } from '#db/model/attachment.ts';
import { typeOfContent } from '#db/rules/attachments.ts';
import { CHUNK_BYTES, chunkCount, chunkLength } from '#db/sync/content.ts';
import { contentOf, writeContent } from '#db/sqlite/queries/content.ts';
import { isSamePerson, OF_PERSON, personJson, staysOf } from '#db/sqlite/queries/same-person.ts';
import { contentFolder, newSealedFile, syncFile, writeChunk, type SealedFile } from '#electron/sync/content/sealed-file.ts';
import { err, ok } from '#electron/contract/verb.ts';
import type { Result } from '#electron/contract/verb.ts';
import type { Context } from '../context.ts';
import type { OpenClinic } from '../services.ts';
import { service } from '../use-case.ts';

interface Adding {
  sealed: SealedFile;
  patientId: string;
  encounterId: string | null;
  title: string;
  userId: string;
  hash: Hash;
  /** Chunks written. */
  chunks: number;
  /** One at a time. */
  busy: boolean;
  mediaType: AttachmentType | undefined;
}

/** By the clinic that is open: closing it forgets them, keys and all. */
const underWay = new WeakMap<OpenClinic, Map<string, Adding>>();

function addingsOf(clinic: OpenClinic): Map<string, Adding> {
  let addings = underWay.get(clinic);
  if (addings === undefined) underWay.set(clinic, (addings = new Map()));
  return addings;
}

function find(clinic: OpenClinic, addingId: string): Adding | undefined {
  const adding = addingsOf(clinic).get(addingId);
  return adding === undefined || adding.busy || adding.userId !== clinic.actor.userId ? undefined : adding;
}

function drop(clinic: OpenClinic, addingId: string): void {
  const adding = addingsOf(clinic).get(addingId);
  addingsOf(clinic).delete(addingId);
  if (adding !== undefined) rmSync(join(contentFolder(clinic.folder), adding.sealed.file), { force: true });
}

export const addingHandlers = [
  service('attachment.begin', async ({ clinic, ports, transaction }, { patientId, encounterId, title, byteLength }) => {
    if (clinic === null) return err('session/closed');
    if (byteLength === 0) return err('attachment/empty');
    if (byteLength > MAX_ATTACHMENT_BYTES) return err('attachment/too-large');
    const known = transaction((ctx) => belongsTogether(ctx, patientId, encounterId));
    if (!known.ok) return known;
    const addingId = ports.ids.uuid();
    addingsOf(clinic).set(addingId, {
      sealed: newSealedFile(byteLength),
      patientId,
      encounterId,
      title,
      userId: clinic.actor.userId,
      hash: createHash('sha256'),
      chunks: 0,
      busy: false,
      mediaType: undefined,
    });
    return ok({ addingId, chunkBytes: CHUNK_BYTES });
  }),

  service('attachment.put', async ({ clinic }, { addingId, n, data }) => {
    if (clinic === null) return err('session/closed');
    const adding = find(clinic, addingId);
    if (adding === undefined) return err('attachment/not-adding');
    const bytes = Buffer.from(data, 'base64');
    if (n !== adding.chunks || bytes.length !== chunkLength(adding.sealed.byteLength, n)) return err('attachment/chunk-size');
    if (n === 0) {
      adding.mediaType = typeOfContent(bytes);
      if (adding.mediaType === undefined) {
        drop(clinic, addingId);
        return err('attachment/type');
      }
    }
    adding.busy = true;
    try {
      await writeChunk(contentFolder(clinic.folder), adding.sealed, n, bytes);
      adding.hash.update(bytes);
      adding.chunks += 1;
    } finally {
      adding.busy = false;
      // Cancelled, or the clinic closed, while the disk was busy.
      if (addingsOf(clinic).get(addingId) !== adding) rmSync(join(contentFolder(clinic.folder), adding.sealed.file), { force: true });
    }
    return ok(null);
  }),

  service('attachment.finish', async ({ clinic, transaction }, { addingId }) => {
    if (clinic === null) return err('session/closed');
    const adding = find(clinic, addingId);
    if (adding === undefined) return err('attachment/not-adding');
    const { sealed, mediaType, chunks } = adding;
    if (mediaType === undefined || chunks !== chunkCount(sealed.byteLength)) return err('attachment/incomplete');
    adding.busy = true;
    const folder = contentFolder(clinic.folder);
    await syncFile(folder, sealed);
    const sha256 = adding.hash.copy().digest('hex');
    /** Name of a file that nobody needs afterwards. */
    let spare: string | undefined;
    const added = transaction((ctx): Result<{ id: string }> => {
      const known = belongsTogether(ctx, adding.patientId, adding.encounterId);
      if (!known.ok) return known;
      const same = ctx.rows('attachment', `${OF_PERSON('patient_id')} and sha256 = ? and status = 'final'`, [
        personJson(ctx.db, adding.patientId),
        sha256,
      ])[0];
      if (same !== undefined) return err('attachment/already-here', { id: same.id });
      spare = keep(ctx, sealed, sha256);
      const row = ctx.insert('attachment', {
        patientId: staysOf(ctx.db, adding.patientId),
        encounterId: adding.encounterId,
        title: adding.title,
        mediaType,
        byteLength: sealed.byteLength,
        sha256,
        addedById: ctx.actor.userId,
        addedAt: ctx.now,
      });
      ctx.audit({
        action: 'create',
        subjectEntity: 'attachment',
        subjectId: row.id,
        patientId: adding.patientId,
        details: { sha256, mediaType, byteLength: sealed.byteLength },
      });
      return ok({ id: row.id });
    });
    addingsOf(clinic).delete(addingId);
    if (!added.ok) spare = sealed.file;
    if (spare !== undefined) rmSync(join(folder, spare), { force: true });
    return added;
  }),

  service('attachment.cancel', async ({ clinic }, { addingId }) => {
    if (clinic !== null) drop(clinic, addingId);
    return ok(null);
  }),
];

/** Returns the name of a file that is not needed: the new one where the same bytes are here already, else what was fetched of them so far. */
function keep({ db, now }: Context, sealed: SealedFile, sha256: string): string | undefined {
  const before = contentOf(db, sha256);
  if (before?.complete === true) return sealed.file;
  writeContent(db, {
    ...sealed,
    sha256,
    chunks: chunkCount(sealed.byteLength),
    complete: true,
    uploaded: false,
    epoch: null,
    wanted: false,
    pinned: before?.pinned ?? false,
    openedAt: now,
    problem: null,
  });
  return before?.file;
}

function belongsTogether(ctx: Context, patientId: string, encounterId: string | null): Result<null> {
  if (ctx.get('patient', patientId) === undefined) return err('patient/unknown');
  if (encounterId !== null && !isSamePerson(ctx.db, ctx.get('encounter', encounterId)?.patientId, patientId))
    return err('encounter/unknown');
  return ok(null);
}
