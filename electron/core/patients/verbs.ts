/** Finding, registering and knowing the patient. */
import { err, ok } from '#electron/contract/verb.ts';
import type { Err } from '#electron/contract/verb.ts';
import { derivedId } from '#db/model/ids.ts';
import { agreesWithBirthDate, parseNationalId } from '#db/rules/fodselsnummer.ts';
import { readsNotes } from '#db/rules/permissions.ts';
import { searchPatients } from '#db/sqlite/queries/patient-search.ts';
import { lastOpenedPatients, patientsWithNationalId, timeline } from '#db/sqlite/queries/patients.ts';
import { isSamePerson, personIds, staysOf } from '#db/sqlite/queries/same-person.ts';
import type { Born, Context } from '../context.ts';
import { logRead } from '../audit/log-once.ts';
import { useCase } from '../use-case.ts';
import { fullName, hitsOf, patientView, safetyOf, toHit } from './patient-view.ts';

type Fields = Born<'patient'>;
type Identity = { ok: true; set: Fields; warnings: string[] } | Err;

/** A number is checked and unique among those this laptop can see; without one there is a reason. */
function identity(ctx: Context, set: Fields, known: Fields & { id?: string }): Identity {
  const warnings: string[] = [];
  // A day of grace for clocks: a child may be born on the other side of midnight.
  const tomorrow = new Date(Date.parse(ctx.now) + 86_400_000).toISOString().slice(0, 10);
  if (typeof set.birthDate === 'string' && set.birthDate > tomorrow) return err('patient/born-in-future');
  if (set.nationalId === undefined || set.nationalId === '' || set.nationalId === null) {
    // Nothing said about the number: what is known of it stands, the reason for its absence as well.
    if (set.nationalId === undefined && known.id !== undefined && (known.nationalId ?? null) !== null)
      return { ok: true, set: { ...set, missingNationalIdReason: null }, warnings };
    const reason = set.missingNationalIdReason === undefined ? (known.missingNationalIdReason ?? null) : set.missingNationalIdReason;
    if (reason === null) return err('national-id/missing-reason');
    return { ok: true, set: { ...set, nationalId: null, nationalIdKind: null, missingNationalIdReason: reason }, warnings };
  }
  const synthetic = ctx.ports.allowSynthetic || (ctx.get('clinic', ctx.clinicId)?.demo ?? false);
  const parsed = parseNationalId(set.nationalId, { synthetic });
  if (!parsed.ok) return err(parsed.code);
  const holder = patientsWithNationalId(ctx.db, parsed.value).find((id) => !isSamePerson(ctx.db, id, known.id));
  if (holder !== undefined) return err('patient/duplicate-national-id', { patientId: staysOf(ctx.db, holder) });
  if (parsed.onlyNewRule) warnings.push('national-id/only-2032-rule');
  const birthDate = set.birthDate ?? known.birthDate ?? null;
  if (birthDate !== null && !agreesWithBirthDate(parsed.value, birthDate)) warnings.push('national-id/other-birth-date');
  return { ok: true, set: { ...set, nationalId: parsed.value, nationalIdKind: parsed.kind, missingNationalIdReason: null }, warnings };
}

/** A field that was emptied is empty, not an empty text. */
function emptied<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, value === '' ? null : value])) as T;
}

/**
 * Answers another registration of the same person carries that say otherwise: whoever answers for the person has seen them
 * (they are shown as one), and left standing they would keep outvoting the answer.
 */
function contradicting(
  ctx: Context,
  entity: 'safety_fact' | 'channel_consent',
  ids: readonly string[],
  name: string,
  said: Readonly<Record<string, unknown>>,
): string[] {
  return ids.slice(1).flatMap((patientId) => {
    const id = derivedId(patientId, name);
    const row = ctx.get(entity, id) as unknown as Record<string, unknown> | undefined;
    return row !== undefined && Object.entries(said).some(([field, value]) => row[field] !== value) ? [id] : [];
  });
}

