#!/usr/bin/env bash
# "make run": serve the add-on with demo data. DB and PORT may be given; GLUE=1 takes the
# glue add-ons as well, with the apps they need, in a database of their own.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

DB=${DB:-$ADDON${GLUE:+_glue}}
PORT=${PORT:-8069}
[[ $PORT =~ ^[1-9][0-9]{0,4}$ ]] ||
    die "PORT=$PORT is no port; give a number, as in: make run PORT=8070"
[[ $DB =~ ^[A-Za-z0-9][A-Za-z0-9_.-]+$ ]] || die "DB=$DB is no name for a database; use letters, digits, _, . and -"
(: >"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null &&
    die "port $PORT is in use; stop what uses it or take another: make run PORT=$((PORT + 1))"

set_up
if ! has_database "$DB"; then
    glue=()
    [[ -z ${GLUE:-} ]] || mapfile -t glue < <(glue_addons)
    make_database "$DB" "$ADDON" "${glue[@]}"
elif [[ $(loaded_code "$DB") != "$(current_code)" ]]; then
    say "Updating the add-on in database $DB"
    load_addons -u "$DB" "$ADDON"
    note_code "$DB"
fi

# Odoo takes the place of this shell, so that Ctrl-C reaches it; this waits for it.
announce() {
    while kill -0 $$ 2>/dev/null; do
        if "$PYTHON" -c 'import sys, urllib.request as r; r.urlopen(sys.argv[1])' \
            "http://127.0.0.1:$PORT/web/login" 2>/dev/null; then
            say "Customer Groups is ready: http://localhost:$PORT  (admin / admin). Ctrl-C stops it."
            return
        fi
        sleep 0.5
    done
}
say "Starting Odoo"
(announce &)
exec "$PYTHON" "$ODOO_BIN" -d "$DB" --db-filter "^$DB\$" --http-port "$PORT"
