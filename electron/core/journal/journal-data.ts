/**
 * Everything that is kept about a patient as data, row by row and field by field (GDPR art. 15 and 20). Which rows those are follows from the
 * model: whatever names the patient (any of their registrations), or hangs under a visit of theirs. The bytes of attachments are files of their own.
 */
import { entities, entityNames, type EntityName } from '#db/model/entities.ts';
import { OF_PERSON, personJson } from '#db/sqlite/queries/same-person.ts';
import { rowsWhere } from '#db/sqlite/store.ts';
import type { Context } from '../context.ts';

export interface JournalData {
  format: 'ryggrad-journal-1';
  madeAt: string;
  patientId: string;
  rows: Partial<Record<EntityName, readonly Record<string, unknown>[]>>;
}

/** Deleted rows are not part of it. */
export function journalData(ctx: Context, patientId: string): JournalData {
  const ids = personJson(ctx.db, patientId);
  const visits = rowsWhere(ctx.db, 'encounter', OF_PERSON('patient_id'), [ids]).map(({ id }) => id);
  const rows: Record<string, readonly Record<string, unknown>[]> = {};
  for (const entity of entityNames) {
    const found = rowsOf(ctx, entity, ids, visits);
    if (found.length > 0) rows[entity] = found.map((row) => ownFields(entity, row));
  }
  return { format: 'ryggrad-journal-1', madeAt: ctx.now, patientId, rows };
}

/** @param ids of all the registrations of the patient, as JSON */
function rowsOf(ctx: Context, entity: EntityName, ids: string, visits: readonly string[]): readonly { id: string }[] {
  const { fields } = entities[entity];
  if (entity === 'patient') return rowsWhere(ctx.db, entity, OF_PERSON('id'), [ids]);
  // One that was undone may hold what was another person's.
  if (entity === 'patient_link') return rowsWhere(ctx.db, entity, `${OF_PERSON('patient_id')} and undone = 0 order by id`, [ids]);
  // Not of one patient, but it says where their entries came from and whether they count.
  if (entity === 'import_batch')
    return rowsWhere(ctx.db, entity, `id in (select import_id from imported_entry where ${OF_PERSON('patient_id')}) order by id`, [ids]);
  if ('patientId' in fields) return rowsWhere(ctx.db, entity, `${OF_PERSON('patient_id')} order by id`, [ids]);
  if (!('encounterId' in fields)) return [];
  return visits.flatMap((visit) => rowsWhere(ctx.db, entity, 'encounter_id = ? order by id', [visit]) as { id: string }[]);
}

function ownFields(entity: EntityName, row: { id: string }): Record<string, unknown> {
  const source = row as unknown as Record<string, unknown>;
  return Object.fromEntries(['id', ...Object.keys(entities[entity].fields)].map((field) => [field, source[field]]));
}
