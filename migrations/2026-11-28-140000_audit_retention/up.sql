-- Acts are kept for two years; the scheduler forgets older ones.

COMMENT ON TABLE audit_log IS 'What supervisors and administrators did to the calls and the status of others. Rows are added in the transaction of the act, never changed, and forgotten after two years.';
