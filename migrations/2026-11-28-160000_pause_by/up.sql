-- Somebody stands for every pause: for those that the recording makes by itself, the agent whose call it is.

ALTER TABLE recording_pause ADD COLUMN automatic boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN recording_pause.automatic IS 'It paused by itself, and goes on by itself.';
UPDATE recording_pause SET automatic = true, user_id = (
        SELECT coalesce(c.agent_id, (SELECT l.user_id FROM leg l WHERE l.call_id = c.id AND l.role = 'AGENT' AND l.user_id IS NOT NULL ORDER BY l.id DESC LIMIT 1))
        FROM recording r JOIN call c ON c.id = r.call_id WHERE r.id = recording_pause.recording_id)
    WHERE user_id IS NULL;
ALTER TABLE recording_pause ALTER COLUMN user_id SET NOT NULL;
COMMENT ON COLUMN recording_pause.user_id IS 'Who paused; where it paused by itself, whose call it was.';
