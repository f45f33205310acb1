#!/usr/bin/env bash
# "make screenshots": take the pictures of dev/screenshots/shots.mjs in a new database with
# demo data. Names of pictures as arguments: only these; FAST=1 keeps the last database.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

set_up browser
use_node
lock
step playwright "Playwright" "$(cat "$REPO"/dev/screenshots/{package,package-lock}.json)"
unlock

exec 8>"$CHECKOUT/screenshots.lock"
wait_for 8 "another make screenshots of this folder"
mapfile -t glue < <(glue_addons)
db=screenshots_$CHECKOUT_ID
pictures=$CHECKOUT/screenshots
rm -rf "$pictures"
mkdir "$pictures"

# shoot ADDON NAME...: the pictures of an add-on, from a server of our own.
shoot() {
    local port
    port=$("$PYTHON" -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
    run_odoo -d "$db" --db-filter "^$db\$" --http-port "$port" --max-cron-threads 0 \
        >"$LOGS/screenshots-server.log" 2>&1 8>&- &
    server=$!
    trap 'kill $server 2>/dev/null; wait $server' EXIT
    node "$REPO/dev/screenshots/shoot.mjs" "$CACHE/playwright" \
        "$(command -v google-chrome chromium chromium-browser | head -n 1)" \
        "http://127.0.0.1:$port" "$pictures" "$@"
    kill "$server"
    wait "$server" || true
    trap - EXIT
}

if [[ -n ${FAST:-} ]] && has_database "$db"; then
    [[ $(loaded_code "$db") == "$(current_code)" ]] || {
        load_addons -u "$db" "$ADDON"
        note_code "$db"
    }
    shoot "$ADDON" "$@"
else
    make_database "$db" "$ADDON"
    logged screenshots-prepare run_odoo shell -d "$db" --no-http --log-level=error \
        <"$REPO/dev/screenshots/prepare.py"
    shoot "$ADDON" "$@"
fi
# The manual of the add-on shows it alone; each glue add-on comes on top.
for addon in "${glue[@]}"; do
    load_addons -i "$db" "$addon"
    shoot "$addon" "$@"
done
"$PYTHON" "$REPO/dev/screenshots/shrink.py" "$pictures" "$REPO"
