/**
 * When a note may be signed (pasientjournalforskriften §§ 4–8 for what it must hold; helsepersonelloven § 42: a
 * signature is for ever). Blocking problems refuse the signature; the others are shown and left to the clinician.
 *
 * Red flags "cannot be skipped silently": in a first or an acute visit at least one region is gone through, and a
 * region once begun is finished. A question counts when it is answered, or left open with a comment that says why.
 */
import type { VisitType } from '../model/encounter.ts';
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
export interface NoteToSign {
  visitType: VisitType;
  practitionerId: string;
  sections: readonly { key: string; text: string; review: 'none' | 'unreviewed' | 'confirmed' | 'edited'; openSiblings: number }[];
  redFlags: readonly { region: string; question: string; answer: 'yes' | 'no' | null; comment: string | null }[];
  consentGiven: boolean | null;
  diagnoses: readonly { system: 'icpc-2' | 'icd-10'; code: string; main: boolean }[];
  /** Values of this note that two people set differently and nobody has decided between. */
  openConflicts: number;
}
export interface Signer {
  userId: string;
  roles: readonly Role[];
  hprNumber: string | null;
}

/** Only a draft is written in. */
export function isEditable(status: 'draft' | 'signed' | 'entered_in_error' | 'discarded'): boolean {
  return status === 'draft';
}

/** The practitioner of the visit, and nobody for them. */
export function maySign(note: Pick<NoteToSign, 'practitionerId'>, signer: Pick<Signer, 'userId' | 'roles'>): boolean {
  return signer.roles.includes('PRACTITIONER') && signer.userId === note.practitionerId;
}

export function signProblems(note: NoteToSign, signer: Signer): Problem[] {
  return [...whoProblems(note, signer), ...textProblems(note), ...redFlagProblems(note), ...diagnosisProblems(note), ...consentProblems(note)];
}

function whoProblems(note: NoteToSign, signer: Signer): Problem[] {
  if (!maySign(note, signer)) return [block('sign/not-practitioner')];
  return signer.hprNumber === null || signer.hprNumber === '' ? [warn('sign/no-hpr')] : [];
}

function textProblems(note: NoteToSign): Problem[] {
  const rule = visitTypeOf(note.visitType);
  const textOf = (key: string): string => note.sections.find((section) => section.key === key)?.text.trim() ?? '';
  const problems: Problem[] = [];
  if (note.sections.every((section) => section.text.trim() === '')) problems.push(block('sign/empty'));
  for (const section of rule.sections) if (section.required && textOf(section.key) === '') problems.push(block('sign/required-section', section.key));
  for (const section of note.sections) {
    if (section.review === 'unreviewed' && section.text.trim() !== '') problems.push(block('sign/unreviewed', section.key));
    if (section.openSiblings > 0) problems.push(block('sign/open-sibling', section.key));
  }
  if (note.openConflicts > 0) problems.push(block('sign/open-conflict'));
  return problems;
}

function redFlagProblems(note: NoteToSign): Problem[] {
  const said = new Set(note.redFlags.filter((row) => row.answer !== null || (row.comment ?? '').trim() !== '').map((row) => `${row.region}/${row.question}`));
  const begun = [...new Set(note.redFlags.filter((row) => said.has(`${row.region}/${row.question}`)).map((row) => row.region))];
  const unfinished = begun.filter((region) => redFlagsOf(region).some((question) => !said.has(`${region}/${question.key}`)));
  if (unfinished.length > 0) return unfinished.map((region) => block('sign/red-flags-unanswered', region));
  if (begun.length > 0 || !visitTypeOf(note.visitType).redFlags) return [];
  return [note.visitType === 're_examination' ? warn('sign/red-flags-unanswered') : block('sign/red-flags-unanswered')];
}

function diagnosisProblems(note: NoteToSign): Problem[] {
  const main = note.diagnoses.filter((diagnosis) => diagnosis.main);
  if (main.length !== 1) return [block('sign/no-main-diagnosis')];
  return main.flatMap(({ system, code }) => (mainDiagnosisProblem(system, code) === null ? [] : [block('sign/process-code-as-main', code)]));
}

function consentProblems(note: NoteToSign): Problem[] {
  return visitTypeOf(note.visitType).consent && note.consentGiven === null ? [warn('sign/consent-not-recorded')] : [];
}

const block = (code: string, where: string | null = null): Problem => ({ code, blocking: true, where });
const warn = (code: string, where: string | null = null): Problem => ({ code, blocking: false, where });
