/** Everybody and every place the record knows around this patient: what must not leave the laptop in clear text. */
import type { Known } from '#db/rules/ai-pseudonyms.ts';
import { OF_PERSON, personIds, personJson } from '#db/sqlite/queries/same-person.ts';
import type { Context } from '../context.ts';

export function knownAround(ctx: Context, patientId: string): { known: Known[]; birthDates: string[] } {
  const registrations = personIds(ctx.db, patientId).flatMap((id) => ctx.get('patient', id) ?? []);
  const guardians = ctx.rows('guardian', OF_PERSON('patient_id'), [personJson(ctx.db, patientId)]);
  const clinic = ctx.get('clinic', ctx.clinicId);
  const known: Known[] = [
    ...registrations.flatMap((one): Known[] => [
      { kind: 'PASIENT', text: `${one.givenName} ${one.familyName}` },
      { kind: 'ADRESSE', text: one.addressLine },
      { kind: 'STED', text: one.postalCode },
      { kind: 'STED', text: one.city },
      { kind: 'KONTAKT', text: one.phone },
      { kind: 'KONTAKT', text: one.email },
      { kind: 'NUMMER', text: one.nationalId },
      { kind: 'LEGE', text: one.fastlegeName },
      { kind: 'LEGE', text: one.fastlegePractice },
      { kind: 'ADRESSE', text: one.fastlegeAddressLine },
      { kind: 'STED', text: one.fastlegePostalCode },
      { kind: 'STED', text: one.fastlegeCity },
    ]),
    ...guardians.flatMap((one): Known[] => [
      { kind: 'PERSON', text: one.name },
      { kind: 'KONTAKT', text: one.phone },
      { kind: 'KONTAKT', text: one.email },
    ]),
    ...ctx.rows('user', '1 = 1').flatMap((one): Known[] => [
      { kind: 'PERSON', text: one.name },
      { kind: 'KONTAKT', text: one.email },
      { kind: 'NUMMER', text: one.hprNumber },
    ]),
    { kind: 'KLINIKK', text: clinic?.name },
    { kind: 'ADRESSE', text: clinic?.addressLine },
    { kind: 'STED', text: clinic?.postalCode },
    { kind: 'STED', text: clinic?.city },
    { kind: 'KONTAKT', text: clinic?.phone },
    { kind: 'KONTAKT', text: clinic?.email },
    { kind: 'NUMMER', text: clinic?.orgNumber },
  ];
  return { known, birthDates: registrations.flatMap(({ birthDate }) => birthDate ?? []) };
}
