CREATE OR REPLACE FUNCTION agent_activity(at timestamptz)
RETURNS TABLE (agent_id uuid, activity text, reason text, engaged boolean) LANGUAGE sql STABLE AS $$
    SELECT a.user_id,
        coalesce(work.activity, CASE WHEN coalesce(p.until > at, false) THEN a.status ELSE 'OFFLINE' END),
        CASE WHEN work.activity IS NULL AND p.until > at AND a.status = 'AWAY' THEN a.reason END,
        work.activity IS NOT NULL
    FROM agent a
    LEFT JOIN agent_presence p ON p.agent_id = a.user_id
    CROSS JOIN LATERAL (SELECT CASE
        WHEN EXISTS (SELECT FROM leg l WHERE l.user_id = a.user_id AND l.role = 'AGENT' AND l.state <> 'LEFT' OFFSET 0) THEN 'ON_CALL'
        WHEN EXISTS (SELECT FROM offer o WHERE o.agent_id = a.user_id AND o.state IN ('PENDING', 'ACCEPTED') OFFSET 0) THEN 'RINGING'
        WHEN EXISTS (SELECT FROM wrap_up w WHERE w.agent_id = a.user_id AND w.ended_at IS NULL OFFSET 0) THEN 'WRAP_UP'
    END AS activity) AS work
$$;
