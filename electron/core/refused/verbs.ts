/** What the server refused: to read, to send again, to set aside. Nothing here throws a word away. */
import { err, ok } from '#electron/contract/verb.ts';
import type { RefusedChange } from '#electron/contract/sync.ts';
import { entities, type EntityName } from '#db/model/entities.ts';
import { readsNotes } from '#db/rules/permissions.ts';
import { FROZEN_CHILDREN, isSigned, movableFields } from '#db/sync/policy.ts';
import { readRow } from '#db/sqlite/store.ts';
import type { Born, Context } from '../context.ts';
import { logRead } from '../audit/log-once.ts';
import { useCase, type AnyHandler } from '../use-case.ts';
import { markRefused, patientOf, refusedChanges, type Refused } from './refused-changes.ts';

const list = useCase('refused.list', (ctx, { patientId }) => {
  const items = refusedChanges(ctx.db)
    .map((change) => ({ change, patient: patientOf(ctx.db, change) }))
    .filter(({ patient }) => patientId === undefined || patient === patientId)
    .map(({ change, patient }) => viewOf(ctx, change, patient));
  for (const patient of new Set(items.flatMap((item) => item.patientId ?? [])))
    logRead(ctx, { patientId: patient, details: { refused: items.filter((item) => item.patientId === patient).length } }, 'refused');
  return ok({ items });
});

function viewOf(ctx: Context, { id, actor, entity, rowId, set, at, code }: Refused, patientId: string | null): RefusedChange {
  const patient = patientId === null ? undefined : readRow(ctx.db, 'patient', patientId);
  const readable = entities[entity].audience === 'desk' || readsNotes(ctx.actor.roles);
  return {
    id,
    entity,
    rowId,
    at,
    code,
    patientId,
    patientName: patient === undefined ? null : `${patient.givenName} ${patient.familyName}`,
    actorName: readRow(ctx.db, 'user', actor)?.name ?? null,
    mine: actor === ctx.actor.userId,
    written: readable ? Object.entries(set).flatMap(([field, value]) => (isTold(field, value) ? [{ field, value }] : [])) : [],
  };
}

/** Not ids, and nothing that is empty: what a person would recognise as written. */
function isTold(field: string, value: unknown): boolean {
  return value !== null && value !== '' && !/Ids?$/.test(field);
}

const sendAgain = useCase('refused.sendAgain', (ctx, { ids }) => {
  const wanted = refusedChanges(ctx.db).filter(({ id }) => ids.includes(id));
  if (wanted.length < new Set(ids).size) return err('refused/unknown');
  for (const change of wanted) {
    if (change.actor !== ctx.actor.userId) return err('refused/not-yours');
    if (change.set['status'] === 'signed') return err('refused/sign-again');
    if (isFinished(ctx, change)) return err('refused/finished');
    writeAgain(ctx, change);
    markRefused(ctx.db, change.id, 'sent_again');
    ctx.audit({
      action: 'change',
      subjectEntity: change.entity,
      subjectId: change.rowId,
      patientId: patientOf(ctx.db, change),
      details: { refused: change.code },
    });
  }
  return ok(null);
});

/** The row as its writer had it, and a new change with the same words upon what had been read then. */
function writeAgain(ctx: Context, { entity, rowId, set, base }: Refused): void {
  const row = readRow(ctx.db, entity, rowId);
  if (row === undefined) {
    ctx.insert(entity, set as Born<EntityName>, rowId);
    return;
  }
  const fields = row.deleted && set['deleted'] === undefined ? { ...set, deleted: false } : set;
  ctx.patch(entity, rowId, fields as Partial<Born<EntityName>>, { restate: Object.keys(set), base });
}

/** Signed, or hanging under a signed visit, or handed over: it is not written in any more. */
function isFinished(ctx: Context, { entity, rowId, set }: Refused): boolean {
  const row = readRow(ctx.db, entity, rowId) as unknown as Record<string, unknown> | undefined;
  if (entity === 'encounter') return isSigned(row?.['status']);
  // What never came to the server is not finished, whatever it was meant to be.
  const movable = row?.['seq'] === 0 ? undefined : movableFields(entity, row);
  if (movable !== undefined && Object.keys(set).some((field) => !movable.has(field))) return true;
  const encounterId = row?.['encounterId'] ?? set['encounterId'];
  return FROZEN_CHILDREN.has(entity) && typeof encounterId === 'string' && isSigned(readRow(ctx.db, 'encounter', encounterId)?.status);
}

const setAside = useCase('refused.setAside', (ctx, { ids }) => {
  const wanted = refusedChanges(ctx.db).filter(({ id }) => ids.includes(id));
  if (wanted.length < new Set(ids).size) return err('refused/unknown');
  for (const change of wanted) {
    if (change.actor !== ctx.actor.userId && !readsNotes(ctx.actor.roles)) return err('refused/not-yours');
    markRefused(ctx.db, change.id, 'set_aside');
    ctx.audit({
      action: 'change',
      subjectEntity: change.entity,
      subjectId: change.rowId,
      patientId: patientOf(ctx.db, change),
      details: { refused: change.code, setAside: true },
    });
  }
  return ok(null);
});

export const refusedHandlers: readonly AnyHandler[] = [list, sendAgain, setAside];
