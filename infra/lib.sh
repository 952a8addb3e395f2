# shellcheck shell=bash
# What infra's scripts share: speaking, ports, settings, and processes that are surely ours.
# Sourced, never run; expects `set -euo pipefail`.

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }
die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# usage: the comment at the head of the script.
usage() { awk 'NR > 1 && !/^#/ { exit } NR > 1 { sub(/^# ?/, ""); print }' "$0"; }

am_root() { ((EUID == 0)); }
have() { command -v "$1" >/dev/null 2>&1; }

# Where infra/install puts programs that only this checkout uses, and where rustup puts Cargo.
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
tools="$root/.run/tools"
PATH="$tools/node_modules/.bin:$PATH:${CARGO_HOME:-${HOME:-}/.cargo}/bin"

# A secret of 2 × $1 hexadecimal digits: safe in a URL, in a shell and in a file name.
random_hex() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }

# now_ms: the clock in milliseconds, for durations.
now_ms() { date +%s%3N; }

# ── Ports ────────────────────────────────────────────────────────────────────────────────────────
# Read from /proc, since neither ss nor netstat is on every machine.

# Free of listeners and of UDP sockets; what is left of closed connections doesn't matter.
port_is_free() {
    local hex
    printf -v hex ':%04X' "$1"
    awk -v port="$hex" '
        FILENAME ~ /tcp/ && $4 != "0A" { next }
        substr($2, length($2) - 4) == port { taken = 1 }
        END { exit taken }' /proc/net/tcp* /proc/net/udp*
}

declare -A ports_picked=()

# pick_port VARIABLE: sets it to a free port below the range that outgoing connections use.
pick_port() {
    # Named so that it can't be the caller's variable.
    local pick_port_candidate
    for _ in {1..200}; do
        pick_port_candidate=$((20000 + RANDOM % 12000))
        [[ -z ${ports_picked[$pick_port_candidate]:-} ]] || continue
        if port_is_free "$pick_port_candidate"; then
            ports_picked[$pick_port_candidate]=1
            printf -v "$1" '%s' "$pick_port_candidate"
            return
        fi
    done
    die "no free port found between 20000 and 32000"
}

port_answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# ── Settings ─────────────────────────────────────────────────────────────────────────────────────
# A file of KEY=value lines that only its owner reads; values are quoted for the shell.

# write_private FILE: standard input becomes FILE, at once or not at all.
write_private() {
    local new
    new="$(mktemp "$1.XXXXXX")"
    cat >"$new"
    chmod 600 "$new"
    mv -f "$new" "$1"
}

# load_settings FILE: its variables become the script's; no file, no variables.
load_settings() {
    # shellcheck disable=SC1090 # a file that write_private wrote
    if [[ -f $1 ]]; then source "$1"; fi
}

# save_settings FILE VARIABLE...: those that are set.
save_settings() {
    local file="$1" name
    shift
    for name in "$@"; do
        if [[ -n ${!name:-} ]]; then printf '%s=%q\n' "$name" "${!name}"; fi
    done | write_private "$file"
}

# ── Processes ────────────────────────────────────────────────────────────────────────────────────
# A pid alone may long be somebody else's. A record is "pid birth", where the birth is the boot's
# id and the start time within it: no two processes share both.

# process_birth PID: prints it; fails for a process that is gone, or dead and not yet reaped.
process_birth() {
    local stat fields boot
    { stat="$(<"/proc/$1/stat")"; } 2>/dev/null || return 1
    # The command's name stands in parentheses and may itself hold spaces and parentheses.
    read -ra fields <<<"${stat##*) }"
    [[ ${fields[0]} != [ZX] ]] || return 1
    boot="$(</proc/sys/kernel/random/boot_id)"
    printf '%s/%s' "$boot" "${fields[19]}"
}

# recorded_pid FILE: prints the pid if that very process still lives.
recorded_pid() {
    local pid birth
    [[ -s $1 ]] && read -r pid birth <"$1" || return 1
    [[ $(process_birth "$pid") == "$birth" ]] || return 1
    printf '%s' "$pid"
}

# spawn RECORD LOG COMMAND...: starts it in a session of its own, so that neither the terminal's
# Ctrl-C nor its end reaches it, and records who it is.
spawn() {
    local record="$1" log="$2" pid
    shift 2
    # Descriptor 9 is the scripts' lock, which a long-lived child must not hold.
    setsid "$@" </dev/null >>"$log" 2>&1 9>&- &
    pid=$!
    printf '%s %s\n' "$pid" "$(process_birth "$pid" || printf gone)" >"$record"
}

# wait_gone SECONDS PID: fails if the process outlives the limit.
wait_gone() {
    local birth deadline=$((SECONDS + $1))
    birth="$(process_birth "$2")" || return 0
    while [[ $(process_birth "$2") == "$birth" ]]; do
        ((SECONDS < deadline)) || return 1
        sleep 0.05
    done
}

# end_process RECORD SIGNAL SECONDS: asks with the signal, then insists.
end_process() {
    local pid
    if pid="$(recorded_pid "$1")"; then
        kill -s "$2" "$pid" 2>/dev/null || true
        if ! wait_gone "$3" "$pid"; then
            warn "process $pid did not end within $3 s and is killed"
            kill -s KILL -- "-$pid" 2>/dev/null || kill -s KILL "$pid" 2>/dev/null || true
            wait_gone 5 "$pid" || true
        fi
    fi
    rm -f "$1"
}

# processes_in FOLDER: the pids of the processes that work in it (their current directory).
processes_in() {
    local link
    for link in /proc/[0-9]*/cwd; do
        if [[ $(readlink "$link" 2>/dev/null) == "$1" ]]; then
            link="${link%/cwd}"
            printf '%s\n' "${link##*/}"
        fi
    done
}
