/**
 * The Norwegian ICPC-2 and ICD-10 of 2026: 708 and 19,634 codes with their short texts, from Nav's package (MIT) that is
 * generated from Helsedirektoratet's code system; process codes added. Codes of an older release stay readable as they
 * were signed: a note keeps its own text.
 */
import { ICD10, ICPC2 } from '@navikt/diagnosekoder';
import { codeKind, normaliseCode } from '../rules/codes.ts';
import type { CodeKind } from '../rules/codes.ts';
import { processCodes } from './process-codes.ts';

export type CodeSystem = 'icpc-2' | 'icd-10';
export interface Code {
  system: CodeSystem;
  code: string;
  text: string;
  /** Year of the release. */
  release: string;
  kind: CodeKind;
  /** Reserved for outbreaks: valid when read, never offered. */
  hidden: boolean;
}

export const RELEASE = '2026';
/** R991 and R992 are in use (covid-19); the rest waits for the next outbreak. */
const RESERVED = /^(?:D99[1-9]|R99[3-9])$/;

const load = (system: CodeSystem, rows: readonly { code: string; text: string }[]): Map<string, Code> =>
  new Map(
    rows.map(({ code, text }) => [
      // Some ICD-10 codes hold small letters (X5n7y): the key is what normaliseCode makes of any way to write them.
      normaliseCode(code),
      { system, code, text, release: RELEASE, kind: codeKind(system, code), hidden: system === 'icpc-2' && RESERVED.test(code) },
    ]),
  );

const systems: Record<CodeSystem, Map<string, Code>> = {
  'icpc-2': load('icpc-2', [...ICPC2, ...processCodes.map(([code, text]) => ({ code, text }))]),
  'icd-10': load('icd-10', ICD10),
};

/** All codes of a system, in the order of the classification. */
export function codesOf(system: CodeSystem): readonly Code[] {
  return [...systems[system].values()];
}

/** The code, written in any of the usual ways; undefined when the release has none. */
export function findCode(system: CodeSystem, raw: string): Code | undefined {
  return systems[system].get(normaliseCode(raw));
}
