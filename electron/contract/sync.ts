/** What has left this laptop and what has not; what two people wrote at once. Nothing here can throw anything away. */
import { z } from 'zod';
import type { conflict } from '#db/model/conflict.ts';
import type { Row } from '#db/model/entity.ts';
import { verb } from './verb.ts';

/** `in_sync`, `sending`, `offline` (grey), `waiting` (> 24 h, amber), `attention` (red); `catching_up` while the feed's order is no history; `local` without a server. */
export type SyncState = 'local' | 'in_sync' | 'sending' | 'catching_up' | 'offline' | 'waiting' | 'attention';
export interface SyncStatus {
  state: SyncState;
  pending: number;
  quarantined: number;
  openConflicts: number;
  lastSyncedAt: string | null;
  oldestPendingAt: string | null;
  /** Code of the last failure, for the sentence shown. */
  problem: string | null;
  /** 0–1 while everything is being fetched, for the first time or anew. */
  progress: number | null;
  /** An estimate from the speed so far; null before there is one. */
  remainingSeconds: number | null;
}
export interface OutboxItem {
  id: string;
  n: number | null;
  verb: string;
  entity: string;
  rowId: string;
  patientName: string | null;
  actorName: string | null;
  at: string;
  state: 'open' | 'ready' | 'sent' | 'acked' | 'quarantined';
  code: string | null;
  fields: string[];
}
export interface RefusedChange {
  id: string;
  entity: string;
  rowId: string;
  at: string;
  /** Why, as the server said. */
  code: string;
  patientId: string | null;
  patientName: string | null;
  actorName: string | null;
  /** Written by the person who is in now: only they may send it again, in their own name. */
  mine: boolean;
  /** What was written; empty for who may not read it. */
  written: { field: string; value: unknown }[];
}
/** What a revoked device handed in, as its writer left it. */
export interface HandedInChange extends Omit<RefusedChange, 'code' | 'mine'> {
  deviceId: string;
  n: number;
  deviceName: string | null;
}
/** What somebody wrote, not knowing, into what had been erased by law: for whoever decided that, to read and nothing else. */
export interface HeldChange extends HandedInChange {
  /** When the erasure was decided. */
  decidedAt: string;
}
export interface ConflictView {
  conflict: Row<typeof conflict>;
  patientName: string | null;
  keptBy: string | null;
  lostBy: string | null;
  /** Which of the two this laptop wrote; where it wrote neither (or both), what stands counts as its own. */
  mine: 'kept' | 'lost';
  /** Both can stand at once: two texts, or a second appointment. */
  bothPossible: boolean;
}
/** A section of an unsigned note that two wrote at once: both stand in the note until its clinician decides there. */
export interface OpenSibling {
  encounterId: string;
  key: string;
  patientName: string | null;
}

export const sync = {
  'sync.status': verb<SyncStatus>()(z.object({})),
  'sync.now': verb<SyncStatus>()(z.object({}), ['server/not-connected']),
  'sync.outbox': verb<{ items: OutboxItem[]; total: number }>()(
    z.object({ show: z.enum(['pending', 'quarantined', 'sent']).default('pending'), limit: z.int().min(1).max(500).default(100) }),
  ),
  /** What the server refused, with every word that was written; of one patient, or all. */
  'refused.list': verb<{ items: RefusedChange[] }>()(z.object({ patientId: z.uuid().optional() })),
  /** Writes refused changes once more, in the order they were written, upon what their writer had read then. */
  'refused.sendAgain': verb<null>()(z.object({ ids: z.array(z.uuid()).min(1).max(500) }), [
    'refused/unknown',
    'refused/not-yours',
    'refused/sign-again',
    'refused/finished',
  ]),
  /** Seen, and not needed: it is no longer counted, and is kept all the same. */
  'refused.setAside': verb<null>()(z.object({ ids: z.array(z.uuid()).min(1).max(500) }), ['refused/unknown', 'refused/not-yours']),
  /** What revoked devices handed in and nobody has decided about. Asked of the server, in the clinician's name. */
  'handedIn.list': verb<{ items: HandedInChange[]; more: boolean }>()(z.object({}), [
    'server/not-connected',
    'net/unreachable',
    'role/forbidden',
    'actor/proof',
    'server/refused',
  ]),
  /** Takes them into the record as their writer signed them, or sets them aside. `refused`: what the rules of today do not take. */
  'handedIn.decide': verb<{ refused: { n: number; code: string }[] }>()(
    z.object({ deviceId: z.uuid(), ns: z.array(z.int().min(1)).min(1).max(500), decision: z.enum(['admit', 'set_aside']) }),
    ['server/not-connected', 'net/unreachable', 'role/forbidden', 'actor/proof', 'server/refused'],
  ),
  /** Whether this person has erased anything by law, as this laptop knows; asks nobody. */
  'held.concerns': verb<{ me: boolean }>()(z.object({})),
  /** Asked of the server, in the clinician's name. */
  'held.list': verb<{ items: HeldChange[] }>()(z.object({}), [
    'server/not-connected',
    'net/unreachable',
    'role/forbidden',
    'actor/proof',
    'server/refused',
  ]),
  'conflict.list': verb<{ conflicts: ConflictView[]; siblings: OpenSibling[] }>()(z.object({ open: z.boolean().default(true) })),
  'conflict.resolve': verb<null>()(z.object({ id: z.uuid(), choice: z.enum(['mine', 'theirs', 'both']) }), [
    'conflict/unknown',
    'conflict/resolved',
    'conflict/both-not-possible',
    'conflict/visit-signed',
  ]),
};
