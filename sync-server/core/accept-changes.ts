/**
 * POST /v1/changes: merges a device's changes into the record (design.md §4, Up).
 *
 * A batch is one transaction: clinic's counter locked, rows read ahead, merged in memory, one statement per
 * table. If Postgres refuses a batch it is done again by halves, so that one bad change cannot hold up
 * the others. Every answered change is in the ledger by (device, n) and hash, in the same transaction as its
 * effect: the same change again gets the same answer and no second effect.
 */
import { isEntityName, SCHEMA_VERSION } from '#db/model/entities.ts';
import { MAX_CHANGES, PROTOCOL_VERSION, type Outcome, type PushReply, type pushRequestSchema } from '#db/sync/change.ts';
import { isErased } from '#db/sync/merge.ts';
import type { LedgerEntry, QuarantineEntry } from '#db/postgres/queries/push.ts';
import { clinicDay } from '#db/rules/appointments.ts';
import type { z } from 'zod';
import { appendAudit } from './audit.ts';
import { decideChange, openPeople } from './decide-change.ts';
import { mayDeliverFor } from './devices.ts';
import { keptProofs } from './kept-proofs.ts';
import { erasing } from './erase.ts';
import type { Principal } from './principal.ts';
import { actorsIn, placesOf, readBatch, type ReadBatch } from './read-batch.ts';
import { textOf, type ReadChange } from './read-change.ts';
import { openRecordBatch, type RecordBatch } from './record-batch.ts';
import type { RecordStore, RecordTx } from './record-store.ts';
import { err, ok, type Result } from './result.ts';
import { keysOf, type Proofs } from './signatures.ts';

export interface AcceptDeps {
  store: RecordStore;
  epoch: string;
  now(): Date;
  /** Monotonic milliseconds, for the limit on one transaction. */
  elapsed(): number;
  /** Seals a text so that the database alone does not give it away. */
  seal?(clinicId: string, text: string): string;
  /** Told how many changes had which outcome. */
  count?(outcome: string, n: number): void;
}

/** Code of a change to what was erased by law. */
export const ERASED_CODE = 'row/erased';
/** Changes of one transaction, at most (decision 0052), and for how long it may go on deciding. */
const BATCH = 250;
const BATCH_MS = 50;

type Push = z.infer<typeof pushRequestSchema>;

/** Errors: changes/gap (409, `expected`), changes/protocol and changes/from-newer (409, `supported`), device/mismatch. */
export async function acceptChanges(deps: AcceptDeps, principal: Principal, push: Push): Promise<Result<PushReply>> {
  if (push.protocol > PROTOCOL_VERSION) return err('changes/protocol', { supported: PROTOCOL_VERSION });
  if (push.changes.length > MAX_CHANGES) return err('request/too-large');
  const { places, expected } = placesOf(push.changes);
  if (expected !== undefined) return err('changes/gap', { expected });

  const { clinicId } = principal;
  const checked = await deps.store.inClinic(clinicId, async (tx) => {
    const delivers = await mayDeliverFor(tx, principal, push.deviceId);
    if (!delivers.ok) return delivers;
    const sender = await tx.credentialOf(push.deviceId);
    const ownerId = sender?.userId ?? (principal.kind === 'user' ? principal.userId : undefined);
    const known = await tx.signingKeys(push.deviceId, actorsIn(push.changes));
    return ok({ keys: keysOf(known, push.changes), ownerId, senderRevoked: sender?.revoked === true });
  });
  if (!checked.ok) return checked;

  const job: Job = {
    deps,
    principal,
    deviceId: push.deviceId,
    proofs: new Map(),
    ownerId: checked.value.ownerId,
    // Also when another device of the same person hands it in.
    revoked: checked.value.senderRevoked || (principal.kind === 'device' && principal.revoked),
    resumeFrom: push.resumeFrom,
  };
  const outcomes: Outcome[] = [];
  const prepare = (at: number): Promise<ReadBatch> => {
    const batch = readBatch(push.changes.slice(at, at + BATCH), places.slice(at, at + BATCH), job.proofs, checked.value.keys);
    // Awaited in its turn, unless a batch before it failed.
    batch.catch(() => {});
    return batch;
  };
  let coming = prepare(0);
  for (let at = 0; at < push.changes.length; at += BATCH) {
    // In order: the next is asked for when this one is known.
    const { items, beyond } = await coming;
    if (beyond && at + items.length === 0) return err('changes/from-newer', { supported: SCHEMA_VERSION });
    // While Postgres works on these the next are read and proven.
    if (!beyond && at + BATCH < push.changes.length) coming = prepare(at + BATCH);
    for (let done = 0; done < items.length;) {
      const part = await batchOrParts(job, items.slice(done));
      if (!part.ok) return part;
      outcomes.push(...part.value);
      done += part.value.length;
    }
    if (beyond) break;
  }
  for (const { outcome } of outcomes) deps.count?.(outcome, 1);

  const rest = await deps.store.inClinic(clinicId, async (tx) => ({
    auditUpTo: await appendAudit(tx, clinicId, push.deviceId, push.audit),
    lastN: await tx.lastN(push.deviceId),
  }));
  return ok({ epoch: deps.epoch, outcomes, ...rest, now: deps.now().toISOString() });
}

