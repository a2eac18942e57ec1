#!/bin/sh
# A backup of Formroom's database: one file that `restore.sh` takes.
#
#   sh backup.sh FOLDER    a new file in FOLDER, formroom-<UTC>.dump; its name is printed
#   sh backup.sh -         to standard output, as from a container
#
# Which database is said as to any of PostgreSQL's programs: PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE. It is taken
# from one snapshot, beside a running site. Sessions are in it, and what people typed: keep it as safe as the database.
# KEEP_DAYS deletes older ones in FOLDER, once the new one is complete.
set -eu
umask 077

target=${1:?a folder, or -}
: "${PGDATABASE:=formroom}"
export PGDATABASE

dump() {
    pg_dump --format=custom --compress=6 --no-owner --no-privileges
}

if [ "$target" = - ]; then
    dump
    exit
fi

file=$target/formroom-$(date -u +%Y%m%dT%H%M%SZ).dump
trap 'rm -f "$file.part"' EXIT
dump >"$file.part"
pg_restore --list "$file.part" >/dev/null  # it can be read to its end
mv "$file.part" "$file"
if [ -n "${KEEP_DAYS:-}" ]; then
    find "$target" -maxdepth 1 -name 'formroom-*.dump' -mtime "+$KEEP_DAYS" -delete
fi
printf '%s\n' "$file"
