ALTER TABLE agent_presence DROP COLUMN presumed;
