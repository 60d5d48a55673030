/** The words a journal is read in by people: headings of its copy as pages and as FHIR. Bokmål, whatever language the window speaks. */
import type { VisitType } from '../model/encounter.ts';
import type { ImportedKind } from '../model/imported.ts';
import type { LetterKind } from '../model/letter-kinds.ts';

export const VISIT_WORDS: Readonly<Record<VisitType, string>> = {
  initial: 'Førstegangskonsultasjon',
  follow_up: 'Oppfølging',
  re_examination: 'Revurdering',
  maintenance: 'Vedlikehold',
  acute: 'Akutt',
};
export const SECTION_WORDS: Readonly<Record<string, string>> = {
  contactReason: 'Kontaktårsak',
  history: 'Sykehistorie',
  subjective: 'Subjektivt',
  medication: 'Legemidler',
  objective: 'Funn',
  examinations: 'Undersøkelser',
  findings: 'Funn',
  imaging: 'Bildediagnostikk',
  assessment: 'Vurdering',
  treatment: 'Behandling',
  plan: 'Plan',
  advice: 'Råd og informasjon',
  referrals: 'Henvisning',
  course: 'Forløp',
};
export const SAFETY_WORDS: Readonly<Record<string, string>> = {
  allergies: 'Allergier',
  anticoagulants: 'Blodfortynnende',
  contraindications: 'Kontraindikasjoner',
  neck_restriction: 'Nakkebegrensning',
  pregnancy: 'Graviditet',
  implants: 'Implantater',
};
export const AMENDMENT_WORDS: Readonly<Record<string, string>> = {
  correction: 'Retting',
  addition: 'Tillegg',
  'late-sibling': 'Tillegg fra en annen maskin',
};
/** What was brought in from another system. */
export const IMPORTED_WORDS: Readonly<Record<ImportedKind, string>> = {
  note: 'Notat',
  diagnosis: 'Diagnose',
  appointment: 'Time',
  measurement: 'Måling',
  document: 'Dokument',
  other: 'Annet',
};
export const LETTER_WORDS: Readonly<Record<LetterKind, string>> = {
  epikrise: 'Epikrise',
  referral: 'Henvisning',
  imaging_referral: 'Henvisning til bildediagnostikk',
  physio_referral: 'Henvisning til fysioterapeut',
  sick_leave_summary: 'Oppsummering av sykmelding',
  treatment_plan: 'Behandlingsplan',
  certificate: 'Erklæring',
};
