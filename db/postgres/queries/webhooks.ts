/** Webhooks that go out: addresses, and what went to them. Every query stands under the clinic's row security. */
import type { Tx } from '../open.ts';

/** As it is shown; its secret is asked for only to sign (`deliveryToMake`). */
export interface Endpoint {
  id: string;
  url: string;
  events: string[];
  enabled: boolean;
  failingSince: Date | null;
  endedBy: string | null;
}
const ENDPOINT = 'id, url, events, enabled, failing_since as "failingSince", ended_by as "endedBy"';

export async function endpoints(tx: Tx, clinicId: string): Promise<Endpoint[]> {
  const { rows } = await tx.query<Endpoint>(
    `select ${ENDPOINT} from webhook_endpoint where clinic_id = $1 and not deleted order by created_at, id`,
    [clinicId],
  );
  return rows;
}

/** Those that are to be told, where the clinic has switched webhooks on. */
export async function listeningEndpoints(tx: Tx, clinicId: string): Promise<{ id: string; events: string[] }[]> {
  const { rows } = await tx.query<{ id: string; events: string[] }>(
    `select id, events from webhook_endpoint where clinic_id = $1 and enabled and not deleted
       and exists (select from integration_setting where clinic_id = $1 and name = 'webhooks' and enabled and not deleted)`,
    [clinicId],
  );
  return rows;
}

export async function addEndpoint(
  tx: Tx,
  clinicId: string,
  { id, url, events, secret, createdById }: { id: string; url: string; events: readonly string[]; secret: string; createdById: string },
): Promise<void> {
  await tx.query(
    'insert into webhook_endpoint (clinic_id, id, url, events, secret, created_by_id) values ($1, $2, $3, $4::jsonb, $5, $6)',
    [clinicId, id, url, JSON.stringify(events), secret, createdById],
  );
}

/** @returns false when there is none */
export async function changeEndpoint(
  tx: Tx,
  clinicId: string,
  id: string,
  { enabled, events, deleted }: { enabled?: boolean | undefined; events?: readonly string[] | undefined; deleted?: true },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update webhook_endpoint set enabled = coalesce($3, enabled), events = coalesce($4::jsonb, events), deleted = deleted or $5,
       failing_since = case when $3 then null else failing_since end, ended_by = case when $3 then null else ended_by end
     where clinic_id = $1 and id = $2 and not deleted`,
    [clinicId, id, enabled ?? null, events === undefined ? null : JSON.stringify(events), deleted ?? false],
  );
  return rowCount === 1;
}

export interface NewDelivery {
  id: string;
  endpointId: string;
  type: string;
  body: string;
  seq: number;
}

export async function addDeliveries(tx: Tx, clinicId: string, deliveries: readonly NewDelivery[], now: Date): Promise<void> {
  await tx.query(
    `insert into webhook_delivery (clinic_id, id, endpoint_id, type, body, seq, created_at)
     select $1, d.id, d."endpointId", d.type, d.body, d.seq, $3
     from jsonb_to_recordset($2::jsonb) as d(id uuid, "endpointId" uuid, type text, body text, seq bigint)`,
    [clinicId, JSON.stringify(deliveries), now],
  );
}

export interface ToDeliver {
  type: string;
  body: string;
  state: string;
  endpointId: string;
  url: string;
  secret: string;
  enabled: boolean;
}

export async function deliveryToMake(tx: Tx, clinicId: string, id: string): Promise<ToDeliver | undefined> {
  const { rows } = await tx.query<ToDeliver>(
    `select d.type, d.body, d.state, e.id as "endpointId", e.url, e.secret, e.enabled and not e.deleted and (d.type = 'webhook.test'
       or exists (select from integration_setting where clinic_id = $1 and name = 'webhooks' and enabled and not deleted)) as enabled
     from webhook_delivery d join webhook_endpoint e on e.clinic_id = d.clinic_id and e.id = d.endpoint_id where d.clinic_id = $1 and d.id = $2`,
    [clinicId, id],
  );
  return rows[0];
}

export interface Tried {
  state: 'delivered' | 'failed' | 'dropped';
  status: number | null;
  ms: number | null;
  code: string | null;
}

export async function noteTry(tx: Tx, clinicId: string, id: string, tried: Tried, now: Date): Promise<void> {
  await tx.query(
    `update webhook_delivery set state = $3, status = $4, ms = $5, code = $6, tried_at = $7, attempts = attempts + case when $3 = 'dropped' then 0 else 1 end
     where clinic_id = $1 and id = $2`,
    [clinicId, id, tried.state, tried.status, tried.ms, tried.code, now],
  );
}

/** @param endedBy switched off for this, if it has failed since before `before` */
export async function noteEndpoint(
  tx: Tx,
  clinicId: string,
  id: string,
  outcome: { ok: true } | { ok: false; now: Date; before: Date; gone: boolean },
): Promise<void> {
  if (outcome.ok) {
    await tx.query('update webhook_endpoint set failing_since = null where clinic_id = $1 and id = $2 and failing_since is not null', [
      clinicId,
      id,
    ]);
    return;
  }
  await tx.query(
    `update webhook_endpoint set failing_since = coalesce(failing_since, $3),
       ended_by = case when enabled and ($5 or failing_since <= $4) then case when $5 then 'webhook/gone' else 'webhook/failing' end else ended_by end,
       enabled = enabled and not ($5 or coalesce(failing_since <= $4, false))
     where clinic_id = $1 and id = $2`,
    [clinicId, id, outcome.now, outcome.before, outcome.gone],
  );
}

export interface DeliveryListed extends Tried {
  id: string;
  endpointId: string;
  type: string;
  attempts: number;
  createdAt: Date;
  triedAt: Date | null;
}

/** The newest, at most so many. */
export async function deliveries(tx: Tx, clinicId: string, limit: number): Promise<DeliveryListed[]> {
  const { rows } = await tx.query<DeliveryListed>(
    `select id, endpoint_id as "endpointId", type, state, attempts, status, ms, code, created_at as "createdAt", tried_at as "triedAt"
     from webhook_delivery where clinic_id = $1 order by created_at desc, id desc limit $2`,
    [clinicId, limit],
  );
  return rows;
}

/** @returns false when there is none */
export async function waitAgain(tx: Tx, clinicId: string, id: string): Promise<boolean> {
  const { rowCount } = await tx.query("update webhook_delivery set state = 'waiting' where clinic_id = $1 and id = $2", [clinicId, id]);
  return rowCount === 1;
}

export async function forgetDeliveries(tx: Tx, clinicId: string, before: Date): Promise<number> {
  const { rowCount } = await tx.query("delete from webhook_delivery where clinic_id = $1 and created_at < $2 and state <> 'waiting'", [
    clinicId,
    before,
  ]);
  return rowCount ?? 0;
}
