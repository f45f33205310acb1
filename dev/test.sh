#!/usr/bin/env bash
# "make test": all tests, in new databases: those of the add-on in one without the glue
# add-ons, those of the glue add-ons in one with all of them. Arguments go to pytest;
# FAST=1 updates the databases of the last run instead of making new ones.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# Without these two pytest would skip the tours and say that all is well.
set_up browser
"$PYTHON" -c "import websocket" || die "websocket-client is missing; run make clean and then this again"

exec 8>"$CHECKOUT/test.lock"
wait_for 8 "another make test of this folder"
mapfile -t glue < <(glue_addons)

# Odoo knows the tests by their path through the link. Files given by hand replace the default.
options=() files=() glue_files=()
for arg in "$@"; do
    case $arg in
    tests/*) files+=("$LINK/$arg") ;;
    glue/*) glue_files+=("$LINK/$arg") ;;
    *) options+=("$arg") ;;
    esac
done
if ((${#files[@]} + ${#glue_files[@]} == 0)); then
    files=("$LINK/tests") glue_files=("${glue[@]/#/$LINK/glue/}")
fi

# prepare DATABASE ADDON...: add-ons must install and update without a warning.
prepare() {
    if [[ -z ${FAST:-} ]] || ! has_database "$1"; then
        make_database "$@"
        check_load
    fi
    say "Updating database $1"
    load_addons -u "$1" "$ADDON"
    check_load
}

# run_tests DATABASE FILE...: sets STATUS; pytest says 5 when no test has the given name.
run_tests() {
    STATUS=0
    (
        cd "$CHECKOUT" && "$PYTHON" -m pytest --odoo-database="$1" --odoo-http \
            -o cache_dir="$CHECKOUT/pytest" "${options[@]}" "${@:2}"
    ) || STATUS=$?
    found+=("$STATUS")
}

found=()
if ((${#files[@]})); then
    prepare "test_$CHECKOUT_ID" "$ADDON"
    [[ -n ${FAST:-} ]] || check_uninstall "$ADDON" "${glue[@]}"
    run_tests "test_$CHECKOUT_ID" "${files[@]}"
fi
if ((${#glue_files[@]})); then
    prepare "glue_$CHECKOUT_ID" "$ADDON" "${glue[@]}"
    run_tests "glue_$CHECKOUT_ID" "${glue_files[@]}"
fi
[[ ${found[*]} =~ ^(5 )?0( 5| 0)?$ ]]
