-- Two administrators at the same queue: whoever saves names the version that was read, as with notes.

ALTER TABLE queue ADD COLUMN version integer NOT NULL DEFAULT 1;
COMMENT ON COLUMN queue.version IS 'From 1; grows with every change of the settings, members aside. Whoever changes them may name the version that was read.';
