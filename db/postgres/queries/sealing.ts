/**
 * Sealing what stands: rows and other values are opened and put into envelopes of the key in force, where they are. Neither their place in
 * the feed nor their stamps change: to laptops nothing has happened. The triggers let it pass (guards.sql, ryggrad_resealed), and nothing
 * else with it.
 */
import { entityNames, type EntityName } from '../../model/entities.ts';
import { ERASED } from '../../sync/erase.ts';
import type { Tx } from '../open.ts';
import { currentKey, keyNumbered, keysOf, legacyMayStand, unlessBroken, withKeys } from '../sealing/clinic-keys.ts';
import { isSealed, keyIdOf, openBytes, openText, placeOf, sealBytes, sealText } from '../sealing/envelope.ts';
import { isLegacy, LEGACY_FORM } from '../sealing/legacy.ts';
import { openRow, sealingColumns, sealRow, sensitiveColumns, type RawRow } from '../sealing/sealed-row.ts';
import { auditId } from './audit.ts';
import { chunkPlace, resealKey } from './content.ts';
import { quarantineId } from './push.ts';
import { openEvent, sealEvent } from './webhook-events.ts';

/** Runs statements that may change envelopes, and nothing else. */
async function resealing(tx: Tx, text: string, values: unknown[]): Promise<number> {
  await tx.query("select set_config('ryggrad.resealing', '1', true)");
  const { rowCount } = await tx.query(text, values);
  await tx.query("select set_config('ryggrad.resealing', '', true)");
  return rowCount ?? 0;
}

/** Seals these rows with the key in force. The caller has locked the clinic. One that does not open, or waits for the legacy key, stays. */
export async function resealRows(tx: Tx, entity: EntityName, ids: readonly string[]): Promise<number> {
  const key = await currentKey(tx);
  const { rows } = await tx.query<{ row: RawRow }>(
    `select to_jsonb(t) as row from "${entity}" t where clinic_id = $1 and id = any($2::uuid[])`,
    [keysOf(tx).clinicId, ids],
  );
  const waits = keysOf(tx).ring.legacy === undefined && (await legacyMayStand(tx));
  const sealed = await withKeys(tx, (keys) =>
    rows.flatMap(({ row: raw }) => {
      const id = String(raw['id']);
      // Without the key of the earlier product its values are left as they are: sealed as they stand they could never be told again.
      if (waits && sensitiveColumns(entity).some((column) => isLegacy(raw[column]))) return [];
      const row = unlessBroken(keys, entity, id, () => openRow(keys, entity, raw, false));
      if (row === undefined) return [];
      keys.seen.delete(`${entity}/${id}`);
      return [sealRow(keys, key, entity, row)];
    }),
  );
  if (sealed.length === 0) return 0;
  const columns = sealingColumns(entity);
  const emptied = [...sensitiveColumns(entity), 'extra'];
  const written = await resealing(
    tx,
    `update "${entity}" t set ${[...columns.map((column) => `"${column}" = j."${column}"`), ...emptied.map((column) => `"${column}" = null`)].join(', ')}
     from jsonb_to_recordset($2::jsonb) as j(id uuid, seq bigint, ${columns.map((column) => `"${column}" text`).join(', ')})
     where t.clinic_id = $1 and t.id = j.id and t.seq = j.seq`,
    [keysOf(tx).clinicId, JSON.stringify(sealed)],
  );
  // What is written next in this transaction keeps these envelopes.
  await withKeys(tx, (keys) => {
    for (const raw of sealed) openRow(keys, entity, raw, true);
  });
  return written;
}

/** Something that is sealed: what of it is to be done, and how. */
export interface SealedStore {
  name: string;
  /** Seals at most so many of those after a place that are not under the key in force. @returns the place reached; null at the end */
  step(tx: Tx, after: string | null, limit: number): Promise<string | null>;
  /** What is not under this key. */
  left(tx: Tx, keyId: number): Promise<Left>;
}

export interface Left {
  /** Under an older key, or in the clear. */
  waiting: number;
  /** Of those, in the form of the earlier product. */
  legacy: number;
}

const outdated = (column: string, keyId: number) => `(${column} is not null and ${column} not like 'v2.${Math.trunc(keyId)}.%')`;

