/** The desk's side: bookings, what was done and paid, what was said by SMS and e-mail. */
import type { Appointment, ChargeItem, Communication, Invoice, Money, Task } from '@medplum/fhirtypes';
import { NOBODY } from '../model/message.ts';
import { VISIT_WORDS } from '../rules/journal-words.ts';
import type { Journal, OwnRow } from './journal.ts';
import { hl7, VISIT_TYPE } from './systems.ts';
import { coded, list, note, said } from './text.ts';

const kroner = (ore: number): Money => ({ value: ore / 100, currency: 'NOK' });

const BOOKED = {
  booked: 'booked',
  arrived: 'arrived',
  in_progress: 'checked-in',
  done: 'fulfilled',
  no_show: 'noshow',
  cancelled: 'cancelled',
} as const;
const ANSWERED = { confirmed: 'accepted', cancel: 'declined' } as const;

export function appointmentOf(journal: Journal, row: OwnRow<'appointment'>): Appointment {
  const cancelled = row.status === 'cancelled' || row.status === 'no_show';
  const reason = said(row.cancelReason);
  const words = list(said(row.reason));
  return {
    resourceType: 'Appointment',
    id: row.id,
    status: BOOKED[row.status],
    cancelationReason: cancelled && reason !== undefined ? { text: reason } : undefined,
    comment: cancelled ? undefined : reason,
    appointmentType: row.walkIn ? hl7('v2-0276', 'WALKIN') : undefined,
    serviceType: [{ coding: [{ system: VISIT_TYPE, code: row.visitType }], text: VISIT_WORDS[row.visitType] }],
    reasonCode: words?.map((text) => ({ text })),
    start: row.startsAt,
    end: new Date(Date.parse(row.startsAt) + row.durationMinutes * 60_000).toISOString(),
    minutesDuration: row.durationMinutes,
    participant: [
      { actor: journal.subject(row.patientId), status: row.patientAnswer === null ? 'needs-action' : ANSWERED[row.patientAnswer] },
      { actor: journal.person(row.practitionerId), status: 'accepted' },
    ],
  };
}

export function chargeOf(journal: Journal, row: OwnRow<'treatment_line'>): ChargeItem {
  const visit = journal.of('encounter').find(({ id }) => id === row.encounterId);
  const wrong = visit?.status === 'entered_in_error' || visit?.status === 'discarded';
  return {
    resourceType: 'ChargeItem',
    id: row.id,
    status: wrong ? 'entered-in-error' : 'billable',
    code: { coding: [{ code: coded(row.code), display: said(row.label) }], text: said(row.label) },
    subject: journal.subject(row.patientId),
    context: journal.to(row.encounterId),
    quantity: { value: row.quantity },
    priceOverride: row.amountOre === null ? undefined : kroner(row.amountOre),
    note: row.refundOre === null ? undefined : note(`Refusjon fra Helfo: ${row.refundOre / 100} kr`),
  };
}

const METHODS = { card: 'kort', cash: 'kontant', vipps: 'Vipps', invoice_later: 'faktura', prepaid: 'klippekort' } as const;

/** A receipt, with its lines as they stood when the money changed hands. */
export const receiptOf = (journal: Journal, row: OwnRow<'payment'>): Invoice => ({
  resourceType: 'Invoice',
  id: row.id,
  identifier: [{ value: row.receiptNumber }],
  status: row.voided ? 'cancelled' : row.method === 'invoice_later' ? 'issued' : 'balanced',
  cancelledReason: said(row.voidReason),
  subject: journal.subject(row.patientId),
  date: row.paidAt,
  participant: [{ role: { text: 'Tatt imot av' }, actor: journal.person(row.takenById) }],
  issuer: journal.organization,
  lineItem: list(
    ...row.lines.map(({ label, quantity, amountOre, refundOre }) => ({
      chargeItemCodeableConcept: { text: said(label) ?? '–' },
      priceComponent: list(
        amountOre === null ? undefined : { type: 'base' as const, factor: quantity, amount: kroner(amountOre) },
        refundOre === null
          ? undefined
          : { type: 'deduction' as const, code: { text: 'Helfo' }, factor: quantity, amount: kroner(refundOre) },
      ),
    })),
  ),
  totalGross: kroner(row.amountOre),
  note: note(`Betalt med ${METHODS[row.method]}`),
});

const SENT = {
  planned: 'preparation',
  sent: 'completed',
  delivered: 'completed',
  received: 'completed',
  failed: 'stopped',
  blocked: 'not-done',
  cancelled: 'not-done',
  unknown: 'unknown',
} as const;

export function messageOf(journal: Journal, row: OwnRow<'message'>): Communication {
  const patient = journal.subject<never>(row.patientId);
  const incoming = row.direction === 'in';
  const body = said(row.body);
  const about = list(journal.to<never>(row.appointmentId), journal.to<never>(row.subjectId));
  return {
    resourceType: 'Communication',
    id: row.id,
    status: SENT[row.state],
    statusReason: said(row.reason) === undefined ? undefined : { text: row.reason ?? undefined },
    category: [{ text: row.templateId }],
    medium: [{ text: row.channel === 'sms' ? 'SMS' : 'E-post' }],
    subject: patient,
    about,
    sent: row.sentAt ?? undefined,
    recipient: incoming ? [journal.organization] : [patient],
    sender: incoming ? patient : row.requestedById === NOBODY ? journal.organization : journal.person(row.requestedById),
    payload: body === undefined ? undefined : [{ contentString: body }],
  };
}

const CALLED = { open: 'requested', done: 'completed', dropped: 'cancelled' } as const;

/** That the patient is to be asked to come again on a day. */
export const recallOf = (journal: Journal, row: OwnRow<'recall'>): Task => ({
  resourceType: 'Task',
  id: row.id,
  status: CALLED[row.state],
  intent: row.basis === 'agreed' ? 'plan' : 'proposal',
  code: { text: row.basis === 'agreed' ? 'Innkalling, avtalt med pasienten' : 'Innkalling' },
  for: journal.subject(row.patientId),
  authoredOn: row.plannedAt,
  lastModified: row.closedAt ?? undefined,
  requester: journal.person(row.plannedById),
  owner: row.closedById === null ? undefined : journal.person(row.closedById),
  restriction: { period: { start: row.dueOn } },
});
