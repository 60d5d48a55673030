/** All that a page gets: ask the core a verb, hear its events. Nothing of Electron's own crosses this line. */
import { contextBridge, ipcRenderer } from 'electron';
import type { Result } from '#electron/contract/verb.ts';

type Answer = { id: number; result: Result<unknown> } | { event: unknown };

const waiting = new Map<number, (result: Result<unknown>) => void>();
const listeners = new Set<(event: unknown) => void>();
let last = 0;
/**
 * The line to the core, offered to main when the page first speaks. Not earlier: this script may run more than once before
 * the page's own (Chromium's initial empty document, a debugger), and main keeps only the last line it was offered. An
 * offer nobody uses would then cut off the one that is used.
 */
let line: MessagePort | undefined;

function core(): MessagePort {
  if (line !== undefined) return line;
  const { port1, port2 } = new MessageChannel();
  port1.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
    if ('event' in data) for (const listener of listeners) listener(data.event);
    else {
      waiting.get(data.id)?.(data.result);
      waiting.delete(data.id);
    }
  });
  port1.start();
  ipcRenderer.postMessage('core-port', null, [port2]);
  line = port1;
  return line;
}

contextBridge.exposeInMainWorld('ryggrad', {
  call: async (verb: string, input: unknown): Promise<Result<unknown>> => {
    const id = (last += 1);
    return await new Promise((resolve) => {
      waiting.set(id, resolve);
      core().postMessage({ id, verb, input });
    });
  },
  /** @returns how to stop listening */
  on: (listener: (event: unknown) => void): (() => void) => {
    listeners.add(listener);
    core();
    return () => void listeners.delete(listener);
  },
});
