/**
 * Claims to Helfo: what of a visit is claimed, what would make it come back, and what may still be done with one (norway.md §2; the KUHR Krav API,
 * navikt/kuhr-krav-api-dokumentasjon, read November 2026). Nothing here stops a signature.
 */
import type { ClaimStatus } from '../model/money.ts';
import { clinicDay } from './appointments.ts';
import { claimProblems, takstOn } from './takster.ts';
import type { ClaimProblem, ClaimedLine, Takst } from './takster.ts';

export interface PreflightProblem {
  code:
    | ClaimProblem['code']
    | 'claim/national-id-missing'
    | 'claim/hpr-missing'
    | 'claim/refund-missing'
    | 'claim/series-missing'
    | 'claim/practice-missing'
    | 'claim/note-differs';
  takst: string;
  other: string | null;
}

export interface ClaimVisit {
  lines: readonly ClaimedLine[];
  /** Instant. */
  visitAt: string;
  earlierInSeries: readonly string[];
  inSeries: boolean;
  diagnosed: boolean;
  hasNationalId: boolean;
  hasHpr: boolean;
  /** As signed; null while it is not. */
  signedLines: readonly ClaimedLine[] | null;
}

/** What Helfo is asked for: its own codes, with what they are worth. A code of the clinic's own is none of them. */
export function claimedTakster(
  table: readonly Takst[],
  lines: readonly ClaimedLine[],
  day: string,
): { kode: string; antall: number; belopOre: number }[] {
  return lines.flatMap(({ code, quantity, refundOre }) =>
    takstOn(table, code, day) !== undefined && (refundOre ?? 0) > 0 ? [{ kode: code, antall: quantity, belopOre: refundOre ?? 0 }] : [],
  );
}

export const claimOre = (takster: readonly { antall: number; belopOre: number }[]): number =>
  takster.reduce((sum, { antall, belopOre }) => sum + antall * belopOre, 0);

/** Everything known against a claim for this visit. Empty where nothing of it is Helfo's. */
export function preflight(table: readonly Takst[], visit: ClaimVisit): PreflightProblem[] {
  const day = clinicDay(visit.visitAt);
  const helfo = visit.lines.filter(({ code, refundOre }) => takstOn(table, code, day) !== undefined || (refundOre ?? 0) > 0);
  const first = helfo[0];
  if (first === undefined) return [];
  const problems: PreflightProblem[] = claimProblems(table, visit.lines, {
    day,
    earlierInSeries: visit.earlierInSeries,
    diagnosed: visit.diagnosed,
  });
  const say = (code: PreflightProblem['code'], takst = first.code) => void problems.push({ code, takst, other: null });
  for (const { code, refundOre } of helfo) if (refundOre === null) say('claim/refund-missing', code);
  if (!visit.hasNationalId) say('claim/national-id-missing');
  if (!visit.hasHpr) say('claim/hpr-missing');
  const once = helfo.find(({ code }) => takstOn(table, code, day)?.enPerSerie === true);
  // Whether the examination was claimed before is not known of a visit that belongs to no complaint.
  if (once !== undefined && !visit.inSeries) say('claim/series-missing', once.code);
  if (visit.signedLines !== null && told(table, visit.lines, day) !== told(table, visit.signedLines, day)) say('claim/note-differs');
  return problems;
}
const told = (table: readonly Takst[], lines: readonly ClaimedLine[], day: string): string =>
  claimedTakster(table, lines, day)
    .map(({ kode, antall, belopOre }) => `${kode}×${antall}×${belopOre}`)
    .toSorted()
    .join();

/**
 * A claim's number: numeric, rising with the time of the treatment, unique in the clinic, and to be had offline. Minutes since 2020 and three
 * digits of the visit's own id; the next free one where another visit has it.
 */
export function regningsnummer(visitAt: string, encounterId: string, taken: ReadonlySet<string>): string {
  const minutes = Math.floor((Date.parse(visitAt) - Date.UTC(2020, 0, 1)) / 60_000);
  const base = minutes * 1000;
  let at = Number.parseInt(encounterId.replaceAll('-', '').slice(-6), 16) % 1000;
  while (taken.has(String(base + at))) at += 1;
  return String(base + at);
}

export type ClaimAct = 'answer' | 'resend' | 'credit';

/** What may be done with a claim in this state. */
export function claimAct(status: ClaimStatus, act: ClaimAct): boolean {
  if (act === 'answer') return status === 'sent' || status === 'corrected' || status === 'credit_sent' || status === 'accepted';
  return act === 'resend' ? status === 'rejected' : status === 'accepted';
}

/** Only the whole claim, and none older than three years (behandlerkravmelding_json.md, `kreditering`). */
export function creditProblem(claim: { status: ClaimStatus; day: string }, today: string): 'claim/not-accepted' | 'claim/too-old' | null {
  if (!claimAct(claim.status, 'credit')) return 'claim/not-accepted';
  return creditTooOld(claim.day, today) ? 'claim/too-old' : null;
}
export const creditTooOld = (day: string, today: string): boolean => today > `${Number(day.slice(0, 4)) + 3}${day.slice(4)}`;
