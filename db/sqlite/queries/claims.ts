/** What the ledger is made of: signed visits of a span with their lines, and the claims that were taken out. Four statements, however long the span. */
import type { SqliteDatabase } from '../open.ts';
import { decodeRow, prepared } from '../store.ts';
import type { RowOf } from '../store.ts';

export interface LedgerVisit {
  encounter: RowOf<'encounter'>;
  lines: RowOf<'treatment_line'>[];
  /** Codes done in earlier visits of its episode. */
  earlier: string[];
  /** The last one; claims before it were credited. */
  claim: RowOf<'helfo_claim'> | null;
  attempts: number;
}

/** By the time of the visit. One that was entered in error stands here only while something of it is claimed. */
export function ledgerVisits(db: SqliteDatabase, from: string, to: string): LedgerVisit[] {
  const visits = prepared(
    db,
    `select * from encounter where visit_at >= ? and visit_at < ? and deleted = 0 and status in ('signed', 'entered_in_error') order by visit_at, id`,
  )
    .all(from, to)
    .map((raw) => decodeRow('encounter', raw));
  const ids = JSON.stringify(visits.map(({ id }) => id));
  const lines = prepared(
    db,
    'select * from treatment_line where deleted = 0 and encounter_id in (select value from json_each(?)) order by id',
  )
    .all(ids)
    .map((raw) => decodeRow('treatment_line', raw));
  const claims = prepared(
    db,
    'select * from helfo_claim where deleted = 0 and encounter_id in (select value from json_each(?)) order by attempt',
  )
    .all(ids)
    .map((raw) => decodeRow('helfo_claim', raw));
  const earlier = prepared(
    db,
    `select e.id, l.code from json_each(?) wanted join encounter e on e.id = wanted.value
       join encounter b on b.episode_id = e.episode_id and (b.visit_at, b.id) < (e.visit_at, e.id) and b.deleted = 0 and b.status in ('draft', 'signed')
       join treatment_line l on l.encounter_id = b.id and l.deleted = 0 group by e.id, l.code`,
  ).all(ids) as { id: string; code: string }[];
  const linesOf = Map.groupBy(lines, ({ encounterId }) => encounterId);
  const claimsOf = Map.groupBy(claims, ({ encounterId }) => encounterId);
  const earlierOf = Map.groupBy(earlier, ({ id }) => id);
  return visits.flatMap((encounter) => {
    const own = claimsOf.get(encounter.id) ?? [];
    const claim = own.at(-1) ?? null;
    if (encounter.status !== 'signed' && (claim === null || claim.status === 'credited')) return [];
    return [
      {
        encounter,
        lines: linesOf.get(encounter.id) ?? [],
        earlier: (earlierOf.get(encounter.id) ?? []).map(({ code }) => code),
        claim,
        attempts: own.length,
      },
    ];
  });
}

export function takenNumbers(db: SqliteDatabase): Set<string> {
  const rows = prepared(db, 'select regningsnummer as n from helfo_claim').all() as { n: string }[];
  return new Set(rows.map(({ n }) => n));
}
