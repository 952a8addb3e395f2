-- Who steered other people's work.

CREATE TABLE audit_log (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    actor_id uuid NOT NULL REFERENCES app_user,
    action text NOT NULL CHECK (action IN ('CALL_MONITORED', 'CALL_TAKEN_OVER', 'CALL_MOVED', 'CALL_ENDED', 'AGENT_STATUS_SET')),
    call_id uuid REFERENCES call ON DELETE SET NULL,
    subject text,
    detail jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(detail) = 'object')
);
CREATE INDEX audit_log_action ON audit_log (action, id);
CREATE INDEX audit_log_actor ON audit_log (actor_id, id);
CREATE INDEX audit_log_call ON audit_log (call_id, id) WHERE call_id IS NOT NULL;
COMMENT ON TABLE audit_log IS 'What supervisors and administrators did to the calls and the status of others. Rows are only ever added, in the transaction of the act.';
COMMENT ON COLUMN audit_log.id IS 'UUID v7.';
COMMENT ON COLUMN audit_log.at IS 'When it was done.';
COMMENT ON COLUMN audit_log.actor_id IS 'Who did it; stays known.';
COMMENT ON COLUMN audit_log.action IS 'CALL_MONITORED, CALL_TAKEN_OVER, CALL_MOVED, CALL_ENDED or AGENT_STATUS_SET.';
COMMENT ON COLUMN audit_log.call_id IS 'The call that it was done to.';
COMMENT ON COLUMN audit_log.subject IS 'What else it was done to: the typed id of an agent or a queue.';
COMMENT ON COLUMN audit_log.detail IS 'Names and values: ids and states, never personal data.';