interface Job {
  deps: AcceptDeps;
  principal: Principal;
  deviceId: string;
  revoked: boolean;
  /** Where a device that no longer holds older changes goes on. */
  resumeFrom: number | undefined;
  proofs: Proofs;
  /** Whom the sending device was enrolled for. */
  ownerId: string | undefined;
}

/** May answer fewer changes than it was given. What Postgres refuses is looked for by halves, so that one bad change costs little. */
async function batchOrParts(job: Job, items: readonly ReadChange[]): Promise<Result<Outcome[]>> {
  try {
    return await batch(job, items);
  } catch (error) {
    const code = refusalOf(error);
    if (code === undefined) throw error;
    if (items.length > 1) return await batchOrParts(job, items.slice(0, Math.ceil(items.length / 2)));
    return batch(job, items, code);
  }
}

/**
 * One transaction. May answer fewer changes than it was given, when its time is up.
 * @param refuse code with which a change that Postgres refused is put into quarantine
 */
async function batch(job: Job, items: readonly ReadChange[], refuse?: string): Promise<Result<Outcome[]>> {
  const { deps, principal, deviceId } = job;
  const { clinicId, audience } = principal;
  return deps.store.inClinic(clinicId, async (tx): Promise<Result<Outcome[]>> => {
    const first = items[0];
    if (first === undefined) return ok([]);
    const state = await tx.lockClinic(deviceId);
    if (state === undefined) return err('clinic/unknown');
    if (first.n > state.lastN + 1 && first.n !== job.resumeFrom) return err('changes/gap', { expected: state.lastN + 1 });
    const started = deps.elapsed();
    const known = first.n <= state.lastN ? await tx.ledgerEntries(deviceId, first.n, items.at(-1)?.n ?? first.n) : new Map<number, never>();

    const fresh = items.filter(({ n }) => n > state.lastN);
    // Neither hash nor signature say the place in the queue: who has the device's credential could bring a change again at another one, and
    // what it said then would stand over what was written since.
    const made = await tx.changesBefore(
      deviceId,
      fresh.flatMap(({ change }) => change?.id ?? []),
    );
    const record = openRecordBatch(tx, clinicId, state.seq);
    const people = await openPeople(tx, deviceId, fresh, job.proofs, job.ownerId, clinicDay(job.deps.now().toISOString()));
    if (refuse === undefined) {
      await record.prefetch(
        fresh.flatMap(({ change }) => (change === undefined ? [] : [change])),
        deviceId,
      );
    }

    const outcomes: Outcome[] = [];
    const ledger: LedgerEntry[] = [];
    const quarantine: QuarantineEntry[] = [];
    const reject = (item: ReadChange, code: string): Outcome => {
      // Written into what was erased by law: kept, and only for whoever decided about it.
      const change = code === ERASED_CODE && deps.seal !== undefined ? deps.seal(clinicId, textOf(item.raw)) : textOf(item.raw);
      quarantine.push({ n: item.n, hash: item.hash, code, change });
      return { n: item.n, outcome: 'rejected', code };
    };
    for (const item of items) {
      const earlier = known.get(item.n);
      if (item.n <= state.lastN) {
        outcomes.push(earlier?.hash === item.hash ? earlier.outcome : reject(item, 'change/hash-mismatch'));
        continue;
      }
      if (ledger.length > 0 && deps.elapsed() - started > BATCH_MS) break;
      // What is erased is looked for in the database: everything before it must be there, and nothing after it in its transaction.
      const erases = item.change?.entity === 'erasure';
      if (ledger.length > 0 && (erases || record.erased.length > 0)) break;
      let outcome: Outcome;
      if (refuse !== undefined) outcome = reject(item, refuse);
      else if (job.revoked) outcome = reject(item, (await isIntoErased(record, item)) ? ERASED_CODE : 'device/revoked');
      else if (item.change === undefined) outcome = reject(item, item.code);
      else if (made.has(item.change.id)) outcome = reject(item, 'change/replayed');
      else {
        const decision = await decideChange({ tx, record, people, deviceId, clinicId }, item.change);
        if (decision.ok) {
          // A change that said what already stood is seen when the row is.
          const gone = erases && decision.writes[0] !== undefined ? await erasing(tx, decision.writes[0]) : undefined;
          if (gone !== undefined) Object.assign(decision.writes[0]?.set ?? {}, { erased: gone.erased });
          let seq = record.apply(decision.writes, deviceId, audience) ?? record.placeOf(item.change, audience);
          if (gone !== undefined) seq = record.erase(gone.rows, deviceId, audience) ?? seq;
          for (const write of decision.writes) people.learn(write);
          outcome = {
            n: item.n,
            outcome: decision.outcome,
            ...(seq === undefined ? {} : { seq }),
            ...(decision.flags.length === 0 ? {} : { flags: decision.flags }),
          };
        } else outcome = reject(item, decision.code);
      }
      if (item.change !== undefined) made.add(item.change.id);
      outcomes.push(outcome);
      ledger.push(ledgerEntry(item, outcome));
    }
    await flush(tx, job, record, state.seq, ledger, quarantine);
    return ok(outcomes);
  });
}

