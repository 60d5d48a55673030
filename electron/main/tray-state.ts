/**
 * What the tray says: how the laptop stands, in words and a picture, and never a name. Pure; tray.ts shows it. Its words are here because the
 * window's are not loaded in this process.
 */
import type { CoreEvent } from '#electron/contract/index.ts';

export type TrayPicture = 'in-sync' | 'offline' | 'waiting' | 'locked';
export interface TrayState {
  picture: TrayPicture;
  tooltip: string;
  /** Whether there is something to lock. */
  canLock: boolean;
}
/** What is known from the core's events. */
export interface Known {
  phase: 'launch' | 'locked' | 'open';
  sync: { state: string; pending: number } | null;
  update: string | null;
}

export const NOTHING_KNOWN: Known = { phase: 'launch', sync: null, update: null };

export function learn(known: Known, event: CoreEvent): Known {
  if (event.type === 'session') {
    const { phase } = event.state;
    return { ...known, phase, sync: phase === 'launch' ? null : known.sync };
  }
  if (event.type === 'sync') return { ...known, sync: { state: event.status.state, pending: event.status.pending } };
  if (event.type === 'update-ready') return { ...known, update: event.version };
  return known;
}

export function trayState({ phase, sync, update }: Known): TrayState {
  const later = update === null ? '' : `\nVersjon ${update} tas i bruk når du avslutter`;
  const said = (picture: TrayPicture, text: string): TrayState => ({
    picture,
    tooltip: `Ryggrad – ${text}${later}`,
    canLock: phase === 'open',
  });
  if (phase === 'launch') return said('locked', 'ingen er pålogget');
  const locked = phase === 'locked' ? 'låst, ' : '';
  const waits = sync === null || sync.pending === 0 ? '' : `, ${sync.pending} ${sync.pending === 1 ? 'endring' : 'endringer'} venter`;
  switch (sync?.state) {
    case 'offline':
      return said('offline', `${locked}lagret her, frakoblet${waits}`);
    case 'waiting':
      return said('waiting', `${locked}lagret her, venter over et døgn${waits}`);
    case 'attention':
      return said('waiting', `${locked}noe må løses`);
    case 'sending':
    case 'catching_up':
      return said(phase === 'locked' ? 'locked' : 'in-sync', `${locked}synkroniserer${waits}`);
    case 'in_sync':
      return said(phase === 'locked' ? 'locked' : 'in-sync', `${locked}synkronisert`);
    default:
      return said(phase === 'locked' ? 'locked' : 'in-sync', `${locked}lagret på denne maskinen`);
  }
}