export const patientHandlers = [
  useCase('patient.search', (ctx, { query, limit }) => {
    const empty = query.trim() === '';
    const found = empty ? [] : searchPatients(ctx.db, query, limit + 1);
    const hits = empty
      ? hitsOf(ctx, lastOpenedPatients(ctx.db, ctx.actor.userId, limit))
      : found.slice(0, limit).map((one) => toHit(ctx, one));
    ctx.audit({ action: 'search', details: { hits: hits.map((hit) => hit.id) } });
    return ok({ hits, more: found.length > limit });
  }),

  useCase('patient.get', (ctx, { id }) => {
    const asked = ctx.get('patient', id);
    const row = ctx.get('patient', staysOf(ctx.db, id));
    if (asked === undefined || row === undefined) return err('patient/unknown');
    // What hangs on each of the person's patients is shown: each one's log says so.
    for (const one of personIds(ctx.db, id)) logRead(ctx, { subjectEntity: 'patient', subjectId: one, patientId: one });
    return ok({ ...patientView(ctx, row), steppedBack: row.id === id ? null : fullName(asked) });
  }),

  useCase('patient.create', (ctx, input) => {
    const checked = identity(ctx, emptied(input), {});
    if (!checked.ok) return checked;
    const row = ctx.insert('patient', checked.set);
    ctx.audit({ action: 'create', subjectEntity: 'patient', subjectId: row.id, patientId: row.id });
    return ok({ id: row.id, warnings: checked.warnings });
  }),

  useCase('patient.update', (ctx, { id: asked, set, was }) => {
    const id = staysOf(ctx.db, asked);
    const row = ctx.get('patient', id);
    if (row === undefined) return err('patient/unknown');
    const stands = row as unknown as Record<string, unknown>;
    const moved = Object.entries(was ?? {}).filter(([field, value]) => (stands[field] ?? '') !== (value ?? ''));
    if (moved.length > 0) return err('patient/changed', { fields: moved.map(([field]) => field) });
    const checked = identity(ctx, emptied(set), row);
    if (!checked.ok) return checked;
    ctx.patch('patient', id, checked.set);
    ctx.audit({ action: 'change', subjectEntity: 'patient', subjectId: id, patientId: id, details: { fields: Object.keys(set) } });
    return ok({ id, warnings: checked.warnings });
  }),

  useCase('patient.revealNationalId', (ctx, { id: asked }) => {
    const id = staysOf(ctx.db, asked);
    const row = ctx.get('patient', id);
    if (row === undefined) return err('patient/unknown');
    ctx.audit({ action: 'reveal', subjectEntity: 'patient', subjectId: id, patientId: id });
    return ok({ nationalId: row.nationalId });
  }),

  useCase('guardian.save', (ctx, { id, ...input }) => {
    const fields = { ...input, patientId: staysOf(ctx.db, input.patientId) };
    if (ctx.get('patient', fields.patientId) === undefined) return err('patient/unknown');
    const { patientId: _fixed, ...changed } = emptied(fields);
    const known = id === undefined ? undefined : ctx.get('guardian', id);
    if (known !== undefined && !isSamePerson(ctx.db, known.patientId, fields.patientId)) return err('patient/unknown');
    // A guardian a colleague has removed meanwhile is written anew, not lost.
    const row = known === undefined ? ctx.insert('guardian', emptied(fields)) : ctx.patch('guardian', known.id, changed);
    ctx.audit({ action: 'change', subjectEntity: 'guardian', subjectId: row.id, patientId: fields.patientId });
    return ok(row);
  }),
  useCase('guardian.remove', (ctx, { id }) => {
    const row = ctx.get('guardian', id);
    if (row === undefined) return ok(null);
    ctx.remove('guardian', id);
    ctx.audit({ action: 'change', subjectEntity: 'guardian', subjectId: id, patientId: row.patientId });
    return ok(null);
  }),

  useCase('consent.set', (ctx, { patientId: asked, channel, state }) => {
    const patientId = staysOf(ctx.db, asked);
    if (ctx.get('patient', patientId) === undefined) return err('patient/unknown');
    const id = derivedId(patientId, `consent:${channel}`);
    const answer = { state, recordedById: ctx.actor.userId, recordedAt: ctx.now, source: 'asked' as const };
    ctx.put('channel_consent', id, { patientId, channel, ...answer });
    for (const other of contradicting(ctx, 'channel_consent', personIds(ctx.db, patientId), `consent:${channel}`, { state }))
      ctx.patch('channel_consent', other, answer);
    ctx.audit({ action: 'change', subjectEntity: 'channel_consent', subjectId: id, patientId, details: { channel, state } });
    return ok(null);
  }),

  useCase('consent.prefer', (ctx, { patientId: asked, channel }) => {
    const id = staysOf(ctx.db, asked);
    if (ctx.get('patient', id) === undefined) return err('patient/unknown');
    ctx.patch('patient', id, { contactChannel: channel });
    ctx.audit({ action: 'change', subjectEntity: 'patient', subjectId: id, patientId: id, details: { fields: ['contactChannel'] } });
    return ok(null);
  }),

  useCase('safety.set', (ctx, { patientId: asked, kind, state, detail, was }) => {
    const patientId = staysOf(ctx.db, asked);
    if (ctx.get('patient', patientId) === undefined) return err('patient/unknown');
    const id = derivedId(patientId, kind);
    const now = safetyOf(ctx, patientId).find((fact) => fact.kind === kind);
    if (was !== undefined && ((now?.state ?? 'not_asked') !== was.state || (now?.detail ?? null) !== was.detail))
      return err('safety/changed');
    const said = { state, detail: detail === '' ? null : detail };
    const answer = { ...said, recordedById: ctx.actor.userId, recordedAt: ctx.now };
    ctx.put('safety_fact', id, { patientId, kind, ...answer });
    for (const other of contradicting(ctx, 'safety_fact', personIds(ctx.db, patientId), kind, said))
      ctx.patch('safety_fact', other, answer);
    ctx.audit({ action: 'change', subjectEntity: 'safety_fact', subjectId: id, patientId, details: { kind, state } });
    return ok({ safety: safetyOf(ctx, patientId) });
  }),

  useCase('patient.timeline', (ctx, { patientId, before, limit }) => {
    if (ctx.get('patient', patientId) === undefined) return err('patient/unknown');
    const items = timeline(ctx.db, patientId, {
      before: before ?? null,
      limit: limit + 1,
      clinical: readsNotes(ctx.actor.roles, ctx.actor.granted),
    });
    for (const one of personIds(ctx.db, patientId))
      logRead(ctx, { subjectEntity: 'patient', subjectId: one, patientId: one, details: { what: 'timeline' } });
    return ok({ items: items.slice(0, limit), more: items.length > limit });
  }),
];
