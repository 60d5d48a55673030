/** A patient's request is taken down, decided and, where it is refused, answered in a letter that names the appeal (hpl §§ 42–44). */
import { createHash } from 'node:crypto';
import { err, ok } from '#electron/contract/verb.ts';
import type { Result } from '#electron/contract/verb.ts';
import { missingCondition } from '#db/rules/erasure.ts';
import { clinicDay } from '#db/rules/appointments.ts';
import { isSamePerson, OF_PERSON, personJson, staysOf } from '#db/sqlite/queries/same-person.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import { removeErasedFiles } from '#electron/sync/content/keep-house.ts';
import { contentFolder } from '#electron/sync/content/sealed-file.ts';
import type { Context } from '../context.ts';
import { renderRefusal, type RefusalContent } from '#db/documents/render-refusal.ts';
import { logRead } from '../audit/log-once.ts';
import { fullName } from '../patients/patient-view.ts';
import type { InputOf } from '#electron/contract/index.ts';
import { service, useCase } from '../use-case.ts';
import { entriesNamed, entriesOf, isErasableKey, responsibleFor } from './entries.ts';
import { eraseByLaw } from './erase-by-law.ts';

type Decision = InputOf<'request.decide'>;
type Request = RowOf<'journal_request'>;

export const requestHandlers = [
  useCase('request.list', (ctx, { patientId }) => {
    if (ctx.get('patient', patientId) === undefined) return err('patient/unknown');
    logRead(ctx, { subjectEntity: 'journal_request', patientId }, 'requests');
    const nameOf = (userId: string | null): string | null => (userId === null ? null : (ctx.get('user', userId)?.name ?? ''));
    const entries = entriesOf(ctx, patientId);
    const person = [personJson(ctx.db, patientId)];
    const requests = ctx.rows('journal_request', `${OF_PERSON('patient_id')} order by received_at desc, id desc`, person);
    const erasures = ctx.rows('erasure', `${OF_PERSON('patient_id')} order by decided_at desc, id desc`, person);
    return ok({
      requests: requests.map((row) => ({
        ...row,
        receivedByName: nameOf(row.receivedById) ?? '',
        decidedByName: nameOf(row.decidedById),
        entries: entriesNamed(entries, row.targets),
      })),
      erasures: erasures.map((row) => ({ ...row, decidedByName: nameOf(row.decidedById) ?? '' })),
      entries,
    });
  }),

  useCase('request.receive', (ctx, { patientId: asked, ...said }) => {
    const patientId = staysOf(ctx.db, asked);
    if (ctx.get('patient', patientId) === undefined) return err('patient/unknown');
    const known = entriesOf(ctx, patientId);
    if (entriesNamed(known, said.targets).length < said.targets.length) return err('request/unknown-entry');
    const row = ctx.insert('journal_request', { patientId, ...said, receivedById: ctx.actor.userId, receivedAt: ctx.now });
    ctx.audit({ action: 'create', subjectEntity: 'journal_request', subjectId: row.id, patientId, details: { kind: said.kind } });
    return ok({ id: row.id });
  }),

  service('request.decide', async (services, decision) => {
    const ready = services.transaction((ctx) => toDecide(ctx, decision));
    if (!ready.ok) return ready;
    const pdf = ready.value.letter === null ? null : Buffer.from(await renderRefusal(ready.value.letter));
    const decided = services.transaction((ctx): Result<{ erased: number }> => {
      // Somebody may have decided while the page was being set.
      const still = toDecide(ctx, decision);
      return still.ok ? ok({ erased: decide(ctx, still.value.request, decision, pdf) }) : still;
    });
    const { clinic } = services;
    if (decided.ok && decided.value.erased > 0 && clinic !== null) {
      removeErasedFiles(clinic.db, contentFolder(clinic.folder));
      // The pages as they were before lie in the log of writes until it is folded in.
      clinic.db.pragma('wal_checkpoint(TRUNCATE)');
    }
    return decided;
  }),

  useCase('request.letter', (ctx, { id }) => {
    const request = ctx.get('journal_request', id);
    if (request === undefined) return err('request/unknown');
    const document = request.documentId === null ? undefined : ctx.get('document', request.documentId);
    if (document === undefined) return err('request/no-letter');
    const { patientId } = request;
    ctx.audit({ action: 'export', subjectEntity: 'document', subjectId: document.id, patientId, details: { sha256: document.sha256 } });
    return ok({ base64: document.data, mediaType: document.mediaType, fileName: `svar-${clinicDay(request.decidedAt ?? ctx.now)}.pdf` });
  }),
];

