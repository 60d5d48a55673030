/**
 * The window's one way to the core: over Electron's port where there is one, else over loopback to dev-host. An
 * input is never lost on the way: a call that could not be delivered answers with a code, and the caller keeps its text.
 */
import type { CoreEvent, InputOf, ReplyOf, VerbName } from '#electron/contract/index.ts';

interface Bridge {
  call(verb: string, input: unknown): Promise<unknown>;
  on(listener: (event: CoreEvent) => void): () => void;
}
declare global {
  interface Window {
    /** Set by Electron's preload. */
    ryggrad?: Bridge;
  }
}

const listeners = new Set<(event: CoreEvent) => void>();
let secret = document.querySelector<HTMLMetaElement>('meta[name="ryggrad-secret"]')?.content ?? '';

export async function call<N extends VerbName>(verb: N, input: InputOf<N>): Promise<ReplyOf<N>> {
  try {
    const result = window.ryggrad === undefined ? await overLoopback(verb, input) : await window.ryggrad.call(verb, input);
    return result as ReplyOf<N>;
  } catch {
    return { ok: false, code: 'core/unreachable' };
  }
}

/** Called for everything the core says unasked; returns how to stop listening. */
export function onCoreEvent(listener: (event: CoreEvent) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Starts listening to the core, and goes on for as long as the window lives. */
export function listen(): void {
  const tell = (event: CoreEvent): void => {
    for (const listener of listeners) listener(event);
  };
  if (window.ryggrad !== undefined) {
    window.ryggrad.on(tell);
    return;
  }
  void streamForever(tell);
}

async function overLoopback(verb: string, input: unknown): Promise<unknown> {
  const send = (): Promise<Response> =>
    fetch(`/call/${verb}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-ryggrad-secret': secret },
      body: JSON.stringify(input),
      cache: 'no-store',
    });
  let response = await send();
  if (response.status === 403) {
    await readSecret();
    response = await send();
  }
  if (!response.ok) throw new Error(`dev-host answered ${response.status}`);
  return await response.json();
}

/** dev-host was started anew: its page holds the new secret. */
async function readSecret(): Promise<void> {
  const page = await (await fetch('/', { cache: 'no-store' })).text();
  secret = /name="ryggrad-secret" content="([^"]+)"/.exec(page)?.[1] ?? secret;
}

async function streamForever(tell: (event: CoreEvent) => void): Promise<void> {
  for (;;) {
    try {
      const response = await fetch('/events', { headers: { 'x-ryggrad-secret': secret }, cache: 'no-store' });
      if (response.status === 403) await readSecret();
      else if (response.ok && response.body !== null) await readLines(response.body, tell);
    } catch {
      // The core is being restarted; calls say so themselves.
    }
    await new Promise((resolve) => window.setTimeout(resolve, 500));
    const state = await call('app.state', {});
    if (state.ok) tell({ type: 'session', state: state.value });
  }
}

async function readLines(body: ReadableStream<Uint8Array>, tell: (event: CoreEvent) => void): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') tell(JSON.parse(line) as CoreEvent);
  }
}
