#!/bin/sh
# Installs the locked dependencies and this workspace into .venv. Needs python3 >= 3.11, or uv.
set -eu
cd "$(dirname "$0")/.."
# Without a home directory the caches live beside the environment.
[ -n "${HOME:-}" ] && [ -w "${HOME:-/nonexistent}" ] || { HOME="$PWD/.venv/home"; export HOME; }

python=${PYTHON:-python3}
"$python" - <<'PY' || exit 1
import sys
if sys.version_info < (3, 11):
    sys.exit(f"DocFlow AI needs Python 3.11 or newer; {sys.executable} is {sys.version.split()[0]}. Set PYTHON=/path/to/python3.11.")
PY

if [ ! -x .venv/bin/python ]; then
    if command -v uv >/dev/null 2>&1; then
        uv venv -q --python "$python" .venv
    elif ! "$python" -m venv .venv >/dev/null 2>&1; then
        rm -rf .venv
        echo "python3 has no working venv module. On Debian and Ubuntu: apt-get install python3-venv" >&2
        exit 1
    fi
fi
mkdir -p "$HOME"

if command -v uv >/dev/null 2>&1; then
    uv=uv
else
    uv=.venv/bin/uv
    if [ ! -x "$uv" ]; then
        echo "setting up: uv"
        # The version and hash of uv are those of the lock, like everything else.
        .venv/bin/python scripts/lock_entry.py uv >.venv/uv.lock
        .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r .venv/uv.lock
    fi
fi

echo "setting up: locked dependencies (first time: about a minute)"
VIRTUAL_ENV="$PWD/.venv"; export VIRTUAL_ENV
"$uv" pip sync -q --require-hashes requirements.lock
editable=""
for project in services/*/pyproject.toml; do
    editable="$editable -e $(dirname "$project")"
done
# shellcheck disable=SC2086 # the list is meant to split
"$uv" pip install -q --no-deps --no-build-isolation $editable
touch .venv/.ready
