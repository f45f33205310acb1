#!/usr/bin/env bash
# "make test": all tests, with those of the glue add-ons, in a new database. Arguments go
# to pytest; FAST=1 updates the database of the last run instead of making one.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# Without these two pytest would skip the tours and say that all is well.
set_up browser
"$PYTHON" -c "import websocket" || die "websocket-client is missing; run make clean and then this again"

exec 8>"$CHECKOUT/test.lock"
wait_for 8 "another make test of this folder"
db=test_$CHECKOUT_ID
mapfile -t glue < <(glue_addons)
if [[ -n ${FAST:-} ]] && has_database "$db"; then
    say "Updating database $db"
else
    if ((${#glue[@]})); then
        say "Does the add-on install without its glue add-ons?"
        make_database "$db" "$ADDON"
        check_load
    fi
    make_database "$db" "$ADDON" "${glue[@]}"
    check_load
    check_uninstall "$ADDON" "${glue[@]}"
    say "Updating database $db"
fi
load_addons -u "$db" "$ADDON"
check_load

# Odoo knows the tests by their path through the link. Files given by hand replace the default.
options=() files=()
for arg in "$@"; do
    case $arg in
    tests/* | glue/*) files+=("$LINK/$arg") ;;
    *) options+=("$arg") ;;
    esac
done
((${#files[@]})) || files=("$LINK/tests" "${glue[@]/#/$LINK/glue/}")
cd "$CHECKOUT"
exec "$PYTHON" -m pytest --odoo-database="$db" --odoo-http \
    -o cache_dir="$CHECKOUT/pytest" "${options[@]}" "${files[@]}"
