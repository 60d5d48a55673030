/** What is said to others about the patient's work, treatment and state: summary of a sick leave, treatment plan, certificate (norway.md §3). */
import { choice, day, line, mustWhen, percent, prose, template, wordsIn, type LetterContent } from './letter-template.ts';

/**
 * Not a sick note: that is Nav's own form. How many days there are is what is known here, and the words say so (db/rules/sick-leave.ts): whoever
 * writes anything but «minst …» is stopped.
 */
export const sickLeaveSummary1 = template({
  kind: 'sick_leave_summary',
  version: 1,
  title: 'Oppsummering av sykmelding',
  diagnoses: { rule: 'must', after: 'grade' },
  notice:
    'Dette er en oppsummering, ikke en sykmelding. Antall dager er det klinikken kjenner til; fravær som andre har sykmeldt for, kan komme i tillegg.',
  fields: [
    line('employer', 'Arbeidsgiver', 'must'),
    day('periodFrom', 'Fra og med', 'must'),
    day('periodTo', 'Til og med', 'must', (content) => (wordsIn(content, 'periodTo') < wordsIn(content, 'periodFrom') ? 'order' : null)),
    percent('grade', 'Grad', 'must'),
    line('knownDays', 'Dager av 84', 'must', {
      fault: (content) => (/^minst \d+ (?:dag|dager) kjent her(?:, av 84)?\.?$/i.test(wordsIn(content, 'knownDays')) ? null : 'at-least'),
    }),
    prose('absences', 'Perioder kjent her', 'advised'),
    prose('earlierAbsence', 'Tidligere fravær', 'must'),
    line('navReference', 'Referanse hos Nav', 'must'),
    prose('workAbility', 'Funksjon i arbeid', 'advised'),
    prose('assessment', 'Vurdering', 'advised'),
    prose('followUp', 'Videre oppfølging', 'advised'),
  ],
});

export const treatmentPlan1 = template({
  kind: 'treatment_plan',
  version: 1,
  title: 'Behandlingsplan',
  diagnoses: { rule: 'must', after: 'problem' },
  notice: null,
  fields: [
    prose('problem', 'Problem', 'must'),
    prose('goals', 'Mål', 'must'),
    prose('measures', 'Tiltak', 'must'),
    line('frequency', 'Hyppighet', 'must'),
    day('seriesStart', 'Serien startet', 'must', later('seriesStart')),
    prose('ownEffort', 'Egne øvelser', 'advised'),
    prose('outcomeMeasures', 'Slik måles det', 'must'),
    day('reevaluation', 'Revurderes', 'must', (content) =>
      content.date !== null && wordsIn(content, 'reevaluation') < content.date ? 'past' : null,
    ),
    prose('risks', 'Risiko og alternativer', 'advised'),
    choice('consent', 'Samtykke', { yes: 'Pasienten samtykker', no: 'Pasienten samtykker ikke' }, 'must', {
      strong: (content) => wordsIn(content, 'consent') === 'no',
    }),
    prose('consentDetail', 'Om samtykket', (content) => (wordsIn(content, 'consent') === 'no' ? 'must' : 'free')),
  ],
});

export const certificate1 = template({
  kind: 'certificate',
  version: 1,
  title: 'Erklæring',
  diagnoses: { rule: 'free', after: 'examined' },
  notice: null,
  fields: [
    line('requester', 'Bedt om av', 'must'),
    choice(
      'requesterKind',
      'Type oppdragsgiver',
      { nav: 'Nav', employer: 'Arbeidsgiver', insurer: 'Forsikringsselskap', patient: 'Pasienten selv', other: 'Andre' },
      'must',
    ),
    // Nav pays for what Nav asks for (norway.md §2).
    line('tariff', 'L-takst', mustWhen('requesterKind', 'nav'), {
      fault: (content) => (/^L\d{1,3}[a-z]?$/i.test(wordsIn(content, 'tariff')) ? null : 'tariff'),
    }),
    choice(
      'basis',
      'Grunnlag for utlevering',
      { asks: 'Pasienten har bedt om erklæringen', consent: 'Pasienten har samtykket', law: 'Lovhjemmel' },
      'must',
    ),
    line('lawBasis', 'Hjemmel', mustWhen('basis', 'law')),
    prose('purpose', 'Formål', 'must'),
    day('examinedOn', 'Undersøkt dato', 'must', later('examinedOn')),
    prose('examined', 'Undersøkelse og funn', 'must'),
    prose('otherSources', 'Øvrig grunnlag', 'advised'),
    prose('conclusion', 'Konklusjon', 'must'),
    prose('reservations', 'Forbehold', 'advised'),
  ],
});

/** A day that has not come yet, when the letter is written. */
function later(key: string) {
  return (content: LetterContent) => (content.date !== null && wordsIn(content, key) > content.date ? 'future' : null);
}
