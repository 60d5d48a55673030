/**
 * Five bugs of the kind that sync engines have had (sync.md §4), one at a time: a simulation that does not find them proves
 * nothing.
 */
import type { Change, PushReply } from '#db/sync/change.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import type { RecordTx } from '#sync-server/core/record-store.ts';
import type { MemoryStore } from './memory-store.ts';

/** Places of the world at which something can be made wrong. */
export interface Plants {
  store(store: MemoryStore): MemoryStore;
  arriving(changes: readonly unknown[]): void;
  reply(reply: PushReply): PushReply;
  /** The text of a feed's answer as the laptop reads it. */
  feedText(text: string): string;
  beforeApply(db: SqliteDatabase): void;
}

export const NO_PLANT: Plants = {
  store: (store) => store,
  arriving() {},
  reply: (reply) => reply,
  feedText: (text) => text,
  beforeApply() {},
};

/** The same store with some of a transaction's methods made wrong. */
function withTx(store: MemoryStore, wrong: (tx: RecordTx) => Partial<RecordTx>): MemoryStore {
  const inClinic = store.inClinic.bind(store);
  store.inClinic = (clinicId, run) => inClinic(clinicId, (tx) => run({ ...tx, ...wrong(tx) }));
  return store;
}

const asChanges = (changes: readonly unknown[]) => changes as readonly Change[];

export const PLANTED: Readonly<Record<string, () => Plants>> = {
  /** Half an answer counts as a whole one: the cursor goes to its end. */
  'a reader that skips ahead': () => ({
    ...NO_PLANT,
    feedText(text) {
      try {
        JSON.parse(text);
        return text;
      } catch {
        const whole = text.lastIndexOf(',{"key"');
        return whole < 0 ? '[]' : `${text.slice(0, whole)}]`;
      }
    },
  }),

  /** The server's row is shown over what has not been sent yet. */
  'a lost overlay': () => ({
    ...NO_PLANT,
    beforeApply: (db) => void db.prepare('update outbox set passed = 1 where passed = 0').run(),
  }),

  /** The server does not remember what it has done. */
  'a double apply': () => {
    let first = 1;
    return {
      ...NO_PLANT,
      arriving: (changes) => void (first = asChanges(changes)[0]?.n ?? first),
      store: (store) =>
        withTx(store, (tx) => ({
          async lockClinic(deviceId) {
            const state = await tx.lockClinic(deviceId);
            return state === undefined ? undefined : { ...state, lastN: Math.min(state.lastN, first - 1) };
          },
          changesBefore: async () => new Set<string>(),
        })),
    };
  },

  /** 200 is taken for applied. */
  'a dropped reject': () => ({
    ...NO_PLANT,
    store: (store) => withTx(store, () => ({ appendQuarantine: async () => {} })),
    reply: (reply) => ({
      ...reply,
      outcomes: reply.outcomes.map((one) => (one.outcome === 'rejected' ? { n: one.n, outcome: 'applied' as const } : one)),
    }),
  }),

  /** Whoever's clock says later, wins, in silence. */
  'last write wins by clock': () => {
    const arriving = new Map<string, string>();
    const stored = new Map<string, string>();
    return {
      ...NO_PLANT,
      arriving(changes) {
        for (const { rowId, at } of asChanges(changes)) arriving.set(rowId, at);
      },
      store: (store) =>
        withTx(store, (tx) => ({
          readRows: async (keys) => (await tx.readRows(keys)).map(({ entity, row }) => ({ entity, row: { ...row, fieldSeq: {} } })),
          writeRows: async (rows) =>
            tx.writeRows(
              new Map(
                [...rows].map(([entity, byId]) => [
                  entity,
                  new Map(
                    [...byId].filter(([rowId]) => {
                      const at = arriving.get(rowId) ?? '';
                      if (at < (stored.get(rowId) ?? '')) return false;
                      stored.set(rowId, at);
                      return true;
                    }),
                  ),
                ]),
              ),
            ),
        })),
    };
  },
};
