/**
 * Rows past the client. `@electric-sql/client` parses each answer with a reviver that visits every value of every row: a fifth of a first load.
 * A large answer is therefore parsed here, its rows are kept aside, and the client, unmodified, is given one row in their place that says where
 * they are. Headers, control messages, retries and the order of batches stay the client's; small answers (all live ones) go by untouched.
 */
import { isChangeMessage, type Message, type Row } from '@electric-sql/client';

export interface Carrier<T extends Row<never>> {
  /** Takes the rows out of a large answer. */
  lighten(response: Response): Promise<Response>;
  /** Puts them back. @throws Error when they are not here: the stream then begins again from its cursor */
  unload(messages: readonly Message<T>[]): Message<T>[];
}

const LARGE = 65_536;
/** The client fetches at most two answers ahead. */
const MOST_KEPT = 8;
const MARK = 'ryggrad:carried';

export function createCarrier<T extends Row<never>>(): Carrier<T> {
  const kept = new Map<string, Message<T>[]>();
  let count = 0;
  return {
    async lighten(response) {
      if (response.status !== 200 || Number(response.headers.get('content-length') ?? '0') < LARGE) return response;
      const text = await response.text();
      const rows = rowsIn<T>(text);
      const headers = new Headers(response.headers);
      for (const name of ['content-length', 'content-encoding']) headers.delete(name);
      const init = { status: response.status, statusText: response.statusText, headers };
      // Unreadable: the client is to say so itself.
      if (rows === undefined) return new Response(text, init);
      count += 1;
      const key = String(count);
      kept.set(key, rows.changes);
      for (const old of kept.keys()) if (kept.size > MOST_KEPT) kept.delete(old);
      const inPlace = { key, value: { [MARK]: key }, headers: { operation: 'insert' } };
      return new Response(JSON.stringify([inPlace, ...rows.others]), init);
    },
    unload(messages) {
      return messages.flatMap((message) => {
        const key: unknown = isChangeMessage(message) ? message.value[MARK] : undefined;
        if (typeof key !== 'string') return [message];
        const rows = kept.get(key);
        if (rows === undefined) throw new Error('the rows of an answer are gone');
        kept.delete(key);
        return rows;
      });
    },
  };
}

function rowsIn<T extends Row<never>>(text: string): { changes: Message<T>[]; others: unknown[] } | undefined {
  try {
    const messages: unknown = JSON.parse(text);
    if (!Array.isArray(messages)) return undefined;
    const changes: Message<T>[] = [];
    const others: unknown[] = [];
    for (const message of messages as Message<T>[]) (isChangeMessage(message) ? changes : others).push(message);
    return { changes, others };
  } catch {
    return undefined;
  }
}
