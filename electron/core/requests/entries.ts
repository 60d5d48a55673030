/** The entries of a journal that a request can be about, with whose they are. */
import { decidesAbout, ERASABLE, RESPONSIBLE } from '#db/rules/erasure.ts';
import type { Erasable } from '#db/rules/erasure.ts';
import { clinicDay } from '#db/rules/appointments.ts';
import { worksOn } from '#db/rules/locum.ts';
import type { JournalEntry } from '#electron/contract/requests.ts';
import type { RowKey } from '#db/model/erasure.ts';
import { OF_PERSON, personJson } from '#db/sqlite/queries/same-person.ts';
import type { Context } from '../context.ts';

/** Newest first. Additions go with their visit and are not listed. */
export function entriesOf(ctx: Context, patientId: string): JournalEntry[] {
  const person = [personJson(ctx.db, patientId)];
  const visits = ctx.rows('encounter', `${OF_PERSON('patient_id')} and status <> 'discarded'`, person);
  const letters = ctx.rows('letter', OF_PERSON('patient_id'), person);
  const attachments = ctx.rows('attachment', OF_PERSON('patient_id'), person);
  const imported = ctx.rows('imported_entry', OF_PERSON('patient_id'), person);
  return [
    ...visits.map(({ id, visitAt, visitType, status }) => entry(ctx, 'encounter', id, { at: visitAt, title: visitType, status })),
    ...letters.map((row) => entry(ctx, 'letter', row.id, { at: row.signedAt ?? '', title: row.kind, status: row.status })),
    ...attachments.map(({ id, addedAt, title, status }) => entry(ctx, 'attachment', id, { at: addedAt, title, status })),
    ...imported.map((row) =>
      entry(ctx, 'imported_entry', row.id, { at: row.happenedAt ?? row.happenedOn ?? '', title: row.kind, status: row.status }),
    ),
  ].toSorted((a, b) => (a.at < b.at ? 1 : -1));
}

/** What a request of this patient was about; what is gone by now is left out. */
export function entriesNamed(entries: readonly JournalEntry[], targets: readonly RowKey[]): JournalEntry[] {
  return entries.filter((one) => targets.some(({ entity, id }) => entity === one.entity && id === one.id));
}

function entry(ctx: Context, entity: Erasable, id: string, said: Pick<JournalEntry, 'at' | 'title' | 'status'>): JournalEntry {
  const { name, mine } = responsibleFor(ctx, entity, id);
  return { entity, id, ...said, responsibleName: name, mine };
}

/** Who decides about an entry, and whether that is the person who acts. */
export function responsibleFor(ctx: Context, entity: Erasable, id: string): { name: string; mine: boolean } {
  const row = ctx.get(entity, id) as unknown as Record<string, unknown> | undefined;
  const userId = String(row?.[RESPONSIBLE[entity]] ?? '');
  const user = ctx.get('user', userId);
  const works = user !== undefined && worksOn(user, clinicDay(ctx.now));
  return { name: user?.name ?? '', mine: row !== undefined && decidesAbout(ctx.actor, { userId, works }) };
}

export const isErasableKey = (key: RowKey): key is RowKey & { entity: Erasable } => (ERASABLE as readonly string[]).includes(key.entity);
