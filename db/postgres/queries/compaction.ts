/** Deleted rows leave the feed for good, below a floor (design.md §4). The record's own rows stay. */
import type { Tx } from '../open.ts';

/** Every clinic this database holds; names nobody. */
export async function allClinics(tx: Pick<Tx, 'query'>): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>('select distinct clinic_id as id from directory order by 1');
  return rows.map(({ id }) => id);
}

/** Remembers how far the feed had come on this day; once a day is enough. */
export async function markDay(tx: Tx, clinicId: string, day: string): Promise<void> {
  await tx.query(
    'insert into feed_mark (clinic_id, day, seq) select clinic_id, $2, seq from clinic_clock where clinic_id = $1 on conflict do nothing',
    [clinicId, day],
  );
}

/** The place up to which the feed had come by the end of this day; undefined when that is not known. */
export async function placeOn(tx: Tx, clinicId: string, day: string): Promise<number | undefined> {
  const { rows } = await tx.query<{ seq: number }>(
    'select seq from feed_mark where clinic_id = $1 and day <= $2 order by day desc limit 1',
    [clinicId, day],
  );
  return rows[0]?.seq;
}

/** Forgets the marks before the one that counts on this day. */
export async function forgetMarks(tx: Tx, clinicId: string, day: string): Promise<void> {
  await tx.query(
    'delete from feed_mark where clinic_id = $1 and day < (select max(day) from feed_mark where clinic_id = $1 and day <= $2)',
    [clinicId, day],
  );
}

/**
 * Takes out at most `limit` deleted rows up to a place, oldest first, and raises the floor with them: whoever has read less
 * than that has perhaps not heard of a deletion, and begins anew. The clinic's counter is locked first, in the same order as
 * in every transaction that writes, so that none of them waits for another in a circle.
 * @returns how many; fewer than `limit` means there are no more
 */
export async function compact(tx: Tx, clinicId: string, upTo: number, limit: number): Promise<number> {
  await tx.query('select 1 from clinic_clock where clinic_id = $1 for update', [clinicId]);
  const { rows } = await tx.query<{ gone: number; last: number | null }>(
    `with old as (select entity, id, seq from feed where clinic_id = $1 and deleted and seq <= $2 order by seq limit $3),
       taken as (delete from feed f using old where f.clinic_id = $1 and f.entity = old.entity and f.id = old.id returning old.seq)
     select count(*)::int as gone, max(seq) as last from taken`,
    [clinicId, upTo, limit],
  );
  const { gone = 0, last = null } = rows[0] ?? {};
  if (last !== null) await tx.query('update clinic_clock set floor = greatest(floor, $2) where clinic_id = $1', [clinicId, last]);
  return gone;
}

/** One copy at a time: whether this transaction has the turn. */
export async function hasTurn(tx: Tx, clinicId: string): Promise<boolean> {
  const { rows } = await tx.query<{ mine: boolean }>(
    "select pg_try_advisory_xact_lock(hashtextextended('ryggrad.compact.' || $1, 0)) as mine",
    [clinicId],
  );
  return rows[0]?.mine === true;
}