/** What is to be decided, whether this person may, and what the letter says if it is refused. */
function toDecide(
  ctx: Context,
  { id, decision, reason, assessment }: Decision,
): Result<{ request: Request; letter: RefusalContent | null }> {
  const request = ctx.get('journal_request', id);
  if (request === undefined) return err('request/unknown');
  if (request.status !== 'open') return err('request/decided');
  const keys = request.targets.filter(isErasableKey);
  const others = keys.map((key) => responsibleFor(ctx, key.entity, key.id)).filter(({ mine }) => !mine);
  if (others[0] !== undefined) return err('request/not-responsible', { name: others[0].name });
  if (decision === 'refused') return ok({ request, letter: letterOf(ctx, request, reason) });
  if (request.kind === 'correction') return ok({ request, letter: null });
  const missing = assessment === null ? 'harmless' : missingCondition(basisOf(request), assessment);
  if (missing !== null) return err('request/condition', { condition: missing });
  return ok({ request, letter: null });
}

const basisOf = ({ kind }: Request): 'hpl-43' | 'hpl-44' => (kind === 'wrong_person' ? 'hpl-44' : 'hpl-43');

function decide(ctx: Context, request: Request, { decision, reason, assessment }: Decision, pdf: Buffer | null): number {
  const { id, patientId } = request;
  const document =
    pdf === null
      ? null
      : ctx.insert('document', {
          patientId,
          kind: 'refusal',
          title: `Avslag ${clinicDay(ctx.now)}`,
          mediaType: 'application/pdf',
          sha256: createHash('sha256').update(pdf).digest('hex'),
          byteLength: pdf.length,
          data: pdf.toString('base64'),
        });
  const decided = { decidedById: ctx.actor.userId, decidedAt: ctx.now };
  ctx.patch('journal_request', id, { status: decision, decisionReason: reason, assessment, documentId: document?.id ?? null, ...decided });
  ctx.audit({ action: 'change', subjectEntity: 'journal_request', subjectId: id, patientId, details: { decision } });
  if (decision === 'refused' || request.kind === 'correction') return 0;
  let erased = 0;
  // By registration: a person registered twice has entries in either.
  for (const [owner, targets] of Map.groupBy(request.targets, (key) => ownerOf(ctx, key)))
    if (owner !== '' && isSamePerson(ctx.db, owner, patientId))
      erased += eraseByLaw(ctx, owner, { requestId: id, basis: basisOf(request), targets });
  return erased;
}

function ownerOf(ctx: Context, { entity, id }: Request['targets'][number]): string {
  if (entity !== 'encounter' && entity !== 'letter' && entity !== 'attachment') return '';
  return ctx.get(entity, id)?.patientId ?? '';
}

function letterOf(ctx: Context, request: Request, reason: string): RefusalContent {
  const patient = ctx.get('patient', staysOf(ctx.db, request.patientId));
  const own = ctx.get('clinic', ctx.clinicId);
  return {
    clinic: {
      clinicName: own?.name ?? '',
      orgNumber: own?.orgNumber ?? null,
      addressLine: own?.addressLine ?? null,
      postalCode: own?.postalCode ?? null,
      city: own?.city ?? null,
      phone: own?.phone ?? null,
      letterhead: own?.letterhead ?? null,
    },
    recipient: [
      patient === undefined ? '' : fullName(patient),
      patient?.addressLine ?? '',
      [patient?.postalCode, patient?.city].filter(Boolean).join(' '),
    ].filter((line) => line !== ''),
    kind: request.kind,
    receivedAt: request.receivedAt,
    decidedAt: ctx.now,
    asked: request.asked,
    reason,
    decidedBy: { name: ctx.actor.name, profession: ctx.actor.profession, hprNumber: ctx.actor.hprNumber },
  };
}
