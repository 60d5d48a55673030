#!/bin/sh
# backup.sh FOLDER [DAYS]: one dump of the database of DATABASE_OWNER_URL, proven readable before it counts; older ones than DAYS (35) leave. The keys of the
# record are no part of it, and a folder that holds them is refused: with both in one place a thief of that place has all.
# The dump is a superuser's, or of a role with BYPASSRLS: row security would hide every clinic from anybody else. BACKUP_DATABASE_URL names it.
set -eu
umask 077
folder=${1:?Usage: backup.sh FOLDER [DAYS]}
days=${2:-35}
url=${BACKUP_DATABASE_URL:?BACKUP_DATABASE_URL: the database, as a role that row security does not bind}
mkdir -p "$folder"
for name in ENCRYPTION_MASTER_KEYS master-keys; do
  if [ -e "$folder/$name" ] || [ -e "$folder/secrets/$name" ]; then
    echo "backup: $folder holds $name. Keep the keys of the record in another place than its dumps." >&2
    exit 1
  fi
done
stamp=$(date -u +%Y%m%dT%H%M%SZ)
partial="$folder/.ryggrad-$stamp.partial"
trap 'rm -f "$partial" "$partial.list"' EXIT
pg_dump --format=custom --compress=6 --dbname="$url" --file="$partial"
pg_restore --list "$partial" > "$partial.list"
grep -q 'TABLE DATA public patient' "$partial.list" || { echo 'backup: the dump has no patients table; is this the right database?' >&2; exit 1; }
sync "$partial"
mv "$partial" "$folder/ryggrad-$stamp.dump"
(cd "$folder" && sha256sum "ryggrad-$stamp.dump" > "ryggrad-$stamp.dump.sha256")
sync "$folder"
find "$folder" -maxdepth 1 -name 'ryggrad-*.dump*' -mtime "+$days" -delete
echo "$folder/ryggrad-$stamp.dump"
