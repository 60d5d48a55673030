#!/bin/sh
# restore.sh DUMP: puts a dump of backup.sh into the empty database of RESTORE_DATABASE_URL (a superuser's), whose cluster has the
# roles ryggrad_owner, ryggrad_app and ryggrad_erase. Servers are stopped, and start again only after `npm run restored` (docs/operations.md).
set -eu
dump=${1:?Usage: restore.sh DUMP}
url=${RESTORE_DATABASE_URL:?RESTORE_DATABASE_URL: an empty database, as a superuser}
if [ -e "$dump.sha256" ]; then (cd "$(dirname "$dump")" && sha256sum --quiet --check "$(basename "$dump").sha256"); fi
tables=$(psql --no-psqlrc --tuples-only --no-align --dbname="$url" --command="select count(*) from pg_tables where schemaname not in ('pg_catalog', 'information_schema')")
if [ "$tables" != 0 ]; then
  echo "restore: the database has $tables tables. Restore into an empty one, beside what is there." >&2
  exit 1
fi
# Owners and rights as they were: two functions belong to ryggrad_erase, and must again.
pg_restore --exit-on-error --single-transaction --dbname="$url" "$dump"
echo 'Restored. Before any server starts: npm run restored' >&2
