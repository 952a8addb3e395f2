-- Files that parties of a call send each other in the chat.

CREATE TABLE message_file (
    id uuid PRIMARY KEY,
    call_id uuid NOT NULL REFERENCES call ON DELETE CASCADE,
    leg_id uuid NOT NULL REFERENCES leg ON DELETE CASCADE,
    message_id uuid UNIQUE REFERENCES message ON DELETE CASCADE,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    content_type text NOT NULL CHECK (content_type IN ('image/png', 'image/jpeg', 'image/gif', 'image/webp', 'application/pdf', 'text/plain')),
    bytes bigint NOT NULL CHECK (bytes > 0),
    upload_token_hash bytea NOT NULL UNIQUE,
    upload_until timestamptz NOT NULL,
    key text UNIQUE,
    data_key bytea,
    created_at timestamptz NOT NULL,
    CHECK ((key IS NULL) = (data_key IS NULL)),
    CHECK (message_id IS NULL OR key IS NOT NULL)
);
CREATE INDEX message_file_call ON message_file (call_id);
CREATE INDEX message_file_leg ON message_file (leg_id);
CREATE INDEX message_file_unsent ON message_file (created_at) WHERE message_id IS NULL;
COMMENT ON TABLE message_file IS 'A file in the chat beside a call: announced, uploaded, then sent with a message. One that is never sent is swept away.';
COMMENT ON COLUMN message_file.id IS 'UUID v7.';
COMMENT ON COLUMN message_file.call_id IS 'The call.';
COMMENT ON COLUMN message_file.leg_id IS 'The party that brought it; nobody else can send it.';
COMMENT ON COLUMN message_file.message_id IS 'The message that it was sent with; null before.';
COMMENT ON COLUMN message_file.name IS 'As it is called where it came from.';
COMMENT ON COLUMN message_file.content_type IS 'Its media type: as announced, and from the upload on what its first bytes tell.';
COMMENT ON COLUMN message_file.bytes IS 'Its size: as announced, and from the upload on as counted.';
COMMENT ON COLUMN message_file.upload_token_hash IS 'SHA-256 of the token in the upload''s address, which is good for one upload.';
COMMENT ON COLUMN message_file.upload_until IS 'The upload''s address is dead after this.';
COMMENT ON COLUMN message_file.key IS 'Key of the encrypted content in the bucket; null before the upload.';
COMMENT ON COLUMN message_file.data_key IS 'Key of the content, wrapped by the installation''s secret.';
COMMENT ON COLUMN message_file.created_at IS 'When it was announced.';

ALTER TABLE message DROP CONSTRAINT message_body_check;
ALTER TABLE message ADD CONSTRAINT message_body_check CHECK (char_length(body) <= 4000);
COMMENT ON COLUMN message.body IS 'The text, as it was typed; empty only where a file was sent alone.';
