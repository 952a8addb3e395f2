ALTER TABLE agent_presence ADD COLUMN presumed boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN agent_presence.presumed IS 'A scheduler that had just started prolonged it, not knowing whether the agent could have been heard from. Once between two signs of life.';
