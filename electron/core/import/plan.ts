/** What an import would do with each line: the same judgement for looking and for taking. */
import type { ImportLine, ImportStatus } from '#electron/contract/import.ts';
import { patientFrom, STOPS, type ImportedPatient, type ImportMapping } from '#db/rules/import-patients.ts';
import { clinicDay } from '#db/rules/appointments.ts';
import { knownPatients, nameKey, type KnownPatients } from '#db/sqlite/queries/known-patients.ts';
import { staysOf } from '#db/sqlite/queries/same-person.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { Context } from '../context.ts';

export interface Planned extends ImportLine {
  patient: ImportedPatient;
}

export function planImport(ctx: Context, rows: readonly (readonly string[])[], mapping: ImportMapping): Planned[] {
  const synthetic = ctx.ports.allowSynthetic || (ctx.get('clinic', ctx.clinicId)?.demo ?? false);
  const options = { synthetic, today: clinicDay(ctx.now) };
  const known = knownPatients(ctx.db);
  const seen = new Map<string, number>();
  return rows.map((cells, index): Planned => {
    const { patient, problems } = patientFrom(cells, mapping, options);
    const [found, ...others] = sameAs(known, patient);
    const named = `${nameKey(patient.givenName, patient.familyName)}|${patient.birthDate ?? patient.phone ?? ''}`;
    const numbered = patient.nationalId ?? '';
    const wrong = problems.some(({ code }) => STOPS.has(code));
    const before = seen.get(named) ?? 0;
    const sameNumber = numbered !== '' && seen.has(numbered);
    // The second of one name in the file is the second of that name here, and not the first once more.
    const further = before > 0 && found !== undefined && before > others.length && !sameNumber;
    const twice = before > 0 || sameNumber;
    if (!wrong) for (const key of [named, numbered]) if (key !== '') seen.set(key, (seen.get(key) ?? 0) + 1);
    const status = wrong ? 'wrong' : further ? 'twice' : statusOf(found, patient, twice);
    return {
      line: index + 1,
      status,
      name: `${patient.givenName} ${patient.familyName}`.trim(),
      birthDate: patient.birthDate,
      problems,
      patientId: found === undefined ? null : staysOf(ctx.db, found.id),
      takeable:
        (status === 'twice' && !sameNumber) ||
        (status === 'double' && (patient.nationalId === null || found?.nationalId !== patient.nationalId)),
      patient,
    };
  });
}

function statusOf(found: RowOf<'patient'> | undefined, patient: ImportedPatient, twice: boolean): ImportStatus {
  if (found !== undefined) return addsNothing(found, patient) ? 'again' : 'double';
  return twice ? 'twice' : 'new';
}

/** By number; else by name, unless birth date, or where one lacks it the telephone, says that it is somebody else. */
export function sameAs({ byNumber, byName }: KnownPatients, patient: ImportedPatient): RowOf<'patient'>[] {
  const sameNumber = patient.nationalId === null ? undefined : byNumber.get(patient.nationalId);
  if (sameNumber !== undefined) return [sameNumber];
  const named = byName.get(nameKey(patient.givenName, patient.familyName)) ?? [];
  return named.filter((row) => {
    if (row.nationalId !== null && patient.nationalId !== null) return false;
    if (row.birthDate !== null && patient.birthDate !== null) return row.birthDate === patient.birthDate;
    return row.phone === null || patient.phone === null || digits(row.phone) === digits(patient.phone);
  });
}

const digits = (phone: string): string => phone.replace(/\D/g, '').slice(-8);

/** All that the line says stands there already. */
function addsNothing(row: object, patient: ImportedPatient): boolean {
  const stands = row as Readonly<Record<string, unknown>>;
  return Object.entries(patient).every(
    ([field, value]) => value === null || value === 'unknown' || field === 'missingNationalIdReason' || stands[field] === value,
  );
}
