/**
 * How many may be here at a time, by each of their names (a device and its clinic). Returns how to leave, or undefined when one of the
 * names has its number full.
 */
export function placesFor(): (names: readonly (readonly [name: string, max: number])[]) => (() => void) | undefined {
  const here = new Map<string, number>();
  return (names) => {
    if (names.some(([name, max]) => (here.get(name) ?? 0) >= max)) return undefined;
    for (const [name] of names) here.set(name, (here.get(name) ?? 0) + 1);
    return () => {
      for (const [name] of names) {
        const left = (here.get(name) ?? 1) - 1;
        if (left > 0) here.set(name, left);
        else here.delete(name);
      }
    };
  };
}
