DELETE FROM recording_pause WHERE user_id IS NULL;
ALTER TABLE recording_pause ALTER COLUMN user_id SET NOT NULL;
COMMENT ON COLUMN recording_pause.reason IS 'Why, as the agent said.';
COMMENT ON COLUMN recording_pause.user_id IS 'Who paused.';
ALTER TABLE leg DROP COLUMN take_over;
