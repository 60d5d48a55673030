/** Invoices, credit notes and what is paid on them. An issued document never changes; what is wrong is credited. */
import { err, ok } from '#electron/contract/verb.ts';
import type { Result } from '#electron/contract/verb.ts';
import type { InvoiceItem, InvoiceView } from '#electron/contract/money.ts';
import type { InvoiceContent, InvoiceLine } from '#db/model/money.ts';
import { clinicDay } from '#db/rules/appointments.ts';
import { askedOre, creditLines, gapsIn, invoiceBalance, invoiceLines, invoiceNumber, invoiceSums } from '#db/rules/invoices.ts';
import type { InvoiceBalance } from '#db/rules/invoices.ts';
import { kidOf } from '#db/rules/kid.ts';
import {
  invoiceRows,
  invoiceSummaries,
  issuedNumbers,
  nextInvoiceNumber,
  paymentsInvoicedTwice,
  paymentsToInvoice,
} from '#db/sqlite/queries/invoices.ts';
import type { InvoiceRows, InvoiceSummary } from '#db/sqlite/queries/invoices.ts';
import { staysOf } from '#db/sqlite/queries/same-person.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import { logRead } from '../audit/log-once.ts';
import type { Context } from '../context.ts';
import { fullName } from '../patients/patient-view.ts';
import { useCase } from '../use-case.ts';
import { billingSettings, sellerOf, shownName } from './settings.ts';

const NOTE = { creditedOre: 0, paidOre: 0, openOre: 0, state: 'credited' } as const;

function balanceOf(ctx: Context, { invoice, credits, payments }: InvoiceRows): InvoiceBalance {
  if (invoice.kind === 'invoice') return invoiceBalance(invoice, credits, payments, clinicDay(ctx.now));
  return { askedOre: -invoice.shareOre, ...NOTE };
}

/** The same of a summary, in which credits and payments are added up. */
function stateOf(one: InvoiceSummary, today: string): InvoiceBalance {
  if (one.kind === 'credit_note') return { askedOre: -one.shareOre, ...NOTE };
  const paid = [{ amountOre: one.paidOre, voided: false }];
  return invoiceBalance(one, [{ shareOre: one.creditedOre }], paid, today);
}

function itemOf(ctx: Context, rows: InvoiceRows, twice: ReadonlySet<string>): InvoiceItem {
  const { id, kind, series, running, patientId, issuedAt, dueOn, content } = rows.invoice;
  const balance = balanceOf(ctx, rows);
  return {
    ...{ id, kind, number: invoiceNumber(series, running), creditsNumber: content.creditsNumber, patientId, issuedAt, dueOn },
    patientName: shownName(ctx, patientId),
    kid: content.kid,
    doubled: isDoubled(ctx, rows.invoice, balance.state, twice),
    ...balance,
  };
}

/** A visit of it stands on another invoice that is not credited whole. @param twice payments on more than one invoice: rare */
function isDoubled(ctx: Context, invoice: RowOf<'invoice'>, state: InvoiceItem['state'], twice: ReadonlySet<string>): boolean {
  const ids = new Set(invoice.content.lines.flatMap(({ paymentId }) => (paymentId !== null && twice.has(paymentId) ? [paymentId] : [])));
  if (ids.size === 0 || invoice.kind === 'credit_note' || state === 'credited') return false;
  return invoiceRows(ctx.db, { patientId: invoice.patientId }).some(
    ({ invoice: other, credits }) =>
      other.kind === 'invoice' &&
      other.id !== invoice.id &&
      credits.reduce((sum, { shareOre }) => sum + shareOre, 0) < askedOre(other) &&
      other.content.lines.some(({ paymentId }) => paymentId !== null && ids.has(paymentId)),
  );
}

function viewOf(ctx: Context, id: string): InvoiceView | null {
  const rows = invoiceRows(ctx.db, { ids: [id] })[0];
  if (rows === undefined) return null;
  const { totalOre, refundOre, shareOre, paidBeforeOre, vatOre } = rows.invoice;
  return {
    ...itemOf(ctx, rows, paymentsInvoicedTwice(ctx.db)),
    ...{ totalOre, refundOre, shareOre, paidBeforeOre, vatOre },
    credits: rows.credits.map((row) => ({
      id: row.id,
      number: invoiceNumber(row.series, row.running),
      issuedAt: row.issuedAt,
      shareOre: row.shareOre,
      reason: row.reason,
    })),
    payments: rows.payments,
  };
}
const must = (ctx: Context, id: string): Result<InvoiceView> => {
  const view = viewOf(ctx, id);
  return view === null ? err('invoice/unknown') : ok(view);
};

