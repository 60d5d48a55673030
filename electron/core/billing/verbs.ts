/** Lines, totals, payment, receipt. What the clinic has not priced is not zero, it is missing. */
import { err, ok } from '#electron/contract/verb.ts';
import { billTotals } from '#db/rules/money.ts';
import { nextReceiptNumber } from '#db/sqlite/queries/billing.ts';
import type { Context } from '../context.ts';
import { renderReceipt } from '../documents/render-receipt.ts';
import { fullName } from '../patients/patient-view.ts';
import { service, useCase } from '../use-case.ts';

/** A visit that may still be billed: neither discarded nor entered in error. */
function billable(ctx: Context, encounterId: string) {
  const encounter = ctx.get('encounter', encounterId);
  if (encounter === undefined) return err('encounter/unknown');
  return encounter.status === 'draft' || encounter.status === 'signed' ? ok(encounter) : err('encounter/not-editable');
}

function bill(ctx: Context, encounterId: string) {
  const lines = ctx.rows('treatment_line', 'encounter_id = ? order by id', [encounterId]);
  const payments = ctx.rows('payment', 'encounter_id = ? order by paid_at', [encounterId]);
  const paidOre = payments.filter((payment) => !payment.voided).reduce((sum, payment) => sum + payment.amountOre, 0);
  return { lines, payments, paidOre, ...billTotals(lines) };
}

export const billingHandlers = [
  useCase('bill.get', (ctx, { encounterId }) => {
    const found = billable(ctx, encounterId);
    return found.ok ? ok(bill(ctx, encounterId)) : found;
  }),
  useCase('line.add', (ctx, { encounterId, priceItemId, quantity }) => {
    const found = billable(ctx, encounterId);
    if (!found.ok) return found;
    const item = ctx.get('price_item', priceItemId);
    if (item === undefined || !item.active) return err('price/unknown');
    const { code, label, amountOre, refundOre } = item;
    const row = ctx.insert('treatment_line', { encounterId, patientId: found.value.patientId, priceItemId, code, label, quantity, amountOre, refundOre });
    ctx.audit({ action: 'change', subjectEntity: 'treatment_line', subjectId: row.id, patientId: found.value.patientId });
    return ok(row);
  }),
  useCase('line.update', (ctx, { encounterId, id, set }) => {
    const found = billable(ctx, encounterId);
    if (!found.ok) return found;
    const line = ctx.get('treatment_line', id);
    if (line === undefined || line.encounterId !== encounterId) return err('line/unknown');
    ctx.audit({ action: 'change', subjectEntity: 'treatment_line', subjectId: id, patientId: found.value.patientId });
    return ok(ctx.patch('treatment_line', id, set));
  }),
  useCase('line.remove', (ctx, { encounterId, id }) => {
    const found = billable(ctx, encounterId);
    if (!found.ok) return found;
    const line = ctx.get('treatment_line', id);
    if (line === undefined || line.encounterId !== encounterId) return err('line/unknown');
    ctx.remove('treatment_line', id);
    ctx.audit({ action: 'change', subjectEntity: 'treatment_line', subjectId: id, patientId: found.value.patientId, details: { removed: true } });
    return ok(null);
  }),
  useCase('payment.take', (ctx, { encounterId, method, amountOre }) => {
    const found = billable(ctx, encounterId);
    if (!found.ok) return found;
    const { lines, patientShareOre, paidOre } = bill(ctx, encounterId);
    if (patientShareOre === null) return err('payment/price-missing');
    if (amountOre > patientShareOre - paidOre) return err('payment/more-than-due', { dueOre: patientShareOre - paidOre });
    const row = ctx.insert('payment', {
      patientId: found.value.patientId,
      encounterId,
      amountOre,
      method,
      paidAt: ctx.now,
      takenById: ctx.actor.userId,
      receiptNumber: nextReceiptNumber(ctx.db, ctx.deviceId),
      lines: lines.map((line) => ({ label: line.label, quantity: line.quantity, amountOre: line.amountOre, refundOre: line.refundOre })),
    });
    ctx.audit({ action: 'create', subjectEntity: 'payment', subjectId: row.id, patientId: row.patientId });
    return ok(row);
  }),
  useCase('payment.void', (ctx, { id, reason }) => {
    const payment = ctx.get('payment', id);
    if (payment === undefined) return err('payment/unknown');
    if (payment.voided) return err('payment/voided');
    ctx.patch('payment', id, { voided: true, voidReason: reason });
    ctx.audit({ action: 'change', subjectEntity: 'payment', subjectId: id, patientId: payment.patientId, details: { voided: true }, reason });
    return ok(null);
  }),
  service('payment.receipt', async (services, { id }) => {
    const facts = services.transaction((ctx) => {
      const payment = ctx.get('payment', id);
      const clinic = ctx.get('clinic', ctx.clinicId);
      const patient = payment === undefined ? undefined : ctx.get('patient', payment.patientId);
      if (payment === undefined || clinic === undefined || patient === undefined) return err('payment/unknown');
      ctx.audit({ action: 'print', subjectEntity: 'payment', subjectId: id, patientId: payment.patientId });
      return ok({ payment, clinic, patientName: fullName(patient) });
    });
    if (!facts.ok) return facts;
    const { payment, clinic, patientName } = facts.value;
    const pdf = await renderReceipt({
      clinic: { name: clinic.name, orgNumber: clinic.orgNumber, addressLine: clinic.addressLine, postalCode: clinic.postalCode, city: clinic.city, phone: clinic.phone },
      receiptNumber: payment.receiptNumber,
      paidAt: payment.paidAt,
      patientName,
      lines: payment.lines,
      amountOre: payment.amountOre,
      method: payment.method,
      voided: payment.voided,
    });
    return ok({ pdfBase64: Buffer.from(pdf).toString('base64'), fileName: `kvittering-${payment.receiptNumber}.pdf` });
  }),
];
