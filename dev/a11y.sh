#!/usr/bin/env bash
# "make a11y": axe-core looks at our screens in a browser, in a new database with demo data.
# No serious or critical issue may be left. Names of screens as arguments: only these.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$REPO/dev/browser.sh"

set_up_browser
exec 8>"$CHECKOUT/a11y.lock"
wait_for 8 "another make a11y of this folder"
db=a11y_$CHECKOUT_ID
make_database "$db" "$ADDON"
serve "$db"
node "$REPO/dev/a11y/axe.mjs" "$CACHE/playwright" "$BROWSER" "$URL" "$@"
