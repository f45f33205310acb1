#!/usr/bin/env bash
# "make screenshots": take the pictures of dev/screenshots/shots.mjs in a new database with
# demo data. Names of pictures as arguments: only these; FAST=1 keeps the last database.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$REPO/dev/browser.sh"

set_up_browser
exec 8>"$CHECKOUT/screenshots.lock"
wait_for 8 "another make screenshots of this folder"
db=screenshots_$CHECKOUT_ID
pictures=$CHECKOUT/screenshots
failed=
rm -rf "$pictures"
mkdir "$pictures"

# shoot ADDON NAME...: the pictures of an add-on of ours.
shoot() {
    say "Screens of $1"
    serve "$db"
    node "$REPO/dev/screenshots/shoot.mjs" "$CACHE/playwright" "$BROWSER" "$URL" \
        "$pictures" "$@" || failed=yes
    stop_serving
}

if [[ -n ${FAST:-} ]] && has_database "$db"; then
    load_addons -u "$db" "$ADDON"
else
    make_database "$db" "$ADDON"
    logged screenshots-prepare run_odoo shell -d "$db" --no-http --log-level=error \
        <"$REPO/dev/screenshots/prepare.py"
fi
shoot "$ADDON" "$@"
# The manual of the add-on shows it alone; each glue add-on comes on top.
for addon in $(glue_addons); do
    load_addons -i "$db" "$addon"
    shoot "$addon" "$@"
done
"$PYTHON" "$REPO/dev/screenshots/shrink.py" "$pictures" "$REPO"
[[ -z $failed ]] || die "not all pictures could be taken (see above)"
