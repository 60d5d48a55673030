/** The patient as the window sees them: without the number itself, and without safety facts for those who may not know. */
import type { MergedView, PatientHit, PatientView, SafetyFactView } from '#electron/contract/patients.ts';
import { CHANNELS, type SafetyKind } from '#db/model/patient.ts';
import { derivedId } from '#db/model/ids.ts';
import { clinicDay } from '#db/rules/appointments.ts';
import { maskNationalId } from '#db/rules/fodselsnummer.ts';
import { readsNotes } from '#db/rules/permissions.ts';
import { factsOfPerson, safetyStates } from '#db/rules/safety.ts';
import { duplicatesOf, patientHits } from '#db/sqlite/queries/patients.ts';
import { linksOf, OF_PERSON, personIds } from '#db/sqlite/queries/same-person.ts';
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
  const ids = personIds(ctx.db, patientId);
  const { facts, disputed } = factsOfPerson(safetyRows(ctx, ids));
  return safetyStates(facts).map(({ kind, state, detail, recordedById, recordedAt }) => ({
    kind,
    state,
    detail,
    recordedByName: recordedById === null ? null : (ctx.get('user', recordedById)?.name ?? null),
    recordedAt,
    disputed:
      disputed.has(kind) ||
      (recordedAt !== null &&
        ids.some((id) => ctx.rows('conflict', "subject_id = ? and status = 'open'", [derivedId(id, kind)]).length > 0)),
  }));
}

/** What must be known of the person before the day begins: everything answered with yes. */
export function alertsOf(ctx: Context, patientId: string): SafetyKind[] {
  return factsOfPerson(safetyRows(ctx, personIds(ctx.db, patientId))).facts.flatMap(({ kind, state }) => (state === 'yes' ? [kind] : []));
}

/** Those of the one who stays come first. */
function safetyRows(ctx: Context, ids: readonly string[]): RowOf<'safety_fact'>[] {
  return ids.flatMap((id) => ctx.rows('safety_fact', 'patient_id = ?', [id]));
}

/** @param row of the one who stays */
export function patientView(ctx: Context, row: RowOf<'patient'>): PatientView {
  const ids = personIds(ctx.db, row.id);
  const { nationalId, ...rest } = row;
  return {
    patient: { ...rest, maskedNationalId: nationalId === null ? null : maskNationalId(nationalId), hasNationalId: nationalId !== null },
    ageYears: row.birthDate === null ? null : ageAt(row.birthDate, ctx.now),
    guardians: ctx.rows('guardian', `${OF_PERSON('patient_id')} order by name`, [JSON.stringify(ids)]),
    consents: CHANNELS.map((channel) => {
      const said = ids.flatMap((id) => ctx.get('channel_consent', derivedId(id, `consent:${channel}`)) ?? []);
      // Of two answers the no is heeded.
      const consent = said.find(({ state }) => state === 'no') ?? said[0];
      return {
        channel,
        state: consent?.state ?? 'not_asked',
        recordedAt: consent?.recordedAt ?? null,
        source: consent?.source ?? null,
        recordedByName: consent === undefined ? null : (ctx.get('user', consent.recordedById)?.name ?? null),
      };
    }),
    safety: readsNotes(ctx.actor.roles, ctx.actor.granted) ? safetyOf(ctx, row.id) : null,
    possibleDuplicates: duplicatesOf(ctx.db, row).map((one) => toHit(ctx, one)),
    sameAs: linksOf(ctx.db, row.id).map((link) => mergedView(ctx, link)),
    steppedBack: null,
  };
}

function mergedView(ctx: Context, { id, patientId, linkedById, linkedAt }: RowOf<'patient_link'>): MergedView {
  const patient = ctx.get('patient', patientId);
  const number = patient?.nationalId ?? null;
  return {
    linkId: id,
    name: patient === undefined ? '' : fullName(patient),
    birthDate: patient?.birthDate ?? null,
    maskedNationalId: number === null ? null : maskNationalId(number),
    mergedByName: ctx.get('user', linkedById)?.name ?? null,
    mergedAt: linkedAt,
  };
}

/** Whole years on the clinic's day of the instant. */
export function ageAt(birthDate: string, instant: string): number {
  const day = clinicDay(instant);
  const years = Number(day.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return day.slice(5) < birthDate.slice(5) ? years - 1 : years;
}

export const fullName = (patient: { givenName: string; familyName: string }): string => `${patient.givenName} ${patient.familyName}`;
