//! Callers and agents, played in bulk: one statement writes for many calls what other processes write call by call, so that
//! on a small machine routing is what is measured.

use std::fmt::Debug;
use std::str::FromStr;
use std::time::Duration;

use domain::ids::{AgentId, CallId, QueueId, VisitId};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Row, Statement};

/// Calls enter their queues.
const ENTER: &str = "WITH given AS (SELECT * FROM unnest($1::text[]::uuid[], $2::text[]::uuid[], $3::text[]::uuid[]) AS given(call, visit, queue)),
    calls AS (INSERT INTO call (id, version, direction, media, state, contact_verified, record, created_at, queue_id, visit_id)
        SELECT call, 2, 'INBOUND', 'AUDIO', 'QUEUED', false, false, clock_timestamp(), queue, visit FROM given),
    legs AS (INSERT INTO leg (id, call_id, role, state, name, video_on, invited_at, joined_at, connected_at)
        SELECT visit, call, 'CONTACT', 'CONNECTED', 'Contact', false, clock_timestamp(), clock_timestamp(), clock_timestamp() FROM given),
    waits AS (INSERT INTO call_interval (call_id, ordinal, kind, started_at) SELECT call, 0, 'WAIT', clock_timestamp() FROM given)
    INSERT INTO queue_visit (id, call_id, queue_id, callback, entered_at, rank_at, not_before, leave_by)
    SELECT visit, call, queue, false, at, at, at, at + interval '1 day' FROM given, clock_timestamp() AS at";

/// Offers that ring are taken; the call is over at once and all of its handling is the wrap-up's time: lognormal with the
/// mean $1 and the coefficient of variation 0.6 (Box and Muller's normal). Of those who ring together the first one wins; whoever
/// was asked while that was written has lost, too.
const ANSWER: &str = "WITH ringing AS MATERIALIZED (
        SELECT o.id, o.call_id, o.visit_id, o.agent_id, row_number() OVER (PARTITION BY o.visit_id ORDER BY o.id) = 1 AND c.state <> 'ENDED' AS wins
        FROM offer o JOIN call c ON c.id = o.call_id WHERE o.state = 'PENDING'),
    offers AS (UPDATE offer SET state = CASE WHEN wins THEN 'CONNECTED' ELSE 'CANCELLED' END, accepted_at = at, ended_at = at
        FROM ringing, clock_timestamp() AS at WHERE offer.id = ringing.id),
    calls AS (UPDATE call SET state = 'ENDED', result = 'COMPLETED', agent_id = ringing.agent_id, visit_id = NULL, version = version + 1,
            answered_at = at, ended_at = at
        FROM ringing, clock_timestamp() AS at WHERE wins AND call.id = ringing.call_id RETURNING call.id, call.queue_id, ringing.agent_id),
    legs AS (UPDATE leg SET state = 'LEFT', left_at = clock_timestamp() FROM calls WHERE leg.call_id = calls.id),
    visits AS (UPDATE queue_visit SET left_at = greatest(entered_at, clock_timestamp()), outcome = 'ANSWERED', agent_id = ringing.agent_id, handled_seconds = $1
        FROM ringing WHERE wins AND queue_visit.id = ringing.visit_id),
    intervals AS (UPDATE call_interval SET ended_at = greatest(started_at, clock_timestamp()) 
        WHERE call_id = ANY (ARRAY(SELECT id FROM calls)) AND ended_at IS NULL),
    turned AS (UPDATE agent_interval SET ended_at = greatest(started_at, clock_timestamp()) FROM ringing
        WHERE agent_interval.agent_id = ringing.agent_id AND ended_at IS NULL RETURNING agent_interval.agent_id, ended_at, wins),
    opened AS (INSERT INTO agent_interval (agent_id, activity, started_at)
        SELECT agent_id, CASE WHEN wins THEN 'WRAP_UP' ELSE 'AVAILABLE' END, ended_at FROM turned),
    work AS (INSERT INTO wrap_up (call_id, agent_id, queue_id, started_at, ends_at, required)
        SELECT id, agent_id, queue_id, at, at + make_interval(secs => $1 * exp(0.5545 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) - 0.1537)), false
        FROM calls, clock_timestamp() AS at)
    SELECT NOT wins AS freed, agent_id::text, call_id::text FROM ringing";

