/** Who writes, about whom, today: as the record says it now, so that a corrected address is not left behind in a draft. */
import type { LetterFrame } from '#db/rules/letter-frame.ts';
import { clinicDay } from '#db/rules/appointments.ts';
import { staysOf } from '#db/sqlite/queries/same-person.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { Context } from '../context.ts';

/** Volven 9060 codes as they are printed. */
const PROFESSIONS: Readonly<Record<string, string>> = { KI: 'kiropraktor', FT: 'fysioterapeut', LE: 'lege', MT: 'manuellterapeut' };

export function frame(ctx: Context, patientId: string): Pick<LetterFrame, 'sender' | 'patient' | 'date'> {
  const clinic = ctx.get('clinic', ctx.clinicId);
  const patient = ctx.get('patient', staysOf(ctx.db, patientId));
  const { name, profession, hprNumber } = ctx.actor;
  return {
    sender: {
      name,
      profession: profession === null ? '' : (PROFESSIONS[profession] ?? profession),
      hprNumber,
      clinicName: clinic?.name ?? '',
      orgNumber: clinic?.orgNumber ?? null,
      addressLine: clinic?.addressLine ?? null,
      postalCode: clinic?.postalCode ?? null,
      city: clinic?.city ?? null,
      phone: clinic?.phone ?? null,
      letterhead: clinic?.letterhead ?? null,
    },
    patient: {
      givenName: patient?.givenName ?? '',
      familyName: patient?.familyName ?? '',
      birthDate: patient?.birthDate ?? null,
      nationalId: patient?.nationalId ?? null,
      missingNationalIdReason: patient?.missingNationalIdReason ?? null,
      addressLine: patient?.addressLine ?? null,
      postalCode: patient?.postalCode ?? null,
      city: patient?.city ?? null,
    },
    date: clinicDay(ctx.now),
  };
}

export const doctorOf = (patient: RowOf<'patient'> | undefined): LetterFrame['recipient'] => ({
  name: patient?.fastlegeName ?? '',
  practice: patient?.fastlegePractice ?? '',
  addressLine: patient?.fastlegeAddressLine ?? null,
  postalCode: patient?.fastlegePostalCode ?? null,
  city: patient?.fastlegeCity ?? null,
});
