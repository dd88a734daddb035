#!/bin/sh
# Dumps databases and keeps 7 daily and 4 weekly dumps of each.
#
#   backup.sh now     one round
#   backup.sh daily   a round at BACKUP_HOUR (UTC) each day, and one at once when there is none yet
#   backup.sh check   fails when the newest dump is older than 26 hours
#
# PGHOST, PGUSER ... as for psql; PASSWORD_FILE, BACKUP_DATABASES, BACKUP_FOLDER. The user must pass row-level security.
set -eu
folder=${BACKUP_FOLDER:-/backups}
databases=${BACKUP_DATABASES:-docflow}
hour=${BACKUP_HOUR:-2}
[ -z "${PASSWORD_FILE:-}" ] || { PGPASSWORD=$(cat "$PASSWORD_FILE"); export PGPASSWORD; }

say() { echo "backup: $*"; }

# A dump has its name only once it is whole and can be read.
dump() { # DATABASE DAY
    target=$folder/daily/$1-$2.dump
    # One chain: where its outcome is asked for, the shell does not stop at a failure by itself.
    mkdir -p "$folder/daily" "$folder/weekly" \
        && pg_dump --format=custom --file "$target.part" "$1" \
        && pg_restore --list "$target.part" >/dev/null \
        && mv "$target.part" "$target" \
        && say "wrote $target"
}

keep_newest() { # FOLDER DATABASE COUNT; names sort by day
    find "$1" -name "$2-????-??-??.dump" | sort -r | tail -n "+$(($3 + 1))" | while IFS= read -r old; do
        rm -f "$old"
    done
}

round() {
    day=${BACKUP_DAY:-$(date -u +%Y-%m-%d)}
    weekday=${BACKUP_WEEKDAY:-$(date -u +%u)}
    failed=0
    for database in $databases; do
        if dump "$database" "$day"; then
            [ "$weekday" != 7 ] || cp "$folder/daily/$database-$day.dump" "$folder/weekly/$database-$day.dump"
            keep_newest "$folder/daily" "$database" 7
            keep_newest "$folder/weekly" "$database" 4
        else
            say "$database could not be dumped" >&2
            rm -f "$folder/daily/$database-$day.dump.part"
            failed=1
        fi
    done
    return "$failed"
}

check() {
    for database in $databases; do
        [ -n "$(find "$folder/daily" -name "$database-*.dump" -mmin -1560 2>/dev/null)" ] || {
            say "no dump of $database in the last 26 hours" >&2
            return 1
        }
    done
}

daily() {
    check 2>/dev/null || round || true
    while :; do
        now=$(date -u +%s)
        next=$((now - now % 86400 + hour * 3600))
        [ "$next" -gt "$now" ] || next=$((next + 86400))
        # In the background, so that a stop is heeded at once.
        sleep $((next - now)) &
        wait $!
        round || true
    done
}

trap 'exit 0' TERM INT
case ${1:-} in
    now) round ;;
    check) check ;;
    daily) daily ;;
    *) sed -n '2,8p' "$0" >&2; exit 2 ;;
esac
