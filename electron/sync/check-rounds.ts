/** When anti-entropy runs: a stretch every few seconds while all is quiet, a whole round about once a day. */
import { beginRound, checkProgress, compareNext, type CheckDeps } from './anti-entropy.ts';
import type { EngineTimers } from './ports.ts';

/** A laptop that was just opened has better things to do. */
const FIRST_MS = 5 * 60_000;
/** A stretch of 500 rows cost the server 8 ms (patients, measured): a hundred laptops at once take a tenth of a core. Two million rows take eleven hours. */
const NEXT_MS = 10_000;
const ROUND_MS = 20 * 3_600_000;

export interface Rounds {
  /** Resolves when nothing of a comparison touches the database any more. */
  stop(): Promise<void>;
}

/** @param quiet nothing waits to be sent, and everything has been read */
export function startRounds(deps: CheckDeps, timers: EngineTimers, random: () => number, quiet: () => boolean): Rounds {
  const aborter = new AbortController();
  let running: Promise<unknown> = Promise.resolve();
  let timer = timers.set(step, FIRST_MS);

  function step(): void {
    running = look()
      .catch(() => {
        // A full disk, a closed file: tried again at the next turn, nothing is half done.
      })
      .finally(() => {
        if (!aborter.signal.aborted) timer = timers.set(step, NEXT_MS * (0.5 + random()));
      });
  }

  async function look(): Promise<void> {
    if (!quiet()) return;
    const { entity, doneAt } = checkProgress(deps.db);
    if (entity === null) {
      if (doneAt !== null && Math.abs(deps.now().getTime() - Date.parse(doneAt)) < ROUND_MS) return;
      beginRound(deps.db);
    }
    await compareNext(deps, aborter.signal);
  }

  return {
    async stop() {
      aborter.abort();
      timers.clear(timer);
      await running;
    },
  };
}
