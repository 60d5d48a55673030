/** Taking claims out of the ledger: which go, with which lines, and the row each becomes. For a file, and for the server to send. */
import { err, ok } from '#electron/contract/verb.ts';
import type { Result } from '#electron/contract/verb.ts';
import type { LedgerRow } from '#electron/contract/claims.ts';
import { derivedId } from '#db/model/ids.ts';
import { clinicDay } from '#db/rules/appointments.ts';
import { claimOre, creditProblem, regningsnummer } from '#db/rules/claims.ts';
import { claimLineSchema, kravLineOf } from '#db/rules/kuhr.ts';
import type { KravLine } from '#db/rules/kuhr.ts';
import { ledgerVisits, takenNumbers } from '#db/sqlite/queries/claims.ts';
import type { LedgerVisit } from '#db/sqlite/queries/claims.ts';
import { staysOf } from '#db/sqlite/queries/same-person.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { Context } from '../context.ts';
import { hasNotes, monthLedger } from './ledger.ts';
import { billingSettings } from './settings.ts';

export interface TakenOut {
  claim: RowOf<'helfo_claim'>;
  line: KravLine;
}
interface Wanted {
  month: string;
  practitionerId: string;
  encounterIds?: readonly string[] | undefined;
}

/** What a rejected or returned claim is taken out by again. */
const AGAIN: readonly LedgerRow['state'][] = ['rejected', 'returned'];

/** Takes out all that is ready, or the visits named. Errors: claim/no-notes, claim/practice-missing, claim/nothing, claim/problems */
export function takeOutMonth(
  ctx: Context,
  { month, practitionerId, encounterIds }: Wanted,
  batchId: string,
): Result<{ praksisId: string; taken: TakenOut[] }> {
  if (!hasNotes(ctx)) return err('claim/no-notes');
  const praksisId = billingSettings(ctx).praksisIds[practitionerId];
  if (praksisId === undefined) return err('claim/practice-missing');
  const { rows, visits } = monthLedger(ctx, month);
  const wanted = rows.filter(
    (row) =>
      row.practitionerId === practitionerId &&
      (encounterIds === undefined
        ? row.state === 'ready'
        : encounterIds.includes(row.encounterId) && (row.state === 'ready' || AGAIN.includes(row.state))),
  );
  if (wanted.length === 0) return err('claim/nothing');
  if (wanted.some(({ problems }) => problems.length > 0)) return err('claim/problems');
  const numbers = takenNumbers(ctx.db);
  const taken: TakenOut[] = [];
  for (const row of wanted) {
    const visit = visits.get(row.encounterId);
    if (visit === undefined) continue;
    const claim = takeOut(ctx, visit, row, { numbers, batchId });
    const line = kravLine(ctx, claim, visit);
    if (line === null) return err('claim/problems');
    taken.push({ claim, line });
  }
  return ok({ praksisId, taken });
}

/** The whole of an accepted claim is to be taken back. Errors: claim/no-notes, claim/unknown, claim/not-accepted, claim/too-old, claim/practice-missing, claim/problems */
export function takeBack(ctx: Context, id: string, batchId: string): Result<{ praksisId: string; taken: TakenOut }> {
  if (!hasNotes(ctx)) return err('claim/no-notes');
  const claim = ctx.get('helfo_claim', id);
  if (claim === undefined) return err('claim/unknown');
  const problem = creditProblem(claim, clinicDay(ctx.now));
  if (problem !== null) return err(problem);
  const praksisId = billingSettings(ctx).praksisIds[claim.practitionerId];
  if (praksisId === undefined) return err('claim/practice-missing');
  const visit = visitOf(ctx, claim);
  const line = visit === undefined ? null : kravLine(ctx, claim, visit);
  if (line === null) return err('claim/problems');
  ctx.patch('helfo_claim', id, { status: 'credit_sent', batchId, sentAt: ctx.now });
  return ok({ praksisId, taken: { claim, line } });
}

/** The claim as a line of the file, with what of the note it needs; null where something of it is missing. */
function kravLine(ctx: Context, claim: RowOf<'helfo_claim'>, { encounter }: LedgerVisit): KravLine | null {
  const said = claimLineSchema.safeParse({ claim, encounter, patient: ctx.get('patient', staysOf(ctx.db, claim.patientId)) });
  return said.success ? kravLineOf(said.data) : null;
}

const visitOf = (ctx: Context, claim: RowOf<'helfo_claim'>): LedgerVisit | undefined => {
  const at = ctx.get('encounter', claim.encounterId)?.visitAt;
  if (at === undefined) return undefined;
  return ledgerVisits(ctx.db, at, new Date(Date.parse(at) + 1).toISOString()).find(({ encounter }) => encounter.id === claim.encounterId);
};

/** The row of a claim that goes out: a new one, or one that came back put right, under the same guid and number. */
function takeOut(
  ctx: Context,
  { encounter, claim, attempts }: LedgerVisit,
  { takster, state }: LedgerRow,
  { numbers, batchId }: { numbers: Set<string>; batchId: string },
): RowOf<'helfo_claim'> {
  const said = { takster, amountOre: claimOre(takster), batchId, sentAt: ctx.now };
  if (claim !== null && AGAIN.includes(state))
    return ctx.patch('helfo_claim', claim.id, { ...said, status: 'corrected', answer: null, answeredAt: null });
  const number = regningsnummer(encounter.visitAt, encounter.id, numbers);
  numbers.add(number);
  const attempt = attempts + 1;
  const { patientId, practitionerId } = encounter;
  return ctx.insert(
    'helfo_claim',
    {
      ...{ patientId, practitionerId, encounterId: encounter.id, attempt, regningsnummer: number, status: 'sent' as const },
      day: clinicDay(encounter.visitAt),
      ...said,
    },
    derivedId(encounter.id, `helfo-claim:${attempt}`),
  );
}
