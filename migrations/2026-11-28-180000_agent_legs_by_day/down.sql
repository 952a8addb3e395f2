DROP INDEX leg_agent_left;
