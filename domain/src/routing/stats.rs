//! What a queue looks like just now, and its day so far: METRICS' definitions, counted from visits.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{QueryableByName, sql_types};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{
    Inputs, Members, Queue,
    estimate::{mean_handling, members, waiting_by_queue},
    midnight,
};
use crate::{
    Platform, Result,
    db::statement,
    ids::{QueueId, VisitId},
};

/// A queue now, and its visits that began since midnight in its time zone. Call-backs are counted apart, and those whose
/// contact never joined not at all: they are neither offered nor abandoned.
#[derive(Debug, Clone, QueryableByName)]
pub struct QueueStats {
    #[diesel(sql_type = sql_types::Uuid)]
    pub queue_id: QueueId,
    #[diesel(sql_type = sql_types::BigInt)]
    pub waiting: i64,
    #[diesel(sql_type = sql_types::BigInt)]
    pub callbacks: i64,
    /// Of both: those whose turn may come now.
    #[diesel(sql_type = sql_types::BigInt)]
    pub in_line: i64,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Timestamptz>)]
    pub oldest: Option<DateTime<Utc>>,
    #[diesel(embed)]
    pub members: Members,
    #[diesel(sql_type = sql_types::BigInt)]
    pub answered: i64,
    /// Answered within the queue's target.
    #[diesel(sql_type = sql_types::BigInt)]
    pub answered_in_time: i64,
    #[diesel(sql_type = sql_types::BigInt)]
    pub abandoned: i64,
    #[diesel(sql_type = sql_types::BigInt)]
    pub abandoned_short: i64,
    #[diesel(sql_type = sql_types::BigInt)]
    pub overflowed: i64,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Double>)]
    pub speed_of_answer: Option<f64>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Double>)]
    pub handling: Option<f64>,
}

impl QueueStats {
    /// Answered, abandoned and overflowed together (Genesys' "offered").
    #[must_use]
    pub const fn offered(&self) -> i64 {
        self.answered + self.abandoned + self.overflowed
    }

    /// For a call that entered now.
    #[must_use]
    pub fn estimated_wait(&self) -> Option<f64> {
        // Those who will be called back have their places, too.
        if self.in_line == 0 && self.members.available > 0 {
            return Some(0.0);
        }
        let handling = super::estimate::handling(self.handling);
        Inputs { position: self.in_line + 1, handling, agents: self.members.at_work }.seconds()
    }
}

const STATS: &str = concat!(
    waiting_by_queue!("$3"),
    "SELECT q.id AS queue_id, w.*, m.*, d.*, ",
    mean_handling!(),
    " AS handling
    FROM unnest($1, $2) AS asked(id, since) JOIN queue q USING (id),
    LATERAL (SELECT count(*) FILTER (WHERE NOT callback) AS waiting, count(*) FILTER (WHERE callback) AS callbacks,
            count(*) FILTER (WHERE not_before <= $3) AS in_line, min(entered_at) FILTER (WHERE NOT callback) AS oldest
        FROM queue_visit v WHERE v.queue_id = q.id AND v.left_at IS NULL) AS w,
    LATERAL ",
    members!("1"),
    " AS m,
    LATERAL (SELECT count(*) FILTER (WHERE outcome = 'ANSWERED') AS answered,
            count(*) FILTER (WHERE outcome = 'ANSWERED' AND left_at - entered_at <= make_interval(secs => q.service_level_seconds)) AS answered_in_time,
            count(*) FILTER (WHERE outcome = 'ABANDONED') AS abandoned,
            count(*) FILTER (WHERE outcome = 'ABANDONED' AND left_at - entered_at <= make_interval(secs => q.short_abandon_seconds)) AS abandoned_short,
            count(*) FILTER (WHERE outcome = 'OVERFLOWED') AS overflowed,
            avg(extract(epoch FROM left_at - entered_at)) FILTER (WHERE outcome = 'ANSWERED')::float8 AS speed_of_answer
        FROM queue_visit v WHERE v.queue_id = q.id AND v.entered_at >= asked.since AND NOT v.callback) AS d"
);

impl Platform {
    /// Queues as they are now, in no order.
    pub async fn queue_stats(&self, queues: &[Queue]) -> Result<Vec<QueueStats>> {
        let now = self.clock.now();
        let (ids, since): (Vec<Uuid>, Vec<DateTime<Utc>>) =
            queues.iter().map(|queue| (queue.id.0, midnight(now, &queue.hours.time_zone))).unzip();
        let mut connection = self.db.get().await?;
        Ok(statement(STATS)
            .bind::<sql_types::Array<sql_types::Uuid>, _>(ids)
            .bind::<sql_types::Array<sql_types::Timestamptz>, _>(since)
            .bind::<sql_types::Timestamptz, _>(now)
            .load(&mut connection)
            .await?)
    }

    /// Why visits go where they go: the decision that was made or, while one waits, what a round would say now. In order.
    pub async fn explain(&self, visits: &[super::Visit]) -> Result<Vec<Option<super::Explanation>>> {
        let open: Vec<VisitId> =
            visits.iter().filter(|visit| visit.left_at.is_none()).map(|visit| visit.id).collect();
        let ringing = self.ringing_visits(&open).await?;
        let waiting: Vec<VisitId> = open.into_iter().filter(|id| !ringing.contains(id)).collect();
        if waiting.is_empty() {
            return Ok(visits.iter().map(|visit| visit.routing.clone()).collect());
        }
        let places = self.outlook(&waiting).await?;
        let ids: Vec<QueueId> = visits.iter().map(|visit| visit.queue_id).collect();
        let queues: HashMap<QueueId, Queue> =
            self.queues(&ids).await?.into_iter().map(|queue| (queue.id, queue)).collect();
        let asked: Vec<(&Queue, &super::Visit)> = visits
            .iter()
            .filter(|visit| places.contains_key(&visit.id))
            .filter_map(|visit| Some((queues.get(&visit.queue_id)?, visit)))
            .collect();
        let mut unit = self.begin().await?;
        let now = unit.now;
        let paces = super::estimate::paces(unit.connection(), &ids, now).await?;
        let decisions = super::round::consider(&mut unit, &asked).await?;
        unit.roll_back().await?;
        let mut said: HashMap<VisitId, super::Explanation> = asked
            .iter()
            .zip(decisions)
            .filter_map(|((queue, visit), decision)| {
                let members = &paces.get(&queue.id)?.members;
                let inputs = places.get(&visit.id)?.inputs;
                Some((visit.id, super::Explanation::of(queue.strategy, &decision, members, inputs, now)))
            })
            .collect();
        Ok(visits.iter().map(|visit| said.remove(&visit.id).or_else(|| visit.routing.clone())).collect())
    }
}
