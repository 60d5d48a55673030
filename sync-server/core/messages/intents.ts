/** From a change that was accepted to a job, in the same transaction: what a laptop asked for is done if, and only if, it is in the record. */
import type { Tx } from '#db/postgres/open.ts';
import { plannedFor } from '#db/postgres/queries/messages.ts';
import { messageTemplate } from '#db/rules/message-templates.ts';
import { UNDO_SECONDS } from '#db/rules/message-time.ts';
import type { StoredRow } from '#db/sync/row.ts';
import type { NewJob } from '../../jobs/queue.ts';
import type { Intend } from '../record-store.ts';
import type { Announce } from '../webhooks/announce.ts';
import { helfoSendJob } from '../helfo/deps.ts';
import { scanJob } from '../content-scan.ts';
import { sendJob } from './settling.ts';

/**
 * @param scans attachments are looked over here
 * @param announce tells the clinic's webhooks
 * @param claims go to Helfo from here
 */
export function intendBy(
  enqueue: (tx: Tx, jobs: readonly NewJob[]) => Promise<void>,
  { scans = false, announce, claims = false }: { scans?: boolean; announce?: Announce | undefined; claims?: boolean } = {},
): Intend {
  return async (tx, clinicId, written, after) => {
    await announce?.(tx, clinicId, written, after);
    const asked = [...(written.get('message')?.values() ?? [])].filter(asksForSomething);
    const appointments = [...(written.get('appointment')?.keys() ?? [])];
    // A booking was moved or cancelled: its reminders are looked at again.
    const touched = appointments.length === 0 ? [] : await plannedFor(tx, clinicId, appointments);
    const jobs = new Map(touched.map((id) => [id, sendJob(clinicId, id)]));
    for (const row of asked) jobs.set(row.id, sendJob(clinicId, row.id, holdSeconds(row)));
    if (jobs.size > 0) await enqueue(tx, [...jobs.values()]);
    const toHelfo = claims
      ? [...(written.get('helfo_message')?.values() ?? [])].filter(({ deleted, state }) => !deleted && state === 'planned')
      : [];
    if (toHelfo.length > 0)
      await enqueue(
        tx,
        toHelfo.map(({ id }) => helfoSendJob(clinicId, id)),
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

/** What goes out at once is held for as long as the person who asked may still take it back; by their own clock alone, which may be wrong. */
function holdSeconds({ plannedAt, requestedAt, wanted, templateId }: StoredRow): number {
  if (wanted !== true || messageTemplate(String(templateId))?.before !== undefined) return 0;
  const hold = (Date.parse(String(plannedAt)) - Date.parse(String(requestedAt))) / 1000;
  return hold > 0 ? Math.min(hold, UNDO_SECONDS) : 0;
}
