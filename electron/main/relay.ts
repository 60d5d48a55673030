/**
 * Carries questions from the page to the core and answers back. A page that was reloaded gets a new port; answers to the
 * old one are dropped, so that a locked window never shows what an earlier one had asked for.
 */

export interface Port {
  post(message: unknown): void;
  close(): void;
}

export interface Relay {
  /** Takes the place of the port before it. Returns what to call with each message of the page. */
  connect(port: Port): (message: unknown) => void;
  fromCore(message: unknown): void;
  /** The core ended: what was asked of it is answered, so that the page keeps its text and says so. */
  lost(): void;
}

interface Question {
  id: number;
  verb: string;
  input: unknown;
}

export function createRelay(toCore: (message: unknown) => void): Relay {
  let generation = 0;
  let current: Port | undefined;
  /** Asked by the present page and not answered yet. */
  const asked = new Set<number>();
  return {
    connect(port) {
      current?.close();
      current = port;
      generation += 1;
      asked.clear();
      const mine = generation;
      return (message) => {
        // Only a question goes on: `control` is for main alone.
        if (mine === generation && isQuestion(message)) {
          asked.add(message.id);
          toCore({ id: `${mine}:${message.id}`, verb: message.verb, input: message.input });
        }
      };
    },
    fromCore(message) {
      if (current === undefined || typeof message !== 'object' || message === null) return;
      if ('event' in message) return current.post({ event: message.event });
      if (!('id' in message) || typeof message.id !== 'string' || !('result' in message)) return;
      const [of, id] = message.id.split(':');
      if (Number(of) !== generation) return;
      asked.delete(Number(id));
      current.post({ id: Number(id), result: message.result });
    },
    lost() {
      for (const id of asked) current?.post({ id, result: { ok: false, code: 'core/unreachable' } });
      asked.clear();
    },
  };
}

function isQuestion(message: unknown): message is Question {
  if (typeof message !== 'object' || message === null) return false;
  return 'id' in message && typeof message.id === 'number' && 'verb' in message && typeof message.verb === 'string' && 'input' in message;
}
