/** A note's rows, read together; and the guard that only an unsigned note is edited. */
import { err, ok } from '#electron/contract/verb.ts';
import type { Result } from '#electron/contract/verb.ts';
import { derivedId } from '#db/model/ids.ts';
import { isEditable } from '#db/rules/signing.ts';
import type { NoteParts } from '#db/rules/signing.ts';
import { openConflictsOfVisit } from '#db/sqlite/queries/encounters.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { Context } from '../context.ts';

export const sectionId = (encounterId: string, key: string): string => derivedId(encounterId, `section:${key}`);
export const consentId = (encounterId: string): string => derivedId(encounterId, 'consent');

export function noteParts(ctx: Context, encounter: RowOf<'encounter'>): NoteParts {
  const by = [encounter.id] as const;
  const sections = ctx.rows('note_section', 'encounter_id = ?', by);
  const own = sections.filter((section) => section.siblingOfId === null);
  return {
    encounter,
    sections: own,
    openSiblings: sections.filter((section) => section.siblingState === 'open').map((section) => section.key),
    observations: ctx.rows('observation', 'encounter_id = ?', by),
    redFlags: ctx.rows('red_flag_answer', 'encounter_id = ?', by),
    consent: ctx.get('treatment_consent', consentId(encounter.id)) ?? null,
    diagnoses: ctx.rows('diagnosis', 'encounter_id = ? order by main desc, id', by),
    lines: ctx.rows('treatment_line', 'encounter_id = ? order by id', by),
    openConflicts: openConflictsOfVisit(ctx.db, encounter.id),
  };
}

/** The encounter if it may still be written in. */
export function editable(ctx: Context, id: string): Result<RowOf<'encounter'>> {
  const encounter = ctx.get('encounter', id);
  if (encounter === undefined) return err('encounter/unknown');
  return isEditable(encounter.status) ? ok(encounter) : err('encounter/not-editable', { status: encounter.status });
}

export function logChange(ctx: Context, encounter: RowOf<'encounter'>, details: Record<string, unknown> = {}): void {
  ctx.audit({ action: 'change', subjectEntity: 'encounter', subjectId: encounter.id, patientId: encounter.patientId, details });
}