async function flush(
  tx: RecordTx,
  { deviceId, proofs }: Job,
  record: ReturnType<typeof openRecordBatch>,
  seqBefore: number,
  ledger: readonly LedgerEntry[],
  quarantine: readonly QuarantineEntry[],
): Promise<void> {
  if (record.seq > seqBefore) {
    await tx.moveClock(record.seq);
    await tx.writeRows(record.dirty);
    await tx.intend(record.dirty, seqBefore);
    if (record.erased.length > 0) await tx.eraseRows(record.erased);
  }
  await tx.appendLedger(
    deviceId,
    ledger,
    keptProofs(
      ledger.map(({ n }) => n),
      proofs,
    ),
  );
  await tx.appendQuarantine(deviceId, quarantine);
}

function ledgerEntry({ n, hash, change }: ReadChange, outcome: Outcome): LedgerEntry {
  return {
    n,
    hash,
    outcome,
    changeId: change?.id ?? null,
    actor: change?.actor ?? null,
    verb: change?.verb ?? null,
    entity: change?.entity ?? null,
    rowId: change?.rowId ?? null,
  };
}

/** What a revoked device wrote into what has been erased by law since is not laid before every clinician either. */
async function isIntoErased(record: RecordBatch, { change }: ReadChange): Promise<boolean> {
  if (change === undefined || !isEntityName(change.entity)) return false;
  const { entity, rowId } = change;
  return record.reading((read) => isErased({ entity, row: read.row(entity, rowId), change, read }));
}

/** The code of an error that is the change's own fault; undefined for everything else (which is retried). */
export function refusalOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === 'RG001') return 'encounter/signed';
  // What stands cannot be read (SealBroken): nothing may be written over it.
  if (code === 'RG003') return 'change/row-unreadable';
  if (code === 'RG004') return ERASED_CODE;
  if (code === '23503') return 'change/parent-missing';
  if (code.startsWith('22') || code.startsWith('23')) return 'change/not-storable';
  return undefined;
}