function addressee(patient: RowOf<'patient'>): string[] {
  return [fullName(patient), patient.addressLine ?? '', [patient.postalCode, patient.city].filter(Boolean).join(' ')].filter(
    (line) => line.trim() !== '',
  );
}

export function issueCreditNote(
  ctx: Context,
  about: { patient: RowOf<'patient'>; lines: InvoiceLine[]; reason: string; credits: RowOf<'invoice'> | null },
): Result<RowOf<'invoice'>> {
  const seller = about.credits === null ? sellerOf(ctx) : ok(about.credits.content.seller);
  if (!seller.ok) return seller;
  const content: InvoiceContent = {
    version: 1,
    seller: seller.value,
    recipient: about.credits?.content.recipient ?? addressee(about.patient),
    patientName: about.credits?.content.patientName ?? fullName(about.patient),
    practitionerNames: about.credits?.content.practitionerNames ?? [],
    accountNumber: null,
    kid: null,
    lines: about.lines,
    creditsNumber: about.credits === null ? null : invoiceNumber(about.credits.series, about.credits.running),
  };
  const row = ctx.insert('invoice', {
    patientId: about.patient.id,
    kind: 'credit_note',
    ...nextInvoiceNumber(ctx.db, ctx.deviceId),
    issuedAt: ctx.now,
    issuedById: ctx.actor.userId,
    creditsId: about.credits?.id ?? null,
    reason: about.reason,
    content,
    ...invoiceSums(about.lines),
    paidBeforeOre: 0,
  });
  ctx.audit({ action: 'create', subjectEntity: 'invoice', subjectId: row.id, patientId: row.patientId, details: { creditNote: true } });
  return ok(row);
}

/** A visit whose part of an invoice is credited whole is unpaid again: it may be corrected, and paid or invoiced anew. */
function freeCredited(ctx: Context, invoice: RowOf<'invoice'>, credits: readonly RowOf<'invoice'>[]): void {
  const creditedOf = (paymentId: string): number =>
    credits.flatMap(({ content }) => content.lines).reduce((sum, line) => sum + (line.paymentId === paymentId ? line.shareOre : 0), 0);
  for (const paymentId of new Set(invoice.content.lines.flatMap((line) => line.paymentId ?? []))) {
    const payment = ctx.get('payment', paymentId);
    if (payment === undefined || payment.voided || creditedOf(paymentId) < payment.amountOre) continue;
    ctx.patch('payment', paymentId, { voided: true, voidReason: `Kreditert: ${invoiceNumber(invoice.series, invoice.running)}` });
  }
}

