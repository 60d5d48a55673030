/**
 * What many ask at the same time is read once. Two thousand parked readers wake together and want the same page; five thousand laptops
 * connect together and are each to be recognised: that is one statement, not thousands.
 */

/**
 * Joins reads. Whoever asks is answered by a read that began after they asked, never by one already under way: the answer is as fresh as
 * one of their own would have been. In one group one read runs at a time, so that asks gather behind it.
 * @param read the keys of a group; a key it says nothing about is answered with undefined
 * @returns asks for one key of a group; rejects as `read` does
 */
export function joined<K, V>(
  read: (group: string, keys: readonly K[]) => Promise<ReadonlyMap<K, V>>,
): (group: string, key: K) => Promise<V | undefined> {
  interface Round {
    keys: Set<K>;
    answer: Promise<ReadonlyMap<K, V>>;
  }
  /** The round that has not begun, by group. */
  const gathering = new Map<string, Round>();
  const running = new Map<string, Promise<unknown>>();

  function begin(group: string): Round {
    const keys = new Set<K>();
    const answer = (async () => {
      // The others of this turn come in too; then those before us must be done.
      await new Promise(setImmediate);
      await running.get(group)?.catch(() => {});
      gathering.delete(group);
      const reading = read(group, [...keys]);
      running.set(group, reading);
      try {
        return await reading;
      } finally {
        if (running.get(group) === reading) running.delete(group);
      }
    })();
    return { keys, answer };
  }

  return async (group, key) => {
    let round = gathering.get(group);
    if (round === undefined) gathering.set(group, (round = begin(group)));
    round.keys.add(key);
    return (await round.answer).get(key);
  };
}
