/** Attachments as the window sees them: where their bytes are, looking at them, keeping them here, saving them, taking them back. */
import { isViewable, endingOf } from '#db/rules/attachments.ts';
import { clinicDay } from '#db/rules/appointments.ts';
import { chunkCount } from '#db/sync/content.ts';
import { contentOf, writeContent, type Content } from '#db/sqlite/queries/content.ts';
import { OF_PERSON, personJson } from '#db/sqlite/queries/same-person.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import { contentFolder, newSealedFile, readChunk } from '#electron/sync/content/sealed-file.ts';
import type { AttachmentView, ContentPlace } from '#electron/contract/attachments.ts';
import { err, ok } from '#electron/contract/verb.ts';
import type { Result } from '#electron/contract/verb.ts';
import { logRead } from '../audit/log-once.ts';
import type { Context } from '../context.ts';
import { needsSecondPerson } from '../exporting/second-person.ts';
import type { CoreServices } from '../services.ts';
import { service, useCase } from '../use-case.ts';

type AttachmentRow = RowOf<'attachment'>;

export const attachmentHandlers = [
  service('attachment.list', async (services, { patientId }) =>
    services.transaction((ctx): Result<{ attachments: AttachmentView[] }> => {
      if (ctx.get('patient', patientId) === undefined) return err('patient/unknown');
      const rows = ctx.rows('attachment', `${OF_PERSON('patient_id')} order by added_at desc, id desc`, [personJson(ctx.db, patientId)]);
      if (rows.length > 0)
        logRead(ctx, { subjectEntity: 'patient', subjectId: patientId, patientId, details: { what: 'attachments' } }, 'attachments');
      return ok({ attachments: rows.map((row) => viewOf(ctx, row, services)) });
    }),
  ),

  service('attachment.open', async (services, { id }) => {
    const opened = services.transaction((ctx) => {
      const row = ctx.get('attachment', id);
      if (row === undefined) return err('attachment/unknown');
      if (row.virusScan === 'infected') return err('attachment/infected');
      logRead(ctx, { subjectEntity: 'attachment', subjectId: id, patientId: row.patientId });
      const content = held(ctx, row);
      writeContent(ctx.db, { ...content, openedAt: ctx.now, wanted: !content.complete });
      const { mediaType, title, byteLength } = row;
      return ok({ here: content.complete, chunks: chunkCount(byteLength), mediaType, title });
    });
    if (opened.ok && !opened.value.here) lookAgain(services);
    return opened;
  }),

  service('attachment.read', async (services, { id, n }) => {
    const { clinic } = services;
    if (clinic === null) return err('session/closed');
    const found = services.transaction((ctx) => {
      const row = ctx.get('attachment', id);
      if (row === undefined) return err('attachment/unknown');
      // Open in a window while the scanner's word came: its bytes stop here.
      return row.virusScan === 'infected' ? err('attachment/infected') : ok(contentOf(ctx.db, row.sha256));
    });
    if (!found.ok) return found;
    const content = found.value;
    if (content === undefined || !content.complete) return err('attachment/not-here');
    const bytes = await readChunk(contentFolder(clinic.folder), content, n);
    return bytes === undefined ? err('attachment/damaged') : ok({ data: bytes.toString('base64') });
  }),

  service('attachment.pin', async (services, { id, pinned }) => {
    const done = services.transaction((ctx) => {
      const row = ctx.get('attachment', id);
      if (row === undefined) return err('attachment/unknown');
      const content = held(ctx, row);
      // What somebody has opened is fetched all the same.
      writeContent(ctx.db, { ...content, pinned, wanted: !content.complete && (pinned || content.openedAt !== null) });
      return ok(null);
    });
    if (done.ok) lookAgain(services);
    return done;
  }),

  useCase('attachment.export', (ctx, { id }) => {
    const row = ctx.get('attachment', id);
    if (row === undefined) return err('attachment/unknown');
    if (row.virusScan === 'infected') return err('attachment/infected');
    if (contentOf(ctx.db, row.sha256)?.complete !== true) return err('attachment/not-here');
    const { patientId, sha256, mediaType, byteLength, addedAt } = row;
    const alone = needsSecondPerson(ctx, patientId);
    if (alone !== undefined) return alone;
    ctx.audit({ action: 'export', subjectEntity: 'attachment', subjectId: id, patientId, details: { sha256 } });
    // No name and no title in the file's name: it will lie in a folder anybody can open.
    const fileName = `vedlegg-${clinicDay(addedAt)}.${endingOf(mediaType)}`;
    return ok({ fileName, chunks: chunkCount(byteLength), mediaType });
  }),

  useCase('attachment.close', (ctx, { id, reason }) => {
    const row = ctx.get('attachment', id);
    if (row === undefined) return err('attachment/unknown');
    if (row.status !== 'final') return err('attachment/closed');
    ctx.patch('attachment', id, {
      status: 'entered_in_error',
      closedReason: reason,
      closedById: ctx.actor.userId,
      closedAt: ctx.now,
    });
    ctx.audit({ action: 'change', subjectEntity: 'attachment', subjectId: id, patientId: row.patientId, reason });
    return ok(null);
  }),
];

/** What this laptop holds of it, or a place for what is to be fetched. */
function held(ctx: Context, { sha256, byteLength }: AttachmentRow): Content {
  return (
    contentOf(ctx.db, sha256) ?? {
      ...newSealedFile(byteLength),
      sha256,
      chunks: 0,
      complete: false,
      uploaded: false,
      epoch: null,
      wanted: false,
      pinned: false,
      openedAt: null,
      problem: null,
    }
  );
}

/** The queue looks again, and so does the window. */
function lookAgain(services: CoreServices): void {
  services.replica()?.pokeContent();
  services.emit({ type: 'changed', entities: ['content'], ids: [] });
}

function viewOf(ctx: Context, row: AttachmentRow, services: CoreServices): AttachmentView {
  const content = contentOf(ctx.db, row.sha256);
  const sent = services.replica()?.contentSent(row.sha256) ?? null;
  const place = placeOf(content, sent);
  const count = chunkCount(row.byteLength);
  return {
    id: row.id,
    encounterId: row.encounterId,
    title: row.title,
    mediaType: row.mediaType,
    byteLength: row.byteLength,
    addedAt: row.addedAt,
    addedByName: ctx.get('user', row.addedById)?.name ?? null,
    status: row.status,
    closedReason: row.closedReason,
    place,
    progress: place === 'uploading' ? (sent ?? 0) / count : place === 'fetching' ? (content?.chunks ?? 0) / count : null,
    problem: content?.problem ?? null,
    pinned: content?.pinned ?? false,
    viewable: isViewable(row.mediaType),
    virusScan: row.virusScan,
  };
}

function placeOf(content: Content | undefined, sent: number | null): ContentPlace {
  if (content === undefined) return 'elsewhere';
  if (content.complete) return content.uploaded ? 'here' : sent === null ? 'only_here' : 'uploading';
  if (content.problem === 'attachment/lost') return 'lost';
  return content.wanted ? 'fetching' : 'elsewhere';
}
