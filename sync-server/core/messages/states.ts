/** News of a message come in any order, and twice: each has a rank, and what is of a lower one than is known changes nothing. */
import type { DeliveryStatus } from '../../integrations/kit.ts';

/** Delivered beats failed: a vendor that gave up may hear from the operator after all. An e-mail that was taken and came back came back. */
const RANK: Readonly<Record<DeliveryStatus, number>> = { accepted: 1, sent: 2, failed: 3, delivered: 4, bounced: 5 };
export const rankOf = (status: DeliveryStatus): number => RANK[status];

export function stateOfRank(rank: number): { state: 'sent' | 'failed' | 'delivered' } {
  return { state: rank === 4 ? 'delivered' : rank >= 3 ? 'failed' : 'sent' };
}
