-- What those who wait hear.

CREATE TABLE audio_file (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    state text NOT NULL CHECK (state IN ('WAITING', 'CONVERTING', 'READY', 'FAILED')),
    failure text CHECK (char_length(failure) <= 500),
    upload_token_hash bytea UNIQUE,
    upload_until timestamptz NOT NULL,
    source_key text,
    key text UNIQUE,
    duration_ms bigint CHECK (duration_ms > 0),
    bytes bigint,
    sha256 bytea,
    attempt integer NOT NULL DEFAULT 0,
    postponed integer NOT NULL DEFAULT 0,
    lease_until timestamptz,
    dispatch_at timestamptz,
    created_by uuid REFERENCES app_user ON DELETE SET NULL,
    created_at timestamptz NOT NULL,
    archived_at timestamptz,
    CHECK (state <> 'READY' OR (key IS NOT NULL AND duration_ms IS NOT NULL AND bytes IS NOT NULL AND sha256 IS NOT NULL)),
    CHECK (state <> 'FAILED' OR failure IS NOT NULL)
);
CREATE INDEX audio_file_dispatch ON audio_file (dispatch_at) WHERE dispatch_at IS NOT NULL;
COMMENT ON TABLE audio_file IS 'Music and announcements for those who wait: uploaded by administrators, converted to Ogg Opus (RFC 7845) by a media worker.';
COMMENT ON COLUMN audio_file.id IS 'UUID v7.';
COMMENT ON COLUMN audio_file.name IS 'For people.';
COMMENT ON COLUMN audio_file.state IS 'WAITING (for the upload, then for a worker), CONVERTING, READY or FAILED.';
COMMENT ON COLUMN audio_file.failure IS 'FAILED: why, in words for people.';
COMMENT ON COLUMN audio_file.upload_token_hash IS 'SHA-256 of the token in the upload''s address, which is good for one upload.';
COMMENT ON COLUMN audio_file.upload_until IS 'The upload''s address is dead after this.';
COMMENT ON COLUMN audio_file.source_key IS 'Key in the bucket of what was uploaded; null before the upload, and once it has left the bucket.';
COMMENT ON COLUMN audio_file.key IS 'Key in the bucket of the converted file; contains the attempt.';
COMMENT ON COLUMN audio_file.duration_ms IS 'Length of the converted file.';
COMMENT ON COLUMN audio_file.bytes IS 'Size of the converted file.';
COMMENT ON COLUMN audio_file.sha256 IS 'SHA-256 of the converted file.';
COMMENT ON COLUMN audio_file.attempt IS 'Attempts at converting so far.';
COMMENT ON COLUMN audio_file.postponed IS 'Of those attempts, the ones that broke off for want of storage or at a worker''s stop; they count as none.';
COMMENT ON COLUMN audio_file.lease_until IS 'A worker converts it until then, unless it renews.';
COMMENT ON COLUMN audio_file.dispatch_at IS 'When to look again: at an upload that nobody converts, or that is done with and leaves the bucket; null when there is nothing to do.';
COMMENT ON COLUMN audio_file.created_by IS 'The administrator who made it.';
COMMENT ON COLUMN audio_file.created_at IS 'When it was made.';
COMMENT ON COLUMN audio_file.archived_at IS 'Set: no longer offered for new use; queues that name it go on playing it.';
