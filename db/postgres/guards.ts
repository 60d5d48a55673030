/**
 * What stands around every table: row security, foreign keys, triggers, grants. Made from the model on each
 * migration, so that a new entity cannot be forgotten. All statements may be run again.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { columnName, type Entity } from '../model/entity.ts';
import { entities, entityNames } from '../model/entities.ts';
import { FROZEN_CHILDREN, movableFields } from '../sync/policy.ts';
import { sealingColumns, sensitiveColumns } from './sealing/sealed-row.ts';
import {
  AI_TABLES,
  CONTENT_TABLES,
  FEED_PARTS,
  HELFO_TABLES,
  IDENTITY_TABLES,
  MESSAGE_TABLES,
  SMART_TABLES,
  TENANT_SERVER_TABLES,
  WEBHOOK_TABLES,
} from './table-names.ts';

/** All tables that hold a clinic's data. */
export const TENANT_TABLES: readonly string[] = [
  ...entityNames,
  ...TENANT_SERVER_TABLES,
  ...IDENTITY_TABLES,
  ...MESSAGE_TABLES,
  ...CONTENT_TABLES,
  ...AI_TABLES,
  ...WEBHOOK_TABLES,
  ...HELFO_TABLES,
  ...SMART_TABLES,
];

/** What the app's role may do, besides the record tables (select, insert, update). Never truncate. */
const GRANTS: Readonly<Record<string, string>> = {
  clinic_clock: 'select, insert, update',
  feed: 'select, insert, update, delete',
  feed_mark: 'select, insert, delete',
  clinic_moment: 'select, insert',
  fhir_export: 'select, insert, delete',
  device_queue: 'select, insert, update',
  ledger: 'select, insert',
  change_proof: 'select, insert',
  clinic_key: 'select, insert, update',
  master_key: 'select, insert, delete',
  // Updates of the columns that are sealed: the triggers let envelopes be exchanged, and nothing else.
  quarantine: 'select, insert, update (change)',
  handed_in_decision: 'select, insert',
  audit_event: 'select, insert, update (reason)',
  user_role_ever: 'select, insert',
  device_credential: 'select, insert, update',
  account: 'select, insert, update',
  invitation: 'select, insert, update',
  second_factor: 'select, insert, update, delete',
  recovery_code: 'select, insert, update, delete',
  clerk_link: 'select, insert, delete',
  clerk_event: 'select, insert',
  clerk_user: 'select, insert, update',
  clerk_session_ended: 'select, insert, delete',
  helseid_login: 'select, insert, delete',
  helseid_ticket: 'select, insert, update, delete',
  helseid_identity: 'select, insert, update, delete',
  helseid_session: 'select, insert, update, delete',
  helseid_clinic: 'select, insert, update',
  content: 'select, insert, update',
  content_chunk: 'select, insert, update (key_id, bytes, store, object, object_key), delete',
  content_garbage: 'select, insert, update (urgent), delete',
  sending: 'select, insert, update',
  webhook_event: 'select, insert, update',
  webhook_endpoint: 'select, insert, update',
  webhook_delivery: 'select, insert, update, delete',
  contact_route: 'select, insert, update',
  helfo_sending: 'select, insert, update',
  helfo_claim_sent: 'select, insert, update',
  smart_clinic: 'select, insert, update',
  smart_app: 'select, insert, update',
  smart_launch: 'select, insert, update, delete',
  smart_grant: 'select, insert, update, delete',
  smart_token: 'select, insert, update, delete',
  smart_assertion: 'select, insert, delete',
  smart_key: 'select, insert, delete',
  ai_use: 'select, insert, update',
  server_state: 'select',
  directory: 'select, insert, delete',
  attempt: 'select, insert, update, delete',
  rate_budget: 'select, insert, update, delete',
};
/** Tables whose rows are finished at some point, and the column that says so; empty: from birth. Amendments have their own guard. */
const FINISHED: Readonly<Partial<Record<keyof typeof entities, string>>> = {
  letter: 'status',
  payment: '',
  invoice: '',
  invoice_payment: '',
  document: '',
  attachment: '',
  questionnaire_response: '',
  import_batch: '',
  imported_entry: '',
  patient_link: '',
  journal_request: 'status',
  erasure: '',
};
const APPEND_ONLY = ['audit_event', 'ledger', 'change_proof', 'quarantine', 'handed_in_decision'] as const;

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
/** `instead of` exists only for views: replace is how a trigger is re-made without a gap. */
const trigger = (name: string, when: string, table: string, rest: string) =>
  `create or replace trigger ${name} ${when} on ${quoted(table)} ${rest};`;

