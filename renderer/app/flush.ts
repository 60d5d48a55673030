/** Everything typed and not yet on disk: pages register how to write it, leaving and locking wait for it. */
const flushers = new Set<() => Promise<void>>();

export function registerFlush(flush: () => Promise<void>): () => void {
  flushers.add(flush);
  return () => void flushers.delete(flush);
}

export async function flushEverything(): Promise<void> {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  await Promise.all([...flushers].map((flush) => flush()));
}
