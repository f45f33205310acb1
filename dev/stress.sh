#!/usr/bin/env bash
# "make stress": two processes that change the same memberships for a while, directly and
# over HTTP, then servers that are killed while they change 100,000.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lasting=${1:-30}
[[ $lasting =~ ^[1-9][0-9]{0,4}$ ]] || die "SECONDS=$lasting is no time; give a number of seconds, as in: make stress SECONDS=60"
set_up
exec 8>"$CHECKOUT/stress.lock"
wait_for 8 "another make stress of this folder"

# stress CODE: run it in the database, with the modules of dev/stress.
stress() {
    PYTHONPATH=$REPO/dev${PYTHONPATH:+:$PYTHONPATH} \
        run_odoo shell -d "$db" --no-http --log-level=critical <<<"$1"
}

db=stress_$CHECKOUT_ID
make_database "$db" "$ADDON"
say "Two processes and two servers change the same memberships for $lasting seconds"
stress "from stress import changes; changes.main(env, $lasting)"
say "Servers are killed while they change 100,000 memberships"
stress "from stress import kill; kill.main(env)"
logged drop run_odoo db drop "$db"
