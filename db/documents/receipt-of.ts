/** From rows of the record to what a receipt or a statement says: the same words on the laptop and on the server. */
import type { Row } from '#db/model/entity.ts';
import type { clinic } from '#db/model/clinic.ts';
import type { payment } from '#db/model/practice.ts';
import type { ClinicHead } from './letterhead.ts';
import type { ReceiptContent } from './render-receipt.ts';

type ClinicFacts = Pick<Row<typeof clinic>, 'name' | 'orgNumber' | 'addressLine' | 'postalCode' | 'city' | 'phone' | 'letterhead'>;

export function clinicHead({ name, orgNumber, addressLine, postalCode, city, phone, letterhead }: ClinicFacts): ClinicHead {
  return { clinicName: name, orgNumber, addressLine, postalCode, city, phone, letterhead };
}

/** @param practitionerName who treated; empty when unknown */
export function receiptOf(
  paid: Pick<Row<typeof payment>, 'receiptNumber' | 'paidAt' | 'lines' | 'amountOre' | 'method' | 'voided'>,
  around: { seller: ClinicHead; patientName: string; practitionerName: string },
): ReceiptContent {
  const { receiptNumber, paidAt, lines, amountOre, method, voided } = paid;
  return { ...around, receiptNumber, paidAt, lines, amountOre, method, voided };
}
