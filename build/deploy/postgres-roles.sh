#!/bin/sh
# Run once by the Postgres image as it makes its database: the three roles of docs/operations.md. Passwords come as files.
set -eu
owner=$(cat /run/secrets/POSTGRES_OWNER_PASSWORD)
app=$(cat /run/secrets/POSTGRES_APP_PASSWORD)
psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres --set=owner="$owner" --set=app="$app" <<'SQL'
create role ryggrad_owner login nosuperuser nobypassrls password :'owner';
create role ryggrad_app login nosuperuser nobypassrls password :'app';
create role ryggrad_erase nologin;
grant ryggrad_erase to ryggrad_owner;
create database ryggrad owner ryggrad_owner encoding 'UTF8' template template0;
SQL
