/**
 * Signing a letter: its PDF is made once, and stored with its hash in the transaction that signs (docs/decisions/0005).
 * What is shown, printed and exported afterwards are those bytes.
 */
import { createHash } from 'node:crypto';
import { err, ok } from '#electron/contract/verb.ts';
import type { Result } from '#electron/contract/verb.ts';
import { sendProblem } from '#db/rules/letter-content.ts';
import { writesKind } from '#db/rules/letter-kinds.ts';
import { missingIn } from '#db/rules/letter-template.ts';
import { sameValue } from '#db/sync/row.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { Context } from '../context.ts';
import { renderLetter } from '#db/documents/render-letter.ts';
import { logRead } from '../audit/log-once.ts';
import { needsSecondPerson } from '../exporting/second-person.ts';
import { service, useCase } from '../use-case.ts';
import { contentOf, type ReadLetter } from './letter-view.ts';
import { recipientIn } from './recipient.ts';

export const letterPdfHandlers = [
  service('letter.sign', async (services, { id, affectedSeen }) => {
    const ready = services.transaction((ctx) => toSign(ctx, id));
    if (!ready.ok) return ready;
    // The visit was corrected since the letter was begun: its writer says that the letter takes that in.
    if (ready.value.letter.affectedByAmendmentId !== null && !affectedSeen) return err('letter/affected');
    const { template, content, signedAt } = ready.value;
    const pdf = Buffer.from(
      await renderLetter(template, content, {
        name: content.sender.name,
        profession: content.sender.profession,
        hprNumber: content.sender.hprNumber,
        signedAt,
      }),
    );
    const sha256 = createHash('sha256').update(pdf).digest('hex');
    return services.transaction((ctx) => {
      const still = toSign(ctx, id);
      if (!still.ok) return still;
      // Somebody wrote while the page was being set: what was rendered is not what stands.
      if (!sameValue(still.value.content, content)) return err('letter/signed');
      const { letter } = still.value;
      ctx.releaseOutbox();
      const document = ctx.insert('document', {
        patientId: letter.patientId,
        kind: 'letter',
        title: `${template.title} ${content.date ?? ''}`.trim(),
        mediaType: 'application/pdf',
        sha256,
        byteLength: pdf.length,
        data: pdf.toString('base64'),
      });
      ctx.patch(
        'letter',
        id,
        {
          content,
          status: 'signed',
          signedAt,
          signedById: ctx.actor.userId,
          documentId: document.id,
          affectedByAmendmentId: null,
        },
        { restate: ['content'] },
      );
      ctx.audit({
        action: 'sign',
        subjectEntity: 'letter',
        subjectId: id,
        patientId: letter.patientId,
        details: { documentId: document.id, sha256 },
      });
      return ok({ sha256 });
    });
  }),

  service('letter.pdf', async (services, { id }) => {
    const found = services.transaction((ctx): Result<Shown> => {
      const letter = ctx.get('letter', id);
      if (letter === undefined) return err('letter/unknown');
      logRead(ctx, { subjectEntity: 'letter', subjectId: id, patientId: letter.patientId });
      if (letter.status === 'draft') {
        const draft = contentOf(ctx, letter);
        return draft.ok ? ok<Shown>({ draft: draft.value }) : draft;
      }
      const document = stored(ctx, letter);
      return document.ok ? ok<Shown>({ document: document.value }) : document;
    });
    if (!found.ok) return found;
    if ('document' in found.value) return ok({ pdfBase64: found.value.document.data, sha256: found.value.document.sha256, signed: true });
    const pdf = Buffer.from(await renderLetter(found.value.draft.template, found.value.draft.content, null));
    return ok({ pdfBase64: pdf.toString('base64'), sha256: createHash('sha256').update(pdf).digest('hex'), signed: false });
  }),

  useCase('letter.print', (ctx, { id }) => {
    const found = signedDocument(ctx, id);
    if (!found.ok) return found;
    const letter = ctx.get('letter', id);
    if (letter !== undefined && ctx.get('encounter', letter.encounterId)?.status !== 'signed') return err('letter/visit-not-signed');
    const details = { recipient: recipientIn(letter?.content) };
    ctx.audit({ action: 'print', subjectEntity: 'letter', subjectId: id, patientId: found.value.patientId, details });
    return ok({ pdfBase64: found.value.data });
  }),

  useCase('letter.export', (ctx, { id }) => {
    const found = signedDocument(ctx, id);
    if (!found.ok) return found;
    const alone = needsSecondPerson(ctx, found.value.patientId);
    if (alone !== undefined) return alone;
    ctx.audit({
      action: 'export',
      subjectEntity: 'letter',
      subjectId: id,
      patientId: found.value.patientId,
      details: { sha256: found.value.sha256, recipient: recipientIn(ctx.get('letter', id)?.content) },
    });
    // No name in the file's name: it will lie in a folder anybody can open.
    return ok({ pdfBase64: found.value.data, fileName: `${found.value.title.toLowerCase().replaceAll(' ', '-')}.pdf` });
  }),
];

/** A draft is rendered when it is looked at, a signed letter never again. */
type Shown = { draft: ReadLetter } | { document: RowOf<'document'> };

interface Ready extends ReadLetter {
  letter: RowOf<'letter'>;
  signedAt: string;
}

function toSign(ctx: Context, id: string): Result<Ready> {
  const letter = ctx.get('letter', id);
  if (letter === undefined) return err('letter/unknown');
  if (letter.status !== 'draft') return err('letter/signed');
  if (letter.authorId !== ctx.actor.userId) return err('sign/not-allowed');
  if (ctx.get('encounter', letter.encounterId)?.status !== 'signed') return err('letter/visit-not-signed');
  const problem = sendProblem(letter);
  if (problem !== null) return err(problem);
  if (!writesKind(letter.kind, ctx.get('clinic', ctx.clinicId))) return err('letter/kind-off');
  const read = contentOf(ctx, letter);
  if (!read.ok) return read;
  const { must, faults } = missingIn(read.value.template, read.value.content);
  if (must.length > 0) return err('letter/missing-content', { missing: must });
  if (faults.length > 0) return err('letter/content-wrong', { faults });
  return ok({ ...read.value, letter, signedAt: ctx.now });
}

function signedDocument(ctx: Context, id: string): Result<RowOf<'document'>> {
  const letter = ctx.get('letter', id);
  if (letter === undefined) return err('letter/unknown');
  return letter.status === 'draft' ? err('letter/not-signed') : stored(ctx, letter);
}

/** The bytes as they were signed; on a laptop that has the letter but not yet its document they are on their way. */
function stored(ctx: Context, letter: RowOf<'letter'>): Result<RowOf<'document'>> {
  const document = letter.documentId === null ? undefined : ctx.get('document', letter.documentId);
  return document === undefined ? err('letter/document-missing') : ok(document);
}
