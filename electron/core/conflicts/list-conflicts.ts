/** The disagreements that wait for a person (or were decided), newest first, with names a person knows. */
import { ok } from '#electron/contract/verb.ts';
import type { ConflictView, OpenSibling } from '#electron/contract/sync.ts';
import { readsNotes } from '#db/rules/permissions.ts';
import { staysOf } from '#db/sqlite/queries/same-person.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import { isShutFor } from '../access/guard.ts';
import type { Context } from '../context.ts';
import { useCase } from '../use-case.ts';
import { bothCanStand, ownSide } from './resolve-conflict.ts';

export const listConflicts = useCase('conflict.list', (ctx, { open }) => {
  const audience = readsNotes(ctx.actor.roles) ? '1 = 1' : "audience = 'desk'";
  const conflicts = ctx
    .rows('conflict', `${audience} and status = ? order by lost_at desc limit 200`, [open ? 'open' : 'resolved'])
    .filter(({ patientId }) => patientId === null || !isShutFor(ctx.db, patientId, ctx.actor.userId, ctx.now));
  for (const { patientId } of conflicts) if (patientId !== null) ctx.audit({ action: 'read', subjectEntity: 'conflict', patientId });
  return ok({ conflicts: conflicts.map((conflict) => viewOf(ctx, conflict)), siblings: open ? openSiblings(ctx) : [] });
});

function openSiblings(ctx: Context): OpenSibling[] {
  if (!readsNotes(ctx.actor.roles)) return [];
  const seen = new Set<string>();
  return ctx.rows('note_section', "sibling_state = 'open' order by encounter_id limit 200").flatMap(({ encounterId, key }) => {
    if (seen.has(`${encounterId}/${key}`)) return [];
    seen.add(`${encounterId}/${key}`);
    const encounter = ctx.get('encounter', encounterId);
    return encounter === undefined || isShutFor(ctx.db, encounter.patientId, ctx.actor.userId, ctx.now)
      ? []
      : [{ encounterId, key, patientName: nameOf(ctx, encounter.patientId) }];
  });
}

function viewOf(ctx: Context, conflict: RowOf<'conflict'>): ConflictView {
  return {
    conflict,
    patientName: nameOf(ctx, conflict.patientId),
    keptBy: ownerOf(ctx, conflict.keptDeviceId),
    lostBy: ctx.get('user', conflict.lostActorId)?.name ?? ownerOf(ctx, conflict.lostDeviceId),
    mine: ownSide(ctx, conflict),
    bothPossible: bothCanStand(conflict),
  };
}

function nameOf(ctx: Context, patientId: string | null): string | null {
  const patient = patientId === null ? undefined : ctx.get('patient', staysOf(ctx.db, patientId));
  return patient === undefined ? null : `${patient.givenName} ${patient.familyName}`;
}

/** Stamps name devices: the person it belongs to. */
function ownerOf(ctx: Context, deviceId: string | null): string | null {
  const device = deviceId === null ? undefined : ctx.get('device', deviceId);
  const owner = device?.userId === null || device === undefined ? undefined : ctx.get('user', device.userId);
  return owner?.name ?? device?.name ?? null;
}
