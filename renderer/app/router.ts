/** Which page is shown. Addresses hold ids only, never a name or a number. */
import { useSyncExternalStore } from 'react';

export type Page =
  | { name: 'today'; day?: string }
  | { name: 'calendar' }
  | { name: 'patients'; query?: string }
  | { name: 'new-patient' }
  /** `copying`: on the way to a copy of the journal. */
  | { name: 'patient'; id: string; copying?: true }
  | { name: 'chart'; id: string }
  | { name: 'letter'; id: string }
  | { name: 'unsigned' }
  | { name: 'close-day' }
  | { name: 'sync'; show?: 'quarantined' | 'handedIn' }
  | { name: 'conflicts' }
  | { name: 'money' }
  | { name: 'settings' };

let page: Page = { name: 'today' };
let trail: Page[] = [];
const listeners = new Set<() => void>();

export function goTo(next: Page): void {
  if (JSON.stringify(next) === JSON.stringify(page)) return;
  trail = [...trail.slice(-20), page];
  page = next;
  for (const listener of listeners) listener();
}
export function goBack(): void {
  const last = trail.at(-1);
  trail = trail.slice(0, -1);
  page = last ?? { name: 'today' };
  for (const listener of listeners) listener();
}
export function currentPage(): Page {
  return page;
}
export function usePage(): Page {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, currentPage);
}
