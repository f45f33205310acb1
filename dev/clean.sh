#!/usr/bin/env bash
# "make clean": remove everything that dev/ has made, the databases included.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

if [[ -n $OWN_SERVER ]]; then
    remove_cluster
else
    say "The databases on your own server stay"
fi
rm -rf "$CACHE"
say "Removed the environment and its databases"
