/**
 * Everything that is kept about a patient as data, row by row and field by field (GDPR art. 15 and 20). Which rows those are follows from the
 * model: whatever names the patient, or hangs under a visit of theirs. The bytes of attachments are files of their own.
 */
import { entities, entityNames, type EntityName } from '#db/model/entities.ts';
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
  const visits = rowsWhere(ctx.db, 'encounter', 'patient_id = ?', [patientId]).map(({ id }) => id);
  const rows: Record<string, readonly Record<string, unknown>[]> = {};
  for (const entity of entityNames) {
    const found = rowsOf(ctx, entity, patientId, visits);
    if (found.length > 0) rows[entity] = found.map((row) => ownFields(entity, row));
  }
  return { format: 'ryggrad-journal-1', madeAt: ctx.now, patientId, rows };
}

function rowsOf(ctx: Context, entity: EntityName, patientId: string, visits: readonly string[]): readonly { id: string }[] {
  const { fields } = entities[entity];
  if (entity === 'patient') return rowsWhere(ctx.db, entity, 'id = ?', [patientId]);
  if ('patientId' in fields) return rowsWhere(ctx.db, entity, 'patient_id = ? order by id', [patientId]);
  if (!('encounterId' in fields)) return [];
  return visits.flatMap((visit) => rowsWhere(ctx.db, entity, 'encounter_id = ? order by id', [visit]) as { id: string }[]);
}

function ownFields(entity: EntityName, row: { id: string }): Record<string, unknown> {
  const source = row as unknown as Record<string, unknown>;
  return Object.fromEntries(['id', ...Object.keys(entities[entity].fields)].map((field) => [field, source[field]]));
}
