/** Every verb's code, area by area. Nothing is found by itself: what is not listed here does not exist. */
import { grantHandlers } from './access/grants.ts';
import { accessHandlers } from './access/verbs.ts';
import { aiHandlers } from './ai/verbs.ts';
import { answerHandlers } from './answers/verbs.ts';
import { attachmentHandlers } from './attachments/verbs.ts';
import { addingHandlers } from './attachments/adding.ts';
import { affectedHandlers } from './audit/affected-verbs.ts';
import { auditHandlers } from './audit/verbs.ts';
import { claimHandlers } from './billing/claims.ts';
import { sendClaimHandlers } from './billing/send-claims.ts';
import { invoicePdfHandlers } from './billing/invoice-pdf.ts';
import { invoiceHandlers } from './billing/invoices.ts';
import { prepaidHandlers } from './billing/prepaid.ts';
import { receiptHandlers } from './billing/receipt.ts';
import { seriesHandlers } from './billing/series.ts';
import { settingHandlers } from './billing/settings.ts';
import { billingHandlers } from './billing/verbs.ts';
import { doubleBookingHandlers } from './calendar/double-bookings.ts';
import { bookingSeriesHandlers } from './calendar/series.ts';
import { spanHandlers } from './calendar/span.ts';
import { calendarHandlers } from './calendar/verbs.ts';
import { backupHandlers } from './clinic/backup.ts';
import { connectHandlers } from './clinic/connect.ts';
import { peopleHandlers } from './clinic/people.ts';
import { signInHandlers } from './clinic/sign-in.ts';
import { helseIdHandlers } from './clinic/helse-id.ts';
import { secondFactorHandlers } from './clinic/second-factor.ts';
import { clinicHandlers } from './clinic/verbs.ts';
import { codeHandlers } from './codes/verbs.ts';
import { conflictHandlers } from './conflicts/verbs.ts';
import { amendmentHandlers } from './encounters/amendments.ts';
import { chartingHandlers } from './encounters/charting.ts';
import { setRightHandlers } from './encounters/set-right.ts';
import { signingHandlers } from './encounters/signing.ts';
import { integrationHandlers } from './integrations/verbs.ts';
import { webhookHandlers } from './integrations/webhooks.ts';
import { journalHandlers } from './journal/verbs.ts';
import { retentionHandlers } from './journal/retention.ts';
import { letterPdfHandlers } from './letters/sign-letter.ts';
import { letterHandlers } from './letters/verbs.ts';
import { exportingHandlers } from './exporting/second-person.ts';
import { historyHandlers } from './import/history.ts';
import { importHandlers } from './import/verbs.ts';
import { recallHandlers } from './messages/recalls.ts';
import { messageHandlers } from './messages/verbs.ts';
import { mergeHandlers } from './patients/merge-patients.ts';
import { patientHandlers } from './patients/verbs.ts';
import { handedInHandlers } from './refused/handed-in.ts';
import { heldHandlers } from './refused/held.ts';
import { requestHandlers } from './requests/verbs.ts';
import { refusedHandlers } from './refused/verbs.ts';
import { sickLeaveHandlers } from './sick-leave/verbs.ts';
import { recordHandlers } from './session/record-verbs.ts';
import { sessionHandlers } from './session/verbs.ts';
import { syncHandlers } from './sync-verbs.ts';
import type { AnyHandler } from './use-case.ts';

export const handlers: readonly AnyHandler[] = [
  ...sessionHandlers,
  ...recordHandlers,
  ...clinicHandlers,
  ...peopleHandlers,
  ...connectHandlers,
  ...helseIdHandlers,
  ...secondFactorHandlers,
  ...signInHandlers,
  ...backupHandlers,
  ...conflictHandlers,
  ...syncHandlers,
  ...refusedHandlers,
  ...requestHandlers,
  ...handedInHandlers,
  ...heldHandlers,
  ...patientHandlers,
  ...accessHandlers,
  ...grantHandlers,
  ...mergeHandlers,
  ...calendarHandlers,
  ...spanHandlers,
  ...bookingSeriesHandlers,
  ...doubleBookingHandlers,
  ...chartingHandlers,
  ...signingHandlers,
  ...setRightHandlers,
  ...amendmentHandlers,
  ...billingHandlers,
  ...receiptHandlers,
  ...settingHandlers,
  ...seriesHandlers,
  ...prepaidHandlers,
  ...invoiceHandlers,
  ...invoicePdfHandlers,
  ...claimHandlers,
  ...sendClaimHandlers,
  ...sickLeaveHandlers,
  ...messageHandlers,
  ...recallHandlers,
  ...importHandlers,
  ...historyHandlers,
  ...exportingHandlers,
  ...integrationHandlers,
  ...webhookHandlers,
  ...journalHandlers,
  ...retentionHandlers,
  ...auditHandlers,
  ...affectedHandlers,
  ...letterHandlers,
  ...letterPdfHandlers,
  ...aiHandlers,
  ...answerHandlers,
  ...attachmentHandlers,
  ...addingHandlers,
  ...codeHandlers,
];
