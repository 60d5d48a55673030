/** Drafts that wait for the network: which, of what, by whom. In the encrypted replica, ids alone; their words are read again when they are begun. */
import { z } from 'zod';
import type { AiWish } from '#electron/contract/ai.ts';
import { readReplica, writeReplica } from '#db/sqlite/store.ts';
import type { Context } from '../context.ts';

const KEY = 'ai-wishes';
const MOST = 50;
const wishSchema = z.object({
  id: z.uuid(),
  task: z.enum(['letter', 'summary', 'icpc']),
  subjectId: z.uuid(),
  at: z.string(),
  userId: z.uuid(),
});
type Kept = z.infer<typeof wishSchema>;

const all = (ctx: Context): Kept[] => z.array(wishSchema).safeParse(JSON.parse(readReplica(ctx.db, KEY) ?? '[]')).data ?? [];
const keep = (ctx: Context, wishes: readonly Kept[]) => writeReplica(ctx.db, KEY, JSON.stringify(wishes.slice(-MOST)));

export const wishesOf = (ctx: Context): AiWish[] =>
  all(ctx)
    .filter(({ userId }) => userId === ctx.actor.userId)
    .map(({ id, task, subjectId, at }) => ({ id, task, subjectId, at }));

/** The same wish twice is one. */
export function addWish(ctx: Context, task: AiWish['task'], subjectId: string): AiWish {
  const known = wishesOf(ctx).find((one) => one.task === task && one.subjectId === subjectId);
  if (known !== undefined) return known;
  const wish = { id: ctx.newId(), task, subjectId, at: ctx.now };
  keep(ctx, [...all(ctx), { ...wish, userId: ctx.actor.userId }]);
  return wish;
}

/** One's own alone. */
export function dropWishes(ctx: Context, isDone: (wish: AiWish) => boolean): void {
  const wishes = all(ctx);
  const left = wishes.filter((wish) => wish.userId !== ctx.actor.userId || !isDone(wish));
  if (left.length < wishes.length) keep(ctx, left);
}
