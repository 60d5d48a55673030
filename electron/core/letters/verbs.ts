/** Letters out of signed visits: begun, written, listed, and where they went. */
import { err, ok } from '#electron/contract/verb.ts';
import type { Result } from '#electron/contract/verb.ts';
import { sendProblem } from '#db/rules/letter-content.ts';
import { newestTemplate, writesKind } from '#db/rules/letter-kinds.ts';
import { missingIn, wordsIn, type LetterContent } from '#db/rules/letter-template.ts';
import { cleanText } from '#db/rules/text.ts';
import { letterLines } from '#db/sqlite/queries/letters.ts';
import { staysOf } from '#db/sqlite/queries/same-person.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { Context } from '../context.ts';
import { logRead, logTyping } from '../audit/log-once.ts';
import { useCase } from '../use-case.ts';
import { epikriseDraft } from './epikrise-draft.ts';
import { frame } from './frame.ts';
import { contentOf, isOwnDraft, letterView, type ReadLetter } from './letter-view.ts';
import { proposalsFor, recipientPatient, visitDiagnoses } from './proposals.ts';
import { recipientIn } from './recipient.ts';

export const letterHandlers = [
  useCase('letter.create', (ctx, { encounterId, kind }) => {
    const visit = ctx.get('encounter', encounterId);
    if (visit === undefined) return err('encounter/unknown');
    if (visit.status !== 'signed' || visit.signedContent === null) return err('encounter/not-signed');
    if (!writesKind(kind, ctx.get('clinic', ctx.clinicId))) return err('letter/kind-off');
    const begun = ctx.rows(
      'letter',
      "encounter_id = ? and kind = ? and author_id = ? and status = 'draft' and affected_by_amendment_id is null",
      [encounterId, kind, ctx.actor.userId],
    )[0];
    if (begun !== undefined) return ok({ id: begun.id });
    const content: LetterContent =
      kind === 'epikrise'
        ? epikriseDraft(ctx, visit, visit.signedContent)
        : { ...newestTemplate(kind).schema.parse({}), ...frame(ctx, visit.patientId) };
    const row = ctx.insert('letter', { patientId: visit.patientId, encounterId, kind, content, authorId: ctx.actor.userId });
    ctx.audit({ action: 'create', subjectEntity: 'letter', subjectId: row.id, patientId: visit.patientId, details: { encounterId } });
    return ok({ id: row.id });
  }),

  useCase('letter.get', (ctx, { id }) => {
    const letter = ctx.get('letter', id);
    if (letter === undefined) return err('letter/unknown');
    logRead(ctx, { subjectEntity: 'letter', subjectId: id, patientId: letter.patientId });
    return letterView(ctx, letter);
  }),

  useCase('letter.update', (ctx, { id, content, objection, objectionNote }) => {
    const letter = ctx.get('letter', id);
    if (letter === undefined) return err('letter/unknown');
    const writes = Object.keys(content).length > 0;
    // An objection may come until the letter has left the house.
    if (letter.status !== 'draft' && (writes || letter.deliveredAt !== null)) return err('letter/signed');
    const before = contentOf(ctx, letter);
    if (!before.ok) return before;
    const next = writes ? merged(before.value, content) : ok(before.value.content);
    if (!next.ok) return next;
    ctx.patch(
      'letter',
      id,
      {
        ...(writes ? { content: next.value } : {}),
        ...(objection === undefined ? {} : { objection }),
        ...(objectionNote === undefined ? {} : { objectionNote }),
      },
      { autosave: true },
    );
    const parts = Object.keys(content);
    const note = { subjectEntity: 'letter', subjectId: id, patientId: letter.patientId } as const;
    if (objection !== undefined) ctx.audit({ action: 'change', ...note, details: { objection } });
    else logTyping(ctx, { ...note, details: { parts } }, parts.join());
    const { must, advised } = missingIn(before.value.template, next.value);
    return ok({ missing: must, advised });
  }),

  useCase('letter.take', (ctx, { id, keys, replaces }) => {
    const letter = ctx.get('letter', id);
    if (letter === undefined) return err('letter/unknown');
    if (letter.status !== 'draft') return err('letter/signed');
    if (!isOwnDraft(ctx, letter)) return err('sign/not-allowed');
    const read = contentOf(ctx, letter);
    if (!read.ok) return read;
    const parts = taken(ctx, letter, read.value, { keys: new Set(keys), replaces });
    const next = merged(read.value, parts);
    if (!next.ok) return next;
    const names = Object.keys(parts);
    if (names.length > 0) ctx.patch('letter', id, { content: next.value }, { autosave: true });
    ctx.audit({ action: 'change', subjectEntity: 'letter', subjectId: id, patientId: letter.patientId, details: { taken: names } });
    return ok({ taken: names });
  }),

  useCase('letter.setStatus', (ctx, { id, status }) => {
    const letter = ctx.get('letter', id);
    if (letter === undefined) return err('letter/unknown');
    if (letter.status === 'draft' || letter.status === 'withdrawn') return err('letter/not-signed');
    if (status !== 'withdrawn') {
      const problem = sendProblem(letter);
      if (problem !== null) return err(problem);
      if (ctx.get('encounter', letter.encounterId)?.status !== 'signed') return err('letter/visit-not-signed');
    }
    const delivered = status === 'handed_over' || status === 'posted';
    ctx.patch('letter', id, { status, ...(delivered ? { deliveredAt: letter.deliveredAt ?? ctx.now } : {}) });
    ctx.audit({
      action: 'change',
      subjectEntity: 'letter',
      subjectId: id,
      patientId: letter.patientId,
      details: { status, recipient: recipientIn(letter.content) },
    });
    return ok(null);
  }),

  useCase('letter.list', (ctx, { patientId, open }) => {
    const letters = letterLines(ctx.db, { patientId: patientId ?? null, open });
    logRead(
      ctx,
      {
        subjectEntity: 'letter',
        patientId: patientId ?? null,
        details: { letters: letters.map((letter) => letter.id), patients: [...new Set(letters.map((letter) => letter.patientId))] },
      },
      letters.map((letter) => letter.id).join(),
    );
    return ok({ letters: letters.map(({ authorId, ...letter }) => ({ ...letter, mine: authorId === ctx.actor.userId })) });
  }),
];

