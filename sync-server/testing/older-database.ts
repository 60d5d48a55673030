/** Puts a clinic's record back to how an older version of the server left it: everything in the clear, and no key. */
import pg from 'pg';
import { columnName } from '#db/model/entity.ts';
import { entityNames } from '#db/model/entities.ts';
import { withClinic, type Pool } from '#db/postgres/open.ts';
import { openBodies } from '#db/postgres/queries/feed.ts';
import { pieceAt, type FoundPiece } from '#db/postgres/queries/content.ts';
import { logPage } from '#db/postgres/queries/audit.ts';
import { openQuarantined } from '#db/postgres/queries/push.ts';
import { sealingColumns, sensitiveColumns } from '#db/postgres/sealing/sealed-row.ts';
import { withKeys } from '#db/postgres/sealing/clinic-keys.ts';
import { fieldsOf } from '#db/sync/row.ts';
import { openedRows } from './opened.ts';

/** @param adminUrl a superuser's, whom no trigger hinders */
export async function asOlderVersion(pool: Pool, adminUrl: string, clinicId: string): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(`set session_replication_role = replica; select set_config('ryggrad.clinic', '${clinicId}', false)`);
  for (const entity of entityNames) {
    const rows = await openedRows(pool, clinicId, entity);
    const fields = Object.keys(fieldsOf(entity)).filter((field) => sensitiveColumns(entity).includes(columnName(field)));
    for (const row of rows) {
      const values = Object.fromEntries(fields.map((field) => [columnName(field), row[field] ?? null]));
      await admin.query(
        `update "${entity}" t set ${[...Object.keys(values), 'extra'].map((column) => `"${column}" = j."${column}"`).join(', ')},
           ${sealingColumns(entity)
             .map((column) => `"${column}" = null`)
             .join(', ')}
         from jsonb_populate_record(null::"${entity}", $3::jsonb) j where t.clinic_id = $1 and t.id = $2`,
        [clinicId, row.id, JSON.stringify({ ...values, extra: row.extra })],
      );
    }
  }
  const { feed, held, log, pieces } = await withClinic(pool, clinicId, async (tx) => {
    const { rows: sealed } = await tx.query<{ entity: string; id: string; body: string | null }>('select entity, id, body from feed');
    const { rows: refused } = await tx.query<{ deviceId: string; n: number; hash: string; change: string }>(
      'select device_id as "deviceId", n, hash, change from quarantine',
    );
    const { rows: chunks } = await tx.query<{ sha256: string; n: number }>(
      'select sha256, n from content_chunk join content using (clinic_id, sha256) where complete',
    );
    const filter = { patientId: null, actorId: null, action: null, from: null, to: null, before: null, limit: 500 };
    return {
      feed: await openBodies(tx, sealed),
      held: await withKeys(tx, (keys) => refused.map((row) => ({ ...row, change: openQuarantined(keys, row) }))),
      log: await logPage(tx, clinicId, filter),
      pieces: await Promise.all(chunks.map(async (one) => ({ ...one, bytes: piece(await pieceAt(tx, clinicId, one.sha256, one.n)) }))),
    };
  });
  const set = (sql: string, values: unknown[]) => admin.query(`${sql} and clinic_id = '${clinicId}'`, values);
  for (const { entity, id, body } of feed) await set('update feed set body = $3 where entity = $1 and id = $2', [entity, id, body]);
  for (const { deviceId, n, hash, change } of held)
    await set('update quarantine set change = $4 where device_id = $1 and n = $2 and hash = $3', [deviceId, n, hash, change]);
  for (const { deviceId, n, reason } of log)
    await set('update audit_event set reason = $3 where device_id = $1 and n = $2', [deviceId, n, reason]);
  for (const { sha256, n, bytes } of pieces)
    await set('update content_chunk set key_id = null, bytes = $3 where sha256 = $1 and n = $2', [sha256, n, bytes]);
  await admin.query('delete from clinic_key where clinic_id = $1', [clinicId]);
  await admin.query('update clinic_clock set key_id = null, sealed_at = null, legacy_done = false where clinic_id = $1', [clinicId]);
  await admin.end();
}

const piece = (found: FoundPiece | undefined): Buffer | undefined => (found !== undefined && 'bytes' in found ? found.bytes : undefined);
