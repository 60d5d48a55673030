/** Where the operator is strict a copy leaves the house on two persons' word: one asks, another says yes, for a day and this patient. */
import { err, ok, type Err } from '#electron/contract/verb.ts';
import { ALONE_HOURS, APPROVED_HOURS, type ExportRequest } from '#electron/contract/exporting.ts';
import { clinicDay } from '#db/rules/appointments.ts';
import { worksOn } from '#db/rules/locum.ts';
import { decidesOnExports, readsNotes } from '#db/rules/permissions.ts';
import { personIds, staysOf } from '#db/sqlite/queries/same-person.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { Context } from '../context.ts';
import { isStrict } from '../messages/message-facts.ts';
import { fullName } from '../patients/patient-view.ts';
import { useCase } from '../use-case.ts';

const HOUR_MS = 3_600_000;
const RECENT_MS = 14 * 86_400_000;

/** Undefined: it may. Asked by everything that takes a patient's data out of the encrypted store. */
export function needsSecondPerson(ctx: Context, patientId: string): Err | undefined {
  if (!isStrict(ctx)) return undefined;
  const since = new Date(Date.parse(ctx.now) - APPROVED_HOURS * HOUR_MS).toISOString();
  const found = requestsOf(ctx, patientId).some(
    (row) =>
      row.state === 'approved' &&
      row.askedById === ctx.actor.userId &&
      row.decidedById !== null &&
      row.decidedById !== row.askedById &&
      (row.decidedAt ?? '') > since,
  );
  return found || aloneLongEnough(ctx, patientId) ? undefined : err('export/second-person');
}

/** Nobody else works here who could say yes. */
const isAlone = (ctx: Context): boolean =>
  !ctx
    .rows('user', 'active = 1 and id <> ?', [ctx.actor.userId])
    .some((person) => decidesOnExports(person.roles) && worksOn(person, clinicDay(ctx.now)));

/** From when whoever is alone may take out what they asked for; null: they have not asked, or it is over, or somebody refused. */
function aloneFrom(ctx: Context, patientId: string): string | null {
  if (!isAlone(ctx)) return null;
  const spans = requestsOf(ctx, patientId)
    .filter(({ state, askedById }) => state === 'asked' && askedById === ctx.actor.userId)
    .map(({ askedAt }) => Date.parse(askedAt) + ALONE_HOURS * HOUR_MS)
    .filter((from) => Date.parse(ctx.now) < from + APPROVED_HOURS * HOUR_MS);
  return spans.length === 0 ? null : new Date(Math.min(...spans)).toISOString();
}

function aloneLongEnough(ctx: Context, patientId: string): boolean {
  const from = aloneFrom(ctx, patientId);
  return from !== null && from <= ctx.now;
}

const requestsOf = (ctx: Context, patientId: string): RowOf<'export_approval'>[] =>
  personIds(ctx.db, patientId).flatMap((id) => ctx.rows('export_approval', 'patient_id = ? order by asked_at desc, id', [id]));

function viewOf(ctx: Context, row: RowOf<'export_approval'>): ExportRequest {
  const patient = ctx.get('patient', staysOf(ctx.db, row.patientId));
  const nameOf = (id: string | null) => (id === null ? null : (ctx.get('user', id)?.name ?? null));
  return {
    id: row.id,
    patientId: patient?.id ?? row.patientId,
    patientName: patient === undefined ? '' : fullName(patient),
    purpose: row.purpose,
    askedByName: nameOf(row.askedById),
    askedAt: row.askedAt,
    state: row.state,
    decidedByName: nameOf(row.decidedById),
    decidedAt: row.decidedAt,
    mine: row.askedById === ctx.actor.userId,
  };
}

const recent = (ctx: Context): string => new Date(Date.parse(ctx.now) - RECENT_MS).toISOString();

export const exportingHandlers = [
  useCase('exporting.state', (ctx, { patientId }) => {
    if (ctx.get('patient', staysOf(ctx.db, patientId)) === undefined) return err('patient/unknown');
    const requests = requestsOf(ctx, patientId).filter(({ askedAt }) => askedAt > recent(ctx));
    return ok({
      strict: isStrict(ctx),
      may: needsSecondPerson(ctx, patientId) === undefined,
      alone: isAlone(ctx),
      aloneFrom: aloneFrom(ctx, patientId),
      requests: requests.map((row) => viewOf(ctx, row)),
    });
  }),
  useCase('exporting.waiting', (ctx) => {
    const rows = decidesOnExports(ctx.actor.roles)
      ? ctx.rows('export_approval', "state = 'asked' and asked_by_id <> ? and asked_at > ? order by asked_at, id", [
          ctx.actor.userId,
          recent(ctx),
        ])
      : [];
    return ok({ requests: rows.map((row) => viewOf(ctx, row)) });
  }),
  useCase('exporting.ask', (ctx, { patientId: asked, purpose }) => {
    const patientId = staysOf(ctx.db, asked);
    if (ctx.get('patient', patientId) === undefined) return err('patient/unknown');
    if (!readsNotes(ctx.actor.roles)) return err('permission/denied');
    const row = ctx.insert('export_approval', { patientId, askedById: ctx.actor.userId, askedAt: ctx.now, purpose });
    ctx.audit({ action: 'create', subjectEntity: 'export_approval', subjectId: row.id, patientId });
    return ok({ id: row.id });
  }),
  useCase('exporting.decide', (ctx, { id, state }) => {
    const row = ctx.get('export_approval', id);
    if (row?.state !== 'asked') return err('export/unknown');
    if (row.askedById === ctx.actor.userId) return err('export/own');
    if (!decidesOnExports(ctx.actor.roles)) return err('permission/denied');
    ctx.patch('export_approval', id, { state, decidedById: ctx.actor.userId, decidedAt: ctx.now });
    ctx.audit({ action: 'change', subjectEntity: 'export_approval', subjectId: id, patientId: row.patientId, details: { state } });
    return ok(null);
  }),
];
