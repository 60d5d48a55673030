/**
 * What a letter may take from the record: words somebody wrote and answers somebody gave, each with where it stands and from when. Nothing of it
 * is in the letter before its writer takes it in, one piece at a time; what nobody wrote is not offered (docs/decisions/0108).
 */
import type { LetterProposal } from '#electron/contract/letters.ts';
import type { SignedContent } from '#db/model/encounter.ts';
import { clinicDay } from '#db/rules/appointments.ts';
import type { LetterFrame } from '#db/rules/letter-frame.ts';
import type { LetterTemplate } from '#db/rules/letter-template.ts';
import { longDate } from '#db/documents/norwegian.ts';
import { uncorrectedVisitsBefore } from '#db/sqlite/queries/letters.ts';
import { staysOf } from '#db/sqlite/queries/same-person.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { Context } from '../context.ts';
import { fullName } from '../patients/patient-view.ts';
import { absenceProposals } from './absence-proposals.ts';
import { amendments, paragraphs } from './epikrise-draft.ts';
import { precautionProposals } from './precaution-proposals.ts';
import { redFlagWords } from './red-flag-words.ts';

type Found = Omit<LetterProposal, 'key' | 'words'> & { words?: string };
type Visit = RowOf<'encounter'> & { signedContent: SignedContent };

/** In no order; keys the template does not have are left out. None out of a visit that does not count. */
export function proposalsFor(ctx: Context, letter: RowOf<'letter'>, of: LetterTemplate): LetterProposal[] {
  const visit = ctx.get('encounter', letter.encounterId);
  // An epikrise is begun with the words of its visit (epikrise-draft.ts).
  if (of.kind === 'epikrise' || visit?.status !== 'signed' || visit.signedContent === null) return [];
  const signed: Visit = { ...visit, signedContent: visit.signedContent };
  const found: Record<string, Found | null> = {
    ...textsOf(ctx, signed, of),
    ...seriesOf(ctx, signed),
    ...precautionProposals(ctx, letter.patientId, visit.visitAt),
    ...(of.kind === 'sick_leave_summary' ? absenceProposals(ctx, letter.patientId) : {}),
    ...patientParts(ctx, letter.patientId, of),
    diagnoses: diagnosesOf(signed, of),
  };
  const asked = new Set(['recipient', 'diagnoses', ...of.fields.map(({ key }) => key)]);
  return Object.entries(found).flatMap(([key, one]) =>
    one === null || one.value.trim() === '' || !asked.has(key) ? [] : [{ key, ...one, words: one.words ?? one.value }],
  );
}

function textsOf(ctx: Context, visit: Visit, of: LetterTemplate): Record<string, Found | null> {
  const earlier = uncorrectedVisitsBefore(ctx.db, visit).flatMap((other) =>
    other.signedContent === null ? [] : [{ ...other, signedContent: other.signedContent }],
  );
  const here = (key: string): string => sectionOf(visit, key);
  const from = (one: Visit, value: string): Found => ({ value, from: 'visit', at: one.visitAt });
  const once = (key: string): Found | null => {
    const source = [visit, ...earlier].find((one) => sectionOf(one, key) !== '');
    return source === undefined ? null : from(source, sectionOf(source, key));
  };
  const firstVisit = visit.visitType === 'initial' || visit.visitType === 'acute';
  const flagged = [visit, ...earlier].find((one) => one.signedContent.redFlags.length > 0);
  const nrs = visit.signedContent.observations.find(({ code }) => code === 'nrs-now')?.value;
  const consent = visit.signedContent.treatmentConsent;
  const history = once('history');
  const reason = once('contactReason');
  const texts: Record<string, Found | null> = {
    reason,
    problem: reason,
    history: firstVisit ? from(visit, paragraphs(history?.value ?? '', here('subjective'))) : history,
    medication: once('medication'),
    findings: from(visit, here('objective')),
    examined: from(visit, here('objective')),
    examinedOn: { ...from(visit, clinicDay(visit.visitAt)), words: longDate(clinicDay(visit.visitAt)) },
    earlierImaging: once('imaging'),
    redFlags:
      flagged === undefined
        ? null
        : from(
            flagged,
            `${flagged === visit ? '' : `Spurt ${longDate(clinicDay(flagged.visitAt))}\n`}${redFlagWords(flagged.signedContent.redFlags)}`,
          ),
    treatment: from(visit, here('treatment')),
    course: firstVisit ? null : from(visit, here('subjective')),
    assessment: from(visit, here('assessment')),
    measures: from(visit, paragraphs(here('treatment'), here('plan'))),
    ownEffort: from(visit, here('advice')),
    followUp: of.kind === 'treatment_plan' ? null : from(visit, here('plan')),
    outcomeMeasures: nrs === undefined ? null : from(visit, `Smerte nå (NRS 0–10): ${nrs} den ${longDate(clinicDay(visit.visitAt))}`),
    consent:
      consent === null
        ? null
        : { ...from(visit, consent.given ? 'yes' : 'no'), words: consent.given ? 'Pasienten samtykker' : 'Pasienten samtykker ikke' },
    consentDetail: consent?.comment === null || consent === null ? null : from(visit, consent.comment),
  };
  return withAmendments(texts, of, from(visit, paragraphs(...amendments(ctx, visit.id))));
}

