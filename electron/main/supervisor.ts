/**
 * Keeps a core running: one that ends by itself is started again, and the page is told that it begins at the lock. One that keeps ending is
 * left alone: the page stays, says that its questions get no answer, and keeps what is written in it.
 */
import type { CoreProcess } from './core-process.ts';

/** So many ends within a minute, and it is not started again. */
const MOST = 3;
const WITHIN_MS = 60_000;

export interface Supervised {
  post(message: unknown): void;
  /** Asks the core to close its keys and database; resolves when it is gone. It is not started again. */
  quit(): Promise<void>;
}

export interface SupervisorEvents {
  onMessage(message: unknown): void;
  /** The core ended with questions unanswered. */
  onLost(): void;
  /** Another one runs. */
  onRestarted(): void;
}

/** @param start begins a core; called again after each end */
export function superviseCore(start: () => CoreProcess, events: SupervisorEvents, now: () => number = Date.now): Supervised {
  const ends: number[] = [];
  let leaving = false;
  let core: CoreProcess | undefined = begin();

  function begin(): CoreProcess {
    const begun = start();
    begun.onMessage((message) => {
      if (begun === core) events.onMessage(message);
    });
    begun.onExit(() => {
      if (begun !== core || leaving) return;
      core = undefined;
      ends.push(now());
      events.onLost();
      if (ends.filter((at) => now() - at < WITHIN_MS).length >= MOST) return;
      core = begin();
      events.onRestarted();
    });
    return begun;
  }

  return {
    post(message) {
      if (core === undefined) events.onLost();
      else core.post(message);
    },
    async quit() {
      leaving = true;
      await core?.quit();
    },
  };
}
