/**
 * Where a block is kept: every act on a chart is logged with its patient, so the log is the one place that all of them pass.
 * An act that would show a blocked journal stops there, before anything is answered, and is logged as refused.
 */
import { isShut, needsOpenJournal } from '#db/rules/access.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { OF_PERSON, personJson } from '#db/sqlite/queries/same-person.ts';
import { rowsWhere } from '#db/sqlite/store.ts';

/** Thrown through the transaction; the core answers `patient/blocked`. */
export class JournalShut extends Error {
  readonly patientId: string;
  constructor(patientId: string) {
    super('patient/blocked');
    this.patientId = patientId;
  }
}

/** Whether the patient has shut their journal for this person, now; said at any registration of the patient, it holds for all. */
export function isShutFor(db: SqliteDatabase, patientId: string, userId: string, now: string): boolean {
  const theirs = [personJson(db, patientId), userId];
  const blocks = rowsWhere(db, 'access_block', `${OF_PERSON('patient_id')} and user_id = ?`, theirs);
  if (blocks.length === 0) return false;
  return isShut(blocks, rowsWhere(db, 'emergency_access', `${OF_PERSON('patient_id')} and user_id = ?`, theirs), now);
}

/** Throws JournalShut. */
export function assertOpen(
  db: SqliteDatabase,
  act: { patientId: string; userId: string; verb: string; action: string; now: string },
): void {
  if (needsOpenJournal(act.verb, act.action) && isShutFor(db, act.patientId, act.userId, act.now)) throw new JournalShut(act.patientId);
}
