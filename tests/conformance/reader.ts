/** The stock client on the feed, collecting what it is given; and the feed asked by hand. */
import { isChangeMessage, ShapeStream, type Message, type Offset, type ShapeStreamOptions } from '@electric-sql/client';
import { v7 } from 'uuid';
import type { Laptop } from '#sync-server/testing/test-clinic.ts';

export type FeedValue = { entity: string; id: string; seq: bigint; deleted: boolean; body: string | null };
export type FeedMessage = Message<FeedValue & Record<string, never>>;

interface From {
  offset?: Offset;
  handle?: string;
  visibility?: ShapeStreamOptions['runtimeVisibility'];
  /** Called before each request of the client; may wait, or throw to stand for a broken line. */
  before?: (address: URL) => void | Promise<void>;
}

/** The options with which the laptop's own engine reads the feed. */
export function streamOptions(url: string, credential: string, { before, visibility, ...from }: From = {}) {
  return {
    url: `${url}/v1/shape`,
    // The client remembers places per address for the life of the process: each stream gets an address of its own.
    params: { table: 'feed', replica: 'full' as const, stream: v7() },
    headers: { authorization: `Bearer ${credential}` },
    fetchClient: async (input: Parameters<typeof fetch>[0], init?: RequestInit) => {
      const address = new URL(input instanceof Request ? input.url : input);
      address.searchParams.delete('stream');
      await before?.(address);
      return fetch(address, init);
    },
    backoffOptions: { initialDelay: 5, maxDelay: 20, multiplier: 2 },
    ...(visibility === undefined ? {} : { runtimeVisibility: visibility }),
    ...from,
  };
}

export function follow(url: string, laptop: Pick<Laptop, 'credential'>, from: From = {}) {
  const messages: FeedMessage[] = [];
  const waiting = new Set<() => void>();
  const aborter = new AbortController();
  let failure: unknown;
  const wake = () => [...waiting].forEach((fn) => fn());
  const fail = (error: unknown) => {
    failure = error;
    wake();
  };
  const stream = new ShapeStream<FeedValue & Record<string, never>>({
    ...streamOptions(url, laptop.credential, from),
    signal: aborter.signal,
    onError: fail,
  });
  stream.subscribe((batch) => {
    messages.push(...batch);
    wake();
  }, fail);
  const values = () => messages.filter(isChangeMessage).map(({ value }) => value);
  return {
    stream,
    messages,
    values,
    ids: () => new Set(values().map(({ id }) => id)),
    stop: () => aborter.abort(),
    failure: () => failure,
    async until(holds: () => boolean): Promise<void> {
      while (!holds()) {
        if (failure !== undefined) throw failure;
        await new Promise<void>((resolve) => {
          const once = () => {
            waiting.delete(once);
            resolve();
          };
          waiting.add(once);
        });
      }
    },
  };
}

/** One request of the protocol, as any HTTP client would make it. */
export function ask(url: string, laptop: Pick<Laptop, 'credential'>, query: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${url}/v1/shape?table=feed${query}`, {
    ...init,
    headers: { authorization: `Bearer ${laptop.credential}`, ...(init.headers as Record<string, string> | undefined) },
  });
}

export interface WireMessage {
  key?: string;
  value?: Record<string, string | null>;
  headers: { operation?: string; control?: string } & Record<string, unknown>;
}

/** The place an answer names, as the query of the next request. */
export const placeOf = (answer: Response) =>
  `&offset=${answer.headers.get('electric-offset') ?? ''}&handle=${answer.headers.get('electric-handle') ?? ''}`;

/** Reads from the beginning to the first up-to-date, chunk by chunk. */
export async function readThrough(url: string, laptop: Pick<Laptop, 'credential'>, between?: () => Promise<unknown>) {
  const chunks: { offset: string; messages: WireMessage[]; bytes: number }[] = [];
  let answer = await ask(url, laptop, '&offset=-1');
  for (;;) {
    if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
    const text = await answer.text();
    chunks.push({ offset: answer.headers.get('electric-offset') ?? '', messages: JSON.parse(text) as WireMessage[], bytes: text.length });
    if (answer.headers.has('electric-up-to-date')) return { chunks, place: placeOf(answer) };
    await between?.();
    answer = await ask(url, laptop, placeOf(answer));
  }
}
