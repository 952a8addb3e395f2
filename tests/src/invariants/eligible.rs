//! Who could take whom: told anew from the rows, without the product's own rules.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use tokio_postgres::Client;

use super::at;

type Skills = BTreeMap<String, i64>;

fn skills(text: &str) -> Skills {
    serde_json::from_str(text).expect("skills are levels by name")
}

/// Calls that wait, or ring where everybody is asked, each with a member of its queue, and what stands between the two. Those are
/// left out whose contact is away just now, for which a worker is sought, and call-backs of queues that close: hours are not told
/// anew here; and of those that ring the ones that should have been taken by now.
const PAIRS: &str = "SELECT v.id::text, extract(epoch FROM $1 - greatest(v.entered_at, v.not_before))::float8, q.required_skills::text, q.relax_seconds, a.skills::text,
        a.status = 'AVAILABLE' AND p.until > $1
            AND NOT EXISTS (SELECT FROM offer o WHERE o.agent_id = a.user_id AND o.state IN ('PENDING', 'ACCEPTED'))
            AND NOT EXISTS (SELECT FROM leg l WHERE l.user_id = a.user_id AND l.role = 'AGENT' AND l.state <> 'LEFT')
            AND NOT EXISTS (SELECT FROM wrap_up w WHERE w.agent_id = a.user_id AND w.ended_at IS NULL) AS free,
        EXISTS (SELECT FROM offer o WHERE o.visit_id = v.id AND o.agent_id = a.user_id
            AND o.state IN ('DECLINED', 'TIMED_OUT', 'FAILED') AND o.ended_at > least($1 - interval '20 seconds', r.started_at)) AS refused,
        coalesce(v.prefer_agent_id = a.user_id AND v.prefer_until > $1, false) AS preferred,
        p.until > $1 AND coalesce(a.next_status, a.status) = 'AVAILABLE' AS around,
        EXISTS (SELECT FROM offer o JOIN queue_member lower ON lower.queue_id = q.id AND lower.agent_id = o.agent_id
            WHERE o.visit_id = v.id AND o.state = 'PENDING' AND lower.tier < m.tier) AS behind
    FROM queue_visit v JOIN call c ON c.id = v.call_id JOIN queue q ON q.id = v.queue_id
    JOIN queue_member m ON m.queue_id = q.id JOIN agent a ON a.user_id = m.agent_id JOIN agent_presence p ON p.agent_id = a.user_id
    LEFT JOIN call_interval r ON r.call_id = c.id AND r.kind = 'RING' AND r.ended_at IS NULL
    WHERE v.left_at IS NULL AND (c.state = 'QUEUED' OR (c.state = 'RINGING' AND q.strategy = 'RING_ALL' AND v.leave_by > $1
            AND EXISTS (SELECT FROM offer o WHERE o.visit_id = v.id AND o.state = 'PENDING')))
        AND c.dispatch_at IS NULL AND v.not_before <= $1 AND (NOT v.callback OR q.hours->'weekly' = '[]')
        AND (v.callback OR EXISTS (SELECT FROM leg l WHERE l.call_id = c.id AND l.role IN ('CONTACT', 'GUEST') AND l.state IN ('JOINING', 'CONNECTED')))";

struct Pair {
    visit: String,
    able: bool,
    free: bool,
    refused: bool,
    preferred: bool,
    around: bool,
    /// Somebody of a lower tier is asked just now.
    behind: bool,
}

/// No call waits, and none rings where everybody is asked, that a free agent of its queue could take.
///
/// # Errors
/// The call and the agent.
pub async fn nobody_waits_for_a_free_agent(sql: &Client, now: DateTime<Utc>) -> Result<(), String> {
    let rows = sql.query(&at(PAIRS, now), &[]).await.map_err(|error| error.to_string())?;
    let pairs: Vec<Pair> = rows
        .iter()
        .map(|row| {
            let waited = row.get::<_, f64>(1) as i64;
            let steps = row.get::<_, Option<i32>>(3).map_or(0, |every| waited / i64::from(every));
            let has = skills(row.get(4));
            let asked = skills(row.get(2));
            let able = asked.iter().all(|(skill, level)| {
                has.get(skill).is_some_and(|has| *has >= (level - steps.min(4)).max(1))
            });
            Pair {
                visit: row.get(0),
                able,
                free: row.get::<_, Option<bool>>(5).unwrap_or(false),
                refused: row.get(6),
                preferred: row.get(7),
                around: row.get::<_, Option<bool>>(8).unwrap_or(false),
                behind: row.get(9),
            }
        })
        .collect();
    let mut waits = BTreeSet::new();
    for pair in pairs.iter().filter(|pair| pair.free && pair.able && !pair.refused && !pair.behind) {
        // It may wait for the contact's last agent, who is busy but here.
        let hopes = pairs.iter().any(|other| {
            other.visit == pair.visit
                && other.preferred
                && other.around
                && other.able
                && !other.free
                && !other.refused
        });
        if !hopes || pair.preferred {
            waits.insert(format!("an agent is free for a visit that waits: {}", pair.visit));
        }
    }
    let breaches: Vec<String> = waits.into_iter().collect();
    if breaches.is_empty() { Ok(()) } else { Err(breaches.join("; ")) }
}
