#!/bin/sh
# Sends one document as the demo's admin and waits for its result: try.sh https://localhost:8443 FILE
# Needs the demo data (`docker compose -f deploy/compose.yaml run --rm migrate seed`), curl and python3.
set -eu
url=$1
file=$2
# The first certificate of the stack is its own.
ask() { curl -fsSk --retry 3 --max-time 70 "$@"; }
field() { python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }

token=$(ask -H 'Content-Type: application/json' -d '{"email":"admin@acme.com","password":"password123"}' \
    "$url/v1/auth/login" | field access_token)
answer=$(ask -H "Authorization: Bearer $token" -F process_type_id=simple_invoice -F "file=@$file" \
    "$url/v1/processes?wait=50")
process=$(printf '%s' "$answer" | field process_id)
tries=0
while :; do
    status=$(ask -H "Authorization: Bearer $token" "$url/v1/processes/$process" | field status)
    case $status in
        completed) break ;;
        failed | cancelled | hitl_review) echo "$process ended as $status" >&2; exit 1 ;;
    esac
    tries=$((tries + 1))
    [ "$tries" -lt 60 ] || { echo "$process is still $status" >&2; exit 1; }
    sleep 1
done
ask -H "Authorization: Bearer $token" "$url/v1/processes/$process/result"
echo
