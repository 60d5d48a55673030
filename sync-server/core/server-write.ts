/** Rows the server itself writes (enrolment, revocation), with the same places and stamps as a laptop's. */
import type { Tx } from '#db/postgres/open.ts';
import { lockClinic, moveClock } from '#db/postgres/queries/push.ts';
import { writeRows } from '#db/postgres/queries/rows.ts';
import type { RowWrite } from '#db/sync/row.ts';
import { openRecordBatch } from './record-batch.ts';

/** @param deviceId whom the stamps name: the device on whose behalf it is written */
export async function serverWrite(tx: Tx, clinicId: string, deviceId: string, writes: readonly RowWrite[]): Promise<void> {
  const state = await lockClinic(tx, clinicId, deviceId);
  if (state === undefined) throw new Error('the clinic has no clock');
  const record = openRecordBatch(tx, clinicId, state.seq);
  await record.reading((read) => writes.map((write) => read.row(write.entity, write.id)));
  record.apply(writes, deviceId, 'clinical');
  await moveClock(tx, clinicId, record.seq);
  await writeRows(tx, clinicId, record.dirty);
}
