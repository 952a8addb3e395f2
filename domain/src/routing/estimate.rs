//! How long a contact will wait.
//!
//! `seconds = position × handling ÷ agents`: with `agents` at work and each call taking `handling` seconds on the average,
//! somebody becomes free every `handling ÷ agents` seconds, and `position` calls are served until it is this one's turn.
//! `handling` is the mean talk, hold and wrap-up of the queue's last fifty calls; before the first, three minutes.
//!
//! Whoever serves several queues takes the call that is most due, whichever it waits in, and so serves each of them as often as it
//! has calls that wait: an agent counts in a queue by its share of those who wait in all queues of that agent. Where none of the
//! others has any, that is one whole agent.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{QueryableByName, sql_types};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::{
    Result,
    db::statement,
    ids::{QueueId, VisitId},
    limits,
};

/// How the estimate is made, in words.
pub const FORMULA: &str = "position × handling ÷ agents";

/// What an estimate is made of.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Inputs {
    /// 1: the next one.
    pub position: i64,
    /// Mean seconds of talk, hold and wrap-up.
    pub handling: f64,
    /// Members who are at work: free, ringing, on a call or wrapping up. Who serves several queues is a part of one in each.
    pub agents: f64,
}

/// A place in a queue, and what it means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    pub inputs: Inputs,
    /// None while nobody works.
    pub seconds: Option<f64>,
}

impl Inputs {
    #[must_use]
    pub fn seconds(self) -> Option<f64> {
        (self.agents > 0.0).then(|| self.position as f64 * self.handling / self.agents)
    }
}

impl From<Inputs> for Estimate {
    fn from(inputs: Inputs) -> Self {
        Self { inputs, seconds: inputs.seconds() }
    }
}

/// Members of a queue by what they are doing.
#[derive(Debug, Clone, Copy, QueryableByName)]
pub struct Members {
    #[diesel(sql_type = sql_types::BigInt)]
    pub available: i64,
    #[diesel(sql_type = sql_types::BigInt)]
    pub ringing: i64,
    #[diesel(sql_type = sql_types::BigInt)]
    pub on_call: i64,
    #[diesel(sql_type = sql_types::BigInt)]
    pub wrap_up: i64,
    #[diesel(sql_type = sql_types::BigInt)]
    pub away: i64,
    #[diesel(sql_type = sql_types::BigInt)]
    pub offline: i64,
    /// Those who are neither away nor offline, by the queue's share in them.
    #[diesel(sql_type = sql_types::Double)]
    pub at_work: f64,
}

impl Members {
    /// Those who are not free, as an explanation says it.
    pub(super) fn busy(&self) -> impl Iterator<Item = (String, i64)> {
        let reasons = [
            ("away", self.away),
            ("offline", self.offline),
            ("on a call", self.on_call),
            ("has another offer", self.ringing),
            ("wrapping up", self.wrap_up),
        ];
        reasons
            .into_iter()
            .filter(|(_, members)| *members > 0)
            .map(|(reason, members)| (reason.into(), members))
    }
}

/// The beginning of a statement with [`members`] in it: how many there are whose turn may come now, where there is one.
macro_rules! waiting_by_queue {
    ($now:literal) => {
        concat!(
            "WITH waiting AS MATERIALIZED (SELECT queue_id, count(*) AS calls FROM queue_visit WHERE left_at IS NULL AND not_before <= ",
            $now,
            " GROUP BY queue_id) "
        )
    };
}
pub(super) use waiting_by_queue;

/// A row of [`Members`] for the queue `q`, in which so many more will wait: a look into an index for each member, whatever the
/// planner thinks of the size of tables. That is what OFFSET 0 is for here and elsewhere: it keeps a subquery as it stands.
macro_rules! members {
    ($more:literal) => {
        concat!(
            "(SELECT count(*) FILTER (WHERE activity = 'AVAILABLE') AS available,
            count(*) FILTER (WHERE activity = 'RINGING') AS ringing,
            count(*) FILTER (WHERE activity = 'ON_CALL') AS on_call,
            count(*) FILTER (WHERE activity = 'WRAP_UP') AS wrap_up,
            count(*) FILTER (WHERE activity = 'AWAY') AS away,
            count(*) FILTER (WHERE activity = 'OFFLINE') AS offline,
            coalesce(sum(own.calls / (own.calls + other.calls)) FILTER (WHERE activity NOT IN ('AWAY', 'OFFLINE')), 0)::float8 AS at_work
        FROM (SELECT greatest(coalesce((SELECT calls FROM waiting WHERE queue_id = q.id), 0) + ",
            $more,
            ", 1)::float8 AS calls) AS own, queue_member m,
            LATERAL (SELECT activity FROM agent_interval i WHERE i.agent_id = m.agent_id AND i.ended_at IS NULL OFFSET 0) AS i,
            LATERAL (SELECT coalesce(sum(calls), 0)::float8 AS calls
                FROM (SELECT queue_id FROM queue_member s WHERE s.agent_id = m.agent_id AND s.queue_id <> q.id OFFSET 0) AS s,
                LATERAL (SELECT calls FROM waiting WHERE waiting.queue_id = s.queue_id OFFSET 0) AS waiting_there) AS other
        WHERE m.queue_id = q.id)"
        )
    };
}
pub(super) use members;

/// Mean handling of the last fifty calls of the queue `q`, if there were any.
macro_rules! mean_handling {
    () => {
        "(SELECT avg(handled_seconds) FROM (SELECT handled_seconds FROM queue_visit
            WHERE queue_id = q.id AND handled_seconds IS NOT NULL ORDER BY left_at DESC LIMIT 50) AS recent)"
    };
}
pub(super) use mean_handling;

