/** Who is to be asked to come again. Rows of the record; asking is a message like any other (`message.ask` with the recall as its subject). */
import { err, ok } from '#electron/contract/verb.ts';
import type { RecallView } from '#electron/contract/recalls.ts';
import { MESSAGE_CHANNELS } from '#db/model/message.ts';
import { personIds, staysOf } from '#db/sqlite/queries/same-person.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import { hitsOf } from '../patients/patient-view.ts';
import type { Context } from '../context.ts';
import { useCase } from '../use-case.ts';
import { problemOf } from './message-facts.ts';
import { lifeOf } from './message-life.ts';

const SHOWN = 100;
/** By what it rests on (norway.md §8, S5). */
export const RECALL_TEMPLATE = { agreed: 'recall-agreed', offer: 'recall' } as const;

function viewsOf(ctx: Context, rows: readonly RowOf<'recall'>[]): RecallView[] {
  const whose = new Map(rows.map((row) => [row.id, staysOf(ctx.db, row.patientId)]));
  const hits = new Map(hitsOf(ctx, [...new Set(whose.values())]).map((hit) => [hit.id, hit]));
  return rows.flatMap((row) => {
    const patient = hits.get(whose.get(row.id) ?? '');
    if (patient === undefined) return [];
    const templateId = RECALL_TEMPLATE[row.basis];
    return [
      {
        id: row.id,
        patient,
        dueOn: row.dueOn,
        basis: row.basis,
        plannedByName: ctx.get('user', row.plannedById)?.name ?? null,
        channels: MESSAGE_CHANNELS.map((channel) => ({ channel, problem: problemOf(ctx, { patientId: patient.id, channel, templateId }) })),
        messages: ctx.rows('message', 'subject_id = ? order by requested_at, id', [row.id]).map((message) => lifeOf(ctx, message)),
      },
    ];
  });
}

/** Whoever comes anyway is not asked. */
const comes = (ctx: Context, patientId: string): boolean =>
  personIds(ctx.db, patientId).some(
    (id) => ctx.rows('appointment', "patient_id = ? and status = 'booked' and starts_at > ? limit 1", [id, ctx.now]).length > 0,
  );

const openOf = (ctx: Context, patientId: string): RowOf<'recall'>[] =>
  personIds(ctx.db, patientId).flatMap((id) => ctx.rows('recall', "patient_id = ? and state = 'open' order by due_on, id", [id]));

export const recallHandlers = [
  useCase('recall.due', (ctx, { day }) => {
    const due = ctx
      .rows('recall', "state = 'open' and due_on <= ? order by due_on, id", [day])
      .filter(({ patientId }) => ctx.get('patient', staysOf(ctx.db, patientId))?.status === 'active' && !comes(ctx, patientId));
    return ok({ items: viewsOf(ctx, due.slice(0, SHOWN)), more: Math.max(0, due.length - SHOWN) });
  }),
  useCase('recall.of', (ctx, { patientId }) => {
    if (ctx.get('patient', staysOf(ctx.db, patientId)) === undefined) return err('patient/unknown');
    return ok({ items: viewsOf(ctx, openOf(ctx, patientId)) });
  }),
  useCase('recall.plan', (ctx, { patientId: asked, dueOn, basis }) => {
    const patientId = staysOf(ctx.db, asked);
    const patient = ctx.get('patient', patientId);
    if (patient === undefined) return err('patient/unknown');
    const [open] = openOf(ctx, patientId);
    const planned = { dueOn, basis, plannedById: ctx.actor.userId, plannedAt: ctx.now };
    const row = open === undefined ? ctx.insert('recall', { patientId, ...planned }) : ctx.patch('recall', open.id, planned);
    ctx.audit({
      action: open === undefined ? 'create' : 'change',
      subjectEntity: 'recall',
      subjectId: row.id,
      patientId,
      details: { dueOn, basis },
    });
    return ok({ id: row.id });
  }),
  useCase('recall.close', (ctx, { id, state }) => {
    const row = ctx.get('recall', id);
    if (row === undefined) return err('recall/unknown');
    ctx.patch(
      'recall',
      id,
      state === 'open' ? { state, closedById: null, closedAt: null } : { state, closedById: ctx.actor.userId, closedAt: ctx.now },
    );
    // What has not gone out yet is not asked any more.
    if (state !== 'open')
      for (const message of ctx.rows('message', "subject_id = ? and state = 'planned' and wanted = 1", [id]))
        ctx.patch('message', message.id, { wanted: false });
    ctx.audit({ action: 'change', subjectEntity: 'recall', subjectId: id, patientId: row.patientId, details: { state } });
    return ok(null);
  }),
];
