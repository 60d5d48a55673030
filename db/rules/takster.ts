/**
 * What Helfo's rules say of the takster of one visit, before it is claimed. Nothing here stops anybody: a claim that will come back is
 * told at the note, while the clinician still knows why (forskrift 21 Dec 2005 nr 1656; Helfo's rules for chiropractors, norway.md §2).
 *
 * The shape of a takst is that of the open takst API (fagområde KI), in Norwegian as there, with money in øre.
 */

/** One takst as it holds in a span of time. */
export interface Takst {
  /** `K1`. */
  takstkode: string;
  beskrivelse: string;
  /** First day it holds. */
  fradato: string;
  /** Last day it is known to hold; null: until somebody knows better. */
  tildato: string | null;
  /** What Helfo pays, in øre; null where no source was found: the clinic enters and confirms it. */
  refusjonOre: number | null;
  /** Never in the same visit. */
  ugyldigKombinasjon: readonly string[];
  /** Once in a treatment series, that is, for one illness, injury or defect. */
  enPerSerie: boolean;
  kreverDiagnose: boolean;
  /** A consultation with the patient. */
  konsultasjon: boolean;
  /** Not together with a consultation: a meeting about the patient (K3, L20). */
  utenKonsultasjon: boolean;
  kilde: string;
}

export interface ClaimedLine {
  code: string;
  quantity: number;
  refundOre: number | null;
}

export type ClaimProblemCode =
  | 'takst/combination'
  | 'takst/once-per-series'
  | 'takst/meeting-with-consultation'
  | 'takst/diagnosis-missing'
  | 'takst/not-helfo'
  | 'takst/not-then'
  | 'takst/refund-differs'
  | 'takst/more-than-one';
export interface ClaimProblem {
  code: ClaimProblemCode;
  takst: string;
  /** The other takst, or øre as the tariff has it. */
  other: string | null;
}

/** The takst as it held on a day (`YYYY-MM-DD`); of several the one that began last. */
export function takstOn(table: readonly Takst[], code: string, day: string): Takst | undefined {
  return table
    .filter((takst) => takst.takstkode === code && takst.fradato <= day && (takst.tildato === null || day <= takst.tildato))
    .toSorted((a, b) => b.fradato.localeCompare(a.fradato))[0];
}

/**
 * @param visit `day` of the visit; `earlierInSeries`: codes of the other visits of its series; `diagnosed`: it has an ICPC-2 diagnosis
 * @returns in the order of the lines; empty when nothing is known against the claim
 */
export function claimProblems(
  table: readonly Takst[],
  lines: readonly ClaimedLine[],
  visit: { day: string; earlierInSeries: readonly string[]; diagnosed: boolean },
): ClaimProblem[] {
  const known = new Set(table.map(({ takstkode }) => takstkode));
  const codes = lines.map(({ code }) => code);
  const problems: ClaimProblem[] = [];
  const say = (code: ClaimProblemCode, takst: string, other: string | null = null) => void problems.push({ code, takst, other });
  for (const [at, line] of lines.entries()) {
    if (!known.has(line.code)) {
      // A code of the clinic's own costs what it costs; only Helfo's money needs Helfo's code.
      if ((line.refundOre ?? 0) > 0) say('takst/not-helfo', line.code);
      continue;
    }
    const takst = takstOn(table, line.code, visit.day);
    if (takst === undefined) {
      say('takst/not-then', line.code);
      continue;
    }
    const twice = codes.indexOf(line.code) < at || line.quantity > 1;
    if (takst.konsultasjon && twice) say('takst/more-than-one', line.code);
    for (const other of takst.ugyldigKombinasjon)
      if (codes.indexOf(other) > at || (codes.includes(other) && !known.has(other))) say('takst/combination', line.code, other);
    if (takst.utenKonsultasjon && lines.some(({ code }) => takstOn(table, code, visit.day)?.konsultasjon === true))
      say('takst/meeting-with-consultation', line.code);
    if (takst.enPerSerie && visit.earlierInSeries.includes(line.code)) say('takst/once-per-series', line.code);
    if (takst.kreverDiagnose && !visit.diagnosed) say('takst/diagnosis-missing', line.code);
    if (takst.refusjonOre !== null && line.refundOre !== null && line.refundOre !== takst.refusjonOre)
      say('takst/refund-differs', line.code, String(takst.refusjonOre));
  }
  return problems;
}