/** The whole text, and its hash by which a database knows whether it is in force. @param later what a later version adds, for tests */
export function guards(appRole: string, later = ''): { sql: string; hash: string } {
  const parts = [ERASE_ROLE, secretColumns(), readFileSync(join(import.meta.dirname, 'guards.sql'), 'utf8')];
  // Through the feed its own rule counts; nobody is granted a part of it, and should somebody be, the rule stands there too.
  for (const table of [...TENANT_TABLES, ...FEED_PARTS]) parts.push(rowSecurity(table));
  for (const name of entityNames) parts.push(recordTriggers(name), foreignKeys(entities[name]));
  for (const table of APPEND_ONLY) {
    parts.push(
      trigger(`${table}_append_only`, 'before update or delete', table, 'for each row execute function ryggrad_append_only()'),
      trigger(`${table}_keep`, 'before truncate', table, 'for each statement execute function ryggrad_append_only()'),
    );
  }
  // Only what is deleted may leave the feed (compaction): a living row is never taken out of it, whatever asks.
  parts.push('drop policy if exists compaction on feed;', 'create policy compaction on feed as restrictive for delete using (deleted);');
  // A real Electric service reads the same table, and needs the whole row of an update.
  for (const table of ['feed', ...FEED_PARTS]) parts.push(`alter table ${table} replica identity full;`);
  // Images are compressed already; trying again costs time and gains nothing.
  parts.push('alter table content_chunk alter column bytes set storage external;');
  // Whatever takes a piece away, or gives it another object: the one it had is not forgotten.
  parts.push(
    trigger('object_left', 'after delete or update of object', 'content_chunk', 'for each row execute function ryggrad_object_left()'),
  );
  parts.push(grants(appRole));
  if (later !== '') parts.push(later);
  const sql = parts.join('\n');
  return { sql, hash: createHash('sha256').update(sql).digest('hex') };
}

/** Which columns are sensitive, and which hold envelopes: asked by guards.sql. */
function secretColumns(): string {
  const secret: Record<string, string[]> = { quarantine: ['change'], audit_event: ['reason'] };
  const envelopes: Record<string, string[]> = {};
  for (const name of entityNames) {
    secret[name] = [...sensitiveColumns(name), 'extra'];
    envelopes[name] = sealingColumns(name);
  }
  const lookup = (name: string, columns: Record<string, string[]>) =>
    `create or replace function ${name}(tbl text) returns text[] language sql immutable parallel safe as $$ select case tbl
${Object.entries(columns)
  .map(([table, names]) => `  when '${table}' then '{${names.join(',')}}'::text[]`)
  .join('\n')}
  else '{}'::text[] end $$;`;
  return [lookup('ryggrad_secret_columns', secret), lookup('ryggrad_envelope_columns', envelopes)].join('\n');
}

function rowSecurity(table: string): string {
  return [
    `alter table ${quoted(table)} enable row level security;`,
    `alter table ${quoted(table)} force row level security;`,
    `drop policy if exists tenant on ${quoted(table)};`,
    `create policy tenant on ${quoted(table)} using (clinic_id = (select ryggrad_clinic())) with check (clinic_id = (select ryggrad_clinic()));`,
  ].join('\n');
}

