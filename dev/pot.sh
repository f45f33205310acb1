#!/usr/bin/env bash
# "make pot": write the translation template of each add-on. With --check: compare it, and
# the translations, with the code.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

set_up
make_lint_database
mkdir -p "$CHECKOUT/export"
mapfile -t glue < <(glue_addons)
status=0
for addon in "$ADDON" "${glue[@]}"; do
    folder=$LINK/glue/$addon
    [[ $addon != "$ADDON" ]] || folder=$LINK
    logged export run_odoo i18n export -d "$LINT_DATABASE" -o "$CHECKOUT/export/$addon.po" "$addon"
    "$PYTHON" "$REPO/dev/pot.py" "$@" "$CHECKOUT/export/$addon.po" "$folder" || status=1
done
exit "$status"
