-- What lists and sweeps look for is indexed; a call without a worker is dispatched again now and then; contacts are
-- found by part of a word; the log forgets.

ALTER TABLE call ADD COLUMN dispatch_at timestamptz;
COMMENT ON COLUMN call.dispatch_at IS 'Without a worker by then, it is dispatched again; null while a worker has it.';
UPDATE call SET dispatch_at = now() WHERE worker_id IS NULL AND state <> 'ENDED';
CREATE INDEX call_dispatch ON call (dispatch_at) WHERE worker_id IS NULL AND state <> 'ENDED';

-- Lists are sorted by id, that is, by age.
DROP INDEX call_contact;
DROP INDEX call_agent;
CREATE INDEX call_contact ON call (contact_id, id);
CREATE INDEX call_agent ON call (agent_id, id);
CREATE INDEX call_live ON call (created_at) WHERE state <> 'ENDED';
CREATE INDEX leg_user ON leg (user_id, call_id) WHERE user_id IS NOT NULL;
DROP INDEX recording_call;
CREATE INDEX recording_call ON recording (call_id, id);
CREATE INDEX recording_purge ON recording (id) WHERE state = 'DELETED' AND data_key IS NOT NULL;
DROP INDEX recording_access_recording;
CREATE INDEX recording_access_recording ON recording_access (recording_id, id);
DROP INDEX task_assignee;
DROP INDEX task_contact;
DROP INDEX task_created;
CREATE INDEX task_assignee ON task (assignee_id, id);
CREATE INDEX task_contact ON task (contact_id, id);
CREATE INDEX task_call ON task (call_id, id) WHERE call_id IS NOT NULL;
DROP INDEX notification_user;
CREATE INDEX notification_user ON notification (user_id, id);
CREATE INDEX notification_unread ON notification (user_id, id) WHERE read_at IS NULL;
CREATE INDEX contact_owner ON contact (owner_id) WHERE owner_id IS NOT NULL;
CREATE INDEX contact_tags ON contact USING gin (tags);

-- array_to_string is STABLE for the sake of types whose output depends on settings; that of text does not.
CREATE FUNCTION contact_text(name text, emails text[], phones text[], tags text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN name || ' ' || coalesce(array_to_string(emails, ' '), '') || ' ' || coalesce(array_to_string(phones, ' '), '') || ' ' || coalesce(array_to_string(tags, ' '), '');
COMMENT ON FUNCTION contact_text(text, text[], text[], text[]) IS 'What a search for contacts looks in.';

-- Any owner of a database may create pg_trgm, where its files are installed (Debian: with the server). Without it the
-- search works all the same, by reading every contact.
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX contact_search ON contact USING gin (contact_text(name, emails, phones, tags) gin_trgm_ops);
EXCEPTION WHEN undefined_file OR insufficient_privilege OR feature_not_supported THEN
    RAISE WARNING 'pg_trgm cannot be had: the search for contacts reads them all';
END $$;

-- Raises the floor and drops in one step, partition by partition: the last place of each stands in its own index.
DROP FUNCTION event_drop_before(date);
CREATE FUNCTION event_drop_before(before date) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    partition record;
    dropped integer := 0;
BEGIN
    FOR partition IN SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'event'::regclass LOOP
        IF partition.name ~ '^event_\d{4}_\d{2}$' AND to_date(right(partition.name, 7), 'YYYY_MM') < date_trunc('month', before::timestamp) THEN
            EXECUTE format('UPDATE event_floor SET (xid, seq) = (last.xid, last.seq)
                FROM (SELECT xid, seq FROM %I ORDER BY xid DESC, seq DESC LIMIT 1) AS last
                WHERE (event_floor.xid, event_floor.seq) < (last.xid, last.seq)', partition.name);
            EXECUTE format('DROP TABLE %I', partition.name);
            dropped := dropped + 1;
        END IF;
    END LOOP;
    RETURN dropped;
END $$;
COMMENT ON FUNCTION event_drop_before(date) IS 'Drops the monthly partitions of event that ended before the month of the date, raises the floor of cursors, returns how many.';

ALTER TABLE recording ADD COLUMN dispatch_at timestamptz;
COMMENT ON COLUMN recording.dispatch_at IS 'TRANSCODING: not leased, or the lease not renewed by then, it is dispatched again.';
UPDATE recording SET dispatch_at = now() WHERE state = 'TRANSCODING';
DROP INDEX recording_work;
CREATE INDEX recording_dispatch ON recording (dispatch_at) WHERE state = 'TRANSCODING';
CREATE INDEX recording_finalize ON recording (finalize_by) WHERE state = 'FINALIZING';