/// How fast a queue is served.
#[derive(QueryableByName)]
pub(super) struct Pace {
    #[diesel(sql_type = sql_types::Uuid)]
    queue_id: QueueId,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Double>)]
    handling: Option<f64>,
    #[diesel(embed)]
    pub members: Members,
}

impl Pace {
    pub fn inputs(&self, position: i64) -> Inputs {
        Inputs { position, handling: handling(self.handling), agents: self.members.at_work }
    }
}

/// What is reckoned with, given the mean. A call that was over at once does not make all the others short.
pub(super) fn handling(mean: Option<f64>) -> f64 {
    mean.map_or(limits::HANDLING_GUESS.as_seconds_f64(), |seconds| seconds.max(1.0))
}

pub(super) async fn paces(
    connection: &mut AsyncPgConnection,
    queues: &[QueueId],
    now: DateTime<Utc>,
) -> Result<HashMap<QueueId, Pace>> {
    let mut ids: Vec<Uuid> = queues.iter().map(|id| id.0).collect();
    ids.sort_unstable();
    ids.dedup();
    // (SELECT $1) hides how many there are: else another plan would be made each time. Here and where else a statement's looks
    // are by index by its very shape, one will do; the others are planned by what the tables hold.
    let found: Vec<Pace> = statement(concat!(
        waiting_by_queue!("$2"),
        "SELECT q.id AS queue_id, m.*, ",
        mean_handling!(),
        " AS handling FROM unnest((SELECT $1)) AS q(id), LATERAL ",
        members!("0"),
        " AS m"
    ))
    .bind::<sql_types::Array<sql_types::Uuid>, _>(ids)
    .bind::<sql_types::Timestamptz, _>(now)
    .load(connection)
    .await?;
    Ok(found.into_iter().map(|pace| (pace.queue_id, pace)).collect())
}

#[derive(QueryableByName)]
struct Place {
    #[diesel(sql_type = sql_types::Uuid)]
    id: VisitId,
    #[diesel(sql_type = sql_types::Uuid)]
    queue_id: QueueId,
    #[diesel(sql_type = sql_types::BigInt)]
    position: i64,
}

impl crate::Platform {
    /// Places and estimates of visits that are open; others are left out. Before one are those alone whose turn may come now:
    /// not who has yet to join, or is called back later.
    pub async fn outlook(&self, visits: &[VisitId]) -> Result<HashMap<VisitId, Estimate>> {
        let ids: Vec<Uuid> = visits.iter().map(|id| id.0).collect();
        let now = self.clock.now();
        let mut connection = self.db.get().await?;
        let places: Vec<Place> = statement(
            "SELECT v.id, v.queue_id, 1 + (SELECT count(*) FROM queue_visit before WHERE before.queue_id = v.queue_id
                AND before.left_at IS NULL AND before.not_before <= $2 AND (before.rank_at, before.id) < (v.rank_at, v.id)) AS position
             FROM queue_visit v WHERE v.id = ANY($1) AND v.left_at IS NULL",
        )
        .bind::<sql_types::Array<sql_types::Uuid>, _>(ids)
        .bind::<sql_types::Timestamptz, _>(now)
        .load(&mut connection)
        .await?;
        let queues: Vec<QueueId> = places.iter().map(|place| place.queue_id).collect();
        if queues.is_empty() {
            return Ok(HashMap::new());
        }
        let paces = paces(&mut connection, &queues, now).await?;
        Ok(places
            .into_iter()
            .filter_map(|place| Some((place.id, paces.get(&place.queue_id)?.inputs(place.position).into())))
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn position_times_handling_by_agents() {
        let inputs = Inputs { position: 3, handling: 120.0, agents: 4.0 };
        assert_eq!(inputs.seconds(), Some(90.0));
        assert_eq!(Inputs { agents: 0.0, ..inputs }.seconds(), None);
    }
}
