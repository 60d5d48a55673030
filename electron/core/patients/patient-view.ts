/** The patient as the window sees them: without the number itself, and without safety facts for those who may not know. */
import type { PatientHit, PatientView, SafetyFactView } from '#electron/contract/patients.ts';
import { CHANNELS } from '#db/model/patient.ts';
import { derivedId } from '#db/model/ids.ts';
import { clinicDay } from '#db/rules/appointments.ts';
import { maskNationalId } from '#db/rules/fodselsnummer.ts';
import { readsNotes } from '#db/rules/permissions.ts';
import { safetyStates } from '#db/rules/safety.ts';
import { duplicatesOf, patientHits } from '#db/sqlite/queries/patients.ts';
import type { FoundPatient } from '#db/sqlite/queries/patient-search.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import { isShutFor } from '../access/guard.ts';
import type { Context } from '../context.ts';

export function toHit(ctx: Context, { nationalId, status, ...found }: FoundPatient): PatientHit {
  const hit = {
    ...found,
    status: status as PatientHit['status'],
    maskedNationalId: nationalId === null ? null : maskNationalId(nationalId),
  };
  if (!isShutFor(ctx.db, found.id, ctx.actor.userId, ctx.now)) return { ...hit, blocked: false };
  return { ...hit, maskedNationalId: null, phone: null, addressLine: null, city: null, lastVisitAt: null, blocked: true };
}

export function hitsOf(ctx: Context, ids: readonly string[]): PatientHit[] {
  return patientHits(ctx.db, ids).map((found) => toHit(ctx, found));
}

export function safetyOf(ctx: Context, patientId: string): SafetyFactView[] {
  const rows = ctx.rows('safety_fact', 'patient_id = ?', [patientId]);
  return safetyStates(rows).map(({ kind, state, detail, recordedById, recordedAt }) => ({
    kind,
    state,
    detail,
    recordedByName: recordedById === null ? null : (ctx.get('user', recordedById)?.name ?? null),
    recordedAt,
    disputed: recordedAt !== null && ctx.rows('conflict', "subject_id = ? and status = 'open'", [derivedId(patientId, kind)]).length > 0,
  }));
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
    possibleDuplicates: duplicatesOf(ctx.db, row).map((found) => toHit(ctx, found)),
  };
}

/** Whole years on the clinic's day of the instant. */
export function ageAt(birthDate: string, instant: string): number {
  const day = clinicDay(instant);
  const years = Number(day.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return day.slice(5) < birthDate.slice(5) ? years - 1 : years;
}

export const fullName = (patient: { givenName: string; familyName: string }): string => `${patient.givenName} ${patient.familyName}`;