/// Agents whose time is up are free again; with $1 instead all who wrap up calls of these queues.
const FREE: &str = "WITH due AS MATERIALIZED (SELECT call_id, agent_id FROM wrap_up
        WHERE ended_at IS NULL AND CASE WHEN $1::text[] IS NULL THEN ends_at <= clock_timestamp() ELSE queue_id = ANY ((SELECT $1::text[]::uuid[])::uuid[]) END),
    locked AS MATERIALIZED (SELECT user_id FROM agent WHERE user_id IN (SELECT agent_id FROM due) ORDER BY user_id FOR NO KEY UPDATE),
    ended AS (UPDATE wrap_up SET ended_at = clock_timestamp() FROM due, locked
        WHERE wrap_up.call_id = due.call_id AND wrap_up.agent_id = due.agent_id AND wrap_up.ended_at IS NULL
            AND locked.user_id = due.agent_id),
    turned AS (UPDATE agent_interval SET ended_at = greatest(started_at, clock_timestamp()) FROM locked
        WHERE agent_interval.agent_id = locked.user_id AND ended_at IS NULL RETURNING agent_id, ended_at),
    opened AS (INSERT INTO agent_interval (agent_id, activity, started_at) SELECT agent_id, 'AVAILABLE', ended_at FROM turned),
    idle AS (UPDATE agent SET idle_since = turned.ended_at FROM turned WHERE agent.user_id = turned.agent_id)
    SELECT agent_id::text FROM due";

/// Ids as the statements take them.
pub(super) fn texts<T: ToString>(ids: impl Iterator<Item = T>) -> Vec<String> {
    ids.map(|id| id.to_string()).collect()
}

fn id_in<T: FromStr<Err: Debug>>(row: &Row, column: &str) -> T {
    row.get::<_, &str>(column).parse().expect("an id")
}

/// One connection that plays everybody.
pub struct Life {
    sql: Client,
    enter: Statement,
    answer: Statement,
    free: Statement,
    queues_of: Statement,
}

/// What happened to offers that rang.
#[derive(Debug, Default)]
pub struct Answered {
    pub offers: usize,
    pub calls: Vec<(CallId, AgentId)>,
    /// Those who rang in vain.
    pub freed: Vec<AgentId>,
}

impl Life {
    pub async fn new(sql: Client) -> Self {
        let prepare =
            async |text: &str| sql.prepare(text).await.unwrap_or_else(|error| panic!("{text}: {error}"));
        let (enter, answer, free) = (prepare(ENTER).await, prepare(ANSWER).await, prepare(FREE).await);
        let queues_of = prepare(
            "SELECT DISTINCT queue_id::text FROM queue_member WHERE agent_id = ANY($1::text[]::uuid[])",
        )
        .await;
        Self { sql, enter, answer, free, queues_of }
    }

    pub async fn enter(&self, queues: &[QueueId]) -> Vec<CallId> {
        let calls: Vec<CallId> = queues.iter().map(|_| CallId::new()).collect();
        let ids = texts(calls.iter().map(|call| call.0));
        let visits = texts(queues.iter().map(|_| VisitId::new().0));
        let queues = texts(queues.iter().map(|queue| queue.0));
        self.sql.execute(&self.enter, &[&ids, &visits, &queues]).await.expect("calls enter");
        calls
    }

    pub async fn answer(&self, handling: Duration) -> Answered {
        let rows = self.try_again(&self.answer, &[&handling.as_secs_f64()]).await;
        let mut answered = Answered { offers: rows.len(), ..Answered::default() };
        for row in rows {
            let agent = AgentId(id_in(&row, "agent_id"));
            if row.get("freed") {
                answered.freed.push(agent);
            } else {
                answered.calls.push((CallId(id_in(&row, "call_id")), agent));
            }
        }
        answered
    }

    pub async fn free(&self, queues: Option<&[QueueId]>) -> Vec<AgentId> {
        let queues = queues.map(|queues| texts(queues.iter().map(|queue| queue.0)));
        let rows = self.try_again(&self.free, &[&queues]).await;
        rows.iter().map(|row| AgentId(id_in(row, "agent_id"))).collect()
    }

    /// The simplest router locks in an order of its own: whoever is given up by PostgreSQL for it tries again.
    async fn try_again(&self, statement: &Statement, parameters: &[&(dyn ToSql + Sync)]) -> Vec<Row> {
        loop {
            match self.sql.query(statement, parameters).await {
                Ok(rows) => return rows,
                Err(error) if error.code() == Some(&SqlState::T_R_DEADLOCK_DETECTED) => {}
                Err(error) => panic!("what people do: {error:?}"),
            }
        }
    }

    pub async fn queues_of(&self, agents: &[AgentId]) -> Vec<QueueId> {
        let agents = texts(agents.iter().map(|agent| agent.0));
        let rows = self.sql.query(&self.queues_of, &[&agents]).await.expect("queues of agents");
        rows.iter().map(|row| QueueId(id_in(row, "queue_id"))).collect()
    }

    pub async fn waiting(&self) -> i64 {
        crate::sql::count(&self.sql, "SELECT count(*) FROM queue_visit WHERE left_at IS NULL").await
    }
}
