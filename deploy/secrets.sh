#!/bin/sh
# Makes what deploy/compose.yaml reads as secrets, and a certificate for the first start. What is there stays as it is.
#
#   sh deploy/secrets.sh [FOLDER]      default: deploy/secrets beside this file
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-$here/secrets}
database=${DOCFLOW_DATABASE_HOST:-postgres:5432}
broker=${DOCFLOW_BROKER_HOST:-rabbitmq:5672}
cache=${DOCFLOW_CACHE_HOST:-valkey:6379}

# The folder is the owner's alone; the files are readable, because a container's user is another one and sees them
# as they are on this machine.
umask 022
mkdir -p "$folder"
chmod 0700 "$folder"

random() { head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n'; }

keep() { # NAME TEXT: written once, and whole
    [ -s "$folder/$1" ] && return 0
    printf '%s\n' "$2" >"$folder/.$1.new"
    mv "$folder/.$1.new" "$folder/$1"
}

for name in postgres_password owner_password app_password audit_password n8n_database_password n8n_encryption_key \
    rabbitmq_password valkey_password auth_secret answer_key grafana_password; do
    keep "$name" "$(random)"
done
text() { cat "$folder/$1"; }

keep migration_url "postgresql+psycopg://docflow_owner:$(text owner_password)@$database/docflow"
keep database_url "postgresql+psycopg://docflow_app:$(text app_password)@$database/docflow"
keep audit_url "postgresql+psycopg://docflow_audit:$(text audit_password)@$database/docflow"
keep broker_url "amqp://docflow:$(text rabbitmq_password)@$broker/"
keep redis_url "redis://:$(text valkey_password)@$cache/0"
# The mail catcher of the profile `mail`; write your own server here.
keep mail_url "smtp+plain://mail:1025"
keep rabbitmq.conf "default_user = docflow
default_pass = $(text rabbitmq_password)"
keep valkey.conf "requirepass $(text valkey_password)
save \"\"
appendonly no
maxmemory 256mb
maxmemory-policy allkeys-lru"

if [ ! -s "$folder/tls.crt" ] && command -v openssl >/dev/null; then
    openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj "/CN=${DOCFLOW_HOST:-localhost}" \
        -addext "subjectAltName=DNS:${DOCFLOW_HOST:-localhost}" \
        -keyout "$folder/tls.private" -out "$folder/tls.crt" 2>/dev/null
    chmod 0444 "$folder/tls.private"
    echo "made a certificate that no browser trusts: put your own into $folder/tls.crt and tls.private"
fi
chmod 0444 "$folder"/*
echo "secrets are in $folder"