export const invoiceHandlers = [
  useCase('invoice.waiting', (ctx) => {
    const byPerson = Map.groupBy(paymentsToInvoice(ctx.db, null), ({ patientId }) => staysOf(ctx.db, patientId));
    const people = [...byPerson].map(([patientId, payments]) => ({
      patientId,
      patientName: shownName(ctx, patientId),
      payments: payments.map(({ id, encounterId, paidAt, amountOre }) => ({ id, encounterId, paidAt, amountOre })),
      amountOre: payments.reduce((sum, { amountOre }) => sum + amountOre, 0),
    }));
    return ok({ people });
  }),

  useCase('invoice.issue', (ctx, { patientId, paymentIds, recipient }) => {
    const patient = ctx.get('patient', staysOf(ctx.db, patientId));
    if (patient === undefined) return err('patient/unknown');
    const waiting = paymentsToInvoice(ctx.db, patient.id).filter(({ id }) => paymentIds.includes(id));
    if (waiting.length !== new Set(paymentIds).size) return err('payment/unknown');
    const seller = sellerOf(ctx);
    if (!seller.ok) return seller;
    const settings = billingSettings(ctx);
    if (settings.accountNumber === null) return err('invoice/no-account');
    const lines = waiting.flatMap((payment) => {
      const visitAt = ctx.get('encounter', payment.encounterId)?.visitAt ?? payment.paidAt;
      return invoiceLines({ ...payment, day: clinicDay(visitAt) });
    });
    const sums = invoiceSums(lines);
    const paidBeforeOre = sums.shareOre - waiting.reduce((sum, { amountOre }) => sum + amountOre, 0);
    if (askedOre({ ...sums, paidBeforeOre }) <= 0) return err('invoice/nothing');
    const number = nextInvoiceNumber(ctx.db, ctx.deviceId);
    const practitioners = waiting.map(({ encounterId }) => ctx.get('encounter', encounterId)?.practitionerId ?? '');
    const row = ctx.insert('invoice', {
      patientId: patient.id,
      kind: 'invoice',
      ...number,
      issuedAt: ctx.now,
      issuedById: ctx.actor.userId,
      dueOn: clinicDay(new Date(Date.parse(ctx.now) + settings.dueDays * 86_400_000).toISOString()),
      content: {
        version: 1,
        seller: seller.value,
        recipient: recipient ?? addressee(patient),
        patientName: fullName(patient),
        practitionerNames: [...new Set(practitioners)].flatMap((id) => ctx.get('user', id)?.name ?? []),
        accountNumber: settings.accountNumber,
        kid: kidOf(settings.kid, number.series, number.running),
        lines,
        creditsNumber: null,
      },
      ...sums,
      paidBeforeOre,
    });
    ctx.audit({ action: 'create', subjectEntity: 'invoice', subjectId: row.id, patientId: patient.id });
    return must(ctx, row.id);
  }),

  useCase('invoice.credit', (ctx, { id, amountOre, reason }) => {
    const rows = invoiceRows(ctx.db, { ids: [id] })[0];
    if (rows === undefined) return err('invoice/unknown');
    const { invoice, credits } = rows;
    const patient = ctx.get('patient', staysOf(ctx.db, invoice.patientId));
    if (patient === undefined) return err('invoice/unknown');
    const credited = credits.reduce((sum, { shareOre }) => sum + shareOre, 0);
    const lines =
      invoice.kind === 'invoice'
        ? creditLines({ lines: invoice.content.lines, paidBeforeOre: invoice.paidBeforeOre }, credited, amountOre)
        : null;
    if (lines === null) return err('invoice/not-creditable');
    const note = issueCreditNote(ctx, { patient, lines, reason, credits: invoice });
    if (!note.ok) return note;
    freeCredited(ctx, invoice, [...credits, note.value]);
    return must(ctx, id);
  }),

  useCase('invoice.pay', (ctx, { id, amountOre, method, paidOn }) => {
    const view = viewOf(ctx, id);
    if (view === null || view.kind !== 'invoice') return err('invoice/unknown');
    if (amountOre === 0) return err('invoice/nothing');
    // More than is open may come in, by mistake or twice, and is then owed back; back goes no more than that.
    if (amountOre < 0 && view.openOre > amountOre) return err('invoice/more-than-open');
    const row = ctx.insert('invoice_payment', {
      patientId: view.patientId,
      invoiceId: id,
      amountOre,
      method,
      paidOn,
      registeredById: ctx.actor.userId,
    });
    ctx.audit({ action: 'create', subjectEntity: 'invoice_payment', subjectId: row.id, patientId: view.patientId });
    return must(ctx, id);
  }),
  useCase('invoice.voidPayment', (ctx, { id, reason }) => {
    const row = ctx.get('invoice_payment', id);
    if (row === undefined) return err('payment/unknown');
    if (row.voided) return err('payment/voided');
    ctx.patch('invoice_payment', id, { voided: true, voidReason: reason });
    ctx.audit({
      action: 'change',
      subjectEntity: 'invoice_payment',
      subjectId: id,
      patientId: row.patientId,
      details: { voided: true },
      reason,
    });
    return ok(null);
  }),

  useCase('invoice.list', (ctx, { show, patientId, limit }) => {
    if (patientId !== undefined && ctx.get('patient', staysOf(ctx.db, patientId)) === undefined) return err('patient/unknown');
    const today = clinicDay(ctx.now);
    const all = invoiceSummaries(ctx.db, patientId ?? null).map((one) => ({ id: one.id, ...stateOf(one, today) }));
    const unpaid = all.filter(({ state }) => state === 'open' || state === 'overdue' || state === 'overpaid');
    if (patientId !== undefined) logRead(ctx, { subjectEntity: 'invoice', subjectId: patientId, patientId });
    const shown = show === 'unpaid' ? unpaid : all;
    const twice = paymentsInvoicedTwice(ctx.db);
    return ok({
      invoices: invoiceRows(ctx.db, { ids: shown.slice(0, limit).map(({ id }) => id) }).map((rows) => itemOf(ctx, rows, twice)),
      count: shown.length,
      openOre: unpaid.reduce((sum, { openOre }) => sum + Math.max(0, openOre), 0),
      overdueOre: unpaid.reduce((sum, { state, openOre }) => sum + (state === 'overdue' ? openOre : 0), 0),
      control: gapsIn(issuedNumbers(ctx.db)),
    });
  }),
  useCase('invoice.get', (ctx, { id }) => {
    const view = viewOf(ctx, id);
    if (view === null) return err('invoice/unknown');
    logRead(ctx, { subjectEntity: 'invoice', subjectId: id, patientId: view.patientId });
    return ok(view);
  }),
];