function recordTriggers(name: keyof typeof entities): string {
  const entity: Entity = entities[name];
  const secret = new Set(sensitiveColumns(name));
  const plain = Object.keys(entity.fields)
    .map(columnName)
    .filter((column) => !secret.has(column));
  const body = ['field_seq', ...plain].map((column) => `r.${quoted(column)}`).join(', ');
  const late = sealingColumns(name).includes('sealed_late') ? `|| coalesce(''~'' || r.sealed_late, '''')` : '';
  const envelopes = `coalesce(r.sealed, '''') ${late}`;
  const feed = `referencing new table as new_rows for each statement execute function ryggrad_to_feed('${entity.audience}', '${body}', '${envelopes}')`;
  // Triggers of one kind fire by name: the guard comes before the place is given.
  const out = [
    trigger(`b_place`, 'before insert or update', name, 'for each row execute function ryggrad_place()'),
    trigger(`feed_insert`, 'after insert', name, feed),
    trigger(`feed_update`, 'after update', name, feed),
  ];
  if (name === 'encounter')
    out.push(trigger('a_signed', 'before update or delete', name, 'for each row execute function ryggrad_signed_encounter()'));
  if (name === 'amendment')
    out.push(trigger('a_signed', 'before update or delete', name, 'for each row execute function ryggrad_signed_amendment()'));
  out.push(trigger('a_erased', 'before update', name, `for each row when (old.extra ? 'erased') execute function ryggrad_erased()`));
  const finished = FINISHED[name];
  if (finished !== undefined) {
    const movable = [...(movableFields(name, { status: 'signed' }) ?? [])].map(columnName).join(',');
    out.push(
      trigger(
        'a_finished',
        'before update or delete',
        name,
        `for each row execute function ryggrad_finished('${finished}', '{${movable}}')`,
      ),
    );
  }
  if (FROZEN_CHILDREN.has(name))
    out.push(trigger('a_signed', 'before insert or update or delete', name, 'for each row execute function ryggrad_signed_child()'));
  if (name === 'user') {
    out.push(
      trigger('roles_held', 'after insert or update of roles', name, 'for each row execute function ryggrad_roles_held()'),
      trigger('address', 'after insert or update of email', name, 'for each row execute function ryggrad_address()'),
    );
  }
  return out.join('\n');
}

/**
 * Composite, so that a row cannot point into another clinic; checked at commit, so that order inside a batch is
 * free. `not valid`: the scan of old rows would run under row security, without a tenant.
 */
function foreignKeys(entity: Entity): string {
  return Object.entries(entity.fields)
    .filter(([, field]) => field.references !== undefined)
    .map(([name, field]) => {
      const constraint = `${entity.name}_${columnName(name)}_fk`;
      return `do $$ begin if not exists (select from pg_constraint where conname = '${constraint}' and conrelid = '${quoted(entity.name)}'::regclass) then
        alter table ${quoted(entity.name)} add constraint ${constraint} foreign key (clinic_id, ${columnName(name)}) references ${quoted(field.references ?? '')} (clinic_id, id) deferrable initially deferred not valid;
      end if; end $$;`;
    })
    .join('\n');
}

function grants(appRole: string): string {
  const role = quoted(appRole);
  const out = [`grant usage on schema public to ${role};`];
  for (const name of entityNames) out.push(`grant select, insert, update on ${quoted(name)} to ${role};`);
  for (const [table, rights] of Object.entries(GRANTS)) out.push(`grant ${rights} on ${quoted(table)} to ${role};`);
  // Whoever has the app's role can have rows erased, and nothing else can be done as the role that erases.
  for (const name of entityNames) out.push(`grant select, update on ${quoted(name)} to ryggrad_erase;`);
  out.push(
    'grant usage on schema public to ryggrad_erase;',
    'grant select, update on quarantine to ryggrad_erase;',
    'grant select, insert, update on feed to ryggrad_erase;',
    'grant create on schema public to ryggrad_erase;',
  );
  for (const done of ['ryggrad_erase(text, jsonb)', 'ryggrad_erase_kept(uuid, bigint, text)'])
    out.push(
      `alter function ${done} owner to ryggrad_erase;`,
      `revoke execute on function ${done} from public;`,
      `grant execute on function ${done} to ${role};`,
    );
  out.push('revoke create on schema public from ryggrad_erase;');
  return out.join('\n');
}

/**
 * The role that erases. The embedded server has it from its first start; on a Postgres of one's own it is made here where the owner may make
 * roles, and else by whoever may (docs/operations.md).
 */
const ERASE_ROLE = `do $$ begin
  if not exists (select from pg_roles where rolname = 'ryggrad_erase') then
    begin
      create role ryggrad_erase nologin nosuperuser nobypassrls;
    exception when duplicate_object or unique_violation then null;
    when insufficient_privilege then
      raise exception 'The role ryggrad_erase is missing. As an administrator: create role ryggrad_erase nologin; grant ryggrad_erase to "%";', current_user;
    end;
  end if;
  if not pg_has_role(current_user, 'ryggrad_erase', 'member') then
    begin
      execute format('grant ryggrad_erase to %I', current_user);
    exception when insufficient_privilege then
      raise exception 'As an administrator: grant ryggrad_erase to "%";', current_user;
    end;
  end if;
end $$;`;