/** What corrects the visit is never left behind: it goes with the first of these parts that the letter has. */
function withAmendments(texts: Record<string, Found | null>, of: LetterTemplate, amended: Found): Record<string, Found | null> {
  const place = ['assessment', 'history', 'problem', 'examined'].find((key) => of.fields.some((one) => one.key === key));
  if (amended.value === '' || place === undefined) return texts;
  return { ...texts, [place]: { ...amended, value: paragraphs(texts[place]?.value ?? '', amended.value) } };
}

const sectionOf = ({ signedContent }: Visit, key: string): string =>
  signedContent.sections.find((section) => section.key === key)?.text.trim() ?? '';

/** When the series began: the visit that K1 stands in, else the first of the complaint that was signed. */
function seriesOf(ctx: Context, visit: Visit): Record<string, Found | null> {
  if (visit.episodeId === null) return {};
  const visits = ctx.rows('encounter', "episode_id = ? and status = 'signed' and visit_at <= ? order by visit_at, id", [
    visit.episodeId,
    visit.visitAt,
  ]);
  const first = visits.findLast((one) => one.signedContent?.treatmentLines.some(({ code }) => code === 'K1') === true) ?? visits[0];
  if (first === undefined) return {};
  const day = clinicDay(first.visitAt);
  return { seriesStart: { value: day, words: longDate(day), from: 'series', at: first.visitAt } };
}

function patientParts(ctx: Context, patientId: string, of: LetterTemplate): Record<string, Found | null> {
  const patient = ctx.get('patient', staysOf(ctx.db, patientId));
  if (patient === undefined) return {};
  const toPatient = of.kind === 'treatment_plan' || of.kind === 'certificate' || of.kind === 'sick_leave_summary';
  const recipient = recipientPatient(patient);
  const words = [recipient.name, recipient.addressLine, [recipient.postalCode, recipient.city].filter(Boolean).join(' ')];
  return {
    patientPhone: { value: patient.phone ?? '', from: 'record', at: null },
    recipient: toPatient ? { value: recipient.name, words: words.filter(Boolean).join(', '), from: 'record', at: null } : null,
  };
}

export const recipientPatient = (patient: RowOf<'patient'>): LetterFrame['recipient'] => ({
  name: fullName(patient),
  practice: '',
  addressLine: patient.addressLine,
  postalCode: patient.postalCode,
  city: patient.city,
});

/** A certificate goes to somebody else: a diagnosis is in it only when its writer puts it there. */
function diagnosesOf(visit: Visit, of: LetterTemplate): Found | null {
  if (of.diagnoses.rule === 'free') return null;
  const words = visit.signedContent.diagnoses.map(({ code, text }) => `${code} ${text}`).join('\n');
  return { value: words, from: 'visit', at: visit.visitAt };
}

/** Those of the signed visit, as a letter holds them. */
export function visitDiagnoses(ctx: Context, encounterId: string): LetterFrame['diagnoses'] {
  const diagnoses = ctx.get('encounter', encounterId)?.signedContent?.diagnoses ?? [];
  return diagnoses.map(({ system, code, text, main }) => ({ system: system === 'icd-10' ? 'icd-10' : 'icpc-2', code, text, main }));
}
