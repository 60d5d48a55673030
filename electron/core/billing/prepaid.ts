/** Visits paid in advance: sold by a line, used one at a time at the checkout, what is left paid back by a credit note. */
import { err, ok } from '#electron/contract/verb.ts';
import type { PrepaidView } from '#electron/contract/money.ts';
import { derivedId } from '#db/model/ids.ts';
import { clinicDay } from '#db/rules/appointments.ts';
import { billOf } from '#db/rules/billing.ts';
import { patientShare } from '#db/rules/money.ts';
import { prepaidState } from '#db/rules/prepaid.ts';
import { billsOf, nextReceiptNumber } from '#db/sqlite/queries/billing.ts';
import { isSamePerson, OF_PERSON, personJson, staysOf } from '#db/sqlite/queries/same-person.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import { logRead } from '../audit/log-once.ts';
import type { Context } from '../context.ts';
import { useCase } from '../use-case.ts';
import { billable } from './billable.ts';
import { issueCreditNote } from './invoices.ts';

const cardId = (lineId: string): string => derivedId(lineId, 'prepaid');

/** The card that a line of a package sells, as the line says it now; of an ordinary line, or one without a price, none. */
export function keepCard(ctx: Context, line: RowOf<'treatment_line'>): void {
  const item = line.priceItemId === null ? undefined : ctx.get('price_item', line.priceItemId);
  const visits = item?.packageVisits ?? null;
  if (visits === null || line.amountOre === null || line.deleted) return dropCard(ctx, line.id);
  const { patientId, encounterId, label, quantity } = line;
  const said = { visits: visits * quantity, priceOre: line.amountOre * quantity };
  const born = { patientId, encounterId, lineId: line.id, label, soldAt: ctx.now, soldById: ctx.actor.userId };
  if (ctx.get('prepaid', cardId(line.id)) === undefined) ctx.put('prepaid', cardId(line.id), { ...born, ...said });
  else ctx.patch('prepaid', cardId(line.id), said);
}

export function dropCard(ctx: Context, lineId: string): void {
  if (ctx.get('prepaid', cardId(lineId)) !== undefined) ctx.remove('prepaid', cardId(lineId));
}

/** Somebody has had a visit on it: the line that sold it stands. */
export const cardInUse = (ctx: Context, lineId: string): boolean => usesOf(ctx, cardId(lineId)).length > 0;

const usesOf = (ctx: Context, id: string): RowOf<'payment'>[] => ctx.rows('payment', 'prepaid_id = ? and voided = 0', [id]);

function viewOf(ctx: Context, card: RowOf<'prepaid'>): PrepaidView {
  const { lines, payments } = billsOf(ctx.db, [card.encounterId]).get(card.encounterId) ?? { lines: [], payments: [] };
  const { dueOre } = billOf(lines, payments);
  const { id, label, visits, priceOre, soldAt } = card;
  return { id, label, visits, priceOre, soldAt, paid: dueOre === 0, ...prepaidState(card, usesOf(ctx, id).length) };
}

export const prepaidHandlers = [
  useCase('prepaid.list', (ctx, { patientId }) => {
    const stays = staysOf(ctx.db, patientId);
    if (ctx.get('patient', stays) === undefined) return err('patient/unknown');
    logRead(ctx, { subjectEntity: 'prepaid', subjectId: stays, patientId: stays });
    const cards = ctx.rows('prepaid', `${OF_PERSON('patient_id')} order by sold_at, id`, [personJson(ctx.db, stays)]);
    return ok({ cards: cards.map((card) => viewOf(ctx, card)) });
  }),

  useCase('prepaid.use', (ctx, { id, encounterId }) => {
    const found = billable(ctx, encounterId);
    if (!found.ok) return found;
    const card = ctx.get('prepaid', id);
    if (card === undefined || !isSamePerson(ctx.db, card.patientId, found.value.patientId)) return err('prepaid/unknown');
    const state = viewOf(ctx, card);
    if (state.left < 1) return err('prepaid/used-up');
    // In the visit that sells it the first one may be used before the money is taken.
    if (!state.paid && card.encounterId !== encounterId) return err('prepaid/not-paid');
    const { lines, payments } = billsOf(ctx.db, [encounterId]).get(encounterId) ?? { lines: [], payments: [] };
    if (payments.some(({ prepaidId, voided }) => prepaidId === id && !voided)) return err('prepaid/used-here');
    const sold = new Set(ctx.rows('prepaid', 'encounter_id = ?', [encounterId]).map(({ lineId }) => lineId));
    // A visit paid in advance covers the visit, never another package.
    const { dueOre } = billOf(
      lines.filter((line) => !sold.has(line.id)),
      payments,
    );
    if (dueOre === null) return err('payment/price-missing');
    if (dueOre === 0) return err('prepaid/nothing-due');
    const row = ctx.insert('payment', {
      patientId: found.value.patientId,
      encounterId,
      amountOre: dueOre,
      method: 'prepaid',
      prepaidId: id,
      paidAt: ctx.now,
      takenById: ctx.actor.userId,
      receiptNumber: nextReceiptNumber(ctx.db, ctx.deviceId),
      lines: lines
        .filter((line) => !sold.has(line.id))
        .map(({ label, quantity, amountOre, refundOre, vatPercent }) => ({
          ...{ label, quantity, amountOre, refundOre },
          shareOre: amountOre === null ? null : patientShare(amountOre, refundOre ?? 0),
          ...(vatPercent === null ? {} : { vatPercent }),
        })),
    });
    ctx.audit({ action: 'create', subjectEntity: 'payment', subjectId: row.id, patientId: row.patientId, details: { prepaid: id } });
    return ok(row);
  }),

  useCase('prepaid.refund', (ctx, { id, method, reason }) => {
    const card = ctx.get('prepaid', id);
    const patient = card === undefined ? undefined : ctx.get('patient', staysOf(ctx.db, card.patientId));
    if (card === undefined || patient === undefined) return err('prepaid/unknown');
    const state = viewOf(ctx, card);
    if (state.left < 1) return err('prepaid/used-up');
    if (!state.paid) return err('prepaid/not-paid');
    const label = `${card.label}: ${state.left} av ${card.visits} ubrukt`;
    const note = issueCreditNote(ctx, {
      patient,
      reason,
      credits: null,
      lines: [
        {
          paymentId: null,
          encounterId: card.encounterId,
          day: clinicDay(card.soldAt),
          label,
          quantity: 1,
          priceOre: state.leftOre,
          refundOre: 0,
          shareOre: state.leftOre,
          vatPercent: null,
          vatOre: 0,
        },
      ],
    });
    if (!note.ok) return note;
    ctx.patch('prepaid', id, {
      refundedAt: ctx.now,
      refundedById: ctx.actor.userId,
      refundedVisits: state.left,
      refundedOre: state.leftOre,
      refundMethod: method,
      creditNoteId: note.value.id,
    });
    ctx.audit({
      action: 'change',
      subjectEntity: 'prepaid',
      subjectId: id,
      patientId: patient.id,
      details: { refundedOre: state.leftOre },
      reason,
    });
    return ok({ refundedOre: state.leftOre, creditNoteId: note.value.id });
  }),
];
