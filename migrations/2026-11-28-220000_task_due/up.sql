-- What somebody has to do, the most pressing first and what has no date last.
CREATE INDEX task_due ON task (assignee_id, (coalesce(due_at, 'infinity')), id) WHERE state = 'OPEN';
