/**
 * Attachments are looked over for viruses where the operator has a scanner. The bytes themselves are kept whatever it says: what is found
 * infected is given to nobody and says so on every laptop; what nobody could look at yet is given to whoever added it, and to others later.
 */
import { NOBODY } from '#db/model/message.ts';
import { readClinic, withClinic, type Pool, type Tx } from '#db/postgres/open.ts';
import { attachmentsSaying, neverScanned, noteScan, wholeToScan } from '#db/postgres/queries/content-upkeep.ts';
import type { Scan } from '#db/postgres/queries/content.ts';
import { allClinics } from '#db/postgres/queries/compaction.ts';
import { chunkCount } from '#db/sync/content.ts';
import type { Scanner } from '../integrations/kit.ts';
import type { Job, NewJob } from '../jobs/queue.ts';
import type { ContentStore } from './content-store.ts';
import { serverWrite } from './server-write.ts';

export const SCAN_QUEUE = 'content-scan';
export const SCAN_SWEEP_QUEUE = 'content-scan-sweep';
const MOST = 200;

export interface ScanDeps {
  pool: Pool;
  content: ContentStore;
  scanner: Scanner;
  enqueue(tx: Pick<Tx, 'query'>, jobs: readonly NewJob[]): Promise<void>;
  log: { warn(fields: object, message: string): void };
}

export const scanJob = (clinicId: string, sha256: string): NewJob => ({ queue: SCAN_QUEUE, data: { clinicId, sha256 } });

/** Says of a whole that it waits to be looked over, and has it done. In one transaction. */
export function askForScan({ pool, enqueue }: Pick<ScanDeps, 'pool' | 'enqueue'>, clinicId: string, sha256: string): Promise<void> {
  return withClinic(pool, clinicId, async (tx) => {
    const whole = await wholeToScan(tx, clinicId, sha256);
    if (whole?.scan === 'waiting') await tellAttachments(tx, clinicId, sha256, 'waiting');
    await enqueue(tx, [scanJob(clinicId, sha256)]);
  });
}

/** Looks over what these jobs name. A scanner that is away fails no job: what waits is found by the sweep, as often as it takes. */
export async function scanContents(deps: ScanDeps, jobs: readonly Job[]): Promise<void> {
  for (const { data } of jobs) {
    const { clinicId, sha256 } = data;
    if (clinicId !== undefined && sha256 !== undefined) await scanContent(deps, clinicId, sha256);
  }
}

/** @returns what is now said of it; undefined when there is no such whole */
export async function scanContent({ pool, content, scanner, log }: ScanDeps, clinicId: string, sha256: string): Promise<Scan | undefined> {
  const whole = await readClinic(pool, clinicId, (tx) => wholeToScan(tx, clinicId, sha256));
  if (whole === undefined) return undefined;
  let scan: Scan | null = whole.scan;
  let detail: string | null = null;
  const isNew = scan === null || scan === 'waiting';
  if (isNew) {
    const found = await scanner.scan(piecesOf(content, clinicId, sha256, chunkCount(whole.byteLength)));
    // What was there before there was a scanner is not taken from anybody while it is away.
    if (found.kind === 'unknown') detail = found.code;
    else [scan, detail] = [found.kind, found.kind === 'infected' ? found.name : null];
    if (found.kind === 'unknown') log.warn({ clinic: clinicId, code: found.code }, 'an attachment was not looked over');
    if (found.kind === 'infected') log.warn({ clinic: clinicId, found: found.name }, 'an attachment is infected and is given to nobody');
  }
  const said = scan;
  if (said !== null)
    await withClinic(pool, clinicId, async (tx) => {
      await tellAttachments(tx, clinicId, sha256, said);
      if (isNew) await noteScan(tx, clinicId, sha256, said, detail);
    });
  return said ?? undefined;
}

/** By the clock: what nobody has looked over. @returns how many */
export async function sweepScans({ pool, enqueue }: Pick<ScanDeps, 'pool' | 'enqueue'>): Promise<number> {
  let found = 0;
  for (const clinicId of await allClinics(pool)) {
    found += await withClinic(pool, clinicId, async (tx) => {
      const waiting = await neverScanned(tx, clinicId, MOST);
      await enqueue(
        tx,
        waiting.map((sha256) => scanJob(clinicId, sha256)),
      );
      return waiting.length;
    });
  }
  return found;
}

async function tellAttachments(tx: Tx, clinicId: string, sha256: string, virusScan: Scan): Promise<void> {
  const ids = await attachmentsSaying(tx, clinicId, sha256, virusScan);
  const writes = ids.map((id) => ({ entity: 'attachment' as const, id, birth: false, set: { virusScan }, extra: {} }));
  if (writes.length > 0) await serverWrite(tx, clinicId, NOBODY, writes);
}

async function* piecesOf(content: ContentStore, clinicId: string, sha256: string, count: number): AsyncGenerator<Buffer> {
  for (let n = 0; n < count; n += 1) {
    const piece = await content.read(clinicId, sha256, n);
    // Erased meanwhile: what was seen of it says nothing.
    if (piece === undefined) throw new Error('a piece of a whole is gone');
    yield piece;
  }
}
