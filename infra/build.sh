# shellcheck shell=bash disable=SC2154
# Builds the programs and the console; `run` is where the logs go, `profile` debug or release.

build_programs() {
    local options=()
    [[ $profile != release ]] || options=(--release)
    step "building the programs (the first time takes some minutes)"
    (cd "$root" && cargo build --workspace --bins "${options[@]}" </dev/null 9>&-) >"$run/logs/build.log" 2>&1 || {
        tail -n 40 "$run/logs/build.log" >&2
        die "the build failed; all of it is in $run/logs/build.log"
    }
}

find_programs() {
    local program
    programs="${CARGO_TARGET_DIR:-$root/target}/$profile"
    for program in api media-worker scheduler; do
        [[ -x $programs/$program ]] || die "$programs/$program is not built: run without --no-build"
    done
}

# console_changed: whether anything that the console is made of is newer than what was built.
console_changed() {
    local built="$root/console/dist/index.html"
    [[ -f $built ]] || return 0
    [[ -n $(find "$root/console" "$root/schema.graphql" -newer "$built" -type f \
        -not -path '*/node_modules/*' -not -path '*/dist/*' -not -path '*/src/gql/*' -print -quit 2>/dev/null) ]]
}

install_console() {
    local lock="$root/console/package-lock.json" installed="$root/console/node_modules/.package-lock.json"
    [[ ! -f $installed || $lock -nt $installed ]] || return 0
    (cd "$root/console" && npm ci --no-audit --no-fund </dev/null 9>&-)
    touch "$installed"
}

build_console() {
    console_changed || return 0
    step "building the console"
    {
        install_console
        (cd "$root/console" && npm run codegen && npm run build) </dev/null 9>&-
    } >"$run/logs/console.log" 2>&1 || {
        tail -n 40 "$run/logs/console.log" >&2
        die "the console did not build; all of it is in $run/logs/console.log"
    }
}
