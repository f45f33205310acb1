#!/usr/bin/env bash
# "make smtp": a series of one e-mail against a real mail server that is down, slow, breaks
# connections or refuses, and processes of Odoo that are killed while they send.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

contacts=${1:-500}
[[ $contacts =~ ^[1-9][0-9]{0,5}$ ]] || die "CONTACTS=$contacts is no number; give one, as in: make smtp CONTACTS=100"
set_up
exec 8>"$CHECKOUT/smtp.lock"
wait_for 8 "another make smtp of this folder"

db=smtp_$CHECKOUT_ID
make_database "$db" "$ADDON"
say "$contacts contacts each get an e-mail, whatever happens to the mail server and to Odoo"
PYTHONPATH=$REPO/dev${PYTHONPATH:+:$PYTHONPATH} \
    run_odoo shell -d "$db" --no-http --log-level=critical <<<"from smtp import deliver; deliver.main(env, $contacts)"
logged drop run_odoo db drop "$db"
