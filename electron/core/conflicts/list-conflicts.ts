/** The disagreements that wait for a person (or were decided), newest first, with names a person knows. */
import { ok } from '#electron/contract/verb.ts';
import type { ConflictView } from '#electron/contract/sync.ts';
import { readsNotes } from '#db/rules/permissions.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { Context } from '../context.ts';
import { useCase } from '../use-case.ts';

export const listConflicts = useCase('conflict.list', (ctx, { open }) => {
  const audience = readsNotes(ctx.actor.roles) ? '1 = 1' : "audience = 'desk'";
  const conflicts = ctx.rows('conflict', `${audience} and status = ? order by lost_at desc limit 200`, [open ? 'open' : 'resolved']);
  for (const { patientId } of conflicts) if (patientId !== null) ctx.audit({ action: 'read', subjectEntity: 'conflict', patientId });
  return ok({ conflicts: conflicts.map((conflict) => viewOf(ctx, conflict)) });
});

function viewOf(ctx: Context, conflict: RowOf<'conflict'>): ConflictView {
  const patient = conflict.patientId === null ? undefined : ctx.get('patient', conflict.patientId);
  return {
    conflict,
    patientName: patient === undefined ? null : `${patient.givenName} ${patient.familyName}`,
    keptBy: ownerOf(ctx, conflict.keptDeviceId),
    lostBy: ctx.get('user', conflict.lostActorId)?.name ?? ownerOf(ctx, conflict.lostDeviceId),
  };
}

/** Stamps name devices: the person it belongs to. */
function ownerOf(ctx: Context, deviceId: string | null): string | null {
  const device = deviceId === null ? undefined : ctx.get('device', deviceId);
  const owner = device?.userId === null || device === undefined ? undefined : ctx.get('user', device.userId);
  return owner?.name ?? device?.name ?? null;
}
