/** What vendors told us, from its receipt until it is worked in. */
import type { Tx } from '../open.ts';
import { currentKey, keyNumbered, unlessBroken, withKeys, type ClinicKeys } from '../sealing/clinic-keys.ts';
import { isSealed, keyIdOf, openText, placeOf, sealText } from '../sealing/envelope.ts';
import type { DataKey } from '../sealing/master-keys.ts';

export interface NewEvent {
  source: string;
  key: string;
  kind: string;
  data: unknown;
  stopHash: string | null;
}

const placeOfEvent = (clinicId: string, { source, key }: { source: string; key: string }) =>
  placeOf(clinicId, 'webhook_event', 'data', `${source}:${key}`);

/** What an event says, as it is kept: an envelope as JSON's own text. It may be a patient's words and number. */
export function sealEvent(dataKey: DataKey, clinicId: string, event: { source: string; key: string; data: unknown }): string {
  return sealText(dataKey.seals, String(dataKey.id), placeOfEvent(clinicId, event), JSON.stringify(event.data));
}

/** Throws SealBroken. */
export function openEvent(keys: ClinicKeys, event: { source: string; key: string; data: unknown }): unknown {
  const { data } = event;
  if (typeof data !== 'string' || !isSealed(data)) return data;
  return JSON.parse(openText(keyNumbered(keys, keyIdOf(data)).seals, placeOfEvent(keys.clinicId, event), data));
}

/** @returns keys of those that were not known yet */
export async function addEvents(tx: Tx, clinicId: string, events: readonly NewEvent[]): Promise<string[]> {
  if (events.length === 0) return [];
  const dataKey = await currentKey(tx);
  const sealed = events.map((event) => ({ ...event, data: sealEvent(dataKey, clinicId, event) }));
  const { rows } = await tx.query<{ key: string }>(
    `insert into webhook_event (clinic_id, source, key, kind, data, stop_hash)
     select $1, e.source, e.key, e.kind, e.data, e."stopHash"
     from jsonb_to_recordset($2::jsonb) as e(source text, key text, kind text, data jsonb, "stopHash" text)
     on conflict do nothing returning key`,
    [clinicId, JSON.stringify(sealed)],
  );
  return rows.map(({ key }) => key);
}

/** Those of them that are still to be worked in, in the order they came. */
export async function waitingEvents(
  tx: Tx,
  clinicId: string,
  keys: readonly { source: string; key: string }[],
): Promise<{ source: string; key: string; kind: string; data: unknown; receivedAt: Date }[]> {
  const { rows } = await tx.query<{ source: string; key: string; kind: string; data: unknown; receivedAt: Date }>(
    `select source, key, kind, data, received_at as "receivedAt" from webhook_event
     where clinic_id = $1 and handled_at is null and (source, key) in (select w.source, w.key from jsonb_to_recordset($2::jsonb) as w(source text, key text))
     order by received_at, key for update`,
    [clinicId, JSON.stringify(keys)],
  );
  return withKeys(tx, (clinicKeys) =>
    rows.flatMap((event) => {
      const data = unlessBroken(clinicKeys, 'webhook_event', `${event.source}:${event.key}`, () => ({
        said: openEvent(clinicKeys, event),
      }));
      return data === undefined ? [] : [{ ...event, data: data.said }];
    }),
  );
}

/** They are done; what they said is not kept beside the record. */
export async function eventsHandled(tx: Tx, clinicId: string, keys: readonly { source: string; key: string }[]): Promise<void> {
  await tx.query(
    `update webhook_event set handled_at = now(), data = null where clinic_id = $1
     and (source, key) in (select w.source, w.key from jsonb_to_recordset($2::jsonb) as w(source text, key text))`,
    [clinicId, JSON.stringify(keys)],
  );
}
