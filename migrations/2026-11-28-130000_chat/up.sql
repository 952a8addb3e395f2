-- What the parties of a call write to each other beside it.

CREATE TABLE message (
    id uuid PRIMARY KEY,
    call_id uuid NOT NULL REFERENCES call ON DELETE CASCADE,
    leg_id uuid NOT NULL REFERENCES leg ON DELETE CASCADE,
    body text NOT NULL CHECK (char_length(body) BETWEEN 1 AND 4000),
    at timestamptz NOT NULL
);
CREATE INDEX message_call ON message (call_id, id);
CREATE INDEX message_leg ON message (leg_id, at);
COMMENT ON TABLE message IS 'A message in the chat beside a call. Written under the lock of its call, never changed.';
COMMENT ON COLUMN message.id IS 'UUID v7, later than that of every message before it in its call: the order of the chat.';
COMMENT ON COLUMN message.call_id IS 'The call.';
COMMENT ON COLUMN message.leg_id IS 'The party that wrote it.';
COMMENT ON COLUMN message.body IS 'The text, as it was typed.';
COMMENT ON COLUMN message.at IS 'When it was sent.';
