#!/bin/sh
# Does this repository work on a machine that has nothing but git, make, python3 and coreutils?
#
#   sh scripts/fresh_machine.sh [-u USER] [-p PYTHON3] [-t]
#
# Clones HEAD into an empty folder and runs `make demo ARGS=--exit` twice and, with -t, `make test`, with an
# empty environment and a PATH that holds links to those programs alone. -u (as root): as that account instead.
# As root HOME is the empty string; as another account it is an empty folder. Prints the seconds of each step.
set -eu

user=""
# The interpreter itself: a shim or an activated environment is not what a bare machine has.
python=$(python3 -c "import sys; print(sys._base_executable)")
tests=""
while getopts u:p:t option; do
    case $option in
    u) user=$OPTARG ;;
    p) python=$OPTARG ;;
    t) tests=yes ;;
    *) exit 2 ;;
    esac
done

source=$(cd "$(dirname "$0")/.." && pwd)
place=$(mktemp -d "${TMPDIR:-/tmp}/docflow-fresh-XXXXXX")
trap 'rm -rf "$place"' EXIT
trap 'exit 130' INT TERM
chmod 755 "$place"
mkdir "$place/bin"

coreutils="arch b2sum base32 base64 basename basenc cat chcon chgrp chmod chown chroot cksum comm cp csplit cut date dd df
dir dircolors dirname du echo env expand expr factor false fmt fold groups head hostid id install join link ln logname
ls md5sum mkdir mkfifo mknod mktemp mv nice nl nohup nproc numfmt od paste pathchk pinky pr printenv printf ptx pwd
readlink realpath rm rmdir runcon seq sha1sum sha224sum sha256sum sha384sum sha512sum shred shuf sleep sort split stat
stdbuf stty sum sync tac tail tee test timeout touch tr true truncate tsort tty uname unexpand uniq unlink users vdir
wc who whoami yes"
for name in git make $coreutils; do
    found=$(command -v "$name" || true)
    case $found in /*) ln -s "$found" "$place/bin/$name" ;; esac
done
ln -s "$python" "$place/bin/python3"

git clone -q "$source" "$place/docflow"
if [ -n "$user" ]; then
    home=$place/home
    mkdir "$home"
    chown -R "$user" "$place/docflow" "$home"
else
    home=""
fi

step() {
    began=$(date +%s)
    if [ -n "$user" ]; then
        group=$(id -gn "$user")
        (cd "$place/docflow" && setpriv --reuid "$user" --regid "$group" --clear-groups \
            env -i HOME="$home" PATH="$place/bin" make "$@") || fail "$@"
    else
        (cd "$place/docflow" && env -i HOME="$home" PATH="$place/bin" make "$@") || fail "$@"
    fi
    echo "fresh machine, as ${user:-$(id -un)}: make $*: $(($(date +%s) - began)) s"
}

fail() {
    echo "fresh machine, as ${user:-$(id -un)}: make $* failed" >&2
    exit 1
}

step demo ARGS=--exit
step demo ARGS=--exit
[ -z "$tests" ] || step test
