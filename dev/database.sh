# shellcheck shell=bash
# Databases. They are built under another name, so that one that exists is complete; its
# comment notes the code that it was last loaded with.

has_database() { [[ -n $(sql "SELECT 1 FROM pg_database WHERE datname = '$1'") ]]; }
loaded_code() { sql "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '$1'"; }

# What Odoo loads of our add-ons: a change of it asks for an update.
current_code() {
    (
        cd "$REPO"
        find . -type f -not -path './.*' -not -path './dev/*' -not -path './docs/*' \
            -not -path '*/tests/*' -not -name '*.pyc' -not -name '*.md' -not -name '*.pot' -print0 |
            sort -z | xargs -0 sha1sum | sha1sum | cut -c1-10
    )
}

glue_addons() {
    local manifest
    for manifest in "$REPO"/glue/*/__manifest__.py; do
        [[ ! -f $manifest ]] || basename "${manifest%/*}"
    done
}

# depends_of ADDON...: the stock modules that these add-ons of ours need, sorted.
depends_of() {
    cd "$CHECKOUT"
    "$PYTHON" - "$@" <<'EOPY'
import ast
import sys
from pathlib import Path

ours = sys.argv[1:]
needed = {"base"}
for addon in ours:
    folder = Path("customer_group/glue", addon)
    if not folder.exists():
        folder = Path("customer_group")
    needed |= set(ast.literal_eval((folder / "__manifest__.py").read_text())["depends"])
print(*sorted(needed - set(ours)))
EOPY
}

# make_template NAME MODULE...: demo data and these stock modules.
make_template() {
    run_odoo db init --force --with-demo "$1_part"
    run_odoo module install -d "$1_part" "${@:2}"
    run_odoo db rename --force "$1_part" "$1"
}

# copy_template NAME [ADDON...]: a new database with what these add-ons of ours need.
copy_template() {
    local name=$1 depends template odoo
    depends=$(depends_of "$ADDON" "${@:2}")
    odoo=$("$PYTHON" -c 'import os, odoo.release as r; print(r.__file__, os.stat(r.__file__).st_ctime)')
    template=template_$(hash "$(<"$CACHE/id")" "$odoo" "$depends")
    lock
    has_database "$template" || {
        say "Template database with demo data and $depends"
        # shellcheck disable=SC2086 # a word is a module
        logged template make_template "$template" $depends
    }
    unlock
    logged "$name-copy" run_odoo db duplicate --force "$template" "$name"
}

# make_database NAME [ADDON...]: a new database with these add-ons of ours.
make_database() {
    say "Database $1"
    copy_template "$1_part" "${@:2}"
    (($# == 1)) || load_addons -i "$1_part" "${@:2}"
    logged "$1-rename" run_odoo db rename --force "$1_part" "$1"
    note_code "$1"
}

# load_addons -i|-u DATABASE ADDON...: install or update.
load_addons() {
    run_odoo -d "$2" "$1" "$(
        IFS=,
        echo "${*:3}"
    )" --stop-after-init --no-http >"$LOGS/load.log" 2>&1 || {
        tail -n 30 "$LOGS/load.log" >&2
        die "Odoo could not load ${*:3} (see above; all of it: $LOGS/load.log)"
    }
}

# No warning may appear while our add-ons are installed or updated.
check_load() {
    ! grep -E '^[0-9]{4}-[^ ]+ [^ ]+ [0-9]+ (WARNING|ERROR|CRITICAL) ' "$LOGS/load.log" >&2 ||
        die "warnings while Odoo loaded the add-ons (see above; all of it: $LOGS/load.log)"
}

# check_uninstall ADDON...: uninstalling leaves nothing behind, and installing again works.
check_uninstall() {
    local name=uninstall_$CHECKOUT_ID
    say "Does uninstalling leave anything behind?"
    copy_template "$name" "$@"
    take_snapshot "$name" before
    load_addons -i "$name" "$@"
    logged uninstall run_odoo module uninstall -d "$name" "$@"
    take_snapshot "$name" after
    diff "$LOGS/before" "$LOGS/after" >&2 ||
        die "uninstalling changed the database (< what was there before, > what is left)"
    load_addons -i "$name" "$@"
    check_load
    logged drop run_odoo db drop "$name"
}

take_snapshot() {
    run_odoo shell -d "$1" --no-http --log-level=error <"$REPO/dev/snapshot.py" >"$LOGS/$2"
}

note_code() { sql "COMMENT ON DATABASE \"$1\" IS '$(current_code)'"; }

# The database that linters and the translation export look at, made anew after a change.
LINT_DATABASE=lint_$CHECKOUT_ID
make_lint_database() {
    local glue
    mapfile -t glue < <(glue_addons)
    has_database "$LINT_DATABASE" && [[ $(loaded_code "$LINT_DATABASE") == "$(current_code)" ]] ||
        make_database "$LINT_DATABASE" "$ADDON" "${glue[@]}"
}
