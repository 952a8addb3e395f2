-- Calls of many: supervisors who take over, and recordings that pause by themselves for those who come later.

ALTER TABLE leg ADD COLUMN take_over text CHECK (take_over IN ('WANTED', 'DONE'));
COMMENT ON COLUMN leg.take_over IS 'Of a supervisor: WANTED takes the call over as soon as there is media, DONE has taken it.';

ALTER TABLE recording_pause ALTER COLUMN user_id DROP NOT NULL;
COMMENT ON COLUMN recording_pause.reason IS 'Why, as the agent said, or whose consent is awaited.';
COMMENT ON COLUMN recording_pause.user_id IS 'Who paused; null: it paused by itself, and goes on by itself.';
