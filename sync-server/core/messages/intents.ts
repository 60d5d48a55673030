/** From a change that was accepted to a job, in the same transaction: what a laptop asked for is done if, and only if, it is in the record. */
import type { Tx } from '#db/postgres/open.ts';
import { plannedFor } from '#db/postgres/queries/messages.ts';
import type { StoredRow } from '#db/sync/row.ts';
import type { NewJob } from '../../jobs/queue.ts';
import type { Intend } from '../record-store.ts';
import { scanJob } from '../content-scan.ts';
import { sendJob } from './send.ts';

/** @param scans attachments are looked over here */
export function intendBy(enqueue: (tx: Tx, jobs: readonly NewJob[]) => Promise<void>, scans = false): Intend {
  return async (tx, clinicId, written) => {
    const messages = [...(written.get('message')?.values() ?? [])].filter(asksForSomething).map(({ id }) => id);
    const appointments = [...(written.get('appointment')?.keys() ?? [])];
    // A booking was moved or cancelled: its reminders are looked at again.
    const touched = appointments.length === 0 ? [] : await plannedFor(tx, clinicId, appointments);
    const ids = [...new Set([...messages, ...touched])];
    if (ids.length > 0)
      await enqueue(
        tx,
        ids.map((id) => sendJob(clinicId, id)),
      );
    // Its bytes may be here already, of another attachment, and looked over.
    const attached = scans
      ? [...(written.get('attachment')?.values() ?? [])].filter((row) => !row.deleted && (row['virusScan'] ?? null) === null)
      : [];
    if (attached.length > 0)
      await enqueue(
        tx,
        attached.map((row) => scanJob(clinicId, String(row['sha256']))),
      );
  };
}

const asksForSomething = (row: StoredRow): boolean =>
  !row.deleted && row['direction'] === 'out' && (row['state'] === 'planned' || row['state'] === 'cancelled' || row['decision'] !== null);
