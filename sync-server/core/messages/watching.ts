/**
 * Whether a watched e-mail was opened, and its address followed (decision 0085): addresses that we sign, which name a message and nothing
 * else, and what is counted of them. Only an invitation that rests on consent to marketing is ever watched.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Tx } from '#db/postgres/open.ts';
import { readRows } from '#db/postgres/queries/rows.ts';
import type { RowWrite } from '#db/sync/row.ts';
import type { Reference, WebhookEvent } from '../../integrations/kit.ts';
import type { Watched, Watching } from './deps.ts';
import { change } from './settling.ts';

/** What a mail program that fetches again and again adds up to. */
const MOST = 100;
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const TOKEN = new RegExp(`^(${UUID})\\.(${UUID})\\.([A-Za-z0-9_-]{43})$`);

/** @param publicUrl where we are reached, without a slash at its end */
export function watchingBy(key: Uint8Array, publicUrl: string): Watching {
  const sign = (what: Watched, { clinicId, messageId }: Reference) =>
    createHmac('sha256', key).update(`ryggrad watched\n${what}\n${clinicId}\n${messageId}`).digest();
  return {
    address: (what, reference) =>
      `${publicUrl}/api/v1/watched/${what}/${reference.clinicId}.${reference.messageId}.${sign(what, reference).toString('base64url')}`,
    read(what, token) {
      const [, clinicId = '', messageId = '', said = ''] = TOKEN.exec(token) ?? [];
      if (said === '') return undefined;
      const reference = { clinicId, messageId };
      const [given, ours] = [Buffer.from(said, 'base64url'), sign(what, reference)];
      // Base64 can write the same bytes in several ways; ours is one.
      return given.length === ours.length && timingSafeEqual(given, ours) && given.toString('base64url') === said ? reference : undefined;
    },
  };
}

type Seen = Extract<WebhookEvent, { kind: 'watched' }>;

/** One more for each, on the message's row. Whoever has the address may call it; what is counted is only what was watched. */
export async function countWatched(deps: { now(): Date }, tx: Tx, clinicId: string, news: readonly Seen[]): Promise<RowWrite[]> {
  if (news.length === 0) return [];
  const byId = Map.groupBy(news, ({ reference }) => reference.messageId);
  const found = await readRows(tx, clinicId, new Map([['message', new Set(byId.keys())]]));
  return found.flatMap(({ row }) => {
    if (row.deleted || row['templateId'] !== 'recall' || row['channel'] !== 'email' || row['sentAt'] === null) return [];
    const mine = byId.get(row.id) ?? [];
    const more = (what: Watched, before: unknown) =>
      Math.min(MOST, (typeof before === 'number' ? before : 0) + mine.filter((one) => one.what === what).length);
    return [change(row.id, { opens: more('open', row['opens']), clicks: more('click', row['clicks']) }, deps.now())];
  });
}
