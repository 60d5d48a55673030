/**
 * Who waits for news of a clinic. One unpooled connection listens for all; when it was gone for a moment
 * everybody is woken, since a notification may have been missed.
 */
import pg from 'pg';

export interface WakeUps {
  /** Calls `wake` on the clinic's next change. Register first, then read: a change in between must not be missed. */
  wait(clinicId: string, wake: () => void): () => void;
  /** Wakes who waits for this clinic, or everybody. NOTIFY does it by itself; this is for news that came another way. */
  wake(clinicId?: string): void;
  waiting(): number;
  /** Whether changes are heard of at present. */
  connected(): boolean;
  close(): Promise<void>;
}

export const FEED_CHANNEL = 'ryggrad_feed';
const LONGEST_PAUSE_MS = 5000;

/** @param url DATABASE_LISTEN_URL, or the app's: never through a pooler in transaction mode */
export async function listenForChanges(url: string, log: (error: Error) => void): Promise<WakeUps> {
  const waiters = new Map<string, Set<() => void>>();
  let client: pg.Client | undefined;
  let connected = false;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const wakeClinic = (clinicId: string) => {
    for (const wake of [...(waiters.get(clinicId) ?? [])]) wake();
  };
  const wakeAll = () => {
    for (const clinicId of [...waiters.keys()]) wakeClinic(clinicId);
  };
  async function connect(): Promise<void> {
    const fresh = new pg.Client({ connectionString: url, application_name: 'ryggrad-listen', keepAlive: true });
    fresh.on('notification', ({ payload }) => wakeClinic(payload ?? ''));
    fresh.on('error', () => {});
    fresh.on('end', () => {
      connected = false;
      if (!closed) retry(50);
    });
    await fresh.connect();
    await fresh.query(`listen ${FEED_CHANNEL}`);
    client = fresh;
    connected = true;
  }
  function retry(pause: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (closed) return;
      connect().then(wakeAll, (error: Error) => {
        log(error);
        retry(Math.min(LONGEST_PAUSE_MS, pause * 2));
      });
    }, pause);
  }
  await connect();

  return {
    wait(clinicId, wake) {
      let set = waiters.get(clinicId);
      if (set === undefined) waiters.set(clinicId, (set = new Set()));
      set.add(wake);
      return () => {
        set.delete(wake);
        if (set.size === 0 && waiters.get(clinicId) === set) waiters.delete(clinicId);
      };
    },
    wake: (clinicId) => (clinicId === undefined ? wakeAll() : wakeClinic(clinicId)),
    waiting: () => [...waiters.values()].reduce((sum, set) => sum + set.size, 0),
    connected: () => connected,
    async close() {
      closed = true;
      clearTimeout(timer);
      wakeAll();
      await client?.end();
    },
  };
}
