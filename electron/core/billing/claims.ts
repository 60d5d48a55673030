/** Claims to Helfo taken out as the file of the KUHR API, and what came back (docs/decisions/0098). What the server sends: send-claims.ts. */
import { err, ok } from '#electron/contract/verb.ts';
import { claimAct, claimOre } from '#db/rules/claims.ts';
import { kravOf, readAnswer } from '#db/rules/kuhr.ts';
import type { KravLine } from '#db/rules/kuhr.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { Context } from '../context.ts';
import { logRead } from '../audit/log-once.ts';
import { useCase } from '../use-case.ts';
import { monthLedger } from './ledger.ts';
import { takeBack, takeOutMonth } from './take-out.ts';

function setAnswer(
  ctx: Context,
  claim: RowOf<'helfo_claim'>,
  set: { status: 'accepted' | 'rejected' | 'credited'; answer: string | null; paidOre?: number | null },
): boolean {
  // What has not gone has no answer.
  if (!claimAct(claim.status, 'answer') || ctx.get('helfo_message', claim.batchId)?.state === 'planned') return false;
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
    const { rows, sums, hasNotes, sends } = monthLedger(ctx, month);
    const patients = [...new Set(rows.map(({ patientId }) => patientId))];
    logRead(ctx, { subjectEntity: 'helfo_claim', details: { month, patients } }, `${month}/${patients.length}`);
    return ok({ rows, sums, hasNotes, sends });
  }),

  useCase('claim.export', (ctx, wanted) => {
    const batchId = ctx.newId();
    const out = takeOutMonth(ctx, wanted, batchId);
    if (!out.ok) return out;
    const { praksisId, taken } = out.value;
    for (const { claim } of taken)
      ctx.audit({ action: 'export', subjectEntity: 'helfo_claim', subjectId: claim.id, patientId: claim.patientId, details: { batchId } });
    const lines = taken.map(({ line }) => line);
    return ok(fileOf(praksisId, lines, { credit: false, batchId, name: `helfo-krav-${wanted.month}` }));
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
    const batchId = ctx.newId();
    const out = takeBack(ctx, id, batchId);
    if (!out.ok) return out;
    const { praksisId, taken } = out.value;
    const { patientId, regningsnummer: number } = taken.claim;
    ctx.audit({ action: 'export', subjectEntity: 'helfo_claim', subjectId: id, patientId, details: { credit: true } });
    return ok(fileOf(praksisId, [taken.line], { credit: true, batchId, name: `helfo-kreditering-${number}` }));
  }),
];

function fileOf(praksisId: string, lines: readonly KravLine[], about: { credit: boolean; batchId: string; name: string }) {
  const text = `${JSON.stringify(kravOf(praksisId, lines, about.credit), null, 2)}\n`;
  const amountOre = lines.reduce((sum, { takster }) => sum + claimOre(takster), 0) * (about.credit ? -1 : 1);
  return { fileName: `${about.name}.json`, text, count: lines.length, amountOre, batchId: about.batchId };
}
