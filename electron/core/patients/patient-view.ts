/** The patient as the window sees them: without the number itself, and without safety facts for those who may not know. */
import type { PatientHit, PatientView, SafetyFactView } from '#electron/contract/patients.ts';
import { CHANNELS, SAFETY_KINDS } from '#db/model/patient.ts';
import { derivedId } from '#db/model/ids.ts';
import { maskNationalId } from '#db/rules/fodselsnummer.ts';
import { readsNotes } from '#db/rules/permissions.ts';
import { duplicatesOf, patientHits } from '#db/sqlite/queries/patients.ts';
import type { FoundPatient } from '#db/sqlite/queries/patient-search.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { Context } from '../context.ts';

export function toHit({ nationalId, status, ...found }: FoundPatient): PatientHit {
  return { ...found, status: status as PatientHit['status'], maskedNationalId: nationalId === null ? null : maskNationalId(nationalId) };
}

export function hitsOf(ctx: Context, ids: readonly string[]): PatientHit[] {
  return patientHits(ctx.db, ids).map(toHit);
}

export function safetyOf(ctx: Context, patientId: string): SafetyFactView[] {
  const rows = ctx.rows('safety_fact', 'patient_id = ?', [patientId]);
  return SAFETY_KINDS.map((kind) => {
    const row = rows.find((candidate) => candidate.kind === kind);
    const disputed = row !== undefined && ctx.rows('conflict', "subject_id = ? and status = 'open'", [row.id]).length > 0;
    return {
      kind,
      state: row?.state ?? 'not_asked',
      detail: row?.detail ?? null,
      recordedByName: row === undefined ? null : (ctx.get('user', row.recordedById)?.name ?? null),
      recordedAt: row?.recordedAt ?? null,
      disputed,
    };
  });
}

export function patientView(ctx: Context, row: RowOf<'patient'>): PatientView {
  const { nationalId, ...rest } = row;
  const consents = ctx.rows('channel_consent', 'patient_id = ?', [row.id]);
  return {
    patient: { ...rest, maskedNationalId: nationalId === null ? null : maskNationalId(nationalId), hasNationalId: nationalId !== null },
    ageYears: row.birthDate === null ? null : ageAt(row.birthDate, ctx.now),
    guardians: ctx.rows('guardian', 'patient_id = ? order by name', [row.id]),
    consents: CHANNELS.map((channel) => {
      const consent = consents.find((candidate) => candidate.id === derivedId(row.id, `consent:${channel}`));
      return { channel, state: consent?.state ?? 'not_asked', recordedAt: consent?.recordedAt ?? null };
    }),
    safety: readsNotes(ctx.actor.roles) ? safetyOf(ctx, row.id) : null,
    possibleDuplicates: duplicatesOf(ctx.db, row).map(toHit),
  };
}

/** Whole years on the day of the instant. */
export function ageAt(birthDate: string, instant: string): number {
  const years = Number(instant.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return instant.slice(5, 10) < birthDate.slice(5) ? years - 1 : years;
}

export const fullName = (patient: { givenName: string; familyName: string }): string => `${patient.givenName} ${patient.familyName}`;
