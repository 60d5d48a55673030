/**
 * A person decides between two versions. Works offline: the decision is an ordinary change, written upon what was
 * read, so two who decide at once meet as a new conflict about the value and never silently.
 */
import { err, ok } from '#electron/contract/verb.ts';
import { changeSchema } from '#db/model/entity.ts';
import { entities, isEntityName, type EntityName } from '#db/model/entities.ts';
import { readsNotes } from '#db/rules/permissions.ts';
import { fieldsOf } from '#db/sync/row.ts';
import { isSigned } from '#db/sync/policy.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { Context } from '../context.ts';
import { useCase } from '../use-case.ts';

export const resolveConflict = useCase('conflict.resolve', (ctx, { id, choice }) => {
  const conflict = ctx.get('conflict', id);
  if (conflict === undefined) return err('conflict/unknown');
  if (conflict.audience === 'clinical' && !readsNotes(ctx.actor.roles)) return err('permission/denied');
  if (conflict.status === 'resolved') return err('conflict/resolved');
  const resolution = resolutionOf(ctx, conflict, choice);
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

/** `mine` is what this laptop wrote; where it wrote neither, what stands. */
function resolutionOf(
  ctx: Context,
  { lostDeviceId, keptDeviceId }: RowOf<'conflict'>,
  choice: 'mine' | 'theirs' | 'both',
): 'kept' | 'lost' | 'both' {
  if (choice === 'both') return 'both';
  const mineLost = lostDeviceId === ctx.deviceId && keptDeviceId !== ctx.deviceId;
  return (choice === 'mine') === mineLost ? 'lost' : 'kept';
}

/** Writes the version that was not standing (or both). False where the record cannot take it. */
function stand(ctx: Context, conflict: RowOf<'conflict'>, resolution: 'lost' | 'both'): boolean {
  const { subjectEntity, subjectId, field, kept, lost } = conflict;
  if (!isEntityName(subjectEntity)) return false;
  const subject = ctx.get(subjectEntity, subjectId);
  if (subject === undefined) return false;
  if (subjectEntity === 'encounter' && isSigned(ctx.get('encounter', subjectId)?.status)) return false;
  if (field === 'deleted') {
    if (resolution === 'both' || lost !== true) return false;
    ctx.remove(subjectEntity, subjectId);
    return true;
  }
  // All that came after a signature: it is corrected by an addition to the note, not by a choice here.
  if (!Object.hasOwn(fieldsOf(subjectEntity), field)) return false;
  return write(ctx, subjectEntity, subjectId, field, resolution === 'lost' ? lost : joined(subjectEntity, field, kept, lost));
}

function write(ctx: Context, entity: EntityName, id: string, field: string, value: unknown): boolean {
  const parsed = changeSchema(entities[entity]).safeParse({ [field]: value });
  if (!parsed.success || value === undefined) return false;
  ctx.patch(entity, id, parsed.data);
  if (entity === 'safety_fact') ctx.patch('safety_fact', id, { recordedById: ctx.actor.userId, recordedAt: ctx.now });
  return true;
}

/** Both texts one after the other; undefined for what is no free text. */
function joined(entity: EntityName, field: string, kept: unknown, lost: unknown): unknown {
  if (typeof kept !== 'string' || typeof lost !== 'string') return undefined;
  return fieldsOf(entity)[field]?.merge === 'prose' ? `${kept}\n\n${lost}` : `${kept} / ${lost}`;
}
