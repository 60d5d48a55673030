/** What the server refused: to read, to send again, to set aside. Nothing here throws a word away. */
import { isSamePerson, staysOf } from '#db/sqlite/queries/same-person.ts';
import { err, ok } from '#electron/contract/verb.ts';
import type { RefusedChange } from '#electron/contract/sync.ts';
import { entities, type EntityName } from '#db/model/entities.ts';
import { readsNotes } from '#db/rules/permissions.ts';
import { isFinished } from '#db/sync/policy.ts';
import { fieldsOf } from '#db/sync/row.ts';
import { markRefused, refusedChanges, type Refused } from '#db/sqlite/queries/refused.ts';
import { readRow } from '#db/sqlite/store.ts';
import { isShutFor } from '../access/guard.ts';
import type { Born, Context } from '../context.ts';
import { logRead } from '../audit/log-once.ts';
import { fullName } from '../patients/patient-view.ts';
import { useCase, type AnyHandler } from '../use-case.ts';

const list = useCase('refused.list', (ctx, { patientId }) => {
  const items = refusedChanges(ctx.db)
    .map((change) => ({ change, patient: patientOf(ctx, change) }))
    .filter(({ patient }) => patientId === undefined || (patient !== null && isSamePerson(ctx.db, patient, patientId)))
    .filter(({ patient }) => patient === null || !isShutFor(ctx.db, patient, ctx.actor.userId, ctx.now))
    .map(({ change, patient }) => viewOf(ctx, change, patient));
  for (const patient of new Set(items.flatMap((item) => item.patientId ?? [])))
    logRead(ctx, { patientId: patient, details: { refused: items.filter((item) => item.patientId === patient).length } }, 'refused');
  return ok({ items });
});

function viewOf(ctx: Context, { id, actor, entity, rowId, set, at, code }: Refused, patientId: string | null): RefusedChange {
  const patient = patientId === null ? undefined : readRow(ctx.db, 'patient', staysOf(ctx.db, patientId));
  const readable = entities[entity].audience === 'desk' || readsNotes(ctx.actor.roles);
  return {
    id,
    entity,
    rowId,
    at,
    code,
    patientId,
    patientName: patient === undefined ? null : fullName(patient),
    actorName: readRow(ctx.db, 'user', actor)?.name ?? null,
    mine: actor === ctx.actor.userId,
    written: readable ? Object.entries(set).flatMap(([field, value]) => (isTold(field, value) ? [{ field, value }] : [])) : [],
  };
}

/** Not ids, and nothing that is empty: what a person would recognise as written. */
export function isTold(field: string, value: unknown): boolean {
  return value !== null && value !== '' && !/Ids?$/.test(field);
}

const sendAgain = useCase('refused.sendAgain', (ctx, { ids }) => {
  const wanted = refusedChanges(ctx.db).filter(({ id }) => ids.includes(id));
  if (wanted.length < new Set(ids).size) return err('refused/unknown');
  for (const change of wanted) {
    if (change.actor !== ctx.actor.userId) return err('refused/not-yours');
    if (change.set['status'] === 'signed') return err('refused/sign-again');
    if (isTooLate(ctx, change)) return err('refused/finished');
    writeAgain(ctx, change);
    dealtWith(ctx, change, 'sent_again');
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

/** It is not written in any more; what never came to the server is not finished, whatever it was meant to be. */
function isTooLate(ctx: Context, { entity, rowId, set }: Refused): boolean {
  const row = readRow(ctx.db, entity, rowId) as unknown as Record<string, unknown> | undefined;
  const encounterId = row?.['encounterId'] ?? set['encounterId'];
  const visit = typeof encounterId === 'string' ? readRow(ctx.db, 'encounter', encounterId) : undefined;
  return isFinished(entity, entity !== 'encounter' && row?.['seq'] === 0 ? undefined : row, visit?.status, Object.keys(set));
}

function dealtWith(ctx: Context, change: Refused, resolution: 'sent_again' | 'set_aside'): void {
  const { id, entity, rowId, code } = change;
  markRefused(ctx.db, id, resolution);
  const details = resolution === 'set_aside' ? { refused: code, setAside: true } : { refused: code };
  ctx.audit({ action: 'change', subjectEntity: entity, subjectId: rowId, patientId: patientOf(ctx, change), details });
}

/** The patient a change is about, also where the row is no longer shown as part of the record. */
export function patientOf({ db }: Context, { entity, rowId, set }: Pick<Refused, 'entity' | 'rowId' | 'set'>): string | null {
  if (entity === 'patient') return rowId;
  const row = readRow(db, entity, rowId) as unknown as Record<string, unknown> | undefined;
  const value = (field: string): unknown => (Object.hasOwn(fieldsOf(entity), field) ? (row?.[field] ?? set[field]) : undefined);
  const patientId = value('patientId');
  if (typeof patientId === 'string') return patientId;
  const encounterId = value('encounterId');
  return typeof encounterId === 'string' ? (readRow(db, 'encounter', encounterId)?.patientId ?? null) : null;
}

const setAside = useCase('refused.setAside', (ctx, { ids }) => {
  const wanted = refusedChanges(ctx.db).filter(({ id }) => ids.includes(id));
  if (wanted.length < new Set(ids).size) return err('refused/unknown');
  for (const change of wanted) {
    if (change.actor !== ctx.actor.userId && !readsNotes(ctx.actor.roles)) return err('refused/not-yours');
    dealtWith(ctx, change, 'set_aside');
  }
  return ok(null);
});

export const refusedHandlers: readonly AnyHandler[] = [list, sendAgain, setAside];
