/** Timers that ring when the simulation says that time has passed. */
import type { EngineTimers } from '#electron/sync/ports.ts';

export class VirtualTimers implements EngineTimers {
  readonly #now: () => number;
  readonly #due = new Map<object, { at: number; run: () => void }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  readonly set = (run: () => void, ms: number): unknown => {
    const timer = {};
    this.#due.set(timer, { at: this.#now() + ms, run });
    return timer;
  };

  readonly clear = (timer: unknown): void => {
    if (typeof timer === 'object' && timer !== null) this.#due.delete(timer);
  };

  /** Rings all that is due, in order of time. */
  ring(): void {
    const ready = [...this.#due].filter(([, { at }]) => at <= this.#now()).toSorted(([, a], [, b]) => a.at - b.at);
    for (const [timer, { run }] of ready) if (this.#due.delete(timer)) run();
  }
}
