/** The ledger of a month: every signed visit of which something is Helfo's, what is known against it, and how far it has come. */
import type { Ledger, LedgerRow, LedgerSums } from '#electron/contract/claims.ts';
import { taksterKi } from '#db/reference/takster-ki.ts';
import { clinicDay, clinicDayBounds } from '#db/rules/appointments.ts';
import { claimedTakster, claimOre, preflight } from '#db/rules/claims.ts';
import type { ClaimStatus } from '#db/model/money.ts';
import { ledgerVisits } from '#db/sqlite/queries/claims.ts';
import type { LedgerVisit } from '#db/sqlite/queries/claims.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import { staysOf } from '#db/sqlite/queries/same-person.ts';
import type { Context } from '../context.ts';
import { settingId } from '../messages/message-facts.ts';
import { billingSettings, shownName } from './settings.ts';

/** Whether this device has notes at all. */
export const hasNotes = (ctx: Context): boolean => ctx.get('device', ctx.deviceId)?.audience !== 'desk';

/** The clinic's switch; whether its server can is the server's to say. */
export const sendsToHelfo = (ctx: Context): boolean => ctx.get('integration_setting', settingId(ctx.clinicId, 'helfo'))?.enabled === true;

export function monthBounds(month: string): { from: string; to: string } {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const next = number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
  return { from: clinicDayBounds(`${month}-01`).from, to: clinicDayBounds(`${next}-01`).from };
}

export function ledgerRow(ctx: Context, visit: LedgerVisit): LedgerRow | null {
  const { encounter, lines, claim } = visit;
  const signed = encounter.status === 'signed';
  const day = clinicDay(encounter.visitAt);
  const patient = ctx.get('patient', staysOf(ctx.db, encounter.patientId));
  const practitioner = ctx.get('user', encounter.practitionerId);
  const takster = signed ? claimedTakster(taksterKi, lines, day) : [];
  const live = claim === null || claim.status === 'credited' ? null : claim;
  const problems = signed
    ? preflight(taksterKi, {
        lines,
        visitAt: encounter.visitAt,
        earlierInSeries: visit.earlier,
        inSeries: encounter.episodeId !== null,
        diagnosed: encounter.signedContent?.diagnoses.some(({ system }) => system === 'icpc-2') ?? false,
        hasNationalId: patient !== undefined && patient.nationalId !== null && patient.nationalIdKind !== 'fhn',
        hasHpr: (practitioner?.hprNumber ?? null) !== null,
        signedLines: encounter.signedContent?.treatmentLines ?? null,
      })
    : [];
  if (live === null && takster.length === 0 && problems.length === 0) return null;
  if (live === null && billingSettings(ctx).praksisIds[encounter.practitionerId] === undefined)
    problems.push({ code: 'claim/practice-missing', takst: takster[0]?.kode ?? '', other: null });
  const message = live === null ? undefined : ctx.get('helfo_message', live.batchId);
  const state = live === null ? (problems.length > 0 ? 'problems' : 'ready') : stateOf(live.status, message);
  const shown = live === null || state === 'rejected' || state === 'returned' ? takster : live.takster;
  return {
    encounterId: encounter.id,
    claimId: live?.id ?? null,
    patientId: encounter.patientId,
    patientName: shownName(ctx, encounter.patientId),
    practitionerId: encounter.practitionerId,
    practitionerName: practitioner?.name ?? '',
    visitAt: encounter.visitAt,
    takster: shown,
    amountOre: claimOre(shown),
    state,
    message: message === undefined ? null : { id: message.id, state: message.state, wanted: message.wanted, reason: message.reason },
    problems,
    regningsnummer: live?.regningsnummer ?? null,
    paidOre: live?.paidOre ?? null,
    answer: live?.answer ?? null,
    changed: live !== null && signed && claimOre(takster) !== live.amountOre,
    visitInError: !signed,
  };
}

/** Its own status, and where its message to Helfo is as long as it has no answer. */
function stateOf(status: ClaimStatus, message: RowOf<'helfo_message'> | undefined): LedgerRow['state'] {
  if (message === undefined || (status !== 'sent' && status !== 'corrected')) return status;
  if (message.state === 'planned' || message.state === 'unknown') return 'queued';
  return message.state === 'cancelled' ? 'returned' : 'received';
}

export function monthLedger(ctx: Context, month: string): Ledger & { visits: Map<string, LedgerVisit> } {
  const { from, to } = monthBounds(month);
  const visits = new Map(ledgerVisits(ctx.db, from, to).map((visit) => [visit.encounter.id, visit]));
  const rows = [...visits.values()].flatMap((visit) => ledgerRow(ctx, visit) ?? []);
  return { rows, sums: sumsOf(rows), hasNotes: hasNotes(ctx), sends: sendsToHelfo(ctx), visits };
}

export function sumsOf(rows: readonly LedgerRow[]): LedgerSums {
  const of = (...states: LedgerRow['state'][]): number =>
    rows.reduce((sum, { state, amountOre }) => sum + (states.includes(state) ? amountOre : 0), 0);
  return {
    readyOre: of('ready'),
    problemsOre: of('problems'),
    sentOre: of('sent', 'corrected', 'queued', 'received'),
    acceptedOre: of('accepted'),
    rejectedOre: of('rejected', 'returned'),
    creditedOre: of('credit_sent'),
    paidOre: rows.reduce((sum, { paidOre }) => sum + (paidOre ?? 0), 0),
  };
}
