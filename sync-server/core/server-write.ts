/** Rows the server itself writes (enrolment, revocation), with the same places and stamps as a laptop's. */
import type { Tx } from '#db/postgres/open.ts';
import type { RowWrite } from '#db/sync/row.ts';
import type { Announce } from './webhooks/announce.ts';
import { openRecordBatch } from './record-batch.ts';
import { recordTx } from './record-store.ts';

/**
 * @param deviceId whom the stamps name: the device on whose behalf it is written
 * @param announce tells the clinic's webhooks of it
 */
export async function serverWrite(
  pgTx: Tx,
  clinicId: string,
  deviceId: string,
  writes: readonly RowWrite[],
  announce?: Announce,
): Promise<void> {
  const tx = recordTx(pgTx, clinicId);
  const state = await tx.lockClinic(deviceId);
  if (state === undefined) throw new Error('the clinic has no clock');
  const record = openRecordBatch(tx, clinicId, state.seq);
  await record.reading((read) => writes.map((write) => read.row(write.entity, write.id)));
  record.apply(writes, deviceId, 'clinical');
  await tx.moveClock(record.seq);
  await tx.writeRows(record.dirty);
  await announce?.(pgTx, clinicId, record.dirty, state.seq);
}
