/** The ledger of claims to Helfo: from signed visits, with what is known against each; the file of the KUHR API; what Helfo answered and paid. */
import { z } from 'zod';
import type { ClaimStatus, HelfoState } from '#db/model/money.ts';
import type { PreflightProblem } from '#db/rules/claims.ts';
import { verb } from './verb.ts';

export interface LedgerRow {
  encounterId: string;
  claimId: string | null;
  patientId: string;
  /** Empty where the journal is shut for the reader. */
  patientName: string;
  practitionerId: string;
  practitionerName: string;
  visitAt: string;
  takster: { kode: string; antall: number; belopOre: number }[];
  /** Claimed; of one not sent yet what would be. */
  amountOre: number;
  /** `queued`: the server is to send it; `received`: Helfo has it; `returned`: it was taken back before it went. */
  state: 'problems' | 'ready' | ClaimStatus | 'queued' | 'received' | 'returned';
  /** Its message to Helfo, where the server sends it. */
  message: { id: string; state: HelfoState; wanted: boolean; reason: string | null } | null;
  problems: PreflightProblem[];
  regningsnummer: string | null;
  paidOre: number | null;
  /** Helfo's words. */
  answer: string | null;
  /** What the visit's lines say today is not what was claimed. */
  changed: boolean;
  /** The visit was entered in error after it was claimed. */
  visitInError: boolean;
}
export interface LedgerSums {
  readyOre: number;
  problemsOre: number;
  sentOre: number;
  acceptedOre: number;
  rejectedOre: number;
  creditedOre: number;
  paidOre: number;
}
export interface Ledger {
  rows: LedgerRow[];
  sums: LedgerSums;
  /** This device holds the notes; without them the ledger cannot be made here. */
  hasNotes: boolean;
  /** The clinic has switched it on that its server sends. */
  sends: boolean;
}
export interface ClaimsAsked {
  messageId: string;
  count: number;
  amountOre: number;
}
export interface ClaimFile {
  fileName: string;
  /** The JSON, as it is saved. */
  text: string;
  count: number;
  amountOre: number;
  batchId: string;
}

const SEND = ['claim/practice-missing', 'claim/problems', 'claim/no-notes', 'claim/sending-off'];
const month = z.string().regex(/^\d{4}-(?:0[1-9]|1[0-2])$/);

export const claims = {
  'claim.ledger': verb<Ledger>()(z.object({ month })),
  /** Takes out all that is ready, or the visits named: the ready ones, and rejected ones that were put right. */
  'claim.export': verb<ClaimFile>()(z.object({ month, practitionerId: z.uuid(), encounterIds: z.array(z.uuid()).max(2000).optional() }), [
    'claim/nothing',
    'claim/practice-missing',
    'claim/problems',
    'claim/no-notes',
  ]),
  /** The same, for the server to send when there is a network: once each, however often it is asked for. */
  'claim.send': verb<ClaimsAsked>()(z.object({ month, practitionerId: z.uuid(), encounterIds: z.array(z.uuid()).max(2000).optional() }), [
    'claim/nothing',
    ...SEND,
  ]),
  /** Takes the whole of a claim back, by the server. */
  'claim.sendCredit': verb<ClaimsAsked>()(z.object({ id: z.uuid() }), ['claim/unknown', 'claim/not-accepted', 'claim/too-old', ...SEND]),
  /** Takes back what waits to be sent; what has gone has gone, and its answer comes. */
  'claim.withdraw': verb<null>()(z.object({ messageId: z.uuid() }), ['claim/unknown', 'claim/not-waiting']),
  'claim.answer': verb<null>()(
    z.object({
      id: z.uuid(),
      status: z.enum(['accepted', 'rejected', 'credited']),
      paidOre: z.int().min(0).max(100_000_000).nullable().default(null),
      answer: z.string().trim().max(2000).nullable().default(null),
    }),
    ['claim/unknown', 'claim/not-sent'],
  ),
  /** Helfo's answer as the API gives it. */
  'claim.readAnswer': verb<{ accepted: number; rejected: number; credited: number; unknown: number }>()(
    z.object({ text: z.string().max(5_000_000) }),
    ['claim/not-an-answer'],
  ),
  /** What came into the account for a month's accepted claims. Only when it is their sum are they marked as paid. */
  'claim.settle': verb<{ expectedOre: number; differenceOre: number; settled: number }>()(
    z.object({ month, practitionerId: z.uuid(), paidOre: z.int().min(0).max(1_000_000_000) }),
  ),
  /** Takes the whole of a claim back. */
  'claim.credit': verb<ClaimFile>()(z.object({ id: z.uuid() }), [
    'claim/unknown',
    'claim/not-accepted',
    'claim/too-old',
    'claim/practice-missing',
    'claim/problems',
    'claim/no-notes',
  ]),
};
