//! The simplest router that a team would write: it looks every second, locks all that wait in a queue and all its agents,
//! and gives one call to one agent a transaction. It writes what the product writes, to the same tables.

use std::sync::atomic::Ordering;
use std::time::Duration;

use domain::Platform;
use domain::ids::{AgentId, CallId, OfferId, QueueId};
use serde_json::json;
use tokio::time::{MissedTickBehavior, interval};
use tokio_postgres::{Client, Statement};

use super::engine::Tally;

const WAITING: &str = "SELECT v.id::text, v.call_id::text FROM queue_visit v JOIN call c ON c.id = v.call_id
    WHERE v.queue_id = $1::text::uuid AND v.left_at IS NULL AND v.not_before <= now() AND c.state = 'QUEUED'
    ORDER BY v.rank_at, v.id FOR NO KEY UPDATE OF c";
const MEMBERS: &str = "SELECT a.user_id::text FROM queue_member m JOIN agent a ON a.user_id = m.agent_id
    WHERE m.queue_id = $1::text::uuid ORDER BY a.user_id FOR NO KEY UPDATE OF a";
const BEST: &str = "SELECT m.agent_id::text FROM queue_member m JOIN agent a ON a.user_id = m.agent_id
    JOIN agent_activity(now()) AS now ON now.agent_id = m.agent_id JOIN queue q ON q.id = m.queue_id
    WHERE m.queue_id = $1::text::uuid AND a.status = 'AVAILABLE' AND now.activity = 'AVAILABLE'
        AND NOT EXISTS (SELECT FROM jsonb_each_text(q.required_skills) AS asked
            WHERE coalesce((a.skills ->> asked.key)::integer, 0) < asked.value::integer)
    ORDER BY m.tier, a.idle_since LIMIT 1";
const OFFER: &str =
    "INSERT INTO offer (id, call_id, visit_id, agent_id, state, alone, created_at, expires_at)
    VALUES ($1::text::uuid, $2::text::uuid, $3::text::uuid, $4::text::uuid, 'PENDING', true, now(), now() + interval '20 s')";
const RING: &str = "WITH closed AS (
        UPDATE call_interval SET ended_at = greatest(now(), started_at) WHERE call_id = $1::text::uuid AND ended_at IS NULL RETURNING call_id, ordinal, ended_at
    ), opened AS (
        INSERT INTO call_interval (call_id, ordinal, kind, started_at) SELECT call_id, ordinal + 1, 'RING', ended_at FROM closed
    ) UPDATE call SET state = 'RINGING', version = version + 1 WHERE id = $1::text::uuid";
const EXPLAIN: &str = "UPDATE queue_visit SET routing = $2::text::jsonb WHERE id = $1::text::uuid";
const OFFERED: &str = "UPDATE queue_member SET offered_at = now() WHERE queue_id = $1::text::uuid AND agent_id = $2::text::uuid";
const TURN: &str = "WITH closed AS (
        UPDATE agent_interval SET ended_at = greatest(now(), started_at) WHERE agent_id = $1::text::uuid AND ended_at IS NULL RETURNING ended_at
    ) INSERT INTO agent_interval (agent_id, activity, started_at) SELECT $1::text::uuid, 'RINGING', ended_at FROM closed";
const EVENTS: &str = "INSERT INTO event (at, aggregate, aggregate_id, version, kind, payload) VALUES
    (now(), 'call', $1::text::uuid, 3, 'OFFERED', $3::text::jsonb), (now(), 'agent', $2::text::uuid, 0, 'OFFER', $4::text::jsonb), (now(), 'agent', $2::text::uuid, 0, 'ACTIVITY', $5::text::jsonb)";

struct Statements {
    waiting: Statement,
    members: Statement,
    best: Statement,
    offer: Statement,
    ring: Statement,
    explain: Statement,
    offered: Statement,
    turn: Statement,
    events: Statement,
}

pub struct Simple {
    sql: Client,
    statements: Statements,
    platform: Platform,
    queues: Vec<QueueId>,
}

impl Simple {
    pub async fn new(sql: Client, platform: Platform, queues: Vec<QueueId>) -> Self {
        let prepare =
            async |text: &str| sql.prepare(text).await.unwrap_or_else(|error| panic!("{text}: {error}"));
        let statements = Statements {
            waiting: prepare(WAITING).await,
            members: prepare(MEMBERS).await,
            best: prepare(BEST).await,
            offer: prepare(OFFER).await,
            ring: prepare(RING).await,
            explain: prepare(EXPLAIN).await,
            offered: prepare(OFFERED).await,
            turn: prepare(TURN).await,
            events: prepare(EVENTS).await,
        };
        Self { sql, statements, platform, queues }
    }

    pub async fn run(&mut self, tally: &Tally) {
        let mut second = interval(Duration::from_secs(1));
        second.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            second.tick().await;
            for queue in self.queues.clone() {
                loop {
                    tally.rounds.fetch_add(1, Ordering::Relaxed);
                    match self.assign(queue).await {
                        Ok(true) => tally.assigned.fetch_add(1, Ordering::Relaxed),
                        Ok(false) => break,
                        Err(_) => {
                            tally.failed.fetch_add(1, Ordering::Relaxed);
                            break;
                        }
                    };
                }
            }
        }
    }

    /// One call of a queue to one agent; false when nobody waits or nobody is free.
    async fn assign(&mut self, queue: QueueId) -> Result<bool, tokio_postgres::Error> {
        let it = &self.statements;
        let id = queue.0.to_string();
        let work = self.sql.transaction().await?;
        let waiting = work.query(&it.waiting, &[&id]).await?;
        let Some(first) = waiting.first() else { return Ok(false) };
        work.query(&it.members, &[&id]).await?;
        let Some(best) = work.query_opt(&it.best, &[&id]).await? else { return Ok(false) };
        let (visit, call, agent): (&str, &str, &str) = (first.get(0), first.get(1), best.get(0));
        let read = |id: &str| id.parse().expect("an id");
        let (call_id, agent_id) = (CallId(read(call)), AgentId(read(agent)));
        let offer = OfferId::new();
        let told = json!({ "agentId": agent_id, "offerId": offer, "callId": call_id, "state": "PENDING" })
            .to_string();
        let explanation = json!({ "agent": agent_id, "reason": "idle the longest" }).to_string();
        work.execute(&it.offer, &[&offer.0.to_string(), &call, &visit, &agent]).await?;
        work.execute(&it.ring, &[&call]).await?;
        work.execute(&it.explain, &[&visit, &explanation]).await?;
        work.execute(&it.offered, &[&id, &agent]).await?;
        work.execute(&it.turn, &[&agent]).await?;
        let offered = json!({ "callId": call_id, "queueId": queue, "state": "RINGING", "detail": agent_id })
            .to_string();
        let activity = json!({ "agentId": agent_id, "activity": "RINGING" }).to_string();
        work.execute(&it.events, &[&call, &agent, &offered, &told, &activity]).await?;
        work.commit().await?;
        let platform = self.platform.clone();
        tokio::spawn(async move { platform.bus.publish_event("log", b"").await });
        Ok(true)
    }
}
