/** One whole letter of each kind, of people who do not exist. */
import type { LetterKind } from '#db/model/letter-kinds.ts';
import { readLetter } from '#db/rules/letter-kinds.ts';
import type { LetterContent } from '#db/rules/letter-template.ts';
import { letter } from './letters.ts';

const { sender, recipient, patient, date, diagnoses } = letter();
const patientAsRecipient = {
  name: 'Kari Prøve-Nordmann',
  practice: '',
  addressLine: 'Åsveien 9',
  postalCode: '7020',
  city: 'Trondheim',
};
const clinical = {
  history:
    'Gradvis debut etter flytting for seks uker siden. Verst ved sitting og hoste, bedre av å gå. Våkner av smerte to–tre ganger hver natt. Tidligere episode 2021, frisk etter fire uker.',
  findings:
    'Lasègue positiv høyre ved 40°. Nedsatt kraft i stortåekstensjon høyre, grad 4. Nedsatt sensibilitet lateralt på leggen. Akillesrefleks lik. Fingerledd–gulv 35 cm.',
  redFlags:
    'Korsrygg og bekken\nNei: Nummenhet i ridebukseområdet; Nyoppstått problem med vannlating eller avføring; Økende kraftsvikt i ett eller begge ben; Pulserende smerte i mage eller rygg, kjent aortasykdom\nIkke besvart: Uforklart vekttap eller tidligere kreft (husker ikke vekten fra i fjor)',
  earlierImaging: 'Røntgen lumbalcolumna 2021, Trondheim røntgen: lett skivereduksjon L4–L5.',
  medication: 'Ibuprofen 400 mg inntil tre ganger daglig. Levaxin 50 µg.',
  precautions: 'Allergier: penicillin (spurt 3. november 2026)\nBlodfortynnende: nei (spurt 3. november 2026)',
  patientPhone: '900 12 345, helst etter kl. 15',
};

const FIELDS: Readonly<Record<Exclude<LetterKind, 'epikrise'>, Record<string, unknown>>> = {
  referral: {
    recipient: { ...recipient, name: 'Ortopedisk poliklinikk', practice: 'St. Olavs hospital' },
    urgency: 'urgent',
    urgencyReason: 'Nyoppstått kraftsvikt i stortåekstensjon, uendret etter en uke.',
    specialty: 'Ortopedi',
    question: 'Er det indikasjon for operativ behandling ved rotaffeksjon L5 høyre?',
    reason: 'Korsryggsmerter med utstråling til høyre legg i seks uker.',
    ...clinical,
    treatment: 'Fire behandlinger med mobilisering, nervemobilisering og råd om avlastning.',
    course: 'Noe mindre smerte, uendret kraft.',
    assessment: 'Mistanke om prolaps L4–L5 med rotaffeksjon L5 høyre.',
    sickLeave: 'Sykmeldt 50 % fra 9. november.',
    followUp: 'Følges her ukentlig til det er svar.',
  },
  imaging_referral: {
    recipient: { ...recipient, name: 'Trondheim røntgen', practice: '' },
    modality: 'mr',
    region: 'Lumbalcolumna',
    urgency: 'ordinary',
    question: 'Prolaps L4–L5 med affeksjon av L5-roten høyre?',
    implants: 'yes',
    implantDetail: 'Hofteprotese venstre, Trondheim 2019 (titan). Ingen pacemaker, klips eller metall i øyet.',
    pregnancy: 'possible',
    pregnancyDetail: 'Siste menstruasjon for fem uker siden, test ikke tatt. Avklares før undersøkelsen.',
    claustrophobia: 'yes',
    contrast: 'Ingen kjent reaksjon. Kreatinin ikke målt.',
    ...clinical,
  },
  physio_referral: {
    recipient: { ...recipient, name: 'Fysioterapeut Ola Berg', practice: 'Østbyen fysioterapi' },
    urgency: 'ordinary',
    question: 'Opptrening av bevegelseskontroll og utholdenhet i rygg og hofter.',
    reason: 'Tilbakevendende korsryggsmerter.',
    ...clinical,
    treatment: 'Mobilisering og øvelser hjemme, fire behandlinger.',
    goals: 'Tilbake i full stilling som renholder innen åtte uker.',
    precautions: 'Unngå tunge løft fra gulv de første to ukene. Penicillinallergi.',
    followUp: 'Ny undersøkelse her om seks uker.',
  },
  sick_leave_summary: {
    recipient: patientAsRecipient,
    employer: 'Renhold Nord AS',
    periodFrom: '2026-11-09',
    periodTo: '2026-11-22',
    grade: '50',
    knownDays: 'minst 45 dager kjent her, av 84',
    absences:
      '1. oktober 2026 – 31. oktober 2026, sykmeldt av andre etter det pasienten opplyser\n9. november 2026 – 22. november 2026, 50 %',
    earlierAbsence: 'Pasienten opplyser fravær 1. oktober 2026 – 31. oktober 2026.',
    navReference: 'ikke mottatt',
    workAbility: 'Kan gå, stå og løfte inntil 5 kg. Kan ikke arbeide foroverbøyd.',
    assessment: 'Ventes tilbake i full stilling etter perioden.',
    followUp: 'Ny vurdering her 20. november.',
  },
  treatment_plan: {
    recipient: patientAsRecipient,
    problem: 'Korsryggsmerter med utstråling til høyre legg i seks uker, redusert gange og søvn.',
    goals: 'Sove en hel natt innen to uker.\nGå 30 minutter uten pause innen fire uker.\nFull stilling innen åtte uker.',
    measures: 'Mobilisering L4–L5, nervemobilisering, bløtvevsbehandling og gradert aktivitet.',
    frequency: 'To ganger i uken i to uker, deretter en gang i uken i fire uker',
    seriesStart: '2026-11-02',
    ownEffort: 'Nervemobilisering tre ganger daglig. Gange 10–20 minutter to ganger daglig.',
    outcomeMeasures: 'Smerte nå (NRS 0–10): 6 den 23. november 2026\nODI 38 % den 23. november 2026\nFingerledd–gulv 35 cm',
    reevaluation: '2026-12-21',
    risks: 'Forbigående ømhet er vanlig. Alternativer: avvente, fysioterapi, henvisning til spesialist.',
    consent: 'yes',
    consentDetail: 'Muntlig, etter informasjon om plan, risiko og alternativer.',
  },
  certificate: {
    recipient: { ...recipient, name: 'Nav Trondheim', practice: '' },
    requester: 'Nav Trondheim, saksbehandler H. Moe, brev 12. november 2026',
    requesterKind: 'nav',
    tariff: 'L4',
    basis: 'law',
    lawBasis: 'folketrygdloven § 21-4',
    purpose: 'Utdypende opplysninger om funksjon i arbeid ved krav om sykepenger.',
    examinedOn: '2026-11-23',
    examined: clinical.findings,
    otherSources: 'Journal fra 2. november 2026, pasientens egne opplysninger.',
    conclusion: 'Arbeidsevnen er nedsatt i arbeid med foroverbøyning og løft over 5 kg. Bedring ventes i løpet av fire til seks uker.',
    reservations: 'Erklæringen bygger på undersøkelse ved denne klinikken alene.',
  },
};

/** @throws Error when the content is not of the kind */
export function letterOfKind(kind: LetterKind, changes: Record<string, unknown> = {}): LetterContent {
  if (kind === 'epikrise') return letter(changes);
  const read = readLetter(kind, { template: 1, sender, patient, date, diagnoses, ...FIELDS[kind], ...changes });
  if (read === null) throw new Error(`no ${kind}`);
  return read.content;
}
