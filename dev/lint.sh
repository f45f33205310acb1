#!/usr/bin/env bash
# "make lint": all checks run, even when one of them fails. With --fix ("make format"): let
# the formatters rewrite the code instead.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

set_up
use_node
lock
step node "JavaScript linters" "$(cat "$REPO"/dev/lint/{package,package-lock}.json "$REPO"/dev/lint/*.mjs)"
unlock

mapfile -t glue < <(glue_addons)
addons=("$ADDON" "${glue[@]/#/$ADDON/glue/}")
prettier=(
    node "$CACHE/node/node_modules/prettier/bin/prettier.cjs" --log-level=warn
    --config dev/lint/prettier.json --no-error-on-unmatched-pattern
    --plugin "$CACHE/node/node_modules/@prettier/plugin-xml/src/plugin.js"
    "**/*.{js,xml}" "!dev/**"
)
ruff=$TOOLS_BIN/ruff

if [[ ${1:-} == --fix ]]; then
    cd "$REPO"
    "$ruff" check --fix-only --quiet .
    "$ruff" format .
    "${prettier[@]}" --write
    exit
fi

failed=()
# check TITLE FOLDER COMMAND...: what loads the add-on wants the folder with the link.
check() {
    cd "$2"
    capture "$LOGS/lint.log" "${@:3}"
    if ((STATUS == 0)); then
        printf '%-24s ok\n' "$1"
    else
        printf '%-24s FAILED\n' "$1"
        cat "$LOGS/lint.log"
        failed+=("$1")
    fi
}

# Odoo's own rules for its source; they cannot be loaded together with pylint-odoo.
odoo_pylint() {
    PYTHONPATH=$("$PYTHON" -c 'import odoo.addons; print(odoo.addons.__path__[0])')/test_lint/tests${PYTHONPATH:+:$PYTHONPATH} \
        "$PYTHON" -m pylint --rcfile=/dev/null --score=n --disable=all \
        --load-plugins=_odoo_checker_sql_injection,_odoo_checker_gettext,_odoo_checker_unlink_override \
        --enable=used-before-assignment,undefined-variable,eval-used,unreachable,function-redefined \
        --enable=sql-injection,missing-gettext,gettext-variable,gettext-placeholders,gettext-repr,raise-unlink-override \
        "${addons[@]}"
}

check "ruff" "$REPO" "$ruff" check --quiet --output-format=concise .
check "ruff format" "$REPO" "$ruff" format --check --output-format=concise .
check "pylint-odoo" "$CHECKOUT" "$PYTHON" -m pylint --rcfile="$REPO/dev/lint/pylintrc" "${addons[@]}"
check "Odoo's pylint rules" "$CHECKOUT" odoo_pylint
check "OCA module checks" "$CHECKOUT" "$PYTHON" "$TOOLS_BIN/oca-checks-odoo-module" \
    --disable=prefer-readme-rst,xml-header-wrong "${addons[@]}"
check "OCA translation checks" "$REPO" find . -path '*/i18n/*.po*' -exec \
    "$PYTHON" "$TOOLS_BIN/oca-checks-po" --disable=po-pretty-format {} +
check "eslint" "$REPO" node "$CACHE/node/node_modules/eslint/bin/eslint.js" \
    --config "$CACHE/node/eslint.config.mjs" --no-error-on-unmatched-pattern \
    "static/**/*.js" "glue/*/static/**/*.js"
check "prettier" "$REPO" "${prettier[@]}" --check
check "pages and pictures" "$REPO" "$PYTHON" dev/lint/docs.py
check "shellcheck" "$REPO" "$TOOLS_BIN/shellcheck" dev/*.sh dev/odoo .ci/run

make_lint_database
# All of it passes on Odoo itself, so that a failure is ours. TestPyLint would read all of
# Odoo (see odoo_pylint), TestESLint wants an old eslint.
check "Odoo's test_lint" "$REPO" run_odoo -d "$LINT_DATABASE" -i test_lint --stop-after-init \
    --no-http --log-level=warn --test-tags '/test_lint,-/test_lint:TestPyLint,-/test_lint:TestESLint'
check "translations" "$REPO" dev/pot.sh --check

((${#failed[@]} == 0)) || die "failed: $(printf '%s; ' "${failed[@]}")see above"
