#!/bin/sh
# archive-wal.sh ARCHIVE PATH NAME: Postgres' archive_command. Whole and on disk before it says so, never over another of the same name (Postgres'
# manual, "Setting Up WAL Archiving"); the same file brought again is done.
set -eu
archive=$1 path=$2 name=$3
if [ -e "$archive/$name" ]; then
  cmp -s "$path" "$archive/$name" && exit 0
  echo "archive-wal: $name is there already, with other content" >&2
  exit 1
fi
partial="$archive/.$name.$$"
trap 'rm -f "$partial"' EXIT
cp "$path" "$partial"
sync "$partial"
mv "$partial" "$archive/$name"
sync "$archive"