function recordStore(entity: EntityName): SealedStore {
  // Erased by law: there is nothing to seal, and nobody writes it again.
  const standing = `("extra" is null or not "extra" ? '${ERASED}')`;
  const plain = [...sensitiveColumns(entity), 'extra'].map((column) => `"${column}" is not null`);
  const envelopes = sealingColumns(entity).filter((column) => column.startsWith('sealed'));
  const needs = (keyId: number) => `${standing} and (${[...plain, ...envelopes.map((column) => outdated(column, keyId))].join(' or ')})`;
  const legacy = sensitiveColumns(entity).map((column) => `"${column}"::text ~ '${LEGACY_FORM}'`);
  return {
    name: entity,
    async step(tx, after, most) {
      // A document is megabytes.
      const limit = entity === 'document' ? Math.min(most, 4) : most;
      const { clinicId } = keysOf(tx);
      const { id: keyId } = await currentKey(tx);
      const { rows } = await tx.query<{ id: string }>(
        `select id from "${entity}" where clinic_id = $1 and ($2::uuid is null or id > $2) and (${needs(keyId)}) order by id limit $3`,
        [clinicId, after, limit],
      );
      if (rows.length > 0)
        await resealRows(
          tx,
          entity,
          rows.map(({ id }) => id),
        );
      return rows.length < limit ? null : (rows.at(-1)?.id ?? null);
    },
    left: (tx, keyId) => count(tx, `"${entity}"`, needs(keyId), legacy.length === 0 ? 'false' : legacy.join(' or ')),
  };
}

async function count(tx: Tx, table: string, needs: string, legacy: string): Promise<Left> {
  const { rows } = await tx.query<Left>(
    `select count(*)::int as waiting, count(*) filter (where ${legacy})::int as legacy from ${table} where clinic_id = $1 and (${needs})`,
    [keysOf(tx).clinicId],
  );
  return rows[0] ?? { waiting: 0, legacy: 0 };
}

interface Line {
  device: string;
  n: number;
  hash: string;
  text: string;
}

/** A column of text in a table that is only appended to, by device and n. */
function textStore(table: string, column: string, rowId: (line: Line) => string): SealedStore {
  return {
    name: table,
    async step(tx, after, limit) {
      const { clinicId } = keysOf(tx);
      const key = await currentKey(tx);
      const [device = null, n = null, last = null] = after?.split(':') ?? [];
      const { rows } = await tx.query<Line>(
        `select device_id as device, n, hash, ${column} as text from ${table}
         where clinic_id = $1 and ($2::uuid is null or (device_id, n, hash) > ($2::uuid, $3::bigint, $4::text)) and ${outdated(column, key.id)}
         order by device_id, n, hash limit $5`,
        [clinicId, device, n, last, limit],
      );
      const sealed = await withKeys(tx, (keys) =>
        rows.flatMap((line) => {
          const place = placeOf(clinicId, table, column, rowId(line));
          const text = unlessBroken(keys, table, rowId(line), () =>
            isSealed(line.text) ? openText(keyNumbered(keys, keyIdOf(line.text)).seals, place, line.text) : line.text,
          );
          return text === undefined ? [] : [{ ...line, text: sealText(key.seals, String(key.id), place, text) }];
        }),
      );
      if (sealed.length > 0)
        await resealing(
          tx,
          `update ${table} t set ${column} = j.text from jsonb_to_recordset($2::jsonb) as j(device uuid, n bigint, hash text, text text)
           where t.clinic_id = $1 and t.device_id = j.device and t.n = j.n and t.hash = j.hash`,
          [clinicId, JSON.stringify(sealed)],
        );
      const end = rows.at(-1);
      return rows.length < limit || end === undefined ? null : `${end.device}:${end.n}:${end.hash}`;
    },
    left: (tx, keyId) => count(tx, table, outdated(column, keyId), 'false'),
  };
}

