/** One process per clinic folder: a second copy of the app would write under the first one's feet. */
import { join } from 'node:path';
import { holdExclusively } from '#db/sqlite/exclusive.ts';

const held = new Map<string, () => void>();

/** False when somebody else holds it. What a killed process held is free again. */
export function takeHome(folder: string): boolean {
  const letGo = holdExclusively(join(folder, 'running.lock'));
  if (letGo === null) return false;
  held.set(folder, letGo);
  return true;
}

export function releaseHome(folder: string): void {
  held.get(folder)?.();
  held.delete(folder);
}
