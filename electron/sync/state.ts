/**
 * What the sync is doing and what the chip in the window says of it. Pure: events in, next state out.
 *
 *                 start                 first answer               up-to-date
 *   resting ───────────────► connecting ───────────► catching_up ───────────► live
 *      ▲                      ▲     │                    │  ▲                  │
 *      │ stop (from any)      │     │ no answer          │  └── must-refetch ──┤
 *      │                      │     ▼                    │                     │
 *      │                      └── offline ◄──────────────┴───── no answer ─────┘
 *      │                            │ 401 / 403 / refused (from any)
 *      └──────────── stop ────── refused: says so until the server answers again
 *
 * The push runs beside it (`pushing`) and shares `offline` and `refused`: whichever hears from the
 * server first wakes the other.
 */
import type { SyncState, SyncStatus } from '#electron/contract/sync.ts';

export interface EngineState {
  link: 'resting' | 'connecting' | 'catching_up' | 'live' | 'offline' | 'refused';
  pushing: boolean;
  /** Code of the last failure; null as soon as the server answers. */
  problem: string | null;
  pending: number;
  quarantined: number;
  openConflicts: number;
  oldestPendingAt: string | null;
  lastSyncedAt: string | null;
  progress: number | null;
  remainingSeconds: number | null;
}

export type EngineEvent =
  | { type: 'started' }
  | { type: 'stopped' }
  | { type: 'push-began' }
  /** The server took a push. */
  | { type: 'push-done'; at: string }
  /** Rows came, but not the last ones. */
  | { type: 'rows'; progress: number | null; remainingSeconds: number | null }
  | { type: 'up-to-date'; at: string }
  | { type: 'must-refetch' }
  | { type: 'no-answer'; code: string }
  | { type: 'refused'; code: string }
  | { type: 'counted'; pending: number; quarantined: number; openConflicts: number; oldestPendingAt: string | null };

export const RESTING: EngineState = {
  link: 'resting',
  pushing: false,
  problem: null,
  pending: 0,
  quarantined: 0,
  openConflicts: 0,
  oldestPendingAt: null,
  lastSyncedAt: null,
  progress: null,
  remainingSeconds: null,
};

/** The next state. An event that arrives after `stopped` changes only counts. */
export function next(state: EngineState, event: EngineEvent): EngineState {
  if (event.type === 'counted') {
    const { pending, quarantined, openConflicts, oldestPendingAt } = event;
    return { ...state, pending, quarantined, openConflicts, oldestPendingAt };
  }
  if (event.type === 'started') return state.link === 'resting' ? { ...state, link: 'connecting', problem: null } : state;
  if (state.link === 'resting') return state;
  switch (event.type) {
    case 'stopped':
      return { ...state, link: 'resting', pushing: false, progress: null, remainingSeconds: null };
    case 'push-began':
      return { ...state, pushing: true };
    case 'push-done':
      return { ...state, pushing: false, problem: null, lastSyncedAt: event.at, link: answered(state.link) };
    case 'rows':
      return {
        ...state,
        problem: null,
        progress: event.progress,
        remainingSeconds: event.remainingSeconds,
        link: state.link === 'live' ? 'live' : 'catching_up',
      };
    case 'up-to-date':
      return { ...state, problem: null, progress: null, remainingSeconds: null, link: 'live', lastSyncedAt: event.at };
    case 'must-refetch':
      return { ...state, link: 'catching_up' };
    case 'no-answer':
      return { ...state, pushing: false, link: 'offline', problem: event.code };
    case 'refused':
      return { ...state, pushing: false, link: 'refused', problem: event.code };
  }
}

function answered(link: EngineState['link']): EngineState['link'] {
  return link === 'offline' || link === 'refused' ? 'connecting' : link;
}

const DAY_MS = 86_400_000;

/** The chip. What needs a person comes before what the network does. */
export function chip(state: EngineState, now: Date): SyncState {
  if (state.link === 'resting') return 'local';
  if (state.link === 'refused' || state.quarantined > 0 || state.openConflicts > 0) return 'attention';
  if (state.pending > 0 && state.oldestPendingAt !== null && now.getTime() - Date.parse(state.oldestPendingAt) > DAY_MS) return 'waiting';
  if (state.link === 'offline') return 'offline';
  if (state.link === 'catching_up' || state.link === 'connecting') return 'catching_up';
  return state.pending > 0 ? 'sending' : 'in_sync';
}

export function statusOf(state: EngineState, now: Date): SyncStatus {
  const { pending, quarantined, openConflicts, lastSyncedAt, oldestPendingAt, problem, progress, remainingSeconds } = state;
  return {
    state: chip(state, now),
    pending,
    quarantined,
    openConflicts,
    lastSyncedAt,
    oldestPendingAt,
    problem,
    progress,
    remainingSeconds,
  };
}
