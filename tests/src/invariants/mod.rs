//! What holds of a call centre's rows, whatever happens: after every step, and once the sweeps have gone by. Each rule is
//! a query for its breaches.

mod eligible;
mod evidence;
pub mod figures;
mod spent;

pub use eligible::nobody_waits_for_a_free_agent;
pub use evidence::evidence;
pub use spent::{days_of_agents, lives_of_calls};

use chrono::{DateTime, Utc};
use tokio_postgres::Client;

const ALWAYS: &[(&str, &str)] = &[
    ("an agent has two live offers", "SELECT agent_id FROM offer WHERE state IN ('PENDING', 'ACCEPTED') GROUP BY 1 HAVING count(*) > 1"),
    // Several may be placed at once; none is offered beside them.
    ("an agent is in two calls of queues", "SELECT user_id FROM leg JOIN call ON call.id = call_id WHERE role = 'AGENT' AND leg.state <> 'LEFT' AND queue_id IS NOT NULL
            AND NOT EXISTS (SELECT FROM transfer t WHERE t.call_id = call.id AND t.from_agent_id = leg.user_id AND t.ended_at IS NULL)
        GROUP BY 1 HAVING count(*) > 1"),
    ("an agent in a call is offered another", "SELECT o.id FROM offer o JOIN leg l ON l.user_id = o.agent_id AND l.role = 'AGENT' AND l.state <> 'LEFT'
        WHERE o.state IN ('PENDING', 'ACCEPTED') AND (l.call_id <> o.call_id OR o.state = 'PENDING')"),
    ("an agent who wraps up is offered a call", "SELECT o.id FROM offer o JOIN wrap_up w ON w.agent_id = o.agent_id AND w.ended_at IS NULL
        WHERE o.state IN ('PENDING', 'ACCEPTED')"),
    ("an agent is asked for a call in which nobody is", "SELECT o.id FROM offer o JOIN queue_visit v ON v.id = o.visit_id WHERE o.state = 'PENDING' AND NOT v.callback
        AND NOT EXISTS (SELECT FROM leg l WHERE l.call_id = o.call_id AND l.role NOT IN ('AGENT', 'SUPERVISOR') AND l.state <> 'INVITED')"),
    ("a visit has two winners", "SELECT visit_id FROM offer WHERE state IN ('ACCEPTED', 'CONNECTED') AND visit_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1"),
    ("a call with a contact has two agents, and no transfer or invitation is why", "SELECT call_id FROM leg JOIN call ON call.id = call_id WHERE role = 'AGENT' AND leg.state <> 'LEFT' AND direction <> 'INTERNAL'
            AND NOT EXISTS (SELECT FROM transfer t WHERE t.call_id = call.id AND t.ended_at IS NULL)
            AND NOT EXISTS (SELECT FROM offer o WHERE o.call_id = call.id AND o.purpose = 'INVITATION' AND o.state IN ('ACCEPTED', 'CONNECTED'))
        GROUP BY 1 HAVING count(*) > 1"),
    ("somebody is on hold and nobody can end it", "SELECT l.id FROM leg l JOIN call c ON c.id = l.call_id WHERE l.parked AND l.state <> 'LEFT' AND c.state <> 'ENDED'
            AND NOT EXISTS (SELECT FROM transfer t WHERE t.call_id = c.id AND t.ended_at IS NULL)
            AND NOT (c.state = 'IN_PROGRESS' AND EXISTS (SELECT FROM leg a WHERE a.call_id = c.id AND a.role = 'AGENT' AND a.state <> 'LEFT' AND NOT a.parked))"),
    ("a transfer to an agent has nobody who is to come or is there", "SELECT t.id FROM transfer t JOIN call c ON c.id = t.call_id WHERE t.ended_at IS NULL AND (t.kind = 'WARM' OR t.to_queue_id IS NULL)
            AND NOT (c.state = 'IN_PROGRESS' AND CASE t.state
                WHEN 'RINGING' THEN EXISTS (SELECT FROM offer o WHERE o.transfer_id = t.id AND o.agent_id = t.to_agent_id AND o.state IN ('PENDING', 'ACCEPTED'))
                ELSE (SELECT count(*) = 2 FROM leg l WHERE l.call_id = c.id AND l.role = 'AGENT' AND l.state <> 'LEFT' AND l.user_id IN (t.from_agent_id, t.to_agent_id)) END)"),
    ("a transfer to a queue has no call that waits or no agent beside it", "SELECT t.id FROM transfer t JOIN call c ON c.id = t.call_id WHERE t.ended_at IS NULL AND t.kind = 'BLIND' AND t.to_queue_id IS NOT NULL
            AND NOT (t.state = 'RINGING' AND c.visit_id IS NOT NULL AND EXISTS (SELECT FROM leg l WHERE l.call_id = c.id AND l.user_id = t.from_agent_id AND l.role = 'AGENT' AND l.state <> 'LEFT' AND l.parked))"),
    ("an offer of a transfer outlives it", "SELECT o.id FROM offer o JOIN transfer t ON t.id = o.transfer_id WHERE o.state IN ('PENDING', 'ACCEPTED') AND t.ended_at IS NOT NULL"),
    ("a call goes on with one side of it", "SELECT c.id FROM call c WHERE c.state = 'IN_PROGRESS' AND c.direction <> 'INTERNAL' AND NOT EXISTS (SELECT FROM voicemail m WHERE m.call_id = c.id AND m.until IS NOT NULL)
            AND NOT EXISTS (SELECT FROM transfer t WHERE t.call_id = c.id AND t.ended_at IS NULL) AND NOT (
        EXISTS (SELECT FROM leg l WHERE l.call_id = c.id AND l.role = 'AGENT' AND l.state IN ('JOINING', 'CONNECTED', 'RECONNECTING'))
        AND EXISTS (SELECT FROM leg l WHERE l.call_id = c.id AND l.role IN ('CONTACT', 'GUEST') AND l.state IN ('JOINING', 'CONNECTED', 'RECONNECTING')))"),
    ("a call belongs to one who is not in it", "SELECT c.id FROM call c WHERE c.state = 'IN_PROGRESS' AND NOT EXISTS (SELECT FROM voicemail m WHERE m.call_id = c.id AND m.until IS NOT NULL)
        AND NOT EXISTS (SELECT FROM transfer t WHERE t.call_id = c.id AND t.ended_at IS NULL)
        AND NOT EXISTS (SELECT FROM leg l WHERE l.call_id = c.id AND l.role = 'AGENT' AND l.state <> 'LEFT' AND l.user_id = c.agent_id)"),
    ("two supervisors have a call", "SELECT call_id FROM leg WHERE take_over = 'DONE' AND state <> 'LEFT' GROUP BY 1 HAVING count(*) > 1"),
    ("a listener is the call's agent", "SELECT l.id FROM leg l WHERE l.state <> 'LEFT' AND ((l.role = 'SUPERVISOR' AND l.take_over = 'DONE')
        OR (l.role = 'AGENT' AND l.audience <> 'EVERYONE'))"),
    ("a guest is awaited for ever", "SELECT id FROM leg WHERE role = 'GUEST' AND state = 'INVITED' AND leave_by IS NULL"),
    ("an act has no call", "SELECT id FROM audit_log WHERE action <> 'AGENT_STATUS_SET' AND call_id IS NULL"),
    ("a call rings and nobody is asked", "SELECT id FROM call WHERE state = 'RINGING' AND visit_id IS NOT NULL AND answer_by IS NULL
        AND NOT EXISTS (SELECT FROM offer o WHERE o.call_id = call.id AND o.state = 'PENDING')"),
    ("a call connects to nobody", "SELECT id FROM call WHERE state = 'CONNECTING' AND queue_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM leg l WHERE l.call_id = call.id AND l.role = 'AGENT' AND l.state <> 'LEFT' AND l.user_id = call.agent_id)"),
    ("an accepted offer has no leg that must come", "SELECT o.id FROM offer o WHERE o.state = 'ACCEPTED' AND NOT EXISTS (SELECT FROM leg l
        WHERE l.call_id = o.call_id AND l.user_id = o.agent_id AND l.state IN ('JOINING', 'RECONNECTING') AND l.leave_by IS NOT NULL)"),
    ("a party that has no media may stay for ever", "SELECT l.id FROM leg l JOIN call c ON c.id = l.call_id
        WHERE l.state IN ('JOINING', 'RECONNECTING') AND l.leave_by IS NULL"),
    ("a call that waits has a live offer", "SELECT c.id FROM call c JOIN offer o ON o.call_id = c.id WHERE c.state = 'QUEUED' AND o.state IN ('PENDING', 'ACCEPTED')"),
    ("a call that is over keeps something", "SELECT c.id FROM call c WHERE c.state = 'ENDED' AND (c.visit_id IS NOT NULL
        OR EXISTS (SELECT FROM leg l WHERE l.call_id = c.id AND l.state <> 'LEFT')
        OR EXISTS (SELECT FROM offer o WHERE o.call_id = c.id AND o.state IN ('PENDING', 'ACCEPTED'))
        OR EXISTS (SELECT FROM transfer t WHERE t.call_id = c.id AND t.ended_at IS NULL)
        OR EXISTS (SELECT FROM queue_visit v WHERE v.call_id = c.id AND v.left_at IS NULL))"),
    ("a message is left in a call that doesn't run", "SELECT m.id FROM voicemail m JOIN call c ON c.id = m.call_id WHERE m.until IS NOT NULL
        AND (c.state <> 'IN_PROGRESS' OR NOT EXISTS (SELECT FROM leg l WHERE l.call_id = c.id AND l.state <> 'LEFT'))"),
    ("a message and its recording disagree", "SELECT m.id FROM voicemail m LEFT JOIN recording r ON r.id = m.recording_id
        WHERE (m.state IN ('RECORDING', 'PREPARING', 'DONE') AND r.id IS NULL) OR (m.state = 'RECORDING' AND r.state <> 'RECORDING')
            OR (m.state = 'DONE' AND r.state <> 'READY')"),
    ("call and visit disagree", "SELECT c.id FROM call c FULL JOIN (SELECT * FROM queue_visit WHERE left_at IS NULL) v ON v.call_id = c.id
        WHERE (c.visit_id IS NOT NULL OR v.id IS NOT NULL) AND (c.visit_id IS DISTINCT FROM v.id OR c.queue_id IS DISTINCT FROM v.queue_id)"),
    ("a call waits without a visit or a limit", "SELECT c.id FROM call c LEFT JOIN queue_visit v ON v.id = c.visit_id WHERE c.state = 'QUEUED' AND v.leave_by IS NULL"),
    ("an unanswered call has no limit", "SELECT id FROM call WHERE state IN ('CREATED', 'RINGING', 'CONNECTING') AND visit_id IS NULL AND answered_at IS NULL AND answer_by IS NULL"),
    ("a life has a gap or an overlap", "SELECT call_id FROM (SELECT call_id, ordinal, started_at, ended_at,
            lag(ended_at) OVER life AS before, row_number() OVER life - 1 AS place FROM call_interval WINDOW life AS (PARTITION BY call_id ORDER BY ordinal)) AS i
        WHERE ordinal <> place OR (place > 0 AND before IS DISTINCT FROM started_at) OR ended_at < started_at"),
    ("a life begins at another instant than its call", "SELECT id FROM call
        WHERE created_at IS DISTINCT FROM (SELECT min(started_at) FROM call_interval i WHERE i.call_id = call.id)"),
    ("a life ends at another instant than its call", "SELECT id FROM call WHERE state = 'ENDED'
        AND ended_at IS DISTINCT FROM (SELECT max(ended_at) FROM call_interval i WHERE i.call_id = call.id AND kind <> 'WRAP_UP')"),
    ("a life is in another stretch than its call", "SELECT c.id FROM call c, LATERAL (SELECT count(*) AS open, max(kind) AS now
            FROM call_interval WHERE call_id = c.id AND ended_at IS NULL) AS i
        WHERE i.now IS DISTINCT FROM (CASE c.state WHEN 'CREATED' THEN 'SETUP' WHEN 'QUEUED' THEN 'WAIT' WHEN 'RINGING' THEN 'RING'
                WHEN 'CONNECTING' THEN 'CONNECT'
                WHEN 'IN_PROGRESS' THEN (SELECT CASE WHEN EXISTS (SELECT FROM voicemail m WHERE m.call_id = c.id AND m.until IS NOT NULL) THEN 'VOICEMAIL'
                        WHEN bool_or(parked) AND count(*) FILTER (WHERE NOT parked) <= CASE c.direction WHEN 'INTERNAL' THEN 1 ELSE 0 END THEN 'HOLD' ELSE 'TALK' END
                    FROM leg l WHERE l.call_id = c.id AND l.state IN ('JOINING', 'CONNECTED', 'RECONNECTING') AND l.audience = 'EVERYONE'
                        AND (c.direction = 'INTERNAL' OR l.role IN ('CONTACT', 'GUEST')))
                ELSE (SELECT 'WRAP_UP' WHERE EXISTS (SELECT FROM wrap_up w WHERE w.call_id = c.id AND w.ended_at IS NULL)) END)
            OR i.open > 1"),
    ("an agent's day has a gap or an overlap", "SELECT agent_id FROM (SELECT agent_id, started_at, ended_at, lag(ended_at) OVER day AS before, row_number() OVER day AS place,
            lead(id) OVER day AS next FROM agent_interval WINDOW day AS (PARTITION BY agent_id ORDER BY id)) AS i
        WHERE (place > 1 AND before IS DISTINCT FROM started_at) OR ended_at < started_at OR (next IS NULL) <> (ended_at IS NULL)"),
    ("a recorded agent is not what the rows say", "SELECT a.user_id FROM agent a JOIN agent_interval i ON i.agent_id = a.user_id AND i.ended_at IS NULL
        WHERE i.activity IN ('ON_CALL', 'RINGING', 'WRAP_UP') <> (
            EXISTS (SELECT FROM leg l WHERE l.user_id = a.user_id AND l.role = 'AGENT' AND l.state <> 'LEFT')
            OR EXISTS (SELECT FROM offer o WHERE o.agent_id = a.user_id AND o.state IN ('PENDING', 'ACCEPTED'))
            OR EXISTS (SELECT FROM wrap_up w WHERE w.agent_id = a.user_id AND w.ended_at IS NULL))"),
    ("the log of a call has a gap or is out of order", "SELECT aggregate_id FROM (SELECT aggregate_id, version, row_number() OVER (PARTITION BY aggregate_id ORDER BY xid, seq) AS place
            FROM event WHERE aggregate = 'call') AS e WHERE version <> place
        UNION ALL SELECT id FROM call WHERE version <> (SELECT count(*) FROM event WHERE aggregate = 'call' AND aggregate_id = call.id)"),
];

/// `$1` is the present instant: nothing is overdue, everything recorded is true.
const SETTLED: &[(&str, &str)] = &[
    ("an agent's record is not what the agent does", "SELECT a.user_id FROM agent a JOIN agent_interval i ON i.agent_id = a.user_id AND i.ended_at IS NULL
        LEFT JOIN agent_presence p ON p.agent_id = a.user_id
        WHERE i.activity <> CASE
            WHEN EXISTS (SELECT FROM leg l WHERE l.user_id = a.user_id AND l.role = 'AGENT' AND l.state <> 'LEFT') THEN 'ON_CALL'
            WHEN EXISTS (SELECT FROM offer o WHERE o.agent_id = a.user_id AND o.state IN ('PENDING', 'ACCEPTED')) THEN 'RINGING'
            WHEN EXISTS (SELECT FROM wrap_up w WHERE w.agent_id = a.user_id AND w.ended_at IS NULL) THEN 'WRAP_UP'
            WHEN p.until > $1 THEN a.status ELSE 'OFFLINE' END"),
    ("an agent's next status is forgotten", "SELECT a.user_id FROM agent a JOIN agent_interval i ON i.agent_id = a.user_id AND i.ended_at IS NULL
        WHERE a.next_status IS NOT NULL AND i.activity NOT IN ('ON_CALL', 'RINGING', 'WRAP_UP') AND $1 IS NOT NULL"),
    ("an offer rings too long", "SELECT o.id FROM offer o LEFT JOIN agent_presence p ON p.agent_id = o.agent_id
        WHERE o.state = 'PENDING' AND (o.expires_at <= $1 OR p.until <= $1 OR p.until IS NULL)"),
    ("a party is missing for too long", "SELECT l.id FROM leg l JOIN call c ON c.id = l.call_id WHERE l.state <> 'LEFT' AND l.leave_by <= $1
        AND (c.worker_id IS NOT NULL OR l.joined_at IS NULL OR (c.visit_id IS NOT NULL AND l.role IN ('AGENT', 'SUPERVISOR')))"),
    ("a call rings too long", "SELECT id FROM call WHERE state <> 'ENDED' AND answered_at IS NULL AND answer_by <= $1
        AND (worker_id IS NOT NULL OR state NOT IN ('CREATED', 'CONNECTING') OR answer_by <= $1 - interval '5 minutes')"),
    ("a call waits too long", "SELECT v.id FROM queue_visit v JOIN call c ON c.id = v.call_id WHERE v.left_at IS NULL AND v.leave_by <= $1 AND c.state = 'QUEUED'"),
    ("a contact who has joined is offered to nobody", "SELECT v.id FROM queue_visit v JOIN leg l ON l.call_id = v.call_id AND l.role = 'CONTACT'
        WHERE v.left_at IS NULL AND NOT v.callback AND l.state IN ('JOINING', 'CONNECTED', 'RECONNECTING') AND v.not_before > $1 + interval '5 seconds'"),
    ("a message lasts too long", "SELECT id FROM voicemail WHERE until <= $1"),
    ("a wrap-up lasts too long", "SELECT agent_id FROM wrap_up WHERE ended_at IS NULL AND ends_at <= $1"),
];

/// Of each rule so many breaches are named.
const NAMED: usize = 20;

/// One query for all the rules.
fn together(rules: &[(&str, &str)]) -> String {
    let each: Vec<String> = rules
        .iter()
        .map(|(name, query)| {
            let name = name.replace('\'', "''");
            format!("(SELECT '{name}' AS rule, breach.id::text AS row FROM ({query}) AS breach(id) ORDER BY 2 LIMIT {NAMED})")
        })
        .collect();
    each.join(" UNION ALL ")
}

fn judge(rows: &[tokio_postgres::Row]) -> Result<(), String> {
    let found: Vec<String> =
        rows.iter().map(|row| format!("{} {}", row.get::<_, String>(0), row.get::<_, String>(1))).collect();
    if found.is_empty() { Ok(()) } else { Err(found.join("; ")) }
}

/// What every transaction leaves behind.
///
/// # Errors
/// The breaches.
pub async fn always(sql: &Client) -> Result<(), String> {
    judge(&sql.query(&together(ALWAYS), &[]).await.map_err(|error| format!("{error:?}"))?)
}

/// What is so once everything that is due by `now` has been done.
///
/// # Errors
/// The breaches.
pub async fn settled(sql: &Client, now: DateTime<Utc>) -> Result<(), String> {
    judge(&sql.query(&at(&together(SETTLED), now), &[]).await.map_err(|error| format!("{error:?}"))?)
}

/// A query with the present instant in it.
fn at(query: &str, now: DateTime<Utc>) -> String {
    query.replace("$1", &format!("timestamptz '{}'", now.to_rfc3339()))
}
