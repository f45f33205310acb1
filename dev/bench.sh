#!/usr/bin/env bash
# "make bench": compare our groups with Odoo's tags and bare SQL, with a million contacts.
# SCALE=0.1 takes a tenth of them. The database is filled once for each scale.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

SCALE=${SCALE:-1}
[[ $SCALE =~ ^(1|0?\.[0-9]+)$ ]] || die "SCALE=$SCALE is no scale; give 1 or less, as in: make bench SCALE=0.1"
set_up
exec 8>"$CACHE/bench.lock"
wait_for 8 "another make bench"

# bench CODE: run it in the database; "seed" and "report" are the modules in dev/bench.
bench() {
    PYTHONPATH=$REPO/dev${PYTHONPATH:+:$PYTHONPATH} \
        run_odoo shell -d bench --no-http --log-level=error <<<"from bench import report, seed; $1"
}

filled="scale $SCALE of $(hash "$(<"$REPO/dev/bench/seed.py")")"
loaded=$(loaded_code bench)
if [[ ${loaded%,*} != "$filled" ]]; then
    make_database bench "$ADDON"
    say "Filling database bench at scale $SCALE; a million contacts take two minutes"
    logged seed bench "seed.seed(env, $SCALE); seed.vacuum(env)"
elif [[ ${loaded#*,} != "$(current_code)" ]]; then
    say "Updating the add-on in database bench"
    load_addons -u bench "$ADDON"
fi
sql "COMMENT ON DATABASE bench IS '$filled,$(current_code)'"

say "Measuring"
bench "report.main(env, $SCALE, '$CACHE/bench.csv')"
