/** What an answer about money rests on: it is asked again when one of these changes. */
export const MONEY_ENTITIES = ['invoice', 'invoice_payment', 'payment', 'prepaid'];
