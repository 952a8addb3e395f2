-- Who a caller is: one of the house says or confirms it, and that is written down.

ALTER TABLE audit_log DROP CONSTRAINT audit_log_action_check;
ALTER TABLE audit_log ADD CONSTRAINT audit_log_action_check
    CHECK (action IN ('CALL_MONITORED', 'CALL_TAKEN_OVER', 'CALL_MOVED', 'CALL_ENDED', 'AGENT_STATUS_SET', 'CALL_CONTACT_SET'));
COMMENT ON TABLE audit_log IS 'What supervisors and administrators did to the calls and the status of others, and who said who a caller is. Rows are added in the transaction of the act, never changed, and forgotten after two years.';
COMMENT ON COLUMN audit_log.action IS 'CALL_MONITORED, CALL_TAKEN_OVER, CALL_MOVED, CALL_ENDED, AGENT_STATUS_SET or CALL_CONTACT_SET.';
COMMENT ON COLUMN audit_log.subject IS 'What else it was done to: the typed id of an agent, a queue or a contact.';
COMMENT ON COLUMN call.contact_verified IS 'False: the caller only said so, and none of the house has confirmed it.';
