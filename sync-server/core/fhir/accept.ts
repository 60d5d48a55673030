/**
 * What is written by FHIR goes the way of a laptop's changes: the same rules decide, the same merge, places, ledger, jobs and log, in one transaction, and
 * so it comes down to every laptop. Only the proof differs: whoever writes has shown who they are to the server, and signs nothing.
 */
import { v7 } from 'uuid';
import { SCHEMA_VERSION, type EntityName } from '#db/model/entities.ts';
import type { LedgerEntry } from '#db/postgres/queries/push.ts';
import { clinicDay } from '#db/rules/appointments.ts';
import { changeBytes, type Change, type Outcome } from '#db/sync/change.ts';
import { baseFor, type StoredRow } from '#db/sync/row.ts';
import { refusalOf } from '../accept-changes.ts';
import { decideChange, openPeople } from '../decide-change.ts';
import type { ServerDeps } from '../deps.ts';
import { sha256, type ReadChange } from '../read-change.ts';
import { openRecordBatch } from '../record-batch.ts';
import { logInRecord, type ServerEvent } from '../server-log.ts';
import { fhirFailure, type FhirFailure } from './outcome.ts';
import type { FhirCaller } from './who.ts';

export interface Write {
  entity: EntityName;
  rowId: string;
  set: Readonly<Record<string, unknown>>;
  /** Of an update: what the caller had read; undefined: whatever stands. */
  ifVersions?: readonly string[] | undefined;
  isUpdate?: boolean;
}

class Refused extends Error {
  readonly failure: FhirFailure;
  constructor(failure: FhirFailure) {
    super('refused');
    this.failure = failure;
  }
}

/** All of them or none. Codes: fhir/forbidden, fhir/unknown-reference, fhir/version-conflict, fhir/not-found, fhir/business-rule. */
export async function acceptWrites(
  { store, now }: Pick<ServerDeps, 'store' | 'now'>,
  caller: FhirCaller,
  verb: string,
  writes: readonly Write[],
  events: readonly ServerEvent[],
): Promise<{ flags: string[] } | FhirFailure> {
  const { clinicId } = caller;
  const at = now().toISOString();
  try {
    return await store.inClinic(clinicId, async (tx) => {
      // The server is a device of its own, with the clinic's id for its own, as in the log.
      const state = await tx.lockClinic(clinicId);
      if (state === undefined) throw new Refused(fhirFailure('fhir/not-found'));
      const record = openRecordBatch(tx, clinicId, state.seq);
      const rows = await record.reading((read) => writes.map(({ entity, rowId }) => read.row(entity, rowId)));
      const items = writes.map((write, i) => itemOf(caller, verb, write, rows[i], { at, n: state.lastN + i + 1 }));
      const people = { ...(await openPeople(tx, clinicId, items, new Map(), undefined, clinicDay(at))), signature: () => undefined };
      const ledger: LedgerEntry[] = [];
      const flags: string[] = [];
      for (const [i, { change, n, hash }] of items.entries()) {
        const decided = await decideChange({ tx, record, people, deviceId: clinicId, clinicId }, change);
        if (!decided.ok) throw new Refused(refusalFor(decided.code));
        // Others' changes are known: the row was read under the lock. What still meets one is the rules' own word.
        const seq = record.apply(decided.writes, clinicId, 'clinical') ?? record.placeOf(change, 'clinical');
        const outcome: Outcome = {
          n,
          outcome: decided.outcome,
          ...(seq === undefined ? {} : { seq }),
          ...(decided.flags.length === 0 ? {} : { flags: decided.flags }),
        };
        flags.push(...decided.flags);
        ledger.push({
          n,
          hash,
          outcome,
          changeId: change.id,
          actor: change.actor,
          verb,
          entity: change.entity,
          rowId: writes[i]?.rowId ?? null,
        });
      }
      if (record.seq > state.seq) {
        await tx.moveClock(record.seq);
        await tx.writeRows(record.dirty);
        await tx.intend(record.dirty, state.seq);
      }
      await tx.appendLedger(clinicId, ledger, []);
      await logInRecord(tx, clinicId, ...events);
      return { flags };
    });
  } catch (error) {
    if (error instanceof Refused) return error.failure;
    const code = refusalOf(error);
    if (code === undefined) throw error;
    return refusalFor(code);
  }
}

function itemOf(
  { userId }: FhirCaller,
  verb: string,
  { entity, rowId, set, ifVersions, isUpdate }: Write,
  row: StoredRow | undefined,
  { at, n }: { at: string; n: number },
): ReadChange & { change: Change } {
  if (isUpdate === true) {
    if (row === undefined || row.deleted) throw new Refused(fhirFailure('fhir/not-found'));
    if (ifVersions !== undefined && !ifVersions.includes('*') && !ifVersions.includes(String(row.seq)))
      throw new Refused(fhirFailure('fhir/version-conflict'));
  }
  const change: Change = {
    n,
    id: v7(),
    actor: userId,
    actorSignature: '',
    verb,
    entity,
    rowId,
    base: baseFor(entity, row, Object.keys(set)),
    set: set as Change['set'],
    at,
    schema: SCHEMA_VERSION,
  };
  return { n, hash: sha256(changeBytes(change)), raw: change, change, code: '' };
}

function refusalFor(code: string): FhirFailure {
  if (code === 'actor/forbidden' || code === 'actor/unknown') return fhirFailure('fhir/forbidden');
  if (code === 'change/parent-missing') return fhirFailure('fhir/unknown-reference');
  const failure = fhirFailure('fhir/business-rule');
  // Our own code for the rule, which the app has a sentence for.
  failure.outcome.issue?.[0]?.details?.coding?.push({ system: 'urn:ryggrad:problem', code });
  return failure;
}
