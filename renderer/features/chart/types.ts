/** The contract's types as the chart uses them. */
export type {
  ChartView,
  DiagnosisRow,
  PreviousVisit,
  SignProblem,
  TreatmentLineRow,
  PaymentRow,
  AmendmentRow,
} from '#electron/contract/encounters.ts';
export type { PhraseRow, PriceItemRow } from '#electron/contract/clinic.ts';
export type { CodeHit } from '#electron/contract/codes.ts';
export type { BillView } from '#electron/contract/billing.ts';
