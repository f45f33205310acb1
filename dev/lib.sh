# shellcheck shell=bash
# Paths, messages and the environment of Odoo: what every script in dev/ starts with.
set -euo pipefail

ADDON=customer_group
REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

hash() { printf '%s\n' "$@" | sha1sum | cut -c1-10; }
say() { printf '==> %s\n' "$*"; }
die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# Everything that is made lives outside the repository: Odoo's translation exporter
# follows links and reads every .py file below an add-on.
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/$ADDON-dev
# A checkout may be a folder of any name; Odoo sees it through this link.
CHECKOUT_ID=$(hash "$REPO")
CHECKOUT=$CACHE/checkouts/$CHECKOUT_ID
LINK=$CHECKOUT/$ADDON
LOGS=$CHECKOUT/log

# Odoo: the one of ODOO_BIN, else the one that setup.sh unpacks.
if [[ -n ${ODOO_BIN:-} ]]; then
    [[ -f $ODOO_BIN && -x $ODOO_BIN ]] || die "ODOO_BIN=$ODOO_BIN is not a program; correct or unset it"
    TOOLS=$CACHE/tools
    PYTHON=${ODOO_PYTHON:-$(sed -n '1s/^#! *\(.*env \)\?//p' "$ODOO_BIN")}
    TOOLS_BIN=$TOOLS/bin
    PYTHONPATH=$TOOLS:$(dirname "$ODOO_BIN")${PYTHONPATH:+:$PYTHONPATH}
    export PYTHONPATH
else
    PYTHON=$CACHE/venv/bin/python
    TOOLS_BIN=$CACHE/venv/bin
    ODOO_BIN=$CACHE/odoo/usr/bin/odoo
fi
export ODOO_RC=$CHECKOUT/odoo.conf
export RUFF_CACHE_DIR=$CACHE/ruff PYLINTHOME=$CACHE/pylint

run_odoo() { "$PYTHON" "$ODOO_BIN" "$@"; }

# explain LOG: what went wrong in a command with this output, in one line.
explain() {
    local own
    if grep -qE 'No space left on device|Disk quota exceeded' "$1"; then
        echo "the disk is full; free some space or point XDG_CACHE_HOME to another disk"
    elif grep -qiE 'could not resolve|temporary failure|could not connect|cannot connect|connection refused|network is unreachable|failed to establish|ENOTFOUND|ECONNREFUSED|EAI_AGAIN|CERT_|certificate' "$1"; then
        echo "a download failed; check the network, its proxy and certificates"
    elif own=$(grep '^error: ' "$1"); then
        echo "${own##*error: }"
    else
        echo "$(grep -v '^ *$' "$1" | tail -n 1) (all of it: $1)"
    fi
}

# capture LOG COMMAND...: run it with its output in a file and set STATUS. As a condition
# ("capture ... ||") it would run without "set -e".
capture() {
    set +e
    (
        set -e
        "${@:2}"
    ) >"$1" 2>&1
    STATUS=$?
    set -e
}

# logged NAME COMMAND...: say in one line why it failed.
logged() {
    capture "$LOGS/$1.log" "${@:2}"
    ((STATUS == 0)) || die "$(explain "$LOGS/$1.log"), then run the same command again"
}

. "$REPO/dev/postgres.sh"
. "$REPO/dev/setup.sh"
. "$REPO/dev/database.sh"
