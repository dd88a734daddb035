#!/bin/sh
# Puts a dump of backup.sh in its database's place. Stop the services first: what the database holds now is gone then.
#
#   restore.sh DUMP [DATABASE]     DATABASE: docflow, unless said
#
# PGHOST, PGUSER ... as for psql; PASSWORD_FILE. The user must be a superuser, and the roles must be there: on a new
# server deploy/postgres/10-docflow.sh makes them.
set -eu
[ "$#" -ge 1 ] || { sed -n '2,7p' "$0" >&2; exit 2; }
dump=$1
database=${2:-docflow}
fresh=${database}_restored
[ "$database" = docflow ] && owner=docflow_owner || owner=$database
[ -z "${PASSWORD_FILE:-}" ] || { PGPASSWORD=$(cat "$PASSWORD_FILE"); export PGPASSWORD; }

say() { echo "restore: $*"; }
sql() { psql -X -q -v ON_ERROR_STOP=1 --dbname postgres "$@"; }

give_rights() {
    sql -c "REVOKE ALL ON DATABASE \"$fresh\" FROM PUBLIC"
    [ "$database" != docflow ] || sql -c "GRANT CONNECT, TEMPORARY ON DATABASE \"$fresh\" TO docflow_app, docflow_audit"
}

# Nothing is dropped before the dump has been loaded whole beside what is there.
pg_restore --list "$dump" >/dev/null
sql -c "DROP DATABASE IF EXISTS \"$fresh\" WITH (FORCE)" -c "CREATE DATABASE \"$fresh\" TEMPLATE template0 OWNER \"$owner\""
give_rights
if ! pg_restore --exit-on-error --dbname "$fresh" "$dump"; then
    sql -c "DROP DATABASE \"$fresh\" WITH (FORCE)"
    say "the dump could not be loaded, $database is as it was" >&2
    exit 1
fi
psql -X -q -v ON_ERROR_STOP=1 --dbname "$fresh" -c 'ANALYZE'
sql -c "DROP DATABASE IF EXISTS \"$database\" WITH (FORCE)" -c "ALTER DATABASE \"$fresh\" RENAME TO \"$database\""
say "$database is what $dump holds"
