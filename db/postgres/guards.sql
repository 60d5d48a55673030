-- Functions behind row security, the feed and what must never change. Static; guards.ts hangs them on the tables.
-- Applied by migrate.ts whenever this file or the model has changed. Postgres 14 and newer.
-- Own error codes: RG000 no tenant, RG001 signed, RG002 append-only, RG004 erased (RG003 is the server's own: a row that does not open).

-- The clinic of this transaction. Raises where none is set: after `set local` ends the setting is '' and not
-- unset, and a policy that compared with it would silently show nothing (security.md §3).
create or replace function ryggrad_clinic() returns uuid language plpgsql stable parallel safe as $$
declare
  setting text := current_setting('ryggrad.clinic', true);
begin
  if setting is null or setting = '' then
    raise exception 'no clinic is set in this transaction' using errcode = 'RG000';
  end if;
  return setting::uuid;
end $$;

create or replace function ryggrad_camel(name text) returns text language sql immutable parallel safe as $$
  select string_agg(case when place = 1 then part else upper(left(part, 1)) || substr(part, 2) end, '' order by place)
  from unnest(string_to_array(name, '_')) with ordinality as parts(part, place)
$$;

-- Whether this update only moves what is sensitive into envelopes, or from one envelope into another: allowed to the job of key rotation
-- (`ryggrad.resealing`, asked first: it is cheap), on finished rows too, and only into envelopes of the clinic's key in force. What the
-- envelopes say Postgres cannot know; a signed note's own hash does (content_hash).
create or replace function ryggrad_resealed(tbl text, before jsonb, after jsonb) returns boolean language plpgsql stable as $$
declare
  secret text[] := ryggrad_secret_columns(tbl);
  envelopes text[] := ryggrad_envelope_columns(tbl);
  prefix text;
begin
  if before - secret - envelopes <> after - secret - envelopes then
    return false;
  end if;
  select 'v2.' || key_id || '.' into prefix from clinic_clock where clinic_id = (after ->> 'clinic_id')::uuid;
  return not exists (
    select from unnest(secret || envelopes) as name
    where before -> name is distinct from after -> name and after ->> name is not null
      and name not like '%\_index' and not starts_with(after ->> name, prefix)
  );
end $$;

-- A row as the feed carries it: its envelopes, then the rest. Columns whose content lies in an envelope are left out.
create or replace function ryggrad_body(tbl text, whole jsonb, extra jsonb) returns text language plpgsql stable as $$
declare
  secret text[] := ryggrad_secret_columns(tbl);
  sealed text := coalesce(whole ->> 'sealed', '') || coalesce('~' || (whole ->> 'sealed_late'), '');
begin
  whole := whole - '{clinic_id,id,seq,deleted,extra}'::text[] - ryggrad_envelope_columns(tbl);
  if sealed <> '' then
    -- Somebody else's SQL may have written a value in the clear since: that one stays in.
    whole := whole - coalesce((select array_agg(name) from unnest(secret) as name where whole ->> name is null), '{}');
  end if;
  return sealed || (coalesce(extra, '{}'::jsonb) || whole)::text;
end $$;

-- Gives a row its place in the clinic's feed. The server does it in memory, for a whole batch, and says so by
-- `ryggrad.seq_assigned`; any other SQL gets it here, with stamps of the fields it changed. The counter's row is
-- locked by the first row and written once per statement (ryggrad_to_feed): updating it per row was quadratic,
-- 96 s for 90,000 rows. In between the place is kept in a setting, which a savepoint rolls back with the rows.
create or replace function ryggrad_place() returns trigger language plpgsql as $$
declare
  place text;
  stamp jsonb;
  key text;
  before jsonb;
  after jsonb;
begin
  if current_setting('ryggrad.resealing', true) = '1' and tg_op = 'UPDATE' and ryggrad_resealed(tg_table_name, to_jsonb(old), to_jsonb(new)) then
    return new;
  end if;
  if current_setting('ryggrad.seq_assigned', true) = '1' then
    if new.seq <= 0 or (tg_op = 'UPDATE' and new.seq <= old.seq) then
      raise exception 'a row of % was written without a new place in the feed', tg_table_name;
    end if;
    return new;
  end if;
  place := current_setting('ryggrad.place', true);
  if place is null or left(place, 36) <> new.clinic_id::text then
    if place <> '' then
      -- One statement over several clinics (a superuser's): what the last one got is not in its counter yet.
      update clinic_clock c set seq = greatest(c.seq, substr(place, 38)::bigint) where c.clinic_id = left(place, 36)::uuid;
    end if;
    insert into clinic_clock (clinic_id) values (new.clinic_id) on conflict do nothing;
    select new.clinic_id || ':' || c.seq into place from clinic_clock c where c.clinic_id = new.clinic_id for update;
  end if;
  new.seq := substr(place, 38)::bigint + 1;
  perform set_config('ryggrad.place', new.clinic_id || ':' || new.seq, true);
  stamp := jsonb_build_array(new.seq, '00000000-0000-0000-0000-000000000000');
  if tg_op = 'INSERT' then
    new.field_seq := jsonb_build_object('*', stamp);
  else
    before := to_jsonb(old);
    after := to_jsonb(new) - array['id', 'clinic_id', 'seq', 'field_seq', 'extra'] - ryggrad_envelope_columns(tg_table_name);
    for key in select jsonb_object_keys(after) loop
      if before -> key is distinct from after -> key then
        new.field_seq := new.field_seq || jsonb_build_object(ryggrad_camel(key), stamp);
      end if;
    end loop;
  end if;
  return new;
end $$;

-- Copies written rows into the feed, in order, once per statement. Arguments: the audience, or 'by-row'; the columns of the body that are
-- not sensitive, as SQL: a row of named columns is told as JSON in a third less time than a whole one of which some are taken out again;
-- and what stands before them, the row's envelopes. The server leaves nothing sensitive in its column; what others write is told whole.
create or replace function ryggrad_to_feed() returns trigger language plpgsql as $$
declare
  clinic uuid;
begin
  if current_setting('ryggrad.resealing', true) = '1' then
    -- The same rows at the same places; nobody has to hear of it.
    update feed f set body = ryggrad_body(tg_table_name, to_jsonb(r), r.extra)
      from new_rows r
      where f.clinic_id = r.clinic_id and f.entity = tg_table_name and f.id = r.id and f.seq = r.seq and not r.deleted;
    return null;
  end if;
  for clinic in select distinct clinic_id from new_rows order by clinic_id loop
    if current_setting('ryggrad.seq_assigned', true) is distinct from '1' then
      -- What others write stands in the clear: the job of key rotation has work again.
      update clinic_clock c set seq = greatest(c.seq, (select max(seq) from new_rows where clinic_id = clinic)), sealed_at = null
        where c.clinic_id = clinic;
    end if;
    execute format($insert$
      insert into feed as f (clinic_id, audience, entity, id, seq, created_seq, deleted, body)
        select r.clinic_id, %s, %L, r.id, r.seq, r.seq, r.deleted,
          case when r.deleted then null
            when $2 and r.extra is null then %s || (select row_to_json(b)::text from (select %s) b)
            else ryggrad_body(%L, to_jsonb(r), r.extra) end
        from new_rows r where r.clinic_id = $1 order by r.seq
        on conflict (clinic_id, entity, id) do update
          set seq = excluded.seq, deleted = excluded.deleted, body = excluded.body
          where excluded.seq > f.seq
      $insert$, case tg_argv[0] when 'by-row' then 'r.audience' else quote_literal(tg_argv[0]) end, tg_table_name, tg_argv[2], tg_argv[1],
      tg_table_name) using clinic, current_setting('ryggrad.seq_assigned', true) is not distinct from '1';
    perform pg_notify('ryggrad_feed', clinic::text);
  end loop;
  return null;
end $$;

-- A signed visit stands. All that may follow is `entered_in_error`, with who, when and why.
create or replace function ryggrad_signed_encounter() returns trigger language plpgsql as $$
declare
  free text[] := '{seq,field_seq}';
begin
  if current_user = 'ryggrad_erase' and tg_op = 'UPDATE' then
    return new;
  end if;
  if current_setting('ryggrad.resealing', true) = '1' and tg_op = 'UPDATE' and ryggrad_resealed(tg_table_name, to_jsonb(old), to_jsonb(new)) then
    return new;
  end if;
  if old.status not in ('signed', 'entered_in_error') then
    return case tg_op when 'DELETE' then old else new end;
  end if;
  if tg_op = 'UPDATE' then
    if old.status = 'signed' and new.status = 'entered_in_error' then
      free := free || '{status,closed_reason,closed_by_id,closed_at,sealed_late}'::text[];
    end if;
    if to_jsonb(old) - free = to_jsonb(new) - free then
      return new;
    end if;
  end if;
  raise exception 'encounter/signed' using errcode = 'RG001';
end $$;

-- What hangs under a signed visit stands with it. The server writes children before their visit in a batch.
create or replace function ryggrad_signed_child() returns trigger language plpgsql as $$
begin
  if current_user = 'ryggrad_erase' and tg_op = 'UPDATE' then
    return new;
  end if;
  if current_setting('ryggrad.resealing', true) = '1' and tg_op = 'UPDATE' and ryggrad_resealed(tg_table_name, to_jsonb(old), to_jsonb(new)) then
    return new;
  end if;
  if tg_op in ('UPDATE', 'DELETE') then
    if exists (select from encounter e where e.clinic_id = old.clinic_id and e.id = old.encounter_id and e.status in ('signed', 'entered_in_error')) then
      raise exception 'encounter/signed' using errcode = 'RG001';
    end if;
  end if;
  if tg_op in ('INSERT', 'UPDATE') then
    if exists (select from encounter e where e.clinic_id = new.clinic_id and e.id = new.encounter_id and e.status in ('signed', 'entered_in_error')) then
      raise exception 'encounter/signed' using errcode = 'RG001';
    end if;
    return new;
  end if;
  return old;
end $$;

create or replace function ryggrad_signed_amendment() returns trigger language plpgsql as $$
begin
  if current_user = 'ryggrad_erase' and tg_op = 'UPDATE' then
    return new;
  end if;
  if current_setting('ryggrad.resealing', true) = '1' and tg_op = 'UPDATE' and ryggrad_resealed(tg_table_name, to_jsonb(old), to_jsonb(new)) then
    return new;
  end if;
  if old.status = 'signed' and (tg_op = 'DELETE' or to_jsonb(old) - '{seq,field_seq}'::text[] <> to_jsonb(new) - '{seq,field_seq}'::text[]) then
    raise exception 'amendment/signed' using errcode = 'RG001';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end $$;

-- A finished row changes only in the columns named by the second argument; the first names the column that says whether it is
-- finished (anything but 'draft'), or is empty where rows are finished from birth. The rule is db/sync/policy.ts, movableFields.
create or replace function ryggrad_finished() returns trigger language plpgsql as $$
declare
  movable text[] := tg_argv[1]::text[] || '{seq,field_seq,extra,sealed_late}'::text[];
begin
  if current_setting('ryggrad.resealing', true) = '1' and tg_op = 'UPDATE' and ryggrad_resealed(tg_table_name, to_jsonb(old), to_jsonb(new)) then
    return new;
  end if;
  if current_user = 'ryggrad_erase' and tg_op = 'UPDATE' then
    return new;
  end if;
  if tg_argv[0] <> '' and to_jsonb(old) ->> tg_argv[0] in ('draft', 'open') then
    return case tg_op when 'DELETE' then old else new end;
  end if;
  if tg_op = 'DELETE' or to_jsonb(old) - movable <> to_jsonb(new) - movable
    or (tg_argv[0] <> '' and to_jsonb(new) ->> tg_argv[0] in ('draft', 'open')) then
    raise exception '%/finished', tg_table_name using errcode = 'RG001';
  end if;
  return new;
end $$;

create or replace function ryggrad_append_only() returns trigger language plpgsql as $$
begin
  if current_user = 'ryggrad_erase' and tg_op = 'UPDATE' and tg_table_name = 'quarantine' then
    return new;
  end if;
  if tg_op = 'UPDATE' and current_setting('ryggrad.resealing', true) = '1' then
    if ryggrad_resealed(tg_table_name, to_jsonb(old), to_jsonb(new)) then
      return new;
    end if;
  end if;
  raise exception '% is append-only', tg_table_name using errcode = 'RG002';
end $$;

-- Remembers every role a person has held, for changes signed before one was taken away.
create or replace function ryggrad_roles_held() returns trigger language plpgsql as $$
begin
  insert into user_role_ever (clinic_id, user_id, role)
    select new.clinic_id, new.id, role from jsonb_array_elements_text(new.roles) as role
    on conflict do nothing;
  return null;
end $$;

-- An address leads to its clinic before the tenant is known (server-tables.ts, directory). Old addresses stay: they
-- lead nowhere, since sign-in compares with the person's present one.
create or replace function ryggrad_address() returns trigger language plpgsql as $$
begin
  insert into directory (kind, key_hash, clinic_id)
    values ('email', encode(sha256(convert_to(lower(new.email), 'UTF8')), 'hex'), new.clinic_id)
    on conflict do nothing;
  return null;
end $$;

-- Erasure by law (helsepersonelloven §§ 43, 44) is the one way through the guards above: as the role ryggrad_erase, which nobody can log in as and
-- which these two functions alone run as. What they write is checked here again: a row is emptied only where the trace of its erasure stands.
create or replace function ryggrad_erase(entity text, rows jsonb) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  columns text;
begin
  if exists (
    select from jsonb_array_elements(rows) r
    where (r ->> 'deleted')::boolean and not exists (
      select from erasure e where e.clinic_id = (r ->> 'clinic_id')::uuid and e.id = (r -> 'extra' ->> 'erased')::uuid
        and e.erased @> jsonb_build_array(jsonb_build_object('entity', entity, 'id', r ->> 'id'))))
  then
    raise exception 'nothing is erased without its trace' using errcode = 'RG004';
  end if;
  select string_agg(format('%1$I = r.%1$I', attname), ', ') into columns from pg_attribute
    where attrelid = format('public.%I', entity)::regclass and attnum > 0 and not attisdropped and attname not in ('id', 'clinic_id');
  execute format('update %1$I t set %2$s from jsonb_populate_recordset(null::%1$I, $1) r
    where t.clinic_id = r.clinic_id and t.id = r.id and r.deleted and not coalesce(t.extra ? ''erased'', false)', entity, columns) using rows;
  -- What only quotes what was erased is sealed anew without the quotation. What an envelope says Postgres cannot see: that it says the rest
  -- unchanged is held by the server alone (sync-server/core/erase.ts).
  if entity in ('note_section', 'journal_request') then
    execute format('update %1$I t set sealed = r.sealed, seq = r.seq, field_seq = r.field_seq from jsonb_populate_recordset(null::%1$I, $1) r
      where t.clinic_id = r.clinic_id and t.id = r.id and not r.deleted', entity) using rows;
  end if;
end $$;

-- What was refused once and said something of these rows: that it was there stays, its words go.
create or replace function ryggrad_erase_kept(device uuid, place bigint, sha text) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update quarantine q set change = '{"erased":true}'
    where q.clinic_id = ryggrad_clinic() and q.device_id = device and q.n = place and q.hash = sha and q.code <> 'row/erased';
end $$;

-- Terminal: what was erased is not written again, whoever asks.
create or replace function ryggrad_erased() returns trigger language plpgsql as $$
begin
  raise exception 'row/erased' using errcode = 'RG004';
end $$;

-- An object in a store that its piece no longer names: a job removes it there. On conflict: a name is used once, but a piece may be
-- written back by a transaction that is tried again.
create or replace function ryggrad_object_left() returns trigger language plpgsql as $$
begin
  if old.object is not null and (tg_op = 'DELETE' or new.object is distinct from old.object) then
    insert into content_garbage (clinic_id, store, object) values (old.clinic_id, old.store, old.object) on conflict do nothing;
  end if;
  return null;
end $$;
