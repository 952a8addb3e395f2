-- Messages for those who could not be reached: who takes them, and each from its greeting to whoever heard it.

CREATE TABLE voicemail_box (
    id uuid PRIMARY KEY,
    queue_id uuid UNIQUE REFERENCES queue ON DELETE CASCADE,
    agent_id uuid UNIQUE REFERENCES agent ON DELETE CASCADE,
    enabled boolean NOT NULL,
    greeting_id uuid REFERENCES audio_file ON DELETE SET NULL,
    CHECK (num_nonnulls(queue_id, agent_id) = 1)
);
COMMENT ON TABLE voicemail_box IS 'How a queue or an agent takes messages. Without a row: a queue takes none, an agent does without a greeting.';
COMMENT ON COLUMN voicemail_box.id IS 'UUID v7.';
COMMENT ON COLUMN voicemail_box.queue_id IS 'Whose it is: a queue''s …';
COMMENT ON COLUMN voicemail_box.agent_id IS '… or an agent''s.';
COMMENT ON COLUMN voicemail_box.enabled IS 'Whether messages are taken.';
COMMENT ON COLUMN voicemail_box.greeting_id IS 'What is heard before the beep; null: the words that the worker brings along.';

CREATE TABLE voicemail (
    id uuid PRIMARY KEY,
    call_id uuid NOT NULL UNIQUE REFERENCES call ON DELETE CASCADE,
    queue_id uuid REFERENCES queue,
    agent_id uuid REFERENCES agent ON DELETE CASCADE,
    greeting_id uuid REFERENCES audio_file ON DELETE SET NULL,
    state text NOT NULL CHECK (state IN ('GREETING', 'RECORDING', 'PREPARING', 'DONE', 'DROPPED')),
    epoch integer NOT NULL DEFAULT 0,
    until timestamptz,
    started_at timestamptz NOT NULL,
    recording_id uuid REFERENCES recording ON DELETE SET NULL,
    task_id uuid REFERENCES task ON DELETE SET NULL,
    left_at timestamptz,
    heard_at timestamptz,
    heard_by uuid REFERENCES app_user ON DELETE SET NULL,
    CHECK (num_nonnulls(queue_id, agent_id) = 1),
    CHECK ((state IN ('GREETING', 'RECORDING')) = (until IS NOT NULL)),
    CHECK (state <> 'DONE' OR left_at IS NOT NULL)
);
CREATE INDEX voicemail_until ON voicemail (until) WHERE until IS NOT NULL;
CREATE INDEX voicemail_queue ON voicemail (queue_id, id) WHERE queue_id IS NOT NULL;
CREATE INDEX voicemail_agent ON voicemail (agent_id, id) WHERE agent_id IS NOT NULL;
CREATE INDEX voicemail_done ON voicemail (id) WHERE state = 'DONE';
-- What nobody has heard is counted often, and is few of all.
CREATE INDEX voicemail_unheard_queue ON voicemail (queue_id, id)
    WHERE state = 'DONE' AND heard_at IS NULL AND queue_id IS NOT NULL;
CREATE INDEX voicemail_unheard_agent ON voicemail (agent_id, id)
    WHERE state = 'DONE' AND heard_at IS NULL AND agent_id IS NOT NULL;
CREATE INDEX voicemail_recording ON voicemail (recording_id) WHERE recording_id IS NOT NULL;
CREATE INDEX voicemail_task ON voicemail (task_id) WHERE task_id IS NOT NULL;
COMMENT ON TABLE voicemail IS 'A message that somebody leaves at the end of a call. Changed under the lock of its call.';
COMMENT ON COLUMN voicemail.id IS 'UUID v7.';
COMMENT ON COLUMN voicemail.call_id IS 'The call; one message a call.';
COMMENT ON COLUMN voicemail.queue_id IS 'For whom: the members of a queue …';
COMMENT ON COLUMN voicemail.agent_id IS '… or an agent.';
COMMENT ON COLUMN voicemail.greeting_id IS 'What was heard before the beep, as it was set when the message began.';
COMMENT ON COLUMN voicemail.state IS 'GREETING, RECORDING (from the beep on), PREPARING (the call is over), DONE (can be heard) or DROPPED (nothing was said).';
COMMENT ON COLUMN voicemail.epoch IS 'The lease under which the beep was heard: a worker of a later one greets nobody again.';
COMMENT ON COLUMN voicemail.until IS 'The call ends by itself then; set while somebody is on the line.';
COMMENT ON COLUMN voicemail.started_at IS 'When the greeting began.';
COMMENT ON COLUMN voicemail.recording_id IS 'What was said.';
COMMENT ON COLUMN voicemail.task_id IS 'What it made somebody do.';
COMMENT ON COLUMN voicemail.left_at IS 'When the call was over.';
COMMENT ON COLUMN voicemail.heard_at IS 'When it was first marked as heard.';
COMMENT ON COLUMN voicemail.heard_by IS 'By whom.';

ALTER TABLE queue DROP CONSTRAINT queue_overflow_check;
ALTER TABLE queue ADD CONSTRAINT queue_overflow_check CHECK (overflow IN ('END', 'QUEUE', 'CALLBACK', 'VOICEMAIL'));
COMMENT ON COLUMN queue.overflow IS 'What becomes of a call that waited too long: END, QUEUE, CALLBACK or VOICEMAIL. QUEUE and VOICEMAIL also take those that find this one full.';

ALTER TABLE call_interval DROP CONSTRAINT call_interval_kind_check;
ALTER TABLE call_interval ADD CONSTRAINT call_interval_kind_check
    CHECK (kind IN ('SETUP', 'WAIT', 'RING', 'CONNECT', 'TALK', 'HOLD', 'VOICEMAIL', 'WRAP_UP'));
COMMENT ON COLUMN call_interval.kind IS 'SETUP (no worker yet), WAIT (queue), RING, CONNECT (joined, no media yet), TALK, HOLD, VOICEMAIL (a message is left), WRAP_UP.';
