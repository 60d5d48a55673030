/** Lines, totals, payment. What the clinic has not priced is not zero, it is missing. */
import { err, ok } from '#electron/contract/verb.ts';
import { billOf, paymentProblem } from '#db/rules/billing.ts';
import { patientShare } from '#db/rules/money.ts';
import { billsOf, nextReceiptNumber } from '#db/sqlite/queries/billing.ts';
import type { Context } from '../context.ts';
import { logRead } from '../audit/log-once.ts';
import { useCase } from '../use-case.ts';
import { billable } from './billable.ts';
import { cardInUse, dropCard, keepCard } from './prepaid.ts';

function bill(ctx: Context, encounterId: string) {
  const { lines, payments } = billsOf(ctx.db, [encounterId]).get(encounterId) ?? { lines: [], payments: [] };
  const { totalOre, refundOre, patientShareOre, paidOre, dueOre } = billOf(lines, payments);
  return { view: { lines, payments, totalOre, refundOre, patientShareOre, paidOre }, dueOre };
}

/** A line that money was taken for stands, until the payment is voided. */
const isSettled = (ctx: Context, encounterId: string): boolean =>
  ctx.rows('payment', 'encounter_id = ? and voided = 0', [encounterId]).length > 0;

export const billingHandlers = [
  useCase('bill.get', (ctx, { encounterId }) => {
    const found = billable(ctx, encounterId);
    if (!found.ok) return found;
    logRead(ctx, { subjectId: encounterId, patientId: found.value.patientId });
    return ok(bill(ctx, encounterId).view);
  }),
  useCase('line.add', (ctx, { encounterId, priceItemId, quantity }) => {
    const found = billable(ctx, encounterId);
    if (!found.ok) return found;
    const item = ctx.get('price_item', priceItemId);
    if (item === undefined || !item.active) return err('price/unknown');
    const { code, label, amountOre, refundOre, vatPercent } = item;
    const row = ctx.insert('treatment_line', {
      encounterId,
      patientId: found.value.patientId,
      priceItemId,
      code,
      label,
      quantity,
      amountOre,
      refundOre,
      vatPercent,
    });
    keepCard(ctx, row);
    ctx.audit({ action: 'change', subjectEntity: 'treatment_line', subjectId: row.id, patientId: found.value.patientId });
    return ok(row);
  }),
  useCase('line.update', (ctx, { encounterId, id, set }) => {
    const found = billable(ctx, encounterId);
    if (!found.ok) return found;
    const line = ctx.get('treatment_line', id);
    if (line === undefined || line.encounterId !== encounterId) return err('line/unknown');
    if (isSettled(ctx, encounterId)) return err('encounter/paid');
    if (cardInUse(ctx, id)) return err('prepaid/in-use');
    ctx.audit({ action: 'change', subjectEntity: 'treatment_line', subjectId: id, patientId: found.value.patientId });
    const row = ctx.patch('treatment_line', id, set);
    keepCard(ctx, row);
    return ok(row);
  }),
  useCase('line.remove', (ctx, { encounterId, id }) => {
    const found = billable(ctx, encounterId);
    if (!found.ok) return found;
    const line = ctx.get('treatment_line', id);
    if (line === undefined || line.encounterId !== encounterId) return err('line/unknown');
    if (isSettled(ctx, encounterId)) return err('encounter/paid');
    if (cardInUse(ctx, id)) return err('prepaid/in-use');
    ctx.remove('treatment_line', id);
    dropCard(ctx, id);
    ctx.audit({
      action: 'change',
      subjectEntity: 'treatment_line',
      subjectId: id,
      patientId: found.value.patientId,
      details: { removed: true },
    });
    return ok(null);
  }),
  useCase('payment.take', (ctx, { encounterId, method, amountOre }) => {
    const found = billable(ctx, encounterId);
    if (!found.ok) return found;
    const { view, dueOre } = bill(ctx, encounterId);
    const problem = paymentProblem({ dueOre }, amountOre);
    if (problem !== null) return err(problem, { dueOre });
    const row = ctx.insert('payment', {
      patientId: found.value.patientId,
      encounterId,
      amountOre,
      method,
      paidAt: ctx.now,
      takenById: ctx.actor.userId,
      receiptNumber: nextReceiptNumber(ctx.db, ctx.deviceId),
      lines: view.lines.map((line) => ({
        label: line.label,
        quantity: line.quantity,
        amountOre: line.amountOre,
        refundOre: line.refundOre,
        shareOre: line.amountOre === null ? null : patientShare(line.amountOre, line.refundOre ?? 0),
        ...(line.vatPercent === null ? {} : { vatPercent: line.vatPercent }),
      })),
    });
    ctx.audit({ action: 'create', subjectEntity: 'payment', subjectId: row.id, patientId: row.patientId });
    return ok(row);
  }),
  useCase('payment.void', (ctx, { id, reason }) => {
    const payment = ctx.get('payment', id);
    if (payment === undefined) return err('payment/unknown');
    if (payment.voided) return err('payment/voided');
    ctx.patch('payment', id, { voided: true, voidReason: reason });
    ctx.audit({
      action: 'change',
      subjectEntity: 'payment',
      subjectId: id,
      patientId: payment.patientId,
      details: { voided: true },
      reason,
    });
    return ok(null);
  }),
];
