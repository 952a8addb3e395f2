# shellcheck shell=bash disable=SC2154
# Private RabbitMQ: a part of infra/services, which says what `directory` and the settings are.
# Node name, cookie, ports, plugins and Erlang's port mapper (epmd) are its own, so that it never
# meets another RabbitMQ on the machine.

rabbitmq_record() { printf '%s' "$directory/rabbitmq.pid"; }
rabbitmq_log() { printf '%s' "$directory/rabbitmq.log"; }
epmd_record() { printf '%s' "$directory/epmd.pid"; }

# Debian's program of this name in PATH changes the user and the folder; the one below doesn't.
rabbitmq_program() {
    local program=/usr/lib/rabbitmq/bin/rabbitmq-server
    [[ -x $program ]] || program="$(command -v rabbitmq-server)" ||
        die "RabbitMQ is not installed: run infra/install"
    printf '%s' "$program"
}

rabbitmq_prepare() {
    rabbitmq_program >/dev/null
    keep_or_pick AMQP_PORT "$(rabbitmq_record)" "${given_amqp_port:-}"
    keep_or_pick ERLANG_PORT "$(rabbitmq_record)"
    keep_or_pick EPMD_PORT "$(epmd_record)"
    AMQP_PASSWORD="${AMQP_PASSWORD:-$(random_hex 16)}"
}

# Its scripts split words at spaces in paths, so they are shown a link without any.
rabbitmq_home() {
    local home="$directory/rabbitmq" link
    [[ -d $home ]] || mkdir -m 700 "$home"
    if [[ $home == *[[:space:]]* ]]; then
        link="/tmp/cordboard-rabbitmq-$EUID-$(printf '%s' "$home" | sha256sum | cut -c1-12)"
        ln -sfnT "$home" "$link"
        [[ -O $link && $(readlink "$link") == "$home" ]] || die "$link belongs to somebody else"
        home="$link"
    fi
    printf '%s' "$home"
}

rabbitmq_configure() {
    cat >"$1/rabbitmq.conf" <<END
listeners.tcp.1 = 127.0.0.1:$AMQP_PORT
default_user = cordboard
default_pass = $AMQP_PASSWORD
disk_free_limit.absolute = 100MB
log.console = true
log.console.level = info
log.file = false
END
    chmod 600 "$1/rabbitmq.conf"
    printf '[].\n' >"$1/enabled_plugins"
}

rabbitmq_launch() {
    local home environment
    recorded_pid "$(rabbitmq_record)" >/dev/null && return
    home="$(rabbitmq_home)"
    rabbitmq_configure "$home"
    # In the foreground and recorded: left to Erlang it would start unasked and outlive us.
    recorded_pid "$(epmd_record)" >/dev/null ||
        spawn "$(epmd_record)" "$(rabbitmq_log)" epmd -port "$EPMD_PORT" -address 127.0.0.1
    environment=(
        HOME="$home" # Erlang's cookie
        ERL_EPMD_PORT="$EPMD_PORT" ERL_EPMD_ADDRESS=127.0.0.1
        RABBITMQ_NODENAME=cordboard@localhost RABBITMQ_DIST_PORT="$ERLANG_PORT"
        RABBITMQ_CONF_ENV_FILE="$home/none" RABBITMQ_ADVANCED_CONFIG_FILE="$home/none.config"
        RABBITMQ_CONFIG_FILE="$home/rabbitmq" RABBITMQ_ENABLED_PLUGINS_FILE="$home/enabled_plugins"
        RABBITMQ_MNESIA_BASE="$home/mnesia" RABBITMQ_LOG_BASE="$home/log" RABBITMQ_PID_FILE="$home/pid"
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}'
        # Its start script then becomes the server, rather than waiting beside it.
        detached=true
    )
    spawn "$(rabbitmq_record)" "$(rabbitmq_log)" env "${environment[@]}" "$(rabbitmq_program)"
}

# The listener opens last.
rabbitmq_await() {
    await RabbitMQ "$(rabbitmq_record)" "$(rabbitmq_log)" 90 port_answers "$AMQP_PORT"
}

rabbitmq_env() {
    printf 'AMQP_URL=amqp://cordboard:%s@127.0.0.1:%s/%%2f\n' "$AMQP_PASSWORD" "$AMQP_PORT"
}

rabbitmq_stop() {
    end_process "$(rabbitmq_record)" TERM 40
    end_process "$(epmd_record)" TERM 5
}

rabbitmq_kill() { end_process "$(rabbitmq_record)" KILL 5; }

rabbitmq_remove() {
    local home
    home="$(rabbitmq_home)"
    [[ ! -L $home ]] || rm -f "$home"
    rm -rf "$directory/rabbitmq"
}

rabbitmq_status() {
    local pid
    if pid="$(recorded_pid "$(rabbitmq_record)")"; then
        say "rabbitmq      127.0.0.1:$AMQP_PORT (process $pid)"
    else
        say "rabbitmq      stopped"
    fi
}
