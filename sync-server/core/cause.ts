/**
 * What a piece of work is done for: the id of a request, which stands in each line of the log that comes of it, and goes along with the jobs it
 * leaves behind. It follows the asynchronous calls by itself.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface Cause {
  request?: string;
  /** Where several pieces of work are done together: which of them is behind a new job, by what that job is about. */
  ofJob?(data: Readonly<Record<string, string>>): string | undefined;
}

const causes = new AsyncLocalStorage<Cause>();

export const withCause = <T>(cause: Cause, run: () => T): T => causes.run(cause, run);
export const currentCause = (): Cause => causes.getStore() ?? {};
