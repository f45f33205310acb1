#!/usr/bin/env bash
# "make click": Odoo's test that clicks on everything, as administrator and as demo user, and
# its tests of tags and search panels, in a new database with all our add-ons.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

set_up browser
exec 8>"$CHECKOUT/click.lock"
wait_for 8 "another make click of this folder"
mapfile -t glue < <(glue_addons)
db=click_$CHECKOUT_ID
make_database "$db" "$ADDON" "${glue[@]}"

parts=@web/search,@web/views/fields/many2many_tags_field
tags="click_all/web:TestMenusAdmin,click_all/web:TestMenusDemo"
tags+=",/web:WebSuite.test_unit_desktop[$parts],/web:MobileWebSuite.test_unit_mobile[$parts]"
port=$("$PYTHON" -c 'import socket; print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])')
say "Clicking on everything; this takes some ten minutes"
run_odoo -d "$db" --http-port "$port" --test-tags "$tags" --stop-after-init >"$LOGS/click.log" 2>&1 || {
    grep -E ' (ERROR|CRITICAL) ' "$LOGS/click.log" >&2 || true
    die "Odoo's tests fail with our add-ons (all of it: $LOGS/click.log)"
}
grep -Eq '[^0-9]4 post-tests' "$LOGS/click.log" || die "not all tests ran (see $LOGS/click.log)"
