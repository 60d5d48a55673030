/** When a journal that the patient has blocked is shut, and for how long an emergency opens it (norway.md J12, J13). */
import type { Row } from '../model/entity.ts';
import type { accessBlock, emergencyAccess } from '../model/access.ts';

/** Minutes for which a reason opens the journal. */
export const EMERGENCY_MINUTES = 60;

/** The end of an emergency that begins now. */
export function emergencyEnd(now: string): string {
  return new Date(Date.parse(now) + EMERGENCY_MINUTES * 60_000).toISOString();
}

/**
 * Whether the journal is shut for this person at this moment.
 * @param blocks theirs on this patient
 * @param emergencies theirs on this patient. One that lies in the future (a clock set back) opens nothing.
 */
export function isShut(
  blocks: readonly Pick<Row<typeof accessBlock>, 'blocked'>[],
  emergencies: readonly Pick<Row<typeof emergencyAccess>, 'openedAt' | 'until'>[],
  now: string,
): boolean {
  return blocks.some(({ blocked }) => blocked) && !emergencies.some(({ openedAt, until }) => openedAt <= now && now < until);
}

/** Verbs that say when and where somebody is booked and nothing of the journal. */
const BESIDE_THE_JOURNAL: ReadonlySet<string> = new Set(['app', 'ui', 'sync', 'day', 'appointment', 'access', 'audit']);
/** Acts by which something of the journal comes to somebody's eyes. A text that is being written is still taken: nothing is lost. */
const SHOWING: ReadonlySet<string> = new Set(['read', 'reveal', 'print', 'export', 'create']);

/** Whether this act needs a journal that is open to the person. */
export function needsOpenJournal(verb: string, action: string): boolean {
  return SHOWING.has(action) && !BESIDE_THE_JOURNAL.has(verb.split('.')[0] ?? '');
}
