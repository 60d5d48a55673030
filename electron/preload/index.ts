/** All that a page gets: ask the core a verb, hear its events. Nothing of Electron's own crosses this line. */
import { contextBridge, ipcRenderer } from 'electron';
import type { Result } from '#electron/contract/verb.ts';

type Answer = { id: number; result: Result<unknown> } | { event: unknown };

const waiting = new Map<number, (result: Result<unknown>) => void>();
const listeners = new Set<(event: unknown) => void>();
let last = 0;
const { port1: core, port2: offered } = new MessageChannel();

core.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
  if ('event' in data) for (const listener of listeners) listener(data.event);
  else {
    waiting.get(data.id)?.(data.result);
    waiting.delete(data.id);
  }
});
core.start();
ipcRenderer.postMessage('core-port', null, [offered]);

contextBridge.exposeInMainWorld('ryggrad', {
  call: async (verb: string, input: unknown): Promise<Result<unknown>> => {
    const id = (last += 1);
    return await new Promise((resolve) => {
      waiting.set(id, resolve);
      core.postMessage({ id, verb, input });
    });
  },
  /** @returns how to stop listening */
  on: (listener: (event: unknown) => void): (() => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
});
