/** Claims to Helfo taken out as the file of the KUHR API, and what came back. Nothing is sent from here (docs/decisions/0098). */
import { err, ok } from '#electron/contract/verb.ts';
import { derivedId } from '#db/model/ids.ts';
import { clinicDay } from '#db/rules/appointments.ts';
import { claimAct, claimOre, creditProblem, regningsnummer } from '#db/rules/claims.ts';
import { kravOf, readAnswer } from '#db/rules/kuhr.ts';
import type { KravLine } from '#db/rules/kuhr.ts';
import { ledgerVisits, takenNumbers } from '#db/sqlite/queries/claims.ts';
import type { LedgerVisit } from '#db/sqlite/queries/claims.ts';
import { staysOf } from '#db/sqlite/queries/same-person.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { Context } from '../context.ts';
import { logRead } from '../audit/log-once.ts';
import { useCase } from '../use-case.ts';
import { hasNotes, monthLedger } from './ledger.ts';
import { billingSettings } from './settings.ts';

/** The claim as a line of the file, with what of the note it needs; null where something of it is missing. */
function kravLine(ctx: Context, claim: RowOf<'helfo_claim'>, visit: LedgerVisit): KravLine | null {
  const patient = ctx.get('patient', staysOf(ctx.db, claim.patientId));
  const kind = patient?.nationalIdKind;
  if (patient === undefined || patient.nationalId === null || kind === null || kind === undefined || kind === 'fhn') return null;
  const diagnoses = (visit.encounter.signedContent?.diagnoses ?? [])
    .filter(({ system }) => system === 'icpc-2')
    .toSorted((a, b) => Number(b.main) - Number(a.main))
    .map(({ code }) => code);
  if (diagnoses.length === 0) return null;
  const { id: guid, regningsnummer: number, takster } = claim;
  const { visitAt } = visit.encounter;
  return { guid, regningsnummer: number, visitAt, nationalId: patient.nationalId, nationalIdKind: kind, diagnoses, takster };
}

const visitOf = (ctx: Context, claim: RowOf<'helfo_claim'>): LedgerVisit | undefined => {
  const at = ctx.get('encounter', claim.encounterId)?.visitAt;
  if (at === undefined) return undefined;
  return ledgerVisits(ctx.db, at, new Date(Date.parse(at) + 1).toISOString()).find(({ encounter }) => encounter.id === claim.encounterId);
};

function setAnswer(
  ctx: Context,
  claim: RowOf<'helfo_claim'>,
  set: { status: 'accepted' | 'rejected' | 'credited'; answer: string | null; paidOre?: number | null },
): boolean {
  if (!claimAct(claim.status, 'answer')) return false;
  const credits = claim.status === 'credit_sent';
  // A credit that is taken is «credited»; one that is refused leaves the claim as it was, accepted.
  const status = credits ? (set.status === 'rejected' ? 'accepted' : 'credited') : set.status === 'credited' ? null : set.status;
  if (status === null) return false;
  const paidOre = status === 'accepted' ? (set.paidOre ?? claim.paidOre) : null;
  ctx.patch('helfo_claim', claim.id, { status, answer: set.answer, answeredAt: ctx.now, paidOre });
  ctx.audit({ action: 'change', subjectEntity: 'helfo_claim', subjectId: claim.id, patientId: claim.patientId, details: { status } });
  return true;
}

