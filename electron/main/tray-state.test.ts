import { expect, test } from 'vitest';
import type { CoreEvent } from '#electron/contract/index.ts';
import type { SyncState } from '#electron/contract/sync.ts';
import { learn, NOTHING_KNOWN, trayState, type Known } from './tray-state.ts';

const session = (phase: Known['phase']): CoreEvent => ({ type: 'session', state: { phase } as never });
const sync = (state: SyncState, pending = 0): CoreEvent => ({ type: 'sync', status: { state, pending } as never });
const after = (...events: CoreEvent[]) => trayState(events.reduce(learn, NOTHING_KNOWN));

test('in sync, offline, waiting and locked are told apart in words and by the picture', () => {
  expect(after()).toEqual({ picture: 'locked', tooltip: 'Ryggrad – ingen er pålogget', canLock: false });
  expect(after(session('open'))).toEqual({ picture: 'in-sync', tooltip: 'Ryggrad – lagret på denne maskinen', canLock: true });
  expect(after(session('open'), sync('in_sync'))).toEqual({ picture: 'in-sync', tooltip: 'Ryggrad – synkronisert', canLock: true });
  expect(after(session('open'), sync('sending', 2)).tooltip).toBe('Ryggrad – synkroniserer, 2 endringer venter');
  expect(after(session('open'), sync('offline', 1))).toEqual({
    picture: 'offline',
    tooltip: 'Ryggrad – lagret her, frakoblet, 1 endring venter',
    canLock: true,
  });
  expect(after(session('open'), sync('waiting', 12)).picture).toBe('waiting');
  expect(after(session('open'), sync('attention')).tooltip).toBe('Ryggrad – noe må løses');
  expect(after(session('open'), sync('in_sync'), session('locked'))).toEqual({
    picture: 'locked',
    tooltip: 'Ryggrad – låst, synkronisert',
    canLock: false,
  });
  // Work that does not get away is shown also while nobody may look into it.
  expect(after(session('locked'), sync('waiting', 3)).picture).toBe('waiting');
});

test('who leaves takes what was known of the sync along; a new version is said in every state', () => {
  expect(after(session('open'), sync('waiting', 3), session('launch'), session('open')).tooltip).toBe('Ryggrad – lagret på denne maskinen');
  expect(after({ type: 'update-ready', version: '1.3.0' }, session('open'), sync('in_sync')).tooltip).toBe(
    'Ryggrad – synkronisert\nVersjon 1.3.0 tas i bruk når du avslutter',
  );
});
