#!/bin/sh
# Run once, by the first start of the database: logins with their passwords, one database for DocFlow, one for n8n.
# Migrations are then run as docflow_owner, who is no superuser.
set -eu
secrets=${SECRETS_DIR:-/run/secrets}
[ -r "$secrets/owner_password" ] || { echo "no secrets in $secrets" >&2; exit 1; }

psql -v ON_ERROR_STOP=1 -X -q --username "$POSTGRES_USER" --dbname postgres \
    -v owner="$(cat "$secrets/owner_password")" -v app="$(cat "$secrets/app_password")" \
    -v audit="$(cat "$secrets/audit_password")" -v n8n="$(cat "$secrets/n8n_database_password")" <<'SQL'
CREATE ROLE docflow_owner LOGIN NOINHERIT PASSWORD :'owner';
CREATE ROLE docflow_app LOGIN PASSWORD :'app';
CREATE ROLE docflow_audit LOGIN PASSWORD :'audit';
CREATE ROLE docflow_engine NOLOGIN;
GRANT docflow_engine TO docflow_owner WITH INHERIT FALSE, SET TRUE;
CREATE DATABASE docflow OWNER docflow_owner;
REVOKE ALL ON DATABASE docflow FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE docflow TO docflow_app, docflow_audit;
CREATE ROLE n8n LOGIN PASSWORD :'n8n';
CREATE DATABASE n8n OWNER n8n;
REVOKE ALL ON DATABASE n8n FROM PUBLIC;
REVOKE CONNECT ON DATABASE postgres FROM PUBLIC;
\connect docflow
GRANT USAGE, CREATE ON SCHEMA public TO docflow_owner WITH GRANT OPTION;
-- For `docflow db slow` and `docflow db activity`.
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
GRANT pg_monitor TO docflow_owner WITH INHERIT TRUE;
SQL