/** Of what is offered, what was asked for and does not stand over somebody's own words. */
function taken(
  ctx: Context,
  letter: RowOf<'letter'>,
  { template, content }: ReadLetter,
  { keys, replaces }: { keys: ReadonlySet<string>; replaces: boolean },
): Record<string, unknown> {
  const parts: Record<string, unknown> = {};
  for (const { key, value } of proposalsFor(ctx, letter, template)) {
    if (!keys.has(key)) continue;
    const patient = key === 'recipient' ? ctx.get('patient', staysOf(ctx.db, letter.patientId)) : undefined;
    const isAnswer = template.fields.some((one) => one.key === key && one.as === 'choice');
    if (patient !== undefined) {
      if (recipientIn(content) === null) parts['recipient'] = recipientPatient(patient);
    } else if (key === 'diagnoses') {
      if (content.diagnoses.length === 0) parts['diagnoses'] = visitDiagnoses(ctx, letter.encounterId);
    } else if ((replaces && isAnswer) || wordsIn(content, key) === '') parts[key] = value;
  }
  return parts;
}

/** The changed parts over what stands; a part that no letter has, or of the wrong shape, is refused. */
function merged({ template, content: before }: ReadLetter, parts: Record<string, unknown>): Result<LetterContent> {
  const known: Record<string, unknown> = { ...before };
  for (const [key, value] of Object.entries(parts)) {
    if (!Object.hasOwn(before, key)) return err('letter/content-invalid', { fields: [key] });
    known[key] = isPart(value) && isPart(known[key]) ? { ...known[key], ...value } : value;
  }
  const clean = cleaned(known);
  if (!clean.ok) return clean;
  const content = template.schema.safeParse(clean.value);
  return content.success ? ok(content.data) : err('letter/content-invalid');
}

const isPart = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function cleaned(value: unknown): Result<unknown> {
  if (typeof value === 'string') {
    const text = cleanText(value);
    return text.ok ? ok(text.text) : err(text.code);
  }
  if (Array.isArray(value)) {
    const items = value.map(cleaned);
    return items.find((item) => !item.ok) ?? ok(items.map((item) => (item.ok ? item.value : null)));
  }
  if (!isPart(value)) return ok(value);
  const entries = Object.entries(value).map(([key, inner]) => [key, cleaned(inner)] as const);
  return (
    entries.find(([, item]) => !item.ok)?.[1] ?? ok(Object.fromEntries(entries.map(([key, item]) => [key, item.ok ? item.value : null])))
  );
}
