# shellcheck shell=bash
# A server of our own and a browser that looks at it.

build_playwright() {
    rm -rf "$CACHE/playwright"
    mkdir "$CACHE/playwright"
    cp "$REPO"/dev/browser/{package,package-lock}.json "$CACHE/playwright"
    install_packages "$CACHE/playwright"
}

set_up_browser() {
    set_up browser
    use_node
    BROWSER=$(command -v google-chrome chromium chromium-browser | head -n 1)
    lock
    step playwright "Playwright and axe-core" "$(cat "$REPO"/dev/browser/{package,package-lock}.json)"
    unlock
}

# serve DATABASE: on a free port, until stop_serving or the end of the script; sets URL.
serve() {
    local log=$LOGS/server.log
    URL=http://127.0.0.1:$("$PYTHON" -c 'import socket; print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])')
    "$PYTHON" "$ODOO_BIN" -d "$1" --db-filter "^$1\$" --http-port "${URL##*:}" --max-cron-threads 0 \
        >"$log" 2>&1 8>&- &
    SERVER=$!
    trap stop_serving EXIT
    until "$PYTHON" -c 'import sys, urllib.request as r; r.urlopen(sys.argv[1])' \
        "$URL/web/login" 2>/dev/null; do
        kill -0 "$SERVER" 2>/dev/null || die "Odoo did not start: $(explain "$log")"
        sleep 0.5
    done
}

stop_serving() {
    trap - EXIT
    kill "$SERVER" 2>/dev/null || true
    wait "$SERVER" || true
}
