COMMENT ON TABLE audit_log IS 'What supervisors and administrators did to the calls and the status of others. Rows are only ever added, in the transaction of the act.';
