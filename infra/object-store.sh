# shellcheck shell=bash disable=SC2154
# The S3 server on a folder: a part of infra/services, which says what `directory` and the settings
# are. The program is the workspace's own, infra/object-store.

object_store_record() { printf '%s' "$directory/object-store.pid"; }
object_store_log() { printf '%s' "$directory/object-store.log"; }

# Where Cargo put it; CORDBOARD_BIN_DIR says otherwise.
object_store_program() {
    local target="${CARGO_TARGET_DIR:-$root/target}" folder
    for folder in ${CORDBOARD_BIN_DIR:+"$CORDBOARD_BIN_DIR"} "$target/release" "$target/debug"; do
        if [[ -x $folder/object-store ]]; then
            printf '%s' "$folder/object-store"
            return
        fi
    done
    die "the object store is not built: cargo build --workspace --bin object-store"
}

object_store_prepare() {
    object_store_program >/dev/null
    keep_or_pick S3_PORT "$(object_store_record)" "${given_s3_port:-}"
    S3_KEY="${S3_KEY:-cordboard}"
    S3_SECRET="${S3_SECRET:-$(random_hex 16)}"
}

object_store_launch() {
    recorded_pid "$(object_store_record)" >/dev/null && return
    S3_ACCESS_KEY_ID="$S3_KEY" S3_SECRET_ACCESS_KEY="$S3_SECRET" \
        spawn "$(object_store_record)" "$(object_store_log)" "$(object_store_program)" \
        --root "$directory/objects" --listen "127.0.0.1:$S3_PORT" --bucket cordboard
}

object_store_await() {
    await "the object store" "$(object_store_record)" "$(object_store_log)" 20 port_answers "$S3_PORT"
}

object_store_env() {
    printf '%s\n' "S3_ENDPOINT=http://127.0.0.1:$S3_PORT" S3_REGION=us-east-1 S3_BUCKET=cordboard \
        "S3_ACCESS_KEY_ID=$S3_KEY" "S3_SECRET_ACCESS_KEY=$S3_SECRET" S3_PATH_STYLE=true
}

object_store_stop() { end_process "$(object_store_record)" TERM 10; }
object_store_kill() { end_process "$(object_store_record)" KILL 5; }
object_store_remove() { rm -rf "$directory/objects"; }

object_store_status() {
    local pid
    if pid="$(recorded_pid "$(object_store_record)")"; then
        say "object-store  127.0.0.1:$S3_PORT (process $pid)"
    else
        say "object-store  stopped"
    fi
}
