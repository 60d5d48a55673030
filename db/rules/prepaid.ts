/**
 * Visits paid in advance (klippekort). Each is worth its part of the price, so that what was used and what is paid back are the price together.
 */
import { partsOf } from './money.ts';

export interface PrepaidState {
  used: number;
  /** Below zero: used once too often, on two laptops at a time. */
  left: number;
  usedOre: number;
  /** What is paid back when it ends now. */
  leftOre: number;
  ended: boolean;
}

/** @param used payments that used one and are not voided */
export function prepaidState(card: { visits: number; priceOre: number; refundedAt: string | null }, used: number): PrepaidState {
  const usedOre = partsOf(card.priceOre, card.visits)
    .slice(0, used)
    .reduce((sum, part) => sum + part, 0);
  const ended = card.refundedAt !== null;
  return { used, left: ended ? 0 : card.visits - used, usedOre, leftOre: ended ? 0 : card.priceOre - usedOre, ended };
}
