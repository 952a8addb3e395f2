# shellcheck shell=bash disable=SC2154
# The platform's own programs under `infra/up`: started, awaited, started again when they die, and
# ended in order. `run` is the folder of their records and logs.

program_names=()
declare -A readiness=() # the address that says whether a program is ready
declare -A command_of=() # its command, quoted for the shell
declare -A pid_of=()
declare -A started_at=()
declare -A failures=() # deaths in a row soon after the start

record_of() { printf '%s' "$run/programs/$1.pid"; }

# Left by an `up` that was killed: ended by recorded pid and birth.
end_leftovers() {
    local record
    for record in "$run"/programs/*.pid; do
        if recorded_pid "$record" >/dev/null; then
            step "ending $(basename "$record" .pid) of a previous run"
            end_process "$record" TERM 10
        fi
    done
}

# choose_port VARIABLE PREFERRED: the usual port, or another if somebody has it.
choose_port() {
    if [[ -z ${ports_picked[$2]:-} ]] && port_is_free "$2"; then
        ports_picked[$2]=1
        printf -v "$1" '%s' "$2"
    else
        pick_port "$1"
    fi
}

# run_once NAME COMMAND...: to its end; what it says is shown only if it fails.
run_once() {
    local log="$run/logs/$1.log"
    shift
    "$@" </dev/null >"$log" 2>&1 9>&- || {
        tail -n 20 "$log" >&2
        die "${*##*/} failed; its log is $log"
    }
}

# start_program NAME READINESS COMMAND...
start_program() {
    local name="$1"
    program_names+=("$name")
    readiness[$name]="$2"
    shift 2
    printf -v "command_of[$name]" '%q ' "$@"
    failures[$name]=0
    : >"$run/logs/$name.log"
    launch_program "$name"
}

launch_program() {
    local name="$1" words
    eval "words=(${command_of[$name]})"
    spawn "$(record_of "$name")" "$run/logs/$name.log" "${words[@]}"
    read -r "pid_of[$name]" _ <"$(record_of "$name")"
    started_at[$name]=$SECONDS
}

# The certificate is checked where people check it; here only the answer counts.
is_ready() { curl --silent --fail --insecure --noproxy '*' --max-time 3 --output /dev/null "${readiness[$1]}"; }

await_programs() {
    local name deadline=$((SECONDS + 60))
    for name in "${program_names[@]}"; do
        until is_ready "$name"; do
            ((SECONDS < deadline)) || explain "$name" "is not ready after a minute"
            check_alive "$name"
            sleep 0.2
        done
        # Another program may have answered at an address that ours did not get.
        check_alive "$name"
    done
}

check_alive() { recorded_pid "$(record_of "$1")" >/dev/null || explain "$1" "ended at start"; }

explain() {
    tail -n 20 "$run/logs/$1.log" >&2
    die "$1 $2; its log is $run/logs/$1.log"
}

# Waits for deaths, for ever; a signal ends the wait and the script.
watch_programs() {
    local pid code name
    while true; do
        code=0
        # Bash would print the command of what was killed; a line of ours follows.
        wait -n -p pid "${pid_of[@]}" 2>/dev/null || code=$?
        for name in "${program_names[@]}"; do
            if [[ ${pid_of[$name]} == "$pid" ]]; then restart_program "$name" "$code"; fi
        done
    done
}

describe_exit() {
    if (($1 > 128)); then printf 'signal %s' "$(kill -l $(($1 - 128)))"; else printf 'exit code %s' "$1"; fi
}

# At once after a while of work, later and later for one that dies at each start.
restart_program() {
    local name="$1" delay=0
    if ((SECONDS - started_at[$name] < 10)); then
        delay=$((failures[$name] < 10 ? failures[$name] : 10))
        failures[$name]=$((failures[$name] + 1))
    else
        failures[$name]=0
    fi
    say "$(date +%T) $name ended ($(describe_exit "$2")) and is started again in $delay s; its log is $run/logs/$name.log"
    # In the background, so that a signal is heard at once.
    sleep "$delay" 9>&- &
    wait $! || true
    launch_program "$name"
}

# No new calls, then no new work, then the workers together, which may have to finish objects.
end_programs() {
    local name pid
    for name in "${program_names[@]}"; do
        if [[ $name == media-worker-* ]] && pid="$(recorded_pid "$(record_of "$name")")"; then continue; fi
        end_process "$(record_of "$name")" TERM 10
    done
    for name in "${program_names[@]}"; do
        if pid="$(recorded_pid "$(record_of "$name")")"; then kill -s TERM "$pid" 2>/dev/null || true; fi
    done
    for name in "${program_names[@]}"; do end_process "$(record_of "$name")" TERM 20; done
}
