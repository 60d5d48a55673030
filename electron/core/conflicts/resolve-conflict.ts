/**
 * A person decides between two versions. Works offline: the decision is an ordinary change, written upon what was
 * read, so two who decide at once meet as a new conflict about the value and never silently.
 */
import { err, ok } from '#electron/contract/verb.ts';
import { changeSchema } from '#db/model/entity.ts';
import { entities, isEntityName, type EntityName } from '#db/model/entities.ts';
import { mayChange, readsNotes } from '#db/rules/permissions.ts';
import { fieldsOf } from '#db/sync/row.ts';
import { isFinished } from '#db/sync/policy.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { Context } from '../context.ts';
import { useCase } from '../use-case.ts';

export const resolveConflict = useCase('conflict.resolve', (ctx, { id, choice }) => {
  const conflict = ctx.get('conflict', id);
  if (conflict === undefined) return err('conflict/unknown');
  if (conflict.audience === 'clinical' && !readsNotes(ctx.actor.roles)) return err('permission/denied');
  if (conflict.status === 'resolved') return err('conflict/resolved');
  // Deciding is writing: who may not change the thing does not decide about it either.
  if (isEntityName(conflict.subjectEntity) && !mayChange(conflict.subjectEntity, ctx.actor.roles)) return err('permission/denied');
  const resolution = resolutionOf(ctx, conflict, choice);
  if (resolution !== 'kept' && isFrozen(ctx, conflict)) return err('conflict/visit-signed');
  if (resolution !== 'kept' && !stand(ctx, conflict, resolution)) return err('conflict/both-not-possible');
  ctx.patch('conflict', id, { status: 'resolved', resolution, resolvedById: ctx.actor.userId, resolvedAt: ctx.now });
  ctx.audit({
    action: 'change',
    subjectEntity: 'conflict',
    subjectId: id,
    patientId: conflict.patientId,
    details: { field: conflict.field, resolution },
  });
  return ok(null);
});

/** What this laptop wrote; where it wrote neither, or both, what stands. */
export function ownSide(ctx: Context, { lostDeviceId, keptDeviceId }: RowOf<'conflict'>): 'kept' | 'lost' {
  return lostDeviceId === ctx.deviceId && keptDeviceId !== ctx.deviceId ? 'lost' : 'kept';
}

function resolutionOf(ctx: Context, conflict: RowOf<'conflict'>, choice: 'mine' | 'theirs' | 'both'): 'kept' | 'lost' | 'both' {
  if (choice === 'both') return 'both';
  const own = ownSide(ctx, conflict);
  return choice === 'mine' ? own : own === 'kept' ? 'lost' : 'kept';
}

/** Two texts can be joined, and an appointment that two moved can become two. */
export function bothCanStand({ subjectEntity, field, kept, lost }: RowOf<'conflict'>): boolean {
  if (subjectEntity === 'appointment' && field === 'startsAt') return typeof lost === 'string';
  if (!isEntityName(subjectEntity) || !Object.hasOwn(fieldsOf(subjectEntity), field)) return false;
  const both = joined(subjectEntity, field, kept, lost);
  return both !== undefined && changeSchema(entities[subjectEntity]).safeParse({ [field]: both }).success;
}

/** The thing is signed, or hangs under a signed visit: it is corrected by an addition, not by a choice. */
function isFrozen(ctx: Context, { subjectEntity, subjectId }: RowOf<'conflict'>): boolean {
  if (!isEntityName(subjectEntity)) return false;
  const row = ctx.get(subjectEntity, subjectId) as unknown as Record<string, unknown> | undefined;
  const encounterId = row?.['encounterId'];
  return isFinished(subjectEntity, row, typeof encounterId === 'string' ? ctx.get('encounter', encounterId)?.status : undefined);
}

/** Writes the version that was not standing (or both). False where the record cannot take it. */
function stand(ctx: Context, conflict: RowOf<'conflict'>, resolution: 'lost' | 'both'): boolean {
  const { subjectEntity, subjectId, field, kept, lost } = conflict;
  if (!isEntityName(subjectEntity)) return false;
  const subject = ctx.get(subjectEntity, subjectId);
  if (subject === undefined) return false;
  if (field === 'deleted') {
    if (resolution === 'both' || lost !== true) return false;
    ctx.remove(subjectEntity, subjectId);
    return true;
  }
  // All that came after a signature: it is corrected by an addition to the note, not by a choice here.
  if (!Object.hasOwn(fieldsOf(subjectEntity), field)) return false;
  if (resolution === 'lost') return write(ctx, subjectEntity, subjectId, field, lost);
  if (!bothCanStand(conflict)) return false;
  return subjectEntity === 'appointment' && field === 'startsAt'
    ? bookAgain(ctx, subjectId, lost)
    : write(ctx, subjectEntity, subjectId, field, joined(subjectEntity, field, kept, lost));
}

function write(ctx: Context, entity: EntityName, id: string, field: string, value: unknown): boolean {
  const parsed = changeSchema(entities[entity]).safeParse({ [field]: value });
  if (!parsed.success || value === undefined) return false;
  ctx.patch(entity, id, parsed.data);
  if (entity === 'safety_fact') ctx.patch('safety_fact', id, { recordedById: ctx.actor.userId, recordedAt: ctx.now });
  return true;
}

/** A second appointment at the time that did not stand; the first one stays where it is. */
function bookAgain(ctx: Context, id: string, startsAt: unknown): boolean {
  const first = ctx.get('appointment', id);
  if (first === undefined || typeof startsAt !== 'string') return false;
  const { patientId, practitionerId, durationMinutes, visitType, reason } = first;
  ctx.insert('appointment', { patientId, practitionerId, startsAt, durationMinutes, visitType, reason });
  return true;
}

/** Both texts one after the other; undefined for what is no free text. */
function joined(entity: EntityName, field: string, kept: unknown, lost: unknown): unknown {
  if (typeof kept !== 'string' || typeof lost !== 'string') return undefined;
  return fieldsOf(entity)[field]?.merge === 'prose' ? `${kept}\n\n${lost}` : `${kept} / ${lost}`;
}
