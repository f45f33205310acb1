# shellcheck shell=bash
# A private, throw-away PostgreSQL cluster, reached only through a socket in a folder
# that nobody else may enter. If PG* variables are set, the server they name is used.

# Debian keeps the server's programs out of PATH.
find_postgres() {
    local folders=(/usr/lib/postgresql/*/bin)
    [[ -n $(command -v initdb) || ! -d ${folders[-1]} ]] || PATH=$PATH:${folders[-1]}
}
find_postgres

OWN_SERVER=
if [[ -z ${PGHOST:-}${PGPORT:-}${PGUSER:-}${PGPASSWORD:-} ]]; then
    OWN_SERVER=yes
    # PostgreSQL refuses root, and its user cannot enter a cache below /root.
    CLUSTER=$CACHE/postgres
    ((EUID)) || CLUSTER=/var/lib/$ADDON-dev/$(hash "$CACHE")
    export PGHOST=$CLUSTER PGUSER=odoo
fi

as_postgres() {
    if ((EUID)); then
        "$@"
    else
        (cd / && runuser -u "$(id -nu postgres 2>/dev/null || echo nobody)" -- "$@")
    fi
}

sql() { psql -qAtX -v ON_ERROR_STOP=1 -d postgres -c "$1"; }

build_postgres() {
    remove_cluster
    # The path of a socket may have 107 characters.
    ((${#CLUSTER} < 90)) || die "the path of the cache is too long for PostgreSQL; set XDG_CACHE_HOME to a shorter one"
    install -d -m 755 "${CLUSTER%/*}"
    install -d -m 700 -o "$(as_postgres id -u)" "$CLUSTER"
    as_postgres initdb -D "$CLUSTER/data" -U odoo --auth=trust \
        --encoding=UTF8 --locale=C --no-sync
    cat >>"$CLUSTER/data/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$CLUSTER'
shared_buffers = 512MB
work_mem = 32MB
max_connections = 100
# nothing in it is worth a disk's wait: "make clean" and start again
fsync = off
synchronous_commit = off
full_page_writes = off
CONF
    cp "$CACHE/id" "$CLUSTER/id"
}

start_cluster() {
    pg_isready -q ||
        as_postgres pg_ctl start -w -D "$CLUSTER/data" -l "$CLUSTER/log" 9>&-
}

remove_cluster() {
    [[ -z $OWN_SERVER || ! -d $CLUSTER ]] || {
        as_postgres pg_ctl stop -m immediate -D "$CLUSTER/data" || true
        rm -rf "$CLUSTER"
    }
}