export const claimHandlers = [
  useCase('claim.ledger', (ctx, { month }) => {
    const { rows, sums, hasNotes: complete } = monthLedger(ctx, month);
    const patients = [...new Set(rows.map(({ patientId }) => patientId))];
    logRead(ctx, { subjectEntity: 'helfo_claim', details: { month, patients } }, `${month}/${patients.length}`);
    return ok({ rows, sums, hasNotes: complete });
  }),

  useCase('claim.export', (ctx, { month, practitionerId, encounterIds }) => {
    if (!hasNotes(ctx)) return err('claim/no-notes');
    const praksisId = billingSettings(ctx).praksisIds[practitionerId];
    if (praksisId === undefined) return err('claim/practice-missing');
    const { rows, visits } = monthLedger(ctx, month);
    const mine = rows.filter((row) => row.practitionerId === practitionerId);
    const wanted = mine.filter(
      ({ encounterId, state }) => (encounterIds?.includes(encounterId) ?? state === 'ready') && (state === 'ready' || state === 'rejected'),
    );
    if (wanted.length === 0) return err('claim/nothing');
    if (wanted.some(({ problems }) => problems.length > 0)) return err('claim/problems');
    const taken = takenNumbers(ctx.db);
    const batchId = ctx.newId();
    const lines: KravLine[] = [];
    for (const row of wanted) {
      const visit = visits.get(row.encounterId);
      if (visit === undefined) continue;
      const claim = takeOut(ctx, visit, row.takster, { taken, batchId });
      const line = kravLine(ctx, claim, visit);
      if (line === null) return err('claim/problems');
      lines.push(line);
      ctx.audit({ action: 'export', subjectEntity: 'helfo_claim', subjectId: claim.id, patientId: claim.patientId, details: { batchId } });
    }
    return ok(fileOf(praksisId, lines, { credit: false, batchId, name: `helfo-krav-${month}` }));
  }),

  useCase('claim.answer', (ctx, { id, ...set }) => {
    const claim = ctx.get('helfo_claim', id);
    if (claim === undefined) return err('claim/unknown');
    return setAnswer(ctx, claim, set) ? ok(null) : err('claim/not-sent');
  }),

  useCase('claim.readAnswer', (ctx, { text }) => {
    const answers = readAnswer(text);
    if (answers === null) return err('claim/not-an-answer');
    const counts = { accepted: 0, rejected: 0, credited: 0, unknown: 0 };
    for (const { guid, verdict, words } of answers) {
      const claim = ctx.get('helfo_claim', guid);
      // Read once more it says the same, and nothing happens.
      const known = claim !== undefined && verdict !== null;
      if (known && claim.status !== 'credit_sent' && claim.status === verdict) continue;
      const status = claim?.status === 'credit_sent' && verdict === 'accepted' ? ('credited' as const) : verdict;
      if (known && status !== null && setAnswer(ctx, claim, { status, answer: words })) counts[status] += 1;
      else counts.unknown += 1;
    }
    return ok(counts);
  }),

  useCase('claim.settle', (ctx, { month, practitionerId, paidOre }) => {
    const open = monthLedger(ctx, month).rows.filter(
      (row) => row.practitionerId === practitionerId && row.state === 'accepted' && row.paidOre === null,
    );
    const expectedOre = open.reduce((sum, { amountOre }) => sum + amountOre, 0);
    const differenceOre = paidOre - expectedOre;
    if (differenceOre !== 0 || open.length === 0) return ok({ expectedOre, differenceOre, settled: 0 });
    for (const { claimId, amountOre, patientId } of open) {
      if (claimId === null) continue;
      ctx.patch('helfo_claim', claimId, { paidOre: amountOre });
      ctx.audit({ action: 'change', subjectEntity: 'helfo_claim', subjectId: claimId, patientId, details: { settled: true } });
    }
    return ok({ expectedOre, differenceOre, settled: open.length });
  }),

  useCase('claim.credit', (ctx, { id }) => {
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
    const batchId = ctx.newId();
    ctx.patch('helfo_claim', id, { status: 'credit_sent', batchId, sentAt: ctx.now });
    ctx.audit({ action: 'export', subjectEntity: 'helfo_claim', subjectId: id, patientId: claim.patientId, details: { credit: true } });
    return ok(fileOf(praksisId, [line], { credit: true, batchId, name: `helfo-kreditering-${claim.regningsnummer}` }));
  }),
];

/** The row of a claim that goes out: a new one, or a rejected one put right, under the same guid and number. */
function takeOut(
  ctx: Context,
  { encounter, claim, attempts }: LedgerVisit,
  takster: RowOf<'helfo_claim'>['takster'],
  { taken, batchId }: { taken: Set<string>; batchId: string },
): RowOf<'helfo_claim'> {
  const said = { takster, amountOre: claimOre(takster), batchId, sentAt: ctx.now };
  if (claim?.status === 'rejected')
    return ctx.patch('helfo_claim', claim.id, { ...said, status: 'corrected', answer: null, answeredAt: null });
  const number = regningsnummer(encounter.visitAt, encounter.id, taken);
  taken.add(number);
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

function fileOf(praksisId: string, lines: readonly KravLine[], about: { credit: boolean; batchId: string; name: string }) {
  const text = `${JSON.stringify(kravOf(praksisId, lines, about.credit), null, 2)}\n`;
  const amountOre = lines.reduce((sum, { takster }) => sum + claimOre(takster), 0) * (about.credit ? -1 : 1);
  return { fileName: `${about.name}.json`, text, count: lines.length, amountOre, batchId: about.batchId };
}
