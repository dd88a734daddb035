#!/bin/sh
# Keeps every change of the database, so that it can be put back to a chosen second: a base backup each day and,
# between them, the write-ahead log.
#
#   wal.sh archive PATH NAME      one segment of the log; the server's archive_command: 'sh /wal.sh archive %p %f'
#   wal.sh base                   one base backup now, over a replication connection
#   wal.sh daily                  a base backup at BACKUP_HOUR (UTC) each day, and one at once when there is none yet
#   wal.sh check                  fails when there is no base backup of the last 26 hours, or the log is not archived
#   wal.sh restore DATA [TIME]    fills the empty folder DATA for the server to start on, as it was at TIME
#                                 ('2026-11-30 14:05:00', UTC); without it, as late as the archive reaches
#   wal.sh fetch NAME PATH        the restored server's restore_command
#
# PGHOST, PGUSER ... as for psql; PASSWORD_FILE; WAL_FOLDER, WAL_BASES (how many are kept), BACKUP_HOUR. Once a restored
# server has run, another restore of what was before it needs WAL_TIMELINE=1 (then 2, and so on).
set -eu
folder=${WAL_FOLDER:-/wal}
bases=${WAL_BASES:-7}
hour=${BACKUP_HOUR:-2}
[ -z "${PASSWORD_FILE:-}" ] || { PGPASSWORD=$(cat "$PASSWORD_FILE"); export PGPASSWORD; }

say() { echo "wal: $*"; }

archive() { # PATH NAME; again after a crash is no error, another content under the same name is
    target=$folder/archive/$2.gz
    if [ -f "$target" ]; then
        gzip -dc "$target" | cmp -s - "$1" && return 0
        say "$2 is archived already, with another content" >&2
        return 1
    fi
    gzip -c "$1" >"$target.part" && sync "$target.part" && mv "$target.part" "$target"
}

fetch() { # NAME PATH; a missing one is the server's normal end of the log
    [ -f "$folder/archive/$1.gz" ] || return 1
    gzip -dc "$folder/archive/$1.gz" >"$2.part" && mv "$2.part" "$2"
}

# The archive is written by the server's account, base backups by this one.
make_folders() {
    mkdir -p "$folder/archive" "$folder/base"
    chmod 0700 "$folder/base"
    [ -z "${WAL_OWNER:-}" ] || chown "$WAL_OWNER" "$folder/archive"
}

base() {
    part=$folder/base/unfinished
    rm -rf "$part"
    mkdir "$part"
    # `fetch` puts the log that the backup needs into it: it can be restored even when the archive is lost.
    pg_basebackup --pgdata "$part" --format tar --gzip --wal-method fetch --checkpoint fast --no-password || return 1
    tar -xzOf "$part/base.tar.gz" backup_label >"$part/backup_label" || return 1
    name=$(date -u +%Y%m%dT%H%M%SZ)
    mv "$part" "$folder/base/$name"
    say "wrote $folder/base/$name"
    forget_old
}

forget_old() { # bases beyond WAL_BASES, and the log from before the oldest that is kept
    ls "$folder/base" | grep -E '^[0-9]{8}T[0-9]{6}Z$' | sort -r | tail -n "+$((bases + 1))" | while IFS= read -r old; do
        rm -rf "$folder/base/$old"
    done
    oldest=$(ls "$folder/base" | grep -E '^[0-9]{8}T[0-9]{6}Z$' | sort | head -n 1)
    first=$(sed -n 's/^START WAL LOCATION: .*(file \([0-9A-F]*\))$/\1/p' "$folder/base/$oldest/backup_label")
    pg_archivecleanup -x .gz "$folder/archive" "$first"
}

check() {
    [ -n "$(find "$folder/base" -name '*T*Z' -mmin -1560 2>/dev/null)" ] || {
        say "no base backup in the last 26 hours" >&2
        return 1
    }
    late=$(psql -X -At -d postgres -c "SELECT coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false) FROM pg_stat_archiver")
    [ "$late" = f ] || { say "the server could not archive its log" >&2; return 1; }
}

daily() {
    [ -n "$(find "$folder/base" -name '*T*Z' -mmin -1560)" ] || base || true
    while :; do
        now=$(date -u +%s)
        next=$((now - now % 86400 + hour * 3600))
        [ "$next" -gt "$now" ] || next=$((next + 86400))
        # In the background, so that a stop is heeded at once.
        sleep $((next - now)) &
        wait $!
        base || say "no base backup could be made" >&2
    done
}

newest_before() { # TIME or nothing; the newest base backup that was whole then
    until=9
    [ -z "$1" ] || until=$(echo "$1" | tr -d ':-' | sed 's/ /T/; s/[.].*//')Z
    ls "$folder/base" | grep -E '^[0-9]{8}T[0-9]{6}Z$' | sort | awk -v until="$until" '$0 <= until' | tail -n 1
}

restore() { # DATA TIME
    data=$1
    echo "$2" | grep -Eq '^([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?)?$' || {
        say "a time is 'YYYY-MM-DD HH:MM:SS', UTC" >&2
        return 2
    }
    [ -d "$data" ] && [ -z "$(ls -A "$data")" ] || { say "$data must be an empty folder" >&2; return 1; }
    from=$(newest_before "$2")
    [ -n "$from" ] || { say "no base backup from before $2" >&2; return 1; }
    tar -xzf "$folder/base/$from/base.tar.gz" -C "$data" --no-same-owner
    # An earlier restore's settings may be in the base backup.
    sed -i '/^\(restore_command\|recovery_target[a-z_]*\|hot_standby\) =/d' "$data/postgresql.auto.conf"
    # Nobody is let in before the server is where it shall be.
    {
        echo "hot_standby = off"
        echo "restore_command = 'WAL_FOLDER=$folder sh $(realpath "$0") fetch %f %p'"
        echo "recovery_target_action = 'promote'"
        [ -z "$2" ] || echo "recovery_target_time = '$2+00'"
        [ -z "${WAL_TIMELINE:-}" ] || echo "recovery_target_timeline = '$WAL_TIMELINE'"
    } >>"$data/postgresql.auto.conf"
    touch "$data/recovery.signal"
    chmod 0700 "$data"
    # Whoever owns the folder runs the server.
    [ "$(id -u)" != 0 ] || chown -R "$(stat -c %u:%g "$data")" "$data"
    say "$data is filled from $from; start the server${2:+, it stops at $2 UTC and takes work then}"
}

trap 'exit 0' TERM INT
case ${1:-}-$# in
    archive-3) archive "$2" "$3" ;;
    fetch-3) fetch "$2" "$3" ;;
    base-1) make_folders && base ;;
    daily-1) make_folders && daily ;;
    check-1) check ;;
    restore-2 | restore-3) restore "$2" "${3:-}" ;;
    *) sed -n '2,15p' "$0" >&2; exit 2 ;;
esac
