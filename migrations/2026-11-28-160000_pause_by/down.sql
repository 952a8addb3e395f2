ALTER TABLE recording_pause ALTER COLUMN user_id DROP NOT NULL;
COMMENT ON COLUMN recording_pause.user_id IS 'Who paused; null: it paused by itself, and goes on by itself.';
UPDATE recording_pause SET user_id = NULL WHERE automatic;
ALTER TABLE recording_pause DROP COLUMN automatic;
