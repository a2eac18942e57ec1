#!/bin/sh
# Once, in an empty PostgreSQL: the database, and a role that owns it and can do nothing to the rest.
# Run as the superuser POSTGRES_USER; the role's password is FORMROOM_DATABASE_PASSWORD, never on a command line.
set -eu

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\getenv password FORMROOM_DATABASE_PASSWORD
CREATE ROLE formroom LOGIN PASSWORD :'password';
CREATE DATABASE formroom OWNER formroom;
REVOKE ALL ON DATABASE formroom FROM PUBLIC;
REVOKE CONNECT ON DATABASE postgres FROM PUBLIC;
SQL
