/**
 * Carries what is typed into the core without any Save button: within 700 ms of a keystroke it is on
 * disk. One write at a time, always the newest text, never an older one after a newer; a failed write
 * is tried again until it succeeds, and the text stays in the field meanwhile.
 */

export type SaveState = 'saved' | 'pending' | 'failed';

export interface AutosavePorts {
  /** Writes the whole text; false when it did not reach the disk. */
  write(text: string): Promise<boolean>;
  onState(state: SaveState): void;
  setTimer(run: () => void, ms: number): unknown;
  clearTimer(timer: unknown): void;
  now(): number;
}

export interface Autosave {
  changed(text: string): void;
  /** Writes what is unwritten at once; resolves when it is on disk or has failed once. */
  flush(): Promise<void>;
  dirty(): boolean;
  stop(): void;
}

const QUIET_MS = 300;
const LONGEST_WAIT_MS = 600;
const RETRY_MS = [500, 1000, 2000, 5000];

export function createAutosave(ports: AutosavePorts): Autosave {
  let unwritten: string | null = null;
  let dirtySince = 0;
  let timer: unknown = null;
  let writing: Promise<void> | null = null;
  let failures = 0;
  let stopped = false;

  function schedule(ms: number): void {
    if (timer !== null) ports.clearTimer(timer);
    timer = ports.setTimer(() => {
      timer = null;
      void writeNow();
    }, ms);
  }

  async function writeNow(): Promise<void> {
    if (writing !== null) return writing;
    const text = unwritten;
    if (text === null) return;
    unwritten = null;
    writing = attempt(text).finally(() => {
      writing = null;
      if (unwritten !== null && failures === 0 && !stopped) schedule(0);
    });
    return writing;
  }

  async function attempt(text: string): Promise<void> {
    const done = await ports.write(text).catch(() => false);
    if (done) {
      failures = 0;
      if (unwritten === null) ports.onState('saved');
      return;
    }
    failures += 1;
    unwritten ??= text;
    ports.onState('failed');
    if (!stopped) schedule(RETRY_MS[Math.min(failures, RETRY_MS.length) - 1] ?? 5000);
  }

  return {
    changed(text) {
      if (unwritten === null) dirtySince = ports.now();
      unwritten = text;
      ports.onState(failures > 0 ? 'failed' : 'pending');
      if (failures > 0 && timer !== null) return;
      const waited = ports.now() - dirtySince;
      schedule(Math.max(0, Math.min(QUIET_MS, LONGEST_WAIT_MS - waited)));
    },
    async flush() {
      if (timer !== null) ports.clearTimer(timer);
      timer = null;
      while (unwritten !== null || writing !== null) {
        await writeNow();
        if (failures > 0) return;
      }
    },
    dirty: () => unwritten !== null || writing !== null,
    stop() {
      stopped = true;
      if (timer !== null) ports.clearTimer(timer);
      timer = null;
    },
  };
}
