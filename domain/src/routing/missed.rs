//! Who let an offer of a queue ring in vain. Of those who ring for the same call all but one are meant to, so they are not known
//! before it has stopped ringing and nobody has taken it.

use std::collections::BTreeSet;

use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;

use super::Offer;
use crate::{Result, agents, calls::Change, db::statement, ids::AgentId, limits};

/// Of a visit that has stopped ringing, those who let it ring, by the limit of the queue that asked: the call may have gone on to
/// another one just now. What rang on for so long unseen rang during an outage, when nobody could answer; and whoever was asked
/// for something else since shows there whether anybody is there.
const MISSED: &str = "SELECT o.agent_id, q.missed_limit FROM queue_visit v JOIN queue q ON q.id = v.queue_id
    JOIN offer o ON o.visit_id = v.id AND o.state = 'TIMED_OUT' AND o.ended_at <= o.expires_at + make_interval(secs => $2)
    WHERE v.id = $1 AND NOT EXISTS (SELECT FROM offer live WHERE live.visit_id = v.id AND live.ended_at IS NULL)
        AND o.ended_at > (SELECT max(i.started_at) FROM call_interval i WHERE i.call_id = v.call_id AND i.kind = 'RING')
        AND NOT EXISTS (SELECT FROM offer later WHERE later.agent_id = o.agent_id AND later.created_at > o.ended_at
            AND later.state NOT IN ('TIMED_OUT', 'CANCELLED'))
    ORDER BY o.agent_id";

#[derive(QueryableByName)]
struct Missed {
    #[diesel(sql_type = sql_types::Uuid)]
    agent_id: AgentId,
    #[diesel(sql_type = sql_types::Integer)]
    missed_limit: i32,
}

impl Change {
    /// An offer came to nothing, by no or by no answer: if it was the last one, those who let the call ring have missed it.
    /// What a colleague asks is no duty.
    pub(super) async fn count_rung_out(&mut self, last: &Offer) -> Result<()> {
        let Some(visit) = last.visit_id else { return Ok(()) };
        let missed: Vec<Missed> = statement(MISSED)
            .bind::<sql_types::Uuid, _>(visit)
            .bind::<sql_types::Double, _>(limits::PRESENCE.as_seconds_f64())
            .load(self.unit.connection())
            .await?;
        if missed.is_empty() {
            return Ok(());
        }
        // The one whose offer it was is locked next: all in their order, so that two units never wait for each other.
        let mut in_order: BTreeSet<AgentId> = missed.iter().map(|it| it.agent_id).collect();
        in_order.insert(last.agent_id);
        for agent in in_order {
            agents::lock(&mut self.unit, agent).await?;
        }
        for it in missed {
            self.count_missed(it.agent_id, it.missed_limit).await?;
        }
        Ok(())
    }
}
