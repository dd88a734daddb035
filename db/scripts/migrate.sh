#!/bin/sh
# The database's verbs: `sh db/scripts/migrate.sh help`. The work is in database.py beside this file.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
python=${DOCFLOW_PYTHON:-$root/.venv/bin/python}

usage() {
    cat <<'TEXT'
usage: migrate.sh VERB

  install             install what the other verbs need into .venv
  upgrade [REVISION]  bring the database up to the newest (or named) revision
  downgrade [REVISION] back to the named revision; without one the database is emptied
  status              where the database stands and what an upgrade would run
  new MESSAGE         write the next migration from what the models say
  seed [--force]      load the sample data; twice changes nothing
  fresh [--force]     empty the database, upgrade it and load the sample data
  psql [ARGUMENT...]  open psql on the database

The database is named by DOCFLOW_DB__MIGRATION_URL, else DOCFLOW_DB__URL, else DATABASE_URL, in the environment or in
db/.env, in the form postgresql+psycopg://user:password@host:5432/database
With DOCFLOW_ENV=production, seed and fresh need --force. DOCFLOW_PYTHON names another Python than .venv/bin/python.
TEXT
}

say() { echo "migrate.sh: $*" >&2; }

# What the environment says comes before the file.
read_env_file() {
    [ -f "$root/db/.env" ] || return 0
    while IFS= read -r line || [ -n "$line" ]; do
        name=${line%%=*}
        case $line in
            DATABASE_URL=* | DOCFLOW_*=*) ;;
            *) continue ;;
        esac
        case $name in *[!A-Z0-9_]*) continue ;; esac
        eval "already=\${$name+set}"
        [ "$already" = set ] || export "$name=${line#*=}"
    done <"$root/db/.env"
}

find_url() {
    url=${DOCFLOW_DB__MIGRATION_URL:-${DOCFLOW_DB__URL:-${DATABASE_URL:-}}}
    case $url in
        postgresql+psycopg://*) ;;
        '')
            say "no database named. Set DOCFLOW_DB__MIGRATION_URL=postgresql+psycopg://user:password@host:5432/database"
            exit 2
            ;;
        *)
            say "${url%%:*}:// is not supported: the driver is psycopg."
            say "write postgresql+psycopg://user:password@host:5432/database"
            exit 2
            ;;
    esac
    DOCFLOW_DB__MIGRATION_URL=$url
    export DOCFLOW_DB__MIGRATION_URL
}

refuse_in_production() {
    [ "${DOCFLOW_ENV:-development}" = production ] || return 0
    for argument in "$@"; do
        [ "$argument" != --force ] || return 0
    done
    say "refused: DOCFLOW_ENV is production, and the sample data bring users with a public password. --force does it all the same."
    exit 3
}

is_installed() {
    [ -x "$python" ] && [ -n "$(find "$root/.venv/.ready" -newer "$root/requirements.lock" 2>/dev/null)" ]
}

install_all() {
    if is_installed; then
        echo "installed already"
        return 0
    fi
    (cd "$root" && sh scripts/setup.sh && touch .venv/.ready)
}

verb=${1:-help}
[ $# -eq 0 ] || shift
case $verb in
    help | -h | --help)
        usage
        exit 0
        ;;
    install)
        install_all
        exit 0
        ;;
    upgrade | downgrade | status | seed | fresh | new | psql) ;;
    *)
        usage >&2
        exit 2
        ;;
esac

[ -x "$python" ] || {
    say "nothing is installed yet: run  sh db/scripts/migrate.sh install"
    exit 2
}
read_env_file
case $verb in
    seed | fresh) refuse_in_production "$@" ;;
esac
[ "$verb" = new ] || find_url
exec "$python" "$here/database.py" "$verb" "$@"
