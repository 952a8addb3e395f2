# shellcheck shell=bash disable=SC2154
# How tests/run runs its parts: each in its time, counted, logged, and cleaned up after.

export CARGO_TERM_COLOR=never NO_COLOR=1

passed=0
failed=0
failures=()
# A whole run ends within this, so that a hanging part still leaves a count.
readonly run_limit=$((75 * 60))

target() { printf '%s' "${CARGO_TARGET_DIR:-$root/target}"; }

# ── The run ──────────────────────────────────────────────────────────────────────────────────────
# Everything lives in one folder outside the checkout, which PostgreSQL's own user can reach, and
# every process of the run carries the folder's name in its environment: that is how it is found
# again, whatever it did to its process group.

begin_run() {
    logs="$(target)/test-logs"
    rm -rf "$logs"
    mkdir -p "$logs"
    clean_up_dead_runs
    work="$(mktemp -d "/tmp/cordboard-tests-$EUID-XXXXXX")"
    mkdir "$work/tmp"
    chmod 711 "$work" "$work/tmp"
    printf '%s %s\n' "$$" "$(process_birth "$$")" >"$work/owner"
    export CORDBOARD_TEST_RUN="$work" TMPDIR="$work/tmp"
    trap 'clean_up "$work"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
}

end_run() {
    local failure
    if ((failed)); then
        say ""
        for failure in "${failures[@]}"; do say "failed: $failure"; done
    fi
    trap - EXIT
    clean_up "$work"
    say "$passed passed, $failed failed"
    ((failed == 0))
}

# What a run that was killed left behind.
clean_up_dead_runs() {
    local folder
    for folder in /tmp/cordboard-tests-"$EUID"-*/; do
        if [[ -O $folder ]] && ! recorded_pid "${folder}owner" >/dev/null; then clean_up "${folder%/}"; fi
    done
}

clean_up() {
    local settings
    end_processes_of "$1" TERM
    # Those of tests that were cut off, too: their data may live elsewhere.
    while IFS= read -r settings; do
        "$root/infra/services" remove --dir "${settings%/*}" >/dev/null 2>&1 || true
    done < <(find "$1" -maxdepth 4 -name settings)
    end_processes_of "$1" KILL
    rm -rf "$1"
}

# processes_of FOLDER: the pids of the run's processes but this one.
processes_of() {
    local file pid
    for file in /proc/[0-9]*/environ; do
        pid="${file#/proc/}"
        pid="${pid%/environ}"
        [[ $pid != "$$" && $pid != "$BASHPID" ]] || continue
        if grep -qzFx "CORDBOARD_TEST_RUN=$1" "$file" 2>/dev/null; then printf '%s\n' "$pid"; fi
    done
}

end_processes_of() {
    local pids pid deadline=$((SECONDS + 10))
    mapfile -t pids < <(processes_of "$1")
    ((${#pids[@]})) || return 0
    kill -s "$2" "${pids[@]}" 2>/dev/null || true
    for pid in "${pids[@]}"; do wait_gone $((deadline > SECONDS ? deadline - SECONDS : 0)) "$pid" || true; done
}

# ── The parts ────────────────────────────────────────────────────────────────────────────────────

# run_logged TITLE COMMAND...: within what is left of the run's time; what it says goes to $log.
run_logged() {
    local part watchdog ended code=0 left=$((run_limit - SECONDS))
    log="$logs/$(tr -cs '[:alnum:].' '-' <<<"$1" | sed 's/-*$//').log"
    started="$(now_ms)"
    shift
    ((left > 0)) || left=0
    : >"$log"
    # Job control gives it a process group, so that its end is the end of its children.
    set -m
    "$@" </dev/null >>"$log" 2>&1 &
    part=$!
    set +m
    sleep "$left" &
    watchdog=$!
    wait -n -p ended "$part" "$watchdog" || code=$?
    if [[ $ended == "$watchdog" ]]; then
        say "the time for all tests is up" >>"$log"
        kill -s TERM -- "-$part" 2>/dev/null || true
        wait_gone 10 "$part" || kill -s KILL -- "-$part" 2>/dev/null || true
        return 1
    fi
    { kill "$watchdog" && wait "$watchdog"; } 2>/dev/null || true
    return "$code"
}

in_folder() {
    cd "$1" || return 1
    shift
    "$@"
}

# record TITLE PASSED FAILED [LINES]: adds to the count, and shows of a failure the log's last lines.
record() {
    local seconds=$((($(now_ms) - started) / 1000))
    passed=$((passed + $2))
    failed=$((failed + $3))
    if (($3 == 0)); then
        printf 'ok      %s (%s s%s)\n' "$1" "$seconds" "$( (($2 == 1)) || printf ', %s tests' "$2")"
    else
        failures+=("$1: $3 of $(($2 + $3)), log $log")
        tail -n "${4:-60}" "$log" | sed 's/^/        /'
        printf 'FAILED  %s (%s s, %s of %s)\n' "$1" "$seconds" "$3" "$(($2 + $3))"
    fi
}

# count_one TITLE COMMAND...: one check; fails if that did, so that what builds on it can be left out.
count_one() {
    if run_logged "$@"; then
        record "$1" 1 0
    else
        record "$1" 0 1
        return 1
    fi
}

# count_tests TITLE COUNTER COMMAND...: the counter prints "passed failed" out of $log or $report.
count_tests() {
    local title="$1" counter="$2" code=0 good bad
    shift 2
    report="$logs/report.json"
    rm -f "$report"
    run_logged "$title" "$@" || code=$?
    read -r good bad < <("$counter" || true) || true
    # A failure that no test stands for (a compiler error, say) counts as one.
    if ((code != 0 && ${bad:-0} == 0)); then bad=1; fi
    record "$title" "${good:-0}" "${bad:-0}" 400
}

# "Summary [ 61.2s] 120 tests run: 117 passed (3 slow), 2 failed, 1 timed out, 4 skipped"
nextest_counter() {
    awk '/^ *Summary \[/ { line = $0 }
        function before(word, where) {
            where = match(line, "[0-9]+ " word)
            return where ? substr(line, where, RLENGTH) + 0 : 0
        }
        END { print before("passed"), before("failed") + before("timed out") + before("exec failed") }' "$log"
}

vitest_counter() {
    node -p "const r = JSON.parse(fs.readFileSync('$report')); r.numPassedTests + ' ' + r.numFailedTests"
}

playwright_counter() {
    node -p "const { stats } = JSON.parse(fs.readFileSync('$report')); stats.expected + stats.flaky + ' ' + stats.unexpected"
}

# "ok what was tried" and "not ok what was tried"
line_counter() {
    awk '/^ok / { good++ } /^not ok / { bad++ } END { print good + 0, bad + 0 }' "$log"
}