/** One piece at a time: it is a megabyte. */
const chunkStore: SealedStore = {
  name: 'content_chunk',
  async step(tx, after) {
    const { clinicId } = keysOf(tx);
    const key = await currentKey(tx);
    const [sha256 = '', n = -1] = after?.split(':') ?? [];
    const { rows } = await tx.query<{ sha256: string; n: number; keyId: number | null; bytes: Buffer | null; objectKey: string | null }>(
      `select sha256, n, key_id as "keyId", bytes, object_key as "objectKey" from content_chunk
       where clinic_id = $1 and (sha256, n) > ($2, $3::int) and key_id is distinct from $4 order by sha256, n limit 1`,
      [clinicId, sha256, n, key.id],
    );
    const [found] = rows;
    if (found === undefined) return null;
    const place = chunkPlace(clinicId, found.sha256, found.n);
    const { keyId, bytes: here, objectKey } = found;
    const name = `${found.sha256}:${found.n}`;
    const sealed = await withKeys(tx, (keys) =>
      unlessBroken(keys, 'content_chunk', name, () => {
        // Of what lies in a store only its own key is sealed anew: the object stays where it is.
        if (here === null) return { bytes: null, objectKey: objectKey === null ? null : resealKey(keys, key, found, objectKey) };
        const clear = keyId === null ? here : openBytes(keyNumbered(keys, String(keyId)).seals, place, here);
        return { bytes: sealBytes(key.seals, place, clear), objectKey: null };
      }),
    );
    if (sealed !== undefined)
      await tx.query('update content_chunk set key_id = $4, bytes = $5, object_key = $6 where clinic_id = $1 and sha256 = $2 and n = $3', [
        clinicId,
        found.sha256,
        found.n,
        key.id,
        sealed.bytes,
        sealed.objectKey,
      ]);
    return name;
  },
  left: (tx, keyId) => count(tx, 'content_chunk', `key_id is distinct from ${Math.trunc(keyId)}`, 'false'),
};

/** News of vendors that is not worked in yet: few, and gone in a moment. */
const eventStore: SealedStore = {
  name: 'webhook_event',
  async step(tx, after, limit) {
    const { clinicId } = keysOf(tx);
    const key = await currentKey(tx);
    const { rows } = await tx.query<{ place: string; source: string; key: string; data: unknown }>(
      `select source || ' ' || key as place, source, key, data from webhook_event
       where clinic_id = $1 and source || ' ' || key > $2 and ${EVENT_DATA(key.id)} order by 1 limit $3`,
      [clinicId, after ?? '', limit],
    );
    const sealed = await withKeys(tx, (keys) =>
      rows.flatMap((event) => {
        const said = unlessBroken(keys, 'webhook_event', event.place, () => ({ data: openEvent(keys, event) }));
        return said === undefined ? [] : [{ ...event, data: sealEvent(key, clinicId, { ...event, ...said }) }];
      }),
    );
    for (const { source, key: name, data } of sealed)
      await tx.query('update webhook_event set data = to_jsonb($4::text) where clinic_id = $1 and source = $2 and key = $3', [
        clinicId,
        source,
        name,
        data,
      ]);
    return rows.length < limit ? null : (rows.at(-1)?.place ?? null);
  },
  left: (tx, keyId) => count(tx, 'webhook_event', EVENT_DATA(keyId), 'false'),
};
const EVENT_DATA = (keyId: number) => `data is not null and not coalesce(data #>> '{}' like 'v2.${Math.trunc(keyId)}.%', false)`;

/** Everything of a clinic that lies in envelopes. */
export const SEALED_STORES: readonly SealedStore[] = [
  ...entityNames.map(recordStore),
  textStore('quarantine', 'change', ({ device, n, hash }) => quarantineId(device, n, hash)),
  textStore('audit_event', 'reason', ({ device, n }) => auditId(device, n)),
  chunkStore,
  eventStore,
];

/** Bodies of the feed that carry an older key: they follow their rows, and are counted for themselves. */
export async function feedLeft(tx: Tx, keyId: number): Promise<number> {
  const { rows } = await tx.query<{ left: number }>(
    `select count(*)::int as left from feed where clinic_id = $1 and body is not null and (
       (body like 'v2.%' and body not like 'v2.${Math.trunc(keyId)}.%')
       or (split_part(split_part(body, '{', 1), '~', 2) <> '' and split_part(split_part(body, '{', 1), '~', 2) not like 'v2.${Math.trunc(keyId)}.%'))`,
    [keysOf(tx).clinicId],
  );
  return rows[0]?.left ?? 0;
}
