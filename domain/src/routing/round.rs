//! A round: the best waiting calls of some queues are offered to the best free agents, in one transaction. Whoever is free
//! after that is asked for calls, too, that ring already where everybody is asked.
//!
//! Several processes go through rounds at once. A call that somebody else has locked is left out, as is an agent; whether
//! an agent is free is looked at again once its row is locked; and the unique indexes of `offer` stand behind it all.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{
    Explanation, Members, Queue, RoutingStrategy, Visit, estimate,
    free::{able, around, free_members, lock_agents},
    ringing::leave_to_others,
    rules::{self, Decision, Free, Rings, Waiting},
    waiting::{Id, Look, is_left, lock_waiting, refusals, spare, unheard},
};
use crate::{
    Platform, Result,
    agents::Skills,
    db::{Unit, schema::queue, statement},
    ids::{AgentId, CallId, OfferId, QueueId, VisitId},
};

/// How often a round looks further back, eight times as far each time.
const DEPTHS: u32 = 3;
/// Calls that a round assigns at most: readers of the log wait for the end of its transaction.
const AT_ONCE: usize = 200;

/// What came of a round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    /// Calls that are offered now, and were not before.
    pub assigned: usize,
    /// Somebody else held calls or agents that it wanted: look again in a moment.
    pub again: bool,
}

/// A call that goes to agents now.
pub(super) struct Assignment {
    pub call: CallId,
    pub visit: VisitId,
    pub queue: QueueId,
    pub agents: Vec<AgentId>,
    pub alone: bool,
    pub expires_at: DateTime<Utc>,
    pub explanation: Explanation,
}

impl Assignment {
    pub fn offers(&self) -> impl Iterator<Item = (OfferId, AgentId)> {
        self.agents.iter().map(|&agent| (OfferId::new(), agent))
    }
}

/// What a look leaves to be done.
#[derive(Default)]
struct Next {
    /// There are calls further back, and agents to spare.
    deeper: bool,
    /// There are agents to spare where everybody is asked.
    together: bool,
}

impl Platform {
    /// A round over these queues. Where those in front can be given to nobody who is free, it looks further back.
    pub async fn route(&self, queues: &[QueueId]) -> Result<Round> {
        let mut all = Round::default();
        let mut together = false;
        for depth in 0..DEPTHS {
            let (round, next) = self.go_round(queues, Look::Waiting(depth)).await?;
            (all.assigned, all.again) = (all.assigned + round.assigned, round.again);
            together = next.together;
            if !next.deeper {
                break;
            }
        }
        // What somebody else holds may wait for the same agents, and goes first.
        if together && !all.again && self.rings_together(queues).await? {
            let (round, _) = self.go_round(queues, Look::Ringing).await?;
            all.again = round.again;
        }
        Ok(all)
    }

