DELETE FROM event WHERE aggregate IN ('agent', 'queue');
DROP INDEX contact_phones;
DROP INDEX contact_emails;
ALTER TABLE event DROP CONSTRAINT event_aggregate_check;
ALTER TABLE event ADD CONSTRAINT event_aggregate_check
    CHECK (aggregate IN ('call', 'leg', 'user', 'session', 'recording', 'worker'));
DROP FUNCTION agent_activity(timestamptz);
DROP INDEX leg_agent_live;
ALTER TABLE call
    DROP COLUMN callback_tries,
    DROP COLUMN callback_of,
    DROP COLUMN priority,
    DROP COLUMN visit_id,
    DROP COLUMN queue_id;
DROP TABLE wrap_up;
DROP TABLE offer;
DROP TABLE queue_visit;
DROP TABLE queue_member;
DROP TABLE queue;
DROP TABLE agent_interval;
DROP TABLE agent_presence;
DROP TABLE agent;
