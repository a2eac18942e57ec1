#!/bin/sh
# A backup, put into an empty database.
#
#   sh restore.sh FILE     or - for standard input
#
# Which database is said as in backup.sh. All of it or nothing: it is one transaction. A database that has tables is
# refused; RESTORE_OVER=yes replaces them, and then no web process may run.
set -eu

source=${1:?a file, or -}
: "${PGDATABASE:=formroom}"
export PGDATABASE

tables=$(psql --no-psqlrc --quiet --tuples-only --no-align --command \
    "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
if [ "$tables" != 0 ] && [ "${RESTORE_OVER:-}" != yes ]; then
    echo "restore.sh: $PGDATABASE has $tables tables. With RESTORE_OVER=yes those of the backup replace them." >&2
    exit 1
fi

read_backup() {
    if [ "$source" = - ]; then cat; else cat -- "$source"; fi
}

# What ends without COMMIT is undone. A backup that cannot be read to its end is made an error, wherever it breaks off:
# in the middle of a table's rows the dot ends them, elsewhere it is the error.
{
    echo 'BEGIN;'
    [ "$tables" = 0 ] || echo 'DROP SCHEMA public CASCADE; CREATE SCHEMA public;'
    if read_backup | pg_restore --file=- --no-owner --no-privileges --exit-on-error; then
        echo 'COMMIT;'
    else
        printf '\n\\.\n%s\n' "DO \$\$ BEGIN RAISE 'the backup cannot be read to its end'; END \$\$;"
    fi
} | psql --no-psqlrc --quiet --output=/dev/null --set ON_ERROR_STOP=1

psql --no-psqlrc --quiet --command ANALYZE
echo "restored into $PGDATABASE: now manage.py migrate, if the backup is of an older release"
