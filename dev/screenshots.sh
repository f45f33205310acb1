#!/usr/bin/env bash
# "make screenshots": take the pictures of dev/screenshots/shots.mjs in new databases with
# demo data. Names of pictures as arguments: only these; FAST=1 keeps the last databases.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$REPO/dev/browser.sh"

set_up_browser
# Odoo looks for rtlcss there: it mirrors the screens of languages from right to left.
export PATH=$CACHE/playwright/node_modules/.bin:$PATH
exec 8>"$CHECKOUT/screenshots.lock"
wait_for 8 "another make screenshots of this folder"
pictures=$CHECKOUT/screenshots
rm -rf "$pictures"
mkdir "$pictures"

# The manual of the add-on shows it alone; those of glue add-ons show both.
failed=
for addon in "$ADDON" $(glue_addons); do
    db=screenshots_${CHECKOUT_ID}_$addon
    mapfile -t addons < <(printf '%s\n' "$ADDON" "$addon" | uniq)
    if [[ -n ${FAST:-} ]] && has_database "$db"; then
        say "Updating database $db"
        load_addons -u "$db" "$ADDON"
    else
        make_database "$db" "${addons[@]}"
        logged screenshots-prepare run_odoo shell -d "$db" --no-http --log-level=error \
            <"$REPO/dev/screenshots/prepare.py"
    fi
    say "Screens of $addon"
    serve "$db"
    node "$REPO/dev/screenshots/shoot.mjs" "$CACHE/playwright" "$BROWSER" "$URL" \
        "$pictures" "$addon" "$@" || failed=yes
    stop_serving
done
"$PYTHON" "$REPO/dev/screenshots/shrink.py" "$pictures" "$REPO"
[[ -z $failed ]] || die "not all pictures could be taken (see above)"
