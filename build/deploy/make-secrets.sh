#!/bin/sh
# make-secrets.sh FOLDER: the secrets of docker-compose.yml, once, readable by their owner alone. An existing one is never written over: what was
# sealed with a key that is gone is gone.
set -eu
umask 077
folder=${1:?Usage: make-secrets.sh FOLDER}
mkdir -p "$folder"
put() { if [ -e "$folder/$1" ]; then echo "$1 stands already, left as it is." >&2; else printf '%s' "$2" > "$folder/$1"; fi; }
key() { head -c 32 /dev/urandom | base64 | tr -d '\n'; }
word() { head -c 24 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n'; }
put POSTGRES_ADMIN_PASSWORD "$(word)"
put POSTGRES_OWNER_PASSWORD "$(word)"
put POSTGRES_APP_PASSWORD "$(word)"
put DATABASE_URL "postgres://ryggrad_app:$(cat "$folder/POSTGRES_APP_PASSWORD")@postgres:5432/ryggrad"
put DATABASE_OWNER_URL "postgres://ryggrad_owner:$(cat "$folder/POSTGRES_OWNER_PASSWORD")@postgres:5432/ryggrad"
put SESSION_KEY "$(key)"
put SECOND_FACTOR_KEY "$(key)"
put ENCRYPTION_MASTER_KEYS "1:$(key)"
put REGISTRATION_CODE "$(word)"
echo "Copy ENCRYPTION_MASTER_KEYS, SESSION_KEY and SECOND_FACTOR_KEY to a safe place that holds no dump of the database." >&2
