-- What an agent talked today is found by the legs that ended today. Of those that have not ended leg_agent_live knows.
CREATE INDEX leg_agent_left ON leg (user_id, left_at) WHERE role = 'AGENT' AND state = 'LEFT';