    async fn go_round(&self, queues: &[QueueId], look: Look) -> Result<(Round, Next)> {
        let ids: Vec<Uuid> = queues.iter().map(|id| id.0).collect();
        let mut unit = self.begin().await?;
        let now = unit.now;
        let mut by_queue = free_members(&mut unit, &ids).await?;
        let mut rules = rules_of(&mut unit, &by_queue).await?;
        if look == Look::Ringing {
            rules.retain(|_, queue| queue.strategy == RoutingStrategy::RingAll);
            by_queue.retain(|queue, _| rules.contains_key(queue));
            leave_to_others(&mut unit, &ids, &mut by_queue).await?;
        }
        let able = able(&rules, &by_queue);
        if able.is_empty() {
            unit.roll_back().await?;
            return Ok((Round::default(), Next::default()));
        }
        let (waiting, mut again) = lock_waiting(&mut unit, &rules, &able, look).await?;
        let around = around(&mut unit, &waiting, now).await?;
        let mut chosen = choose(&rules, &by_queue, &waiting, &around, now);
        let full = chosen.len() == AT_ONCE;
        again |= full;
        let locked = lock_agents(&mut unit, &chosen).await?;
        for (_, decision) in &mut chosen {
            let wanted = decision.chosen.len();
            decision.keep(&locked);
            again |= decision.chosen.len() < wanted;
        }
        chosen.retain(|(_, decision)| !decision.chosen.is_empty());
        let (left, deeper) = spare(&able, &waiting, &chosen, look);
        again = again || is_left(&mut unit, &rules, &left, &waiting).await?;
        let rings_all =
            |id: &QueueId| rules.get(id).is_some_and(|it| it.strategy == RoutingStrategy::RingAll);
        let together = left.iter().any(rings_all);
        if chosen.is_empty() {
            unit.roll_back().await?;
            return Ok((Round { assigned: 0, again }, Next { deeper, together }));
        }
        let assignments = explained(&mut unit, &rules, &places(&waiting), chosen, now).await?;
        let assigned = assignments.len();
        super::offers::make(&mut unit, &assignments).await?;
        unit.commit().await?;
        tracing::debug!(assigned, again, "routed");
        Ok((Round { assigned, again }, Next { deeper: deeper && !full, together }))
    }

    /// The queues in which somebody waits, for the sweep.
    pub async fn waiting_queues(&self) -> Result<Vec<QueueId>> {
        let mut connection = self.db.get().await?;
        let found: Vec<Id> = statement(
            "SELECT q.id FROM queue q WHERE EXISTS (SELECT FROM queue_visit v WHERE v.queue_id = q.id AND v.left_at IS NULL)",
        )
        .load(&mut connection)
        .await?;
        Ok(found.into_iter().map(|it| QueueId(it.id)).collect())
    }

    /// The queues of which these agents are members.
    pub async fn queues_of(&self, agents: &[AgentId]) -> Result<Vec<QueueId>> {
        use crate::db::schema::queue_member;
        let mut connection = self.db.get().await?;
        Ok(queue_member::table
            .filter(queue_member::agent_id.eq_any(agents))
            .select(queue_member::queue_id)
            .distinct()
            .load(&mut connection)
            .await?)
    }
}

/// The queues in which somebody is free.
async fn rules_of(
    unit: &mut Unit,
    by_queue: &HashMap<QueueId, Vec<Free>>,
) -> Result<HashMap<QueueId, Queue>> {
    if by_queue.is_empty() {
        return Ok(HashMap::new());
    }
    let found: Vec<Queue> = queue::table
        .filter(queue::id.eq_any(by_queue.keys().collect::<Vec<_>>()))
        .select(Queue::as_select())
        .load(unit.connection())
        .await?;
    Ok(found.into_iter().map(|queue| (queue.id, queue)).collect())
}

/// What a round would decide for each of these visits now, without doing it.
pub(super) async fn consider(unit: &mut Unit, visits: &[(&Queue, &Visit)]) -> Result<Vec<Decision>> {
    let now = unit.now;
    let mut queues: Vec<Uuid> = visits.iter().map(|(queue, _)| queue.id.0).collect();
    queues.sort_unstable();
    queues.dedup();
    let by_queue = free_members(unit, &queues).await?;
    let ids: Vec<Uuid> = visits.iter().map(|(_, visit)| visit.id.0).collect();
    let mut refused = refusals(unit, &ids).await?;
    let waiting: Vec<(Waiting, CallId)> = visits
        .iter()
        .map(|(queue, visit)| {
            let waits = visit.prefer_until.is_some_and(|until| until > now);
            let waiting = Waiting {
                visit: visit.id,
                queue: queue.id,
                since: visit.entered_at.max(visit.not_before),
                prefer: visit.prefer_agent_id.filter(|_| waits),
                refused: refused.remove(&visit.id).unwrap_or_default(),
                callback: visit.callback,
                rings: None,
            };
            (waiting, visit.call_id)
        })
        .collect();
    let unheard = unheard(unit, &ids).await?;
    let around = around(unit, &waiting, now).await?;
    let decide = |((queue, visit), (row, _)): (&(&Queue, &Visit), &(Waiting, CallId))| {
        let free = by_queue.get(&queue.id).map_or(&[][..], Vec::as_slice);
        let last = row.prefer.and_then(|agent| around.get(&(queue.id, agent)));
        let decision = rules::decide(queue, row, free, &HashSet::new(), last, now);
        match unheard.get(&visit.id) {
            _ if visit.not_before > now && visit.callback => {
                decision.held("the contact is called back later")
            }
            _ if visit.not_before > now => decision.held("the contact has not joined yet"),
            Some(why) => decision.held(why),
            None => decision,
        }
    };
    Ok(visits.iter().zip(&waiting).map(decide).collect())
}

