/** Letters and receipts of people who do not exist, for the tests of this folder. */
import { syntheticNationalId } from '#db/rules/fodselsnummer.ts';
import { EpikriseContent } from '#db/rules/letter-content.ts';
import type { LetterSignature } from '../render-letter.ts';
import type { ReceiptContent } from '../render-receipt.ts';

const clinic = {
  clinicName: 'Fjellheim kiropraktorklinikk',
  orgNumber: '999888777',
  addressLine: 'Storgata 14',
  postalCode: '7030',
  city: 'Trondheim',
  phone: '73 00 00 00',
  letterhead: null,
};

export const signature: LetterSignature = {
  name: 'Ingrid Ås Bjørnstad',
  profession: 'kiropraktor',
  hprNumber: '1234567',
  signedAt: '2026-11-23T13:30:12.345Z',
};

export function letter(changes: Record<string, unknown> = {}): EpikriseContent {
  return EpikriseContent.parse({
    sender: { ...clinic, name: signature.name, profession: 'kiropraktor', hprNumber: '1234567' },
    recipient: {
      name: 'Lege Håkon Lie',
      practice: 'Østbyen legesenter',
      addressLine: 'Kirkegata 3',
      postalCode: '7014',
      city: 'Trondheim',
    },
    patient: {
      givenName: 'Kari',
      familyName: 'Prøve-Nordmann',
      birthDate: '1979-01-01',
      nationalId: syntheticNationalId({ birthDate: '1979-01-01', n: 3 }),
      addressLine: 'Åsveien 9',
      postalCode: '7020',
      city: 'Trondheim',
    },
    date: '2026-11-23',
    reason: 'Korsryggsmerter i tre uker, gradvis debut etter flytting. Ingen utstråling.',
    history:
      'Tidligere to liknende episoder, sist i 2023. Ingen traumer, ingen nattsmerter, ingen vekttap.\nJobber som snekker, 100 %. Bruker ikke faste medisiner.',
    findings:
      'Nedsatt ekstensjon L4–L5 med lokal ømhet. SLR negativ bilateralt. Normal kraft, sensibilitet og reflekser i underekstremitetene. NRS 6 ved første konsultasjon.',
    imaging: 'Ikke indisert.',
    diagnoses: [
      { system: 'icpc-2', code: 'L84', text: 'Ryggsyndrom uten smerteutstråling', main: true },
      { system: 'icpc-2', code: 'L18', text: 'Muskelsmerter', main: false },
    ],
    treatment: 'Fire behandlinger 2.–23. november: mobilisering og manipulasjon av korsryggen, bløtvevsbehandling og øvelser hjemme.',
    course: 'Tydelig bedring. NRS 2 ved siste konsultasjon, ODI fra 38 til 22.',
    assessment: 'Mekanisk korsryggsmerte uten tegn til nerverotaffeksjon eller alvorlig patologi.',
    plan: 'To kontroller til, med opptrapping av øvelser. Avsluttes ved smertefrihet.',
    sickLeave: 'Ikke sykmeldt.',
    followUp: 'Undertegnede følger opp til og med desember. Fastlegen ved ny utstråling, kraftsvikt eller vannlatingsbesvær.',
    ...changes,
  });
}

export function receipt(changes: Partial<ReceiptContent> = {}): ReceiptContent {
  return {
    seller: clinic,
    receiptNumber: 'A1B2C3-17',
    paidAt: '2026-11-23T13:45:00.000Z',
    patientName: 'Kari Prøve-Nordmann',
    practitionerName: 'Ingrid Ås Bjørnstad, kiropraktor',
    lines: [
      { label: 'Oppfølgende behandling', quantity: 1, amountOre: 70_000, refundOre: 4_600 },
      { label: 'Kinesiotape', quantity: 2, amountOre: 5_050, refundOre: null },
    ],
    method: 'card',
    amountOre: 75_500,
    voided: false,
    ...changes,
  };
}
