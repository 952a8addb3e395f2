DROP TABLE voicemail;
DROP TABLE voicemail_box;
UPDATE queue SET overflow = 'END' WHERE overflow = 'VOICEMAIL';
ALTER TABLE queue DROP CONSTRAINT queue_overflow_check;
ALTER TABLE queue ADD CONSTRAINT queue_overflow_check CHECK (overflow IN ('END', 'QUEUE', 'CALLBACK'));
COMMENT ON COLUMN queue.overflow IS 'What becomes of a call that waited too long: END, QUEUE or CALLBACK. QUEUE also takes those that find this one full.';
UPDATE call_interval SET kind = 'TALK' WHERE kind = 'VOICEMAIL';
ALTER TABLE call_interval DROP CONSTRAINT call_interval_kind_check;
ALTER TABLE call_interval ADD CONSTRAINT call_interval_kind_check
    CHECK (kind IN ('SETUP', 'WAIT', 'RING', 'CONNECT', 'TALK', 'HOLD', 'WRAP_UP'));
COMMENT ON COLUMN call_interval.kind IS 'SETUP (no worker yet), WAIT (queue), RING, CONNECT (joined, no media yet), TALK, HOLD, WRAP_UP.';
