/** What this laptop holds of the bytes of attachments, what must go up, what somebody waits for, and what may be let go of. */
import type { SqliteDatabase } from '../open.ts';
import { prepared } from '../store.ts';

export interface Content {
  sha256: string;
  file: string;
  /** Base64 of 32 bytes. */
  key: string;
  byteLength: number;
  chunks: number;
  complete: boolean;
  uploaded: boolean;
  epoch: string | null;
  wanted: boolean;
  pinned: boolean;
  openedAt: string | null;
  problem: string | null;
}

/** A content, and the attachment by which the server knows it. */
export interface ContentJob extends Content {
  attachmentId: string;
}

type Flag = 'complete' | 'uploaded' | 'wanted' | 'pinned';
type Raw<T> = Omit<T, Flag> & Record<Flag, number>;

const COLUMNS = `c.sha256, c.file, c.key, c.byte_length as byteLength, c.chunks, c.complete, c.uploaded, c.epoch, c.wanted, c.pinned,
  c.opened_at as openedAt, c.problem`;

function decode<T extends Content>(raw: unknown): T {
  const row = raw as Raw<T>;
  return {
    ...row,
    complete: row.complete === 1,
    uploaded: row.uploaded === 1,
    wanted: row.wanted === 1,
    pinned: row.pinned === 1,
  } as unknown as T;
}

export function contentOf(db: SqliteDatabase, sha256: string): Content | undefined {
  const raw = prepared(db, `select ${COLUMNS} from content c where sha256 = ?`).get(sha256);
  return raw === undefined ? undefined : decode(raw);
}

export function allContent(db: SqliteDatabase): Content[] {
  return prepared(db, `select ${COLUMNS} from content c`)
    .all()
    .map((raw) => decode<Content>(raw));
}

/** Writes it whole, new or not. */
export function writeContent(db: SqliteDatabase, content: Content): void {
  prepared(
    db,
    `insert into content (sha256, file, key, byte_length, chunks, complete, uploaded, epoch, wanted, pinned, opened_at, problem)
     values (?,?,?,?,?,?,?,?,?,?,?,?)
     on conflict (sha256) do update set file = excluded.file, key = excluded.key, byte_length = excluded.byte_length, chunks = excluded.chunks,
       complete = excluded.complete, uploaded = excluded.uploaded, epoch = excluded.epoch, wanted = excluded.wanted, pinned = excluded.pinned,
       opened_at = excluded.opened_at, problem = excluded.problem`,
  ).run(
    content.sha256,
    content.file,
    content.key,
    content.byteLength,
    content.chunks,
    Number(content.complete),
    Number(content.uploaded),
    content.epoch,
    Number(content.wanted),
    Number(content.pinned),
    content.openedAt,
    content.problem,
  );
}

/** The server has verified the whole, in this epoch. */
export function markUploaded(db: SqliteDatabase, sha256: string, epoch: string | undefined): void {
  prepared(db, 'update content set uploaded = 1, epoch = ?, problem = null where sha256 = ?').run(epoch ?? null, sha256);
}

export function markChunks(db: SqliteDatabase, sha256: string, chunks: number): void {
  prepared(db, 'update content set chunks = ? where sha256 = ?').run(chunks, sha256);
}

/** What was fetched is here as a whole; the server has it, or it would not have come from there. */
export function markFetched(db: SqliteDatabase, sha256: string, epoch: string | undefined): void {
  prepared(db, 'update content set complete = 1, wanted = 0, uploaded = 1, epoch = ?, problem = null where sha256 = ?').run(
    epoch ?? null,
    sha256,
  );
}

export function markProblem(db: SqliteDatabase, sha256: string, problem: string | null): void {
  prepared(db, 'update content set problem = ? where sha256 = ? and problem is not ?').run(problem, sha256, problem);
}

/** Forgets it. Throws where this laptop alone has it (trigger content_no_delete). */
export function forgetContent(db: SqliteDatabase, sha256: string): void {
  prepared(db, 'delete from content where sha256 = ?').run(sha256);
}

const KNOWN = 'join attachment a on a.sha256 = c.sha256 and a.deleted = 0 and a.seq > 0';

/**
 * Whole here, and not known to be whole at the server as it is now: a restored one (another epoch) is asked again. Only what
 * the server's record names already; smallest first, so that a letter does not wait for a film.
 */
export function contentToUpload(db: SqliteDatabase, epoch: string | undefined): ContentJob[] {
  return prepared(
    db,
    `select ${COLUMNS}, min(a.id) as attachmentId from content c ${KNOWN}
     where c.complete = 1 and (c.uploaded = 0 or c.epoch is not ?) group by c.sha256 order by c.byte_length, c.sha256`,
  )
    .all(epoch ?? null)
    .map((raw) => decode<ContentJob>(raw));
}

/** Waited for; what a person opened last comes first. */
export function contentToFetch(db: SqliteDatabase): ContentJob[] {
  return prepared(
    db,
    `select ${COLUMNS}, min(a.id) as attachmentId from content c ${KNOWN}
     where c.complete = 0 and c.wanted = 1 group by c.sha256 order by c.opened_at desc, c.byte_length`,
  )
    .all()
    .map((raw) => decode<ContentJob>(raw));
}

/** Bytes of all that is here. */
export function contentBytes(db: SqliteDatabase): number {
  return (prepared(db, 'select coalesce(sum(byte_length), 0) as bytes from content where complete = 1').get() as { bytes: number }).bytes;
}

/** What may be let go of, longest unopened first: verified at the server as it is now, not pinned, not opened since. */
export function evictable(db: SqliteDatabase, epoch: string | undefined, openedBefore: string): Content[] {
  return prepared(
    db,
    `select ${COLUMNS} from content c where complete = 1 and uploaded = 1 and epoch is ? and pinned = 0
       and (opened_at is null or opened_at < ?) order by opened_at, sha256`,
  )
    .all(epoch ?? null, openedBefore)
    .map((raw) => decode<Content>(raw));
}

/** Verified at the server, and no attachment of this laptop's record names it any more (a device that may not read notes now). */
export function orphanedContent(db: SqliteDatabase): Content[] {
  return prepared(
    db,
    `select ${COLUMNS} from content c where uploaded = 1 and not exists (select 1 from attachment a where a.sha256 = c.sha256)`,
  )
    .all()
    .map((raw) => decode<Content>(raw));
}
