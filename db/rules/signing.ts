/**
 * When a note may be signed (pasientjournalforskriften §§ 4–8 for what it must hold; helsepersonelloven § 42: a
 * signature is for ever). Blocking problems refuse the signature; the others are shown and left to the clinician.
 *
 * Red flags "cannot be skipped silently": in a first or an acute visit at least one region is gone through, and a
 * region once begun is finished. A question counts when it is answered, or left open with a comment that says why.
 */
import type { diagnosis, encounter, noteSection, observation, redFlagAnswer, SignedContent, treatmentConsent } from '../model/encounter.ts';
import type { treatmentLine } from '../model/practice.ts';
import type { Row } from '../model/entity.ts';
import type { Role } from '../model/clinic.ts';
import { mainDiagnosisProblem } from './codes.ts';
import { redFlagsOf } from './red-flags.ts';
import { visitTypeOf } from './visit-types.ts';

export interface Problem {
  code: string;
  blocking: boolean;
  /** Section key, region or code it concerns. */
  where: string | null;
}
/** The note's rows as they stand. */
export interface NoteParts {
  encounter: Row<typeof encounter>;
  /** Without versions that wait beside them. */
  sections: readonly Row<typeof noteSection>[];
  /** Keys of sections with a second version that nobody has decided about. */
  openSiblings: readonly string[];
  observations: readonly Row<typeof observation>[];
  redFlags: readonly Row<typeof redFlagAnswer>[];
  consent: Row<typeof treatmentConsent> | null;
  diagnoses: readonly Row<typeof diagnosis>[];
  lines: readonly Row<typeof treatmentLine>[];
  /** Values of this note that two people set differently and nobody has decided between. */
  openConflicts: number;
}
export interface Signer {
  userId: string;
  name: string;
  roles: readonly Role[];
  profession: string | null;
  hprNumber: string | null;
}

/** Only a draft is written in. */
export function isEditable(status: 'draft' | 'signed' | 'entered_in_error' | 'discarded'): boolean {
  return status === 'draft';
}

/** The practitioner of the visit, and nobody for them. */
export function maySign(visit: Pick<Row<typeof encounter>, 'practitionerId'>, signer: Pick<Signer, 'userId' | 'roles'>): boolean {
  return signer.roles.includes('PRACTITIONER') && signer.userId === visit.practitionerId;
}

export function signProblems(note: NoteParts, signer: Signer): Problem[] {
  return [
    ...whoProblems(note, signer),
    ...textProblems(note),
    ...redFlagProblems(note),
    ...diagnosisProblems(note),
    ...consentProblems(note),
  ];
}

function whoProblems(note: NoteParts, signer: Signer): Problem[] {
  if (!maySign(note.encounter, signer)) return [block('sign/not-practitioner')];
  return signer.hprNumber === null || signer.hprNumber === '' ? [warn('sign/no-hpr')] : [];
}

function textProblems(note: NoteParts): Problem[] {
  const rule = visitTypeOf(note.encounter.visitType);
  const textOf = (key: string): string => note.sections.find((section) => section.key === key)?.text.trim() ?? '';
  const problems: Problem[] = [];
  if (note.sections.every((section) => section.text.trim() === '')) problems.push(block('sign/empty'));
  for (const section of rule.sections)
    if (section.required && textOf(section.key) === '') problems.push(block('sign/required-section', section.key));
  for (const section of note.sections) {
    if (section.review === 'unreviewed' && section.text.trim() !== '') problems.push(block('sign/unreviewed', section.key));
  }
  for (const key of new Set(note.openSiblings)) problems.push(block('sign/open-sibling', key));
  if (note.openConflicts > 0) problems.push(block('sign/open-conflict'));
  return problems;
}

function redFlagProblems(note: NoteParts): Problem[] {
  const said = new Set(note.redFlags.filter(isSaid).map((row) => `${row.region}/${row.question}`));
  const begun = [...new Set(note.redFlags.filter((row) => said.has(`${row.region}/${row.question}`)).map((row) => row.region))];
  const unfinished = begun.filter((region) => redFlagsOf(region).some((question) => !said.has(`${region}/${question.key}`)));
  if (unfinished.length > 0) return unfinished.map((region) => block('sign/red-flags-unanswered', region));
  if (begun.length > 0 || !visitTypeOf(note.encounter.visitType).redFlags) return [];
  return [note.encounter.visitType === 're_examination' ? warn('sign/red-flags-unanswered') : block('sign/red-flags-unanswered')];
}

function diagnosisProblems(note: NoteParts): Problem[] {
  const main = note.diagnoses.filter((diagnosis) => diagnosis.main);
  if (main.length !== 1) return [block('sign/no-main-diagnosis')];
  return main.flatMap(({ system, code }) =>
    mainDiagnosisProblem(system, code) === null ? [] : [block('sign/process-code-as-main', code)],
  );
}

function consentProblems(note: NoteParts): Problem[] {
  return visitTypeOf(note.encounter.visitType).consent && (note.consent?.given ?? null) === null ? [warn('sign/consent-not-recorded')] : [];
}

/** What the signature covers: the note in the words and codes of this moment, in the order of its visit type. */
export function signedContentOf(
  note: NoteParts,
  signer: Signer,
  frame: { patientName: string; clinicName: string; signedAt: string },
): SignedContent {
  const { encounter: visit } = note;
  const order = visitTypeOf(visit.visitType).sections.map((section) => section.key as string);
  const place = (key: string): number => (order.includes(key) ? order.indexOf(key) : order.length);
  return {
    version: 1,
    patientId: visit.patientId,
    patientName: frame.patientName,
    visitType: visit.visitType,
    visitAt: visit.visitAt,
    sections: note.sections
      .filter((section) => section.text.trim() !== '')
      .toSorted((a, b) => place(a.key) - place(b.key))
      .map(({ key, text, origin, originEncounterId }) => ({ key, text, origin, originEncounterId })),
    observations: note.observations.flatMap(({ code, value }) => (value === null ? [] : [{ code, value }])),
    redFlags: note.redFlags.filter(isSaid).map(({ region, question, answer, comment }) => ({ region, question, answer, comment })),
    treatmentConsent:
      note.consent === null || note.consent.given === null ? null : { given: note.consent.given, comment: note.consent.comment },
    diagnoses: note.diagnoses.map(({ system, code, text, release, main }) => ({ system, code, text, release, main })),
    treatmentLines: note.lines.map(({ code, label, quantity, amountOre, refundOre }) => ({ code, label, quantity, amountOre, refundOre })),
    signedBy: { userId: signer.userId, name: signer.name, profession: signer.profession, hprNumber: signer.hprNumber },
    signedAt: frame.signedAt,
    clinicName: frame.clinicName,
  };
}

/** Answered, or left open with a comment that says why. */
const isSaid = (row: { answer: 'yes' | 'no' | null; comment: string | null }): boolean =>
  row.answer !== null || (row.comment ?? '').trim() !== '';

const block = (code: string, where: string | null = null): Problem => ({ code, blocking: true, where });
const warn = (code: string, where: string | null = null): Problem => ({ code, blocking: false, where });
