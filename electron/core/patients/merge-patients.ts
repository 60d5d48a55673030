/**
 * The same person registered twice: shown side by side, merged by a row of its own (db/model/patient-link.ts), and taken apart
 * again. What hangs on either registration is never rewritten.
 */
import { createHash } from 'node:crypto';
import type { ComparedPatients, PatientPartView } from '#electron/contract/patients.ts';
import { err, ok } from '#electron/contract/verb.ts';
import type { Result } from '#electron/contract/verb.ts';
import type { Replaced } from '#db/model/patient-link.ts';
import { maskNationalId } from '#db/rules/fodselsnummer.ts';
import { differingParts, isUnsaid, PATIENT_PARTS, type PatientPart } from '#db/rules/patient-parts.ts';
import { isSamePerson, sharedNumbers, staysOf } from '#db/sqlite/queries/same-person.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import { isShutFor } from '../access/guard.ts';
import { logRead } from '../audit/log-once.ts';
import type { Context } from '../context.ts';
import { useCase } from '../use-case.ts';
import { hitsOf } from './patient-view.ts';

type Patient = RowOf<'patient'>;

export const mergeHandlers = [
  useCase('patient.duplicates', (ctx, { show }) => {
    const found = sharedNumbers(ctx.db).filter((pair) => pair.every((id) => !isShut(ctx, id)));
    const pairs = (show ? found.slice(0, 50) : []).flatMap(([id, otherId]) => {
      const compared = compare(ctx, id, otherId);
      return compared.ok ? [compared.value] : [];
    });
    return ok({ count: found.length, pairs });
  }),

  useCase('patient.compare', (ctx, { id, otherId }) => compare(ctx, id, otherId)),

  useCase('patient.merge', (ctx, { fromId, intoId, choices, seen }) => {
    const pair = pairOf(ctx, intoId, fromId);
    if (!pair.ok) return pair;
    const [into, from] = pair.value;
    if (seen !== fingerprint(into, from)) return err('patient/compared-changed');
    const differing = differingParts(into, from);
    const undecided = differing.filter((part) => choices[part] === undefined);
    if (undecided.length > 0) return err('patient/undecided', { parts: undecided });
    const chosen = differing.filter((part) => choices[part] === 'from');
    const replaced = replacedBy(into, from, chosen);
    const link = ctx.insert('patient_link', {
      patientId: from.id,
      intoId: into.id,
      replaced,
      linkedById: ctx.actor.userId,
      linkedAt: ctx.now,
    });
    writeFields(ctx, into.id, Object.fromEntries(Object.entries(replaced).map(([field, { after }]) => [field, after])));
    logBoth(ctx, link, { into: into.id, parts: chosen });
    return ok({ id: staysOf(ctx.db, into.id), linkId: link.id });
  }),

  useCase('patient.unmerge', (ctx, { linkId }) => {
    const link = ctx.get('patient_link', linkId);
    if (link === undefined || link.undone) return err('patient/not-merged');
    // Half of it would be open again.
    if (isShut(ctx, link.intoId)) return err('patient/blocked');
    // Two laptops may have merged the same two, in either direction: it is the two that are taken apart.
    const ends = [link.patientId, link.intoId];
    const together = ctx
      .rows('patient_link', 'undone = 0 order by id desc')
      .filter(({ patientId, intoId }) => ends.includes(patientId) && ends.includes(intoId));
    for (const one of together) {
      ctx.patch('patient_link', one.id, { undone: true, undoneById: ctx.actor.userId, undoneAt: ctx.now });
      giveBack(ctx, one);
      logBoth(ctx, one, { undone: true });
    }
    return ok(null);
  }),
];

function compare(ctx: Context, id: string, otherId: string): Result<ComparedPatients> {
  const [first = id, second = otherId] = [staysOf(ctx.db, id), staysOf(ctx.db, otherId)].toSorted();
  const pair = pairOf(ctx, first, second);
  if (!pair.ok) return pair;
  const [into, from] = pair.value;
  const [intoHit, fromHit] = hitsOf(ctx, [into.id, from.id]);
  if (intoHit === undefined || fromHit === undefined) return err('patient/unknown');
  for (const one of [into, from])
    logRead(ctx, { subjectEntity: 'patient', subjectId: one.id, patientId: one.id, details: { what: 'compared' } });
  return ok({
    into: intoHit,
    from: fromHit,
    differences: differingParts(into, from).map((part) => ({ part, into: partOf(part, into), from: partOf(part, from) })),
    seen: fingerprint(into, from),
  });
}

/** The ones who stay of either person. */
function pairOf(ctx: Context, intoId: string, fromId: string): Result<[Patient, Patient]> {
  const into = ctx.get('patient', staysOf(ctx.db, intoId));
  const from = ctx.get('patient', staysOf(ctx.db, fromId));
  if (into === undefined || from === undefined) return err('patient/unknown');
  if (isSamePerson(ctx.db, into.id, from.id)) return err('patient/already-merged');
  // Nor does anybody look into a journal that is shut for them by way of another.
  return isShut(ctx, into.id) || isShut(ctx, from.id) ? err('patient/blocked') : ok([into, from]);
}

function partOf(part: PatientPart, patient: Patient): PatientPartView {
  const values = Object.fromEntries(
    PATIENT_PARTS[part].map((field) => {
      const value = patient[field];
      return [field, field === 'nationalId' && value !== null ? maskNationalId(value) : value];
    }),
  );
  return { values, empty: isUnsaid(part, patient) };
}

/** Of the fields that are compared: whoever chooses has seen these, and no later ones. */
function fingerprint(into: Patient, from: Patient): string {
  const told = [into, from].map((patient) => [
    patient.id,
    ...Object.values(PATIENT_PARTS).flatMap((fields) => fields.map((field) => patient[field] ?? '')),
  ]);
  return createHash('sha256').update(JSON.stringify(told)).digest('hex');
}

function replacedBy(into: Patient, from: Patient, parts: readonly PatientPart[]): Replaced {
  const fields = parts.flatMap((part): readonly (keyof Patient)[] => PATIENT_PARTS[part]);
  return Object.fromEntries(
    fields.flatMap((field) => {
      const [before, after] = [textOf(into[field]), textOf(from[field])];
      return before === after ? [] : [[field, { before, after }]];
    }),
  );
}

const isShut = (ctx: Context, patientId: string): boolean => isShutFor(ctx.db, patientId, ctx.actor.userId, ctx.now);

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** What the merging put in place of something else goes back, unless somebody has written there since. */
function giveBack(ctx: Context, { intoId, replaced }: RowOf<'patient_link'>): void {
  const patient = ctx.get('patient', intoId);
  if (patient === undefined) return;
  const stands = patient as unknown as Record<string, unknown>;
  const back = Object.entries(replaced).filter(([field, { after }]) => textOf(stands[field]) === after);
  writeFields(ctx, intoId, Object.fromEntries(back.map(([field, { before }]) => [field, before])));
}

function writeFields(ctx: Context, id: string, fields: Record<string, string | null>): void {
  if (Object.keys(fields).length > 0) ctx.patch('patient', id, fields as Partial<Patient>);
}

/** Both journals' logs say it. */
function logBoth(ctx: Context, { id, patientId, intoId }: RowOf<'patient_link'>, details: Record<string, unknown>): void {
  for (const one of [patientId, intoId])
    ctx.audit({ action: 'change', subjectEntity: 'patient_link', subjectId: id, patientId: one, details });
}
