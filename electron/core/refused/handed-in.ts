/**
 * What revoked devices handed in: the server keeps it sealed, a clinician here reads it and decides. Reading is logged as any
 * look into a journal; a journal that is shut for the reader stays shut here too.
 */
import { ok } from '#electron/contract/verb.ts';
import type { HandedInChange } from '#electron/contract/sync.ts';
import { isEntityName } from '#db/model/entities.ts';
import { changeSchema, MAX_CHANGES, type Change } from '#db/sync/change.ts';
import { handedInAnswerSchema, handedInDecidedSchema } from '#db/sync/handed-in.ts';
import { upcast } from '#db/sync/upcast.ts';
import { staysOf } from '#db/sqlite/queries/same-person.ts';
import { readRow } from '#db/sqlite/store.ts';
import { isShutFor } from '../access/guard.ts';
import { logRead } from '../audit/log-once.ts';
import type { Context } from '../context.ts';
import { fullName } from '../patients/patient-view.ts';
import { service, type AnyHandler } from '../use-case.ts';
import { askAsPerson } from '../clinic/ask-as-person.ts';
import { isTold, patientOf } from './verbs.ts';

const list = service('handedIn.list', async (services) => {
  const reply = await askAsPerson(services, { method: 'POST', path: '/v1/handed-in', body: { limit: MAX_CHANGES } }, handedInAnswerSchema);
  if (!reply.ok) return reply;
  return services.transaction((ctx) => {
    const items = reply.value.changes.flatMap(({ deviceId, n, change }) => {
      const parsed = changeSchema.safeParse(change);
      return parsed.success ? [{ deviceId, n, change: upcast(parsed.data) }] : [];
    });
    const told = toldBy(items.map(({ change }) => change));
    const shown = items
      .map((item) => ({ ...item, patientId: subjectOf(ctx, item.change, told) }))
      .filter(({ patientId }) => patientId === null || !isShutFor(ctx.db, patientId, ctx.actor.userId, ctx.now));
    for (const patientId of new Set(shown.flatMap((item) => item.patientId ?? [])))
      logRead(ctx, { patientId, details: { handedIn: shown.filter((item) => item.patientId === patientId).length } }, 'handed-in');
    return ok({ items: shown.map((item) => viewOf(ctx, item)), more: reply.value.more });
  });
});

/**
 * What these changes say of their rows, together. A visit that was begun on that device is known from what it handed in only, and names its
 * patient at its birth alone: whose words a later change holds must be known all the same, or a shut journal would be read here.
 */
function toldBy(changes: readonly Change[]): ReadonlyMap<string, Change['set']> {
  const rows = new Map<string, Change['set']>();
  for (const { rowId, set } of changes) rows.set(rowId, { ...rows.get(rowId), ...set });
  return rows;
}

function subjectOf(ctx: Context, { entity, rowId, set }: Change, told: ReadonlyMap<string, Change['set']>): string | null {
  const row = { ...told.get(rowId), ...set };
  const known = isEntityName(entity) ? patientOf(ctx, { entity, rowId, set: row }) : null;
  if (known !== null) return known;
  const { encounterId } = row;
  const patientId = typeof encounterId === 'string' ? told.get(encounterId)?.['patientId'] : undefined;
  return typeof patientId === 'string' ? patientId : null;
}

/** A change that is no part of the record, as a person reads it. */
export function viewOf(ctx: Context, item: { deviceId: string; n: number; change: Change; patientId: string | null }): HandedInChange {
  const { deviceId, n, change, patientId } = item;
  const patient = patientId === null ? undefined : readRow(ctx.db, 'patient', staysOf(ctx.db, patientId));
  return {
    id: change.id,
    deviceId,
    n,
    deviceName: readRow(ctx.db, 'device', deviceId)?.name ?? null,
    entity: change.entity,
    rowId: change.rowId,
    at: change.at,
    patientId,
    patientName: patient === undefined ? null : fullName(patient),
    actorName: readRow(ctx.db, 'user', change.actor)?.name ?? null,
    written: Object.entries(change.set).flatMap(([field, value]) => (isTold(field, value) ? [{ field, value }] : [])),
  };
}

const decide = service('handedIn.decide', async (services, { deviceId, ns, decision }) => {
  const reply = await askAsPerson(
    services,
    { method: 'POST', path: '/v1/handed-in/decide', body: { deviceId, ns, decision } },
    handedInDecidedSchema,
  );
  if (!reply.ok) return reply;
  const refused = reply.value.outcomes.flatMap(({ n, outcome, code }) =>
    outcome === 'rejected' ? [{ n, code: code ?? 'change/malformed' }] : [],
  );
  const logged = services.transaction((ctx) => {
    ctx.audit({
      action: 'change',
      subjectEntity: 'device',
      subjectId: deviceId,
      details: { handedIn: decision, changes: ns.length - refused.length },
    });
    return ok(null);
  });
  if (!logged.ok) return logged;
  await services.replica()?.syncNow();
  return ok({ refused });
});

export const handedInHandlers: readonly AnyHandler[] = [list, decide];
