/**
 * Pages of the feed, read and put into bytes once for all who ask at the same time: after a change every parked reader of a clinic asks for
 * the same one. What a reader may see is not decided here; pages are kept apart by audience.
 */
import type { Audience } from '#db/model/entity.ts';
import { joined } from '#db/postgres/joined.ts';
import type { FeedPage } from '#db/postgres/queries/feed.ts';
import type { RecordStore } from './record-store.ts';

export type Pages = (clinicId: string, audience: Audience, after: number) => Promise<FeedPage | undefined>;

const pages = new WeakMap<RecordStore, Pages>();

/** Reads pages of this store; undefined for a clinic without a feed. */
export function pagesOf(store: RecordStore, limits: { rows: number; bytes: number }): Pages {
  let known = pages.get(store);
  if (known === undefined) {
    const page = joined(async (group: string, [after = 0]: readonly number[]) => {
      const [clinicId = '', audience] = group.split(' ');
      const asked = audience === 'clinical' ? 'clinical' : 'desk';
      const found = await store.inClinic(clinicId, (tx) => tx.feedPage(asked, after, limits), 'reads');
      return new Map(found === undefined ? [] : [[after, found]]);
    });
    // Each place is a group of its own: who is far behind holds up nobody.
    known = (clinicId, audience, after) => page(`${clinicId} ${audience} ${after}`, after);
    pages.set(store, known);
  }
  return known;
}

const ended = new WeakMap<FeedPage, Buffer>();
const open = new WeakMap<FeedPage, Buffer>();

/** The answer's body, made once per page and ending. @param end the closing message, if this page is the last */
export function joinedBytes(page: FeedPage, end: string | undefined): Buffer {
  const known = end === undefined ? open : ended;
  let bytes = known.get(page);
  if (bytes === undefined) {
    const closing = end === undefined ? '' : `${page.rows > 0 ? ',' : ''}${end}`;
    known.set(page, (bytes = Buffer.from(`[${page.messages}${closing}]`)));
  }
  return bytes;
}