/// Goes through the calls by rank, whatever queue they wait in, so that an agent of several gets the one most due.
fn choose(
    rules: &HashMap<QueueId, Queue>,
    by_queue: &HashMap<QueueId, Vec<Free>>,
    waiting: &[(Waiting, CallId)],
    around: &HashMap<(QueueId, AgentId), Skills>,
    now: DateTime<Utc>,
) -> Vec<(Waiting, Decision)> {
    let mut taken = HashSet::new();
    let mut chosen = Vec::new();
    for (row, _) in waiting {
        if chosen.len() == AT_ONCE {
            break;
        }
        let (Some(queue), Some(free)) = (rules.get(&row.queue), by_queue.get(&row.queue)) else { continue };
        if free.iter().all(|free| taken.contains(&free.agent)) {
            continue;
        }
        let last = row.prefer.and_then(|agent| around.get(&(row.queue, agent)));
        let decision = rules::decide(queue, row, free, &taken, last, now);
        if !decision.chosen.is_empty() {
            taken.extend(decision.chosen.iter().copied());
            chosen.push((row.clone(), decision));
        }
    }
    chosen
}

/// The calls by their visits, each with its place in the queue. Those are not counted that somebody else has locked.
fn places(waiting: &[(Waiting, CallId)]) -> HashMap<VisitId, (CallId, i64)> {
    let mut last: HashMap<QueueId, i64> = HashMap::new();
    let placed = waiting.iter().map(|(row, call)| {
        let place = last.entry(row.queue).or_insert(0);
        *place += 1;
        (row.visit, (*call, *place))
    });
    placed.collect()
}

async fn explained(
    unit: &mut Unit,
    rules: &HashMap<QueueId, Queue>,
    places: &HashMap<VisitId, (CallId, i64)>,
    chosen: Vec<(Waiting, Decision)>,
    now: DateTime<Utc>,
) -> Result<Vec<Assignment>> {
    let queues: Vec<QueueId> = chosen.iter().map(|(row, _)| row.queue).collect();
    let paces = estimate::paces(unit.connection(), &queues, now).await?;
    Ok(chosen
        .into_iter()
        .filter_map(|(row, decision)| {
            let (queue, &(call, position)) = (rules.get(&row.queue)?, places.get(&row.visit)?);
            let pace = paces.get(&row.queue)?;
            // Those at whom the call rings already are told of as such.
            let ringing = pace.members.ringing - row.rings.as_ref().map_or(0, Rings::members);
            let members = Members { ringing, ..pace.members };
            let said = Explanation::of(queue.strategy, &decision, &members, pace.inputs(position), now);
            Some(Assignment {
                call,
                visit: row.visit,
                queue: row.queue,
                alone: decision.chosen.len() == 1 && row.rings.is_none(),
                expires_at: now + TimeDelta::seconds(queue.offer_seconds.into()),
                explanation: match row.rings {
                    Some(rings) => said.beside(rings),
                    None => said,
                },
                agents: decision.chosen,
            })
        })
        .collect())
}
