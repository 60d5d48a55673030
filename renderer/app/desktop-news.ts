/** What the desktop app has told its window: a version that lies ready, a backup file it was opened with. Nothing in a browser. */
import { useSyncExternalStore } from 'react';
import { onCoreEvent } from './client.ts';

interface News {
  /** Taken into use at the next quit. */
  version: string | null;
  backupFile: string | null;
}

let news: News = { version: null, backupFile: null };
const listeners = new Set<() => void>();

// From the first moment on: main tells a page as soon as it speaks.
onCoreEvent((event) => {
  if (event.type === 'update-ready') news = { ...news, version: event.version };
  else if (event.type === 'open-backup') news = { ...news, backupFile: event.file };
  else return;
  for (const listener of listeners) listener();
});

export function useDesktopNews(): News {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => news,
  );
}
