DROP INDEX recording_finalize;
ALTER TABLE recording DROP COLUMN dispatch_at;
CREATE INDEX recording_work ON recording (state) WHERE state IN ('FINALIZING', 'TRANSCODING');

DROP FUNCTION event_drop_before(date);
CREATE FUNCTION event_drop_before(before date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    partition record;
BEGIN
    FOR partition IN SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'event'::regclass LOOP
        IF partition.name ~ '^event_\d{4}_\d{2}$' AND to_date(right(partition.name, 7), 'YYYY_MM') < date_trunc('month', before::timestamp) THEN
            EXECUTE format('DROP TABLE %s', partition.name);
        END IF;
    END LOOP;
END $$;
COMMENT ON FUNCTION event_drop_before(date) IS 'Drops the monthly partitions of event that ended before the month of the date.';

DROP INDEX IF EXISTS contact_search;
DROP EXTENSION IF EXISTS pg_trgm;
DROP FUNCTION contact_text(text, text[], text[], text[]);
DROP INDEX contact_tags;
DROP INDEX contact_owner;
DROP INDEX notification_unread;
DROP INDEX notification_user;
CREATE INDEX notification_user ON notification (user_id, at DESC, id DESC);
DROP INDEX task_call;
DROP INDEX task_contact;
DROP INDEX task_assignee;
CREATE INDEX task_assignee ON task (assignee_id, created_at DESC, id DESC);
CREATE INDEX task_contact ON task (contact_id, created_at DESC, id DESC);
CREATE INDEX task_created ON task (created_at DESC, id DESC);
DROP INDEX recording_access_recording;
CREATE INDEX recording_access_recording ON recording_access (recording_id, at DESC, id DESC);
DROP INDEX recording_purge;
DROP INDEX recording_call;
CREATE INDEX recording_call ON recording (call_id);
DROP INDEX leg_user;
DROP INDEX call_live;
DROP INDEX call_agent;
DROP INDEX call_contact;
CREATE INDEX call_contact ON call (contact_id, created_at DESC, id DESC);
CREATE INDEX call_agent ON call (agent_id, created_at DESC, id DESC);
ALTER TABLE call DROP COLUMN dispatch_at;
