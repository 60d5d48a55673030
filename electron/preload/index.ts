/** All that a page gets: ask the core a verb, hear its events. Nothing of Electron's own crosses this line. */
import { contextBridge, ipcRenderer } from 'electron';
import type { Result } from '#electron/contract/verb.ts';

type Answer = { id: number; result: Result<unknown> } | { event: unknown };

const waiting = new Map<number, (result: Result<unknown>) => void>();
const listeners = new Set<(event: unknown) => void>();
let last = 0;
let give: (port: MessagePort) => void = () => {};
const core = new Promise<MessagePort>((resolve) => (give = resolve));

ipcRenderer.once('core-port', ({ ports: [port] }) => {
  if (port === undefined) return;
  port.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
    if ('event' in data) for (const listener of listeners) listener(data.event);
    else {
      waiting.get(data.id)?.(data.result);
      waiting.delete(data.id);
    }
  });
  port.start();
  give(port);
});

contextBridge.exposeInMainWorld('ryggrad', {
  call: async (verb: string, input: unknown): Promise<Result<unknown>> => {
    const port = await core;
    const id = (last += 1);
    return await new Promise((resolve) => {
      waiting.set(id, resolve);
      port.postMessage({ id, verb, input });
    });
  },
  /** @returns how to stop listening */
  on: (listener: (event: unknown) => void): (() => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
});
