# shellcheck shell=bash disable=SC2154
# Private PostgreSQL: a part of infra/services, which says what `directory` and the settings are.
# It refuses to run as root, so root runs it as the packaged user `postgres`.

postgres_record() { printf '%s' "$directory/postgres.pid"; }
postgres_log() { printf '%s' "$directory/postgres.log"; }

# The newest installed version's programs; Debian keeps them out of PATH.
postgres_bin() {
    local newest
    newest="$(printf '%s\n' /usr/lib/postgresql/*/bin/postgres | sort -V | tail -n 1)"
    if [[ -x $newest ]]; then
        dirname "$newest"
    elif have postgres && have initdb; then
        dirname "$(command -v postgres)"
    else
        die "PostgreSQL is not installed: run infra/install"
    fi
}

# as_postgres COMMAND...: as the user that owns the data; replaces no shell, so `exec`-like in spawn.
postgres_user=()
if am_root; then postgres_user=(setpriv --reuid=postgres --regid=postgres --init-groups --); fi
as_postgres() { (cd / && exec "${postgres_user[@]}" "$@"); }

# Below the folder itself where PostgreSQL's user can get there; a checkout in /root is closed to
# it, and then the data lives in /var/tmp under a name that belongs to this folder alone.
postgres_choose_home() {
    [[ -n ${POSTGRES_HOME:-} && -d $POSTGRES_HOME ]] && return
    if ! am_root || as_postgres test -x "$directory"; then
        POSTGRES_HOME="$directory/postgres"
    else
        POSTGRES_HOME="/var/tmp/cordboard-$(printf '%s' "$directory" | sha256sum | cut -c1-12)"
        # Left behind by a folder of this name that was deleted; its passwords are gone with it.
        if [[ -d $POSTGRES_HOME && -O $POSTGRES_HOME && ! -L $POSTGRES_HOME ]]; then
            postgres_end_leftovers
            rm -rf "$POSTGRES_HOME"
        fi
    fi
    # Fails if somebody else put something there.
    [[ -d $POSTGRES_HOME ]] || mkdir -m 711 "$POSTGRES_HOME"
}

postgres_prepare() {
    postgres_bin >/dev/null
    ! am_root || id postgres >/dev/null 2>&1 || die "the user postgres is missing: run infra/install"
    postgres_choose_home
    # Before the port is looked at: orphans of a killed postmaster hold it for a moment.
    recorded_pid "$(postgres_record)" >/dev/null || postgres_end_leftovers
    keep_or_pick POSTGRES_PORT "$(postgres_record)" "${given_postgres_port:-}"
    POSTGRES_PASSWORD="${POSTGRES_PASSWORD:-$(random_hex 16)}"
    POSTGRES_ADMIN_PASSWORD="${POSTGRES_ADMIN_PASSWORD:-$(random_hex 16)}"
}

postgres_data() { printf '%s/owned/data' "$POSTGRES_HOME"; }

# Made beside its place and moved there when complete: a kill -9 leaves nothing half made.
postgres_initialise() {
    local owned="$POSTGRES_HOME/owned"
    [[ ! -d $(postgres_data) ]] || return 0
    rm -rf "$owned"
    install -d -m 700 ${postgres_user:+-o postgres -g postgres} "$owned"
    # shellcheck disable=SC2016 # expanded by the inner shell
    printf '%s\n' "$POSTGRES_ADMIN_PASSWORD" | as_postgres sh -c 'umask 077 && cat >"$1"' - "$owned/password"
    as_postgres "$(postgres_bin)/initdb" --pgdata="$owned/new" --username=postgres \
        --pwfile="$owned/password" --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 \
        >>"$(postgres_log)" 2>&1 || die "initdb failed; see $(postgres_log)"
    as_postgres rm "$owned/password"
    as_postgres mv "$owned/new" "$(postgres_data)"
}

# After a kill -9 of the postmaster its children end by themselves within moments; until they have,
# starting another one would be refused. Whoever works in our data folder is ours.
postgres_end_leftovers() {
    local data pids master deadline=$((SECONDS + 10))
    data="$(postgres_data)"
    while mapfile -t pids < <(processes_in "$data") && ((${#pids[@]})); do
        master="$(head -n 1 "$data/postmaster.pid" 2>/dev/null || true)"
        if ((SECONDS >= deadline)); then
            kill -s KILL "${pids[@]}" 2>/dev/null || true
        elif [[ " ${pids[*]} " == *" $master "* ]]; then
            kill -s INT "$master" 2>/dev/null || true
        fi
        sleep 0.1
    done
    # The pid in it may be anybody's by now, and PostgreSQL would believe it.
    rm -f "$data/postmaster.pid"
}

postgres_launch() {
    recorded_pid "$(postgres_record)" >/dev/null && return
    postgres_initialise
    cd /
    spawn "$(postgres_record)" "$(postgres_log)" "${postgres_user[@]}" "$(postgres_bin)/postgres" \
        -D "$(postgres_data)" -p "$POSTGRES_PORT" -c listen_addresses=127.0.0.1 \
        -c unix_socket_directories= -c max_connections=400 -c log_line_prefix='%m [%p] %a '
}

# postgres_query SQL: as the administrator.
postgres_query() {
    PGPASSWORD="$POSTGRES_ADMIN_PASSWORD" "$(postgres_bin)/psql" --no-psqlrc --quiet --tuples-only --no-align \
        --set ON_ERROR_STOP=1 --host 127.0.0.1 --port "$POSTGRES_PORT" --username postgres postgres --command "$1"
}

# The platform's own role is no superuser, as in production; CREATEDB lets tests have databases.
postgres_await() {
    await PostgreSQL "$(postgres_record)" "$(postgres_log)" 60 postgres_query 'SELECT 1'
    [[ $(postgres_query "SELECT 1 FROM pg_roles WHERE rolname = 'cordboard'") == 1 ]] ||
        postgres_query "CREATE ROLE cordboard LOGIN CREATEDB PASSWORD '$POSTGRES_PASSWORD'"
    [[ $(postgres_query "SELECT 1 FROM pg_database WHERE datname = 'cordboard'") == 1 ]] ||
        postgres_query 'CREATE DATABASE cordboard OWNER cordboard'
}

postgres_env() {
    printf 'DATABASE_URL=postgres://cordboard:%s@127.0.0.1:%s/cordboard\n' "$POSTGRES_PASSWORD" "$POSTGRES_PORT"
}

# SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for every client to leave.
postgres_stop() {
    end_process "$(postgres_record)" INT 30
    [[ -z ${POSTGRES_HOME:-} ]] || postgres_end_leftovers
}

postgres_kill() {
    end_process "$(postgres_record)" KILL 5
}

postgres_remove() {
    [[ -z ${POSTGRES_HOME:-} ]] || rm -rf "$POSTGRES_HOME"
}

postgres_status() {
    local pid
    if pid="$(recorded_pid "$(postgres_record)")"; then
        say "postgres      127.0.0.1:$POSTGRES_PORT (process $pid)"
    else
        say "postgres      stopped"
    fi
}
