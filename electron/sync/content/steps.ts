/**
 * One step of moving content: one request, one chunk. What is done stands in the database or at the server before the next
 * begins, so a kill between any two loses at most the chunk that was under way.
 */
import { createHash } from 'node:crypto';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { markChunks, markFetched, markProblem, markUploaded, writeContent, type ContentJob } from '#db/sqlite/queries/content.ts';
import { CHUNK_HASH_HEADER, chunkCount, chunkLength, contentStateSchema } from '#db/sync/content.ts';
import { serverFacts } from '../cursor.ts';
import { problemCode, type Fetch } from '../ports.ts';
import { directChunk, type DirectPlaces } from './direct.ts';
import { hashOf, newSealedFile, readChunk, syncFile, writeChunk } from './sealed-file.ts';

export interface StepDeps {
  db: SqliteDatabase;
  /** Where the sealed files lie. */
  folder: string;
  serverUrl: string;
  credential(): string;
  fetch: Fetch;
}

export type StepResult =
  | { ok: true; done: boolean }
  /** `silent`: the server does not answer, or not us: everything waits. Otherwise this one content does, the others go on. */
  | { ok: false; code: string; silent: boolean };

/** What the server is known to have of each content that is going up; asked for once and again after a doubt. */
export type Sessions = Map<string, Set<number>>;

const ONE_REQUEST_MS = 60_000;

/** Asks what the server has, or sends the next chunk it has not, or asks it to verify the whole. */
export async function uploadStep(deps: StepDeps, job: ContentJob, sessions: Sessions, signal: AbortSignal): Promise<StepResult> {
  const { db, folder } = deps;
  const path = `/v1/attachments/${job.attachmentId}/content`;
  const have = sessions.get(job.sha256);
  if (have === undefined) {
    const answer = await request(deps, 'GET', path, signal);
    if (!answer.ok) return answer;
    const state = contentStateSchema.safeParse(jsonOf(answer.bytes));
    if (!state.success) return { ok: false, code: 'server/unreadable', silent: true };
    if (state.data.complete) return uploaded(deps, job);
    sessions.set(job.sha256, new Set(state.data.have));
    return { ok: true, done: false };
  }
  const count = chunkCount(job.byteLength);
  const n = Array.from({ length: count }, (_, i) => i).find((i) => !have.has(i));
  if (n === undefined) {
    // Whatever comes of it, the next step asks anew.
    sessions.delete(job.sha256);
    const answer = await request(deps, 'POST', `${path}/complete`, signal);
    return answer.ok ? uploaded(deps, job) : answer;
  }
  const bytes = await readChunk(folder, job, n);
  if (bytes === undefined) {
    markProblem(db, job.sha256, 'attachment/damaged');
    return { ok: false, code: 'attachment/damaged', silent: false };
  }
  const answer = await request(deps, 'PUT', `${path}/${n}`, signal, bytes);
  if (!answer.ok) return answer;
  have.add(n);
  return { ok: true, done: false };
}

function uploaded({ db }: StepDeps, { sha256 }: ContentJob): StepResult {
  markUploaded(db, sha256, serverFacts.epoch(db));
  return { ok: true, done: true };
}

/** Fetches the next chunk, or verifies the whole against the hash that the record names. */
export async function fetchStep(deps: StepDeps, job: ContentJob, places: DirectPlaces, signal: AbortSignal): Promise<StepResult> {
  const { db, folder } = deps;
  if (job.chunks < chunkCount(job.byteLength)) {
    const n = job.chunks;
    const direct = await directChunk(deps, job, n, places, signal);
    if (direct !== undefined) {
      await writeChunk(folder, job, n, direct);
      markChunks(db, job.sha256, n + 1);
      return { ok: true, done: false };
    }
    const answer = await request(deps, 'GET', `/v1/attachments/${job.attachmentId}/content/${n}`, signal);
    if (!answer.ok) return answer;
    const { bytes, hash } = answer;
    if (bytes.length !== chunkLength(job.byteLength, n) || createHash('sha256').update(bytes).digest('hex') !== hash)
      return { ok: false, code: 'server/unreadable', silent: true };
    await writeChunk(folder, job, n, bytes);
    markChunks(db, job.sha256, n + 1);
    return { ok: true, done: false };
  }
  await syncFile(folder, job);
  // Whatever came of it: addresses hold for minutes.
  places.delete(job.sha256);
  if ((await hashOf(folder, job)) === job.sha256) {
    markFetched(db, job.sha256, serverFacts.epoch(db));
    return { ok: true, done: true };
  }
  // Begun anew in a file of its own; keep-house removes the other.
  const { pinned, wanted, openedAt, sha256, byteLength } = job;
  writeContent(db, {
    ...newSealedFile(byteLength),
    sha256,
    pinned,
    wanted,
    openedAt,
    chunks: 0,
    complete: false,
    uploaded: false,
    epoch: null,
    problem: 'attachment/hash-mismatch',
  });
  return { ok: false, code: 'attachment/hash-mismatch', silent: false };
}

type Answer = { ok: true; bytes: Buffer; hash: string | null } | { ok: false; code: string; silent: boolean };

async function request(deps: StepDeps, method: 'GET' | 'PUT' | 'POST', path: string, signal: AbortSignal, body?: Buffer): Promise<Answer> {
  try {
    const response = await deps.fetch(`${deps.serverUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${deps.credential()}`,
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/octet-stream', [CHUNK_HASH_HEADER]: createHash('sha256').update(body).digest('hex') }),
      },
      ...(body === undefined ? {} : { body: new Uint8Array(body) }),
      cache: 'no-store',
      signal: AbortSignal.any([signal, AbortSignal.timeout(ONE_REQUEST_MS)]),
    });
    if (response.ok) {
      return { ok: true, bytes: Buffer.from(await response.arrayBuffer()), hash: response.headers.get(CHUNK_HASH_HEADER) };
    }
    const { code } = await problemCode(response);
    return { ok: false, code, silent: !code.startsWith('attachment/') };
  } catch {
    return { ok: false, code: 'server/unreachable', silent: true };
  }
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
