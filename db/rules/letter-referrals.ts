/**
 * Referrals to a specialist, to imaging and to a physiotherapist: the epikrise's content with the question asked, urgency, red flags,
 * contraindications (MR: implants; pregnancy), earlier imaging, medication and how the patient is reached (norway.md §3).
 */
import {
  choice,
  line,
  mustWhen,
  prose,
  template,
  wordsIn,
  type FieldRule,
  type LetterContent,
  type LetterField,
} from './letter-template.ts';

const URGENCY = { emergency: 'Øyeblikkelig hjelp', urgent: 'Haster', ordinary: 'Ordinær' };
const urgency = (): LetterField[] => [
  choice('urgency', 'Hastegrad', URGENCY, 'must', { strong: (content) => wordsIn(content, 'urgency') !== 'ordinary' }),
  prose('urgencyReason', 'Hvorfor det haster', mustWhen('urgency', 'emergency', 'urgent')),
];
const patientPhone = line('patientPhone', 'Pasientens telefon', 'must');

export const referral1 = template({
  kind: 'referral',
  version: 1,
  title: 'Henvisning',
  diagnoses: { rule: 'must', after: 'earlierImaging' },
  notice: null,
  fields: [
    ...urgency(),
    line('specialty', 'Fagområde', 'advised'),
    prose('question', 'Spørsmål', 'must'),
    prose('reason', 'Kontaktårsak', 'must'),
    prose('history', 'Sykehistorie', 'must'),
    prose('findings', 'Funn', 'must'),
    prose('redFlags', 'Røde flagg', 'must'),
    prose('earlierImaging', 'Tidligere bildediagnostikk', 'must'),
    prose('treatment', 'Behandling så langt', 'advised'),
    prose('course', 'Forløp', 'advised'),
    prose('assessment', 'Vurdering', 'must'),
    prose('medication', 'Legemidler', 'must'),
    prose('precautions', 'Viktig å vite', 'advised'),
    prose('sickLeave', 'Sykmelding', 'advised'),
    prose('followUp', 'Oppfølging her', 'advised'),
    patientPhone,
  ],
});

const isMr = (content: LetterContent): boolean => wordsIn(content, 'modality') === 'mr';
/** Until somebody has said that it is another examination, the magnet is asked about. */
const forMr =
  (rule: FieldRule) =>
  (content: LetterContent): FieldRule =>
    isMr(content) || wordsIn(content, 'modality') === '' ? rule : 'hidden';
const notUltrasound =
  (rule: FieldRule) =>
  (content: LetterContent): FieldRule =>
    wordsIn(content, 'modality') === 'ultrasound' ? 'hidden' : rule;
const withContrast = (content: LetterContent): FieldRule => (['mr', 'ct'].includes(wordsIn(content, 'modality')) ? 'advised' : 'hidden');
const answered =
  (key: string, ...answers: string[]) =>
  (content: LetterContent): boolean =>
    answers.includes(wordsIn(content, key));
const both =
  (first: (content: LetterContent) => FieldRule, second: (content: LetterContent) => FieldRule) =>
  (content: LetterContent): FieldRule =>
    first(content) === 'hidden' ? 'hidden' : second(content);

export const imagingReferral1 = template({
  kind: 'imaging_referral',
  version: 1,
  title: 'Henvisning til bildediagnostikk',
  diagnoses: { rule: 'must', after: 'earlierImaging' },
  notice: null,
  fields: [
    choice('modality', 'Undersøkelse', { mr: 'MR', ct: 'CT', xray: 'Røntgen', ultrasound: 'Ultralyd' }, 'must', { strong: () => true }),
    line('region', 'Område og side', 'must', { strong: () => true }),
    ...urgency(),
    prose('question', 'Problemstilling', 'must'),
    choice('implants', 'Implantater og metall', { no: 'Nei', yes: 'Ja', unknown: 'Ikke avklart – må avklares før MR' }, forMr('must'), {
      strong: answered('implants', 'yes', 'unknown'),
    }),
    prose('implantDetail', 'Hvilke, hvor og når', both(forMr('must'), mustWhen('implants', 'yes')), { strong: () => true }),
    choice(
      'pregnancy',
      'Graviditet',
      { no: 'Nei', yes: 'Ja', possible: 'Kan ikke utelukkes', not_applicable: 'Ikke aktuelt' },
      notUltrasound('must'),
      { strong: answered('pregnancy', 'yes', 'possible') },
    ),
    prose('pregnancyDetail', 'Om graviditeten', both(notUltrasound('must'), mustWhen('pregnancy', 'yes', 'possible')), {
      strong: () => true,
    }),
    choice('claustrophobia', 'Klaustrofobi', { no: 'Nei', yes: 'Ja' }, forMr('advised')),
    prose('contrast', 'Kontrast: allergi og nyrefunksjon', withContrast),
    prose('history', 'Sykehistorie', 'must'),
    prose('findings', 'Funn', 'must'),
    prose('redFlags', 'Røde flagg', 'must'),
    prose('earlierImaging', 'Tidligere bildediagnostikk', 'must'),
    prose('medication', 'Legemidler', 'advised'),
    prose('precautions', 'Viktig å vite', 'advised'),
    patientPhone,
  ],
});

/** Only where the clinic says so: the right is in the regulation of 2005 as it stood in 2017, and newer texts leave it out (norway.md §3). */
export const physioReferral1 = template({
  kind: 'physio_referral',
  version: 1,
  title: 'Henvisning til fysioterapeut',
  diagnoses: { rule: 'must', after: 'redFlags' },
  notice: null,
  fields: [
    ...urgency(),
    prose('question', 'Det henvises til', 'must'),
    prose('reason', 'Kontaktårsak', 'must'),
    prose('history', 'Sykehistorie', 'must'),
    prose('findings', 'Funn', 'must'),
    prose('redFlags', 'Røde flagg', 'must'),
    prose('earlierImaging', 'Tidligere bildediagnostikk', 'advised'),
    prose('treatment', 'Behandling så langt', 'must'),
    prose('goals', 'Mål', 'must'),
    prose('precautions', 'Hensyn og kontraindikasjoner', 'must'),
    prose('medication', 'Legemidler', 'advised'),
    prose('followUp', 'Oppfølging her', 'advised'),
    patientPhone,
  ],
});
